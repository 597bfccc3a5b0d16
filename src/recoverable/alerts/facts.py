"""The facts of backups: JSON lines, one for each store, written by whatever looks at the cloud (docs/backup-facts.schema.json).

What a line does not say is not judged; what it says is none (null) is. A line that cannot be understood is never half used.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.drill.proof_status import SKEW
from recoverable.report.words import clean, clip

SCHEMA = 1
LONGEST_LINE = 1_000_000  # bytes; far more than any store needs
LONGEST_TEXT = 400
REQUIRED = ("schema", "store", "environment", "observed")
OPTIONAL = ("kind", "tags", "last_backup", "latest_restorable", "failed_jobs", "replication")
_LOGIN = re.compile(r"://[^/\s]*@")
STATES = ("ok", "failing", "unknown")


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A backup job that failed, was aborted or skipped."""

    at: datetime.datetime
    id: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Replication:
    """A copy elsewhere. ``lag`` is in seconds, None where it is not known."""

    target: str
    state: str
    lag: float | None


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """One line. ``says`` are the keys that stand in it: None in a field may mean "none" or "not said".

    ``line`` is its number, for messages.
    """

    store: str
    environment: str
    observed: datetime.datetime
    line: int
    says: frozenset[str]
    kind: str = ""
    tags: Mapping[str, str] | None = None
    last_backup: datetime.datetime | None = None
    latest_restorable: datetime.datetime | None = None
    failed_jobs: tuple[FailedJob, ...] = ()
    replication: tuple[Replication, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """A whole file: the newest line of each store, and what is wrong with other lines."""

    stores: tuple[StoreFacts, ...]
    problems: tuple[str, ...]


class _FaultError(Exception):
    """A line that cannot be used: why."""


def read_facts(path: Path, now: datetime.datetime) -> Facts:
    """All of a file. A file that is missing or cannot be read is a problem, not an empty one."""
    try:
        with path.open("rb") as stream:
            return parse_facts(iter(lambda: stream.readline(LONGEST_LINE + 1), b""), path.name, now)
    except OSError as error:
        return Facts((), (f"{path.name} cannot be read: {error.strerror or type(error).__name__}",))


def parse_facts(lines: Iterable[bytes], name: str, now: datetime.datetime) -> Facts:
    """The facts of lines; ``name`` is how messages call the file."""
    newest: dict[tuple[str, str], StoreFacts] = {}
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            problems.append(f"{name}:{number} is longer than {LONGEST_LINE} bytes; nothing after it was read")
            break
        if not line.strip():
            continue
        try:
            found = _line(line, number, now)
        except _FaultError as fault:
            problems.append(f"{name}:{number} {fault}")
            continue
        known = newest.get((found.store, found.environment))
        if known is None or found.observed >= known.observed:
            newest[found.store, found.environment] = found
    if not newest and not problems:
        problems.append(f"{name} speaks of no store at all")
    return Facts(tuple(newest.values()), tuple(problems))


def _line(raw: bytes, number: int, now: datetime.datetime) -> StoreFacts:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        raise _FaultError("is not JSON") from None
    if not isinstance(data, dict):
        raise _FaultError("is no JSON object")
    for key in data:
        if key not in (*REQUIRED, *OPTIONAL):
            raise _FaultError(f"holds {clip(clean(str(key)), 40)!r}, which is no key of these facts")
    if type(data.get("schema")) is not int or data["schema"] != SCHEMA:
        raise _FaultError(f"is not of schema {SCHEMA}")
    if _LOGIN.search(str(data.get("store", ""))):
        raise _FaultError("has an address with a login as store: its name stands in messages and metrics")
    observed = _time(data, "observed", now)
    if observed is None:
        raise _FaultError("does not say when it was observed")
    return StoreFacts(
        store=_text(data, "store", required=True),
        environment=_text(data, "environment"),
        observed=observed,
        line=number,
        says=frozenset(data),
        kind=_text(data, "kind"),
        tags=_tags(data.get("tags", {})),
        last_backup=_time(data, "last_backup", now),
        latest_restorable=_time(data, "latest_restorable", now),
        failed_jobs=tuple(_failed_job(each, now) for each in _objects(data, "failed_jobs", ("at", "id", "message"))),
        replication=tuple(_replication(each) for each in _objects(data, "replication", ("target", "state", "lag_seconds"))),
    )


def _text(data: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    found = data.get(key, "")
    if not isinstance(found, str) or (required and not found.strip()):
        raise _FaultError(f"has no text as {key}")
    return clip(clean(found.strip()), LONGEST_TEXT)


def _time(data: Mapping[str, Any], key: str, now: datetime.datetime) -> datetime.datetime | None:
    """A moment with its zone; None for null and where nothing is said. One that lies ahead is refused: it would look young for ever."""
    found = data.get(key)
    if found is None:
        return None
    try:
        moment = datetime.datetime.fromisoformat(found) if isinstance(found, str) else None
        if moment is None or moment.tzinfo is None:
            raise ValueError
        moment = moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise _FaultError(f"has no moment with a time zone as {key}, such as 2026-12-01T03:00:00Z") from None
    if moment > now + SKEW:
        raise _FaultError(f"has a {key} that lies in the future: a clock is wrong")
    return moment


def _objects(data: Mapping[str, Any], key: str, known: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    found = data.get(key, [])
    if not isinstance(found, list):
        raise _FaultError(f"has no list as {key}")
    for each in found:
        if not isinstance(each, dict) or not set(each) <= set(known):
            raise _FaultError(f"has something in {key} that is no object of {', '.join(known)}")
        yield each


def _failed_job(data: Mapping[str, Any], now: datetime.datetime) -> FailedJob:
    at = _time(data, "at", now)
    if at is None:
        raise _FaultError("has a failed job without at")
    return FailedJob(at, _text(data, "id"), _text(data, "message"))


def _replication(data: Mapping[str, Any]) -> Replication:
    state, lag = data.get("state", "unknown"), data.get("lag_seconds")
    if state not in STATES:
        raise _FaultError(f"has a replication whose state is none of {', '.join(STATES)}")
    if lag is not None and (isinstance(lag, bool) or not isinstance(lag, int | float) or not math.isfinite(lag) or lag < 0):
        raise _FaultError("has a replication whose lag_seconds is no number of seconds")
    return Replication(_text(data, "target", required=True), str(state), None if lag is None else float(lag))


def _tags(found: Any) -> Mapping[str, str]:
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise _FaultError("has tags that are no texts by name")
    return found
