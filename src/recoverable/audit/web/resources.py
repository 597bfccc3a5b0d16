"""What the readers of HTTPS APIs make of answers: raw resources in Terraform's words, times as minutes before now."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from recoverable.audit.asking import WORDS
from recoverable.audit.databases import minutes, whole_minutes
from recoverable.audit.web.asking import WebGap
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
_FINE = re.compile(r"(\.\d{6})\d+")


def raw(kind: str, address: str, **attrs: Any) -> RawResource:
    """A raw resource; attributes that are None are left out, as a plan leaves them out."""
    return RawResource(address, kind, address, {name: value for name, value in attrs.items() if value is not None})


def block(**attrs: Any) -> dict[str, Any]:
    """A nested block without what is None."""
    return {name: value for name, value in attrs.items() if value is not None}


def spelled(name: str) -> str:
    """A key in Terraform's spelling."""
    return _HUMP.sub(r"_\1", name).lower()


def snake(data: Any) -> Any:
    """An object with its keys in Terraform's spelling. Not for what has keys of the customer's own, such as labels."""
    if isinstance(data, dict):
        return {spelled(name): snake(value) for name, value in data.items()}
    return [snake(each) for each in data] if isinstance(data, list) else data


def table(found: Any) -> dict[str, Any]:
    """An object of an answer; nothing where there is none."""
    return found if isinstance(found, dict) else {}


def moment(text: Any) -> datetime.datetime | None:
    """A time of RFC 3339; Google writes nanoseconds."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.datetime.fromisoformat(_FINE.sub(r"\1", text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def age(text: Any, now: datetime.datetime) -> int | None:
    """Minutes since a time, begun ones too."""
    time = moment(text)
    return None if time is None else minutes(now - time)


def reach(text: Any, now: datetime.datetime) -> int | None:
    """Full minutes that a window reaches back."""
    time = moment(text)
    return None if time is None else whole_minutes(now - time)


def store_fact(address: str, store: str, facts: dict[str, Any]) -> RawResource:
    """What the account knows of a store's backups; ``store`` is the store's ``id``."""
    return raw("audit_store", f"{address}#audit", store=store, **facts)


def readings_of(cloud: str, account: str, gaps: Iterable[WebGap]) -> Iterator[RawResource]:
    """What came of asking an account: each action that was not answered once, with how often; or that all was."""
    gaps = list(gaps)
    times = Counter((gap.call.action, gap.why, gap.code) for gap in gaps)
    if not gaps:
        yield raw("audit_reading", f"{cloud}:{account}", cloud=cloud, action=f"every call about {account}")
    for action, why, code in sorted(times):
        first = next(gap for gap in gaps if (gap.call.action, gap.why, gap.code) == (action, why, code))
        yield raw(
            "audit_reading",
            f"{cloud}:{account}:{action}" + ("" if len({key[1:] for key in times if key[0] == action}) == 1 else f":{code}"),
            cloud=cloud,
            action=action,
            why=WORDS[why] if why != "denied" else why,
            code=code,
            about=first.about or None,
            times=times[action, why, code],
        )


def known_or(value: int | None, what: str) -> int | Unknown:
    """A number, or that it was not told."""
    return value if value is not None else Unknown(what, "it was not told")
