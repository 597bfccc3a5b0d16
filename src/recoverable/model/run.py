"""One run as a whole, for the rules about the gate itself: waivers, environments, unread modules."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from recoverable.model.raw import Problem
from recoverable.model.values import Location


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """A waiver and what became of it. ``used`` counts the findings it speaks of."""

    rule: str
    address: str
    reason: str
    owner: str
    until: datetime.date | None
    where: Location | None
    used: int
    known_rule: bool
    trouble: str = ""


@dataclass(slots=True)
class Run:
    """What the rules about the gate look at."""

    today: datetime.date
    waivers: list[WaiverUse] = field(default_factory=list)
    judges_unused: bool = True
    not_found: list[str] = field(default_factory=list)
    require_environment: bool = False
    stale_review: str = ""
    reviewed_where: Location | None = None
    missing_modules: list[Problem] = field(default_factory=list)
    without_owner: list[str] = field(default_factory=list)
