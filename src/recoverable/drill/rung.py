"""What a rung of the verification ladder is: data and one function. A rung file in ``rungs*/`` holds ``RUNG`` and ``run``."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from recoverable.drill.contract import Clock, Restored, Store
from recoverable.drill.subject import Subject
from recoverable.drill.target import RecoveryTarget
from recoverable.drill.verdict import RungVerdict
from recoverable.standard.demands import Demands


class Depth(str, Enum):
    """How much is looked at: ``quick`` in seconds, ``standard`` reads every heap page, ``deep`` adds hashes and indexes against heaps."""

    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"


class Stage(str, Enum):
    """When a rung can run: on the untouched backup, on the running copy, or on the files of the stopped copy."""

    BACKUP = "backup"
    RUNNING = "running"
    STOPPED = "stopped"


class Need(str, Enum):
    """What a rung needs beyond a connection. What is lacking makes it "could not run", never green."""

    FILES = "files"
    BASELINE = "baseline"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class Rung:
    """Metadata of one rung. ``name`` is the file's name with dashes and names what is proven.

    ``catches`` are the rows of the failure catalogue it is there for; ``seconds_per_gb`` is the measured cost behind
    the time estimates of the depth presets (docs/drill-ladder.md says where it was measured). ``subject`` is the kind of store
    that it looks at; others are not asked, and not told as left out.
    """

    name: str
    title: str
    why: str
    stage: Stage
    depth: Depth
    needs: frozenset[Need] = frozenset()
    catches: tuple[int, ...] = ()
    seconds_per_gb: float = 0.0
    subject: Subject = Subject.POSTGRES


@dataclass(frozen=True, slots=True)
class RungResult:
    """What a rung says: the verdict, one sentence with the numbers, and figures for machines. Never row contents."""

    verdict: RungVerdict
    detail: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LadderContext:
    """What a rung may look at. ``baseline`` is what was written down at the source or after the last verified drill;
    ``disaster`` is the moment up to which data must be there (the target's time, or the start of the drill for latest).
    ``asked`` is the target as it was ordered: a provider may restore latest to a proven position (``restored.target``).
    ``demands`` is what the standard demands of the store.
    """

    store: Store
    restored: Restored
    clock: Clock
    disaster: datetime.datetime
    baseline: Mapping[str, Any] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    asked: RecoveryTarget | None = None
    demands: Demands | None = None


RungFunction = Callable[[LadderContext], RungResult]
