"""What tests of bucket drills have in common, whatever cloud the bucket is in: the history of its objects, and the settings of a drill."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from recoverable.drill.ladder import LadderRung, all_rungs
from recoverable.drill.objects import expectations
from recoverable.drill.objects.baselines import make
from recoverable.drill.objects.control import CONTROL
from recoverable.drill.objects.settings import read
from recoverable.drill.providers.bucket import BucketProvider
from recoverable.drill.subject import Subject
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.drill.harness import Harness
from tests.drill.shared_clock import SharedClock

HEARTBEAT = "recoverable/heartbeat.json"
LOCK_DAYS, KEPT_DAYS = 30, 35
OBJECTS = 12
DAY = datetime.timedelta(days=1)
FIRST = "former-versions-kept was not looked at: there is no baseline yet; a verified drill writes one"
"""The only reservation of the first drill of a bucket that has everything."""


@dataclass
class DrilledWorld(ABC):
    """Two buckets and a drill. ``start`` is when the drill begins, to the second."""

    own: ClassVar[frozenset[str]]
    """The buckets that are no drill's."""
    clock: SharedClock
    start: datetime.datetime
    expect: dict[str, Any] = field(default_factory=lambda: {"object_lock": "compliance", "object_lock_days": LOCK_DAYS}, kw_only=True)

    @abstractmethod
    def provider(self) -> BucketProvider:
        """The provider that the drill uses."""

    @abstractmethod
    def source(self, **more: Any) -> dict[str, Any]:
        """``[drill.stores.uploads.source]`` as written."""

    @abstractmethod
    def buckets(self) -> set[str]:
        """What exists."""

    @abstractmethod
    def plant(self, run: str) -> str:
        """A decoy: a name that begins like that of the run's bucket, with its mark, and something in it."""

    @abstractmethod
    def precious(self, decoy: str) -> bytes:
        """What is in a decoy."""

    @abstractmethod
    def calls(self) -> int:
        """How many calls have been made since this was asked last."""

    @abstractmethod
    def watch(self, before: Callable[[], bool] | None = None, after: Callable[[], object] | None = None) -> None:
        """Have somebody look at each call: where ``before`` says so, the service is not there. Without any, nobody looks."""

    @abstractmethod
    def trouble(self, seed: int, rate: float) -> None:
        """Let so many of a hundred calls go wrong in one way or the other, drawn from a seed, until ``watch`` is asked for nothing."""

    @abstractmethod
    def lose(self, key: str, bucket: str) -> None:
        """Remove the newest version of an object for good."""

    def settings(self, **more: Any) -> dict[str, Any]:
        """The source as read."""
        return typed(read, self.source(**more))

    def harness(self, state: Path, rungs: tuple[LadderRung, ...] | None = None, **more: Any) -> Harness:
        """A drill with the real ladder and the real control."""
        expect = typed(expectations.read, self.expect)
        asked = all_rungs(Subject.OBJECTS) if rungs is None else rungs
        found = Harness(self.provider(), self.clock, state, self.settings(**more), asked, CONTROL, store={"expectations": expect})
        found.baselines = make(state)  # type: ignore[assignment]  # a harness of databases has theirs
        found.first_query = lambda connection: pytest.fail("a bucket was asked a query")
        return found


@dataclass(frozen=True)
class Event:
    """Something that became of an object: ``content`` is None where it was deleted."""

    at: datetime.datetime
    key: str
    content: bytes | None


def history(start: datetime.datetime, objects: int) -> Iterator[Event]:
    """By object: every third was overwritten two days ago, every eleventh deleted five days ago and written again yesterday, every seventh
    of the others deleted yesterday.
    """
    for number in range(objects):
        key = key_of(number)
        yield Event(start - 10 * DAY, key, f"{key} first\n".encode() * 20)
        if number % 3 == 0:
            yield Event(start - 2 * DAY, key, f"{key} second\n".encode() * 20)
        if number % 7 == 0 and number % 11 != 5:
            yield Event(start - 1 * DAY, key, None)
        if number % 11 == 5:
            yield Event(start - 5 * DAY, key, None)
            yield Event(start - 1 * DAY, key, f"{key} anew\n".encode())


def beats(start: datetime.datetime) -> tuple[datetime.datetime, ...]:
    """When the heartbeat was written."""
    return (start - 3 * DAY, start - datetime.timedelta(seconds=60))


def key_of(number: int) -> str:
    """Keys as people make them: with spaces, letters of other alphabets, and signs that URLs have a use for."""
    return f"data/{number:05d}" + ("", " über+plus.bin", "?a=b&c#d", "/deep/er")[number % 4]


def typed(reader: Any, data: dict[str, Any]) -> dict[str, Any]:
    """A table as its reader reads it."""
    problems = Problems("recoverable.toml", {})
    found: dict[str, Any] = reader(Table(data, ("drill", "stores", "uploads", "source"), problems))
    problems.stop_if_any()
    return found
