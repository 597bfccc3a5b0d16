"""A drill whose verified copy is held for somebody, and what that somebody finds while it is held."""

from __future__ import annotations

import dataclasses
import datetime
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from recoverable.drill.engine import Outcome
from recoverable.drill.hold import Hold
from tests.drill.harness import Harness


@dataclasses.dataclass
class LookingClock:
    """The drill's clock, by which ``look`` is called with the text of the file at the first wait in which it is there."""

    inner: Any
    file: Path
    look: Callable[[str], None]
    looked: list[str] = dataclasses.field(default_factory=list)

    def now(self) -> datetime.datetime:
        found: datetime.datetime = self.inner.now()
        return found

    def monotonic(self) -> float:
        found: float = self.inner.monotonic()
        return found

    def sleep(self, seconds: float) -> None:
        if not self.looked and self.file.exists():
            assert stat.S_IMODE(self.file.stat().st_mode) == 0o600, "others can read the password"
            self.looked.append(self.file.read_text().strip())
            self.look(self.looked[0])
        self.inner.sleep(seconds)


@dataclasses.dataclass
class Held:
    """What became of it. ``url`` is empty where nothing was ever handed out."""

    outcome: Outcome
    url: str
    file: Path


def hold(harness: Harness, folder: Path, look: Callable[[str], None], seconds: float) -> Held:
    """Drill with the real hold, as ``--hold … --url-file url`` orders it."""
    file, length = folder / "url", datetime.timedelta(seconds=seconds)
    clock = LookingClock(harness.clock, file, look)
    harness.clock = clock
    outcome = harness.drill(hold=Hold(length, file), hold_for=length)
    return Held(outcome, clock.looked[0] if clock.looked else "", file)


def rows(url: str, query: str) -> Any:
    """The one value of a query, by nothing but the URL."""
    with psycopg.connect(url) as opened:
        found = opened.execute(query).fetchone()
        assert found
        return found[0]


def with_password(url: str, password: str) -> str:
    """The same URL with another password."""
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}:{password}@{place}").geturl()


def nothing_left(held: Held, harness: Harness) -> None:
    """The file is gone, nobody answers at its address, the hold took its time and ended by itself, and no secret was told."""
    (phase,) = [each for each in held.outcome.evidence.phases if each.phase.value == "hold"]
    assert phase.outcome == "done"
    assert any(each.strip() == "the time is over" for each in harness.said)
    assert not held.file.exists()
    try:
        psycopg.connect(held.url, connect_timeout=5).close()
    except psycopg.OperationalError:
        pass
    else:
        raise AssertionError("the copy still answers")
    password = unquote(urlsplit(held.url).password or "")
    assert len(password) > 10
    texts = ["\n".join(harness.said), json.dumps(held.outcome.record)]
    texts += [path.read_text(errors="replace") for path in harness.state.rglob("*") if path.is_file()]
    assert [text for text in texts if password in text or held.url in text] == []
