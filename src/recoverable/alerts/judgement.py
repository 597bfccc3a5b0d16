"""What one run found. Only what was looked at and is well counts as well: silence never makes an alert recover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from recoverable.alerts.alert import Alert
from recoverable.drill.proof_status import StoreStatus

LEDGER, PROOF, FACTS, WAIVER = "ledger", "proof", "facts", "waiver"
"""Sources of alerts: the first word of a key."""


class Answer(Enum):
    """Of one run about one key. ``GONE`` is what nothing speaks of any more: a store that is not configured, a waiver that was removed."""

    FIRING = "firing"
    FINE = "fine"
    UNJUDGED = "unjudged"
    GONE = "gone"


@dataclass(slots=True)
class Judgement:
    """Collected by the judges of each source.

    ``problems`` are inputs that cannot be used (exit 2), ``unreachable`` what did not answer (exit 5), a sentence each.
    ``statuses`` are the proofs of restores, for the metrics; ``gauges`` numbers of the facts, by name, store and environment.
    ``watched`` counts what was looked at, and ``reported`` holds the stores that the facts speak of (name and environment);
    ``moved`` those of before that are reported under another environment now.
    """

    firing: dict[str, Alert] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    statuses: list[StoreStatus] = field(default_factory=list)
    gauges: dict[tuple[str, str, str], float] = field(default_factory=dict)
    reported: set[tuple[str, str]] = field(default_factory=set)
    moved: set[tuple[str, str]] = field(default_factory=set)
    watched: int = 0
    _fine: set[str] = field(default_factory=set)
    _unjudged: set[str] = field(default_factory=set)
    _unjudged_sources: set[str] = field(default_factory=set)

    def fires(self, alert: Alert) -> None:
        """It is wrong."""
        self.firing[alert.key] = alert

    def is_fine(self, key: str) -> None:
        """It was looked at and is well."""
        self._fine.add(key)

    def cannot_tell(self, *keys: str) -> None:
        """It is there, and could not be judged this time."""
        self._unjudged.update(keys)

    def cannot_tell_of(self, sources: Iterable[str]) -> None:
        """Nothing of these sources could be judged this time."""
        self._unjudged_sources.update(sources)

    def decide(self, alert: Alert, *, wrong: bool) -> None:
        """Fires or is fine."""
        if wrong:
            self.fires(alert)
        else:
            self.is_fine(alert.key)

    def answer(self, key: str) -> Answer:
        """What is known of a key that fired once."""
        if key in self.firing:
            return Answer.FIRING
        if key in self._fine:
            return Answer.FINE
        if key in self._unjudged or key.partition(":")[0] in self._unjudged_sources:
            return Answer.UNJUDGED
        return Answer.GONE

    @property
    def whole(self) -> bool:
        """Everything that is set up could be judged."""
        return not self.problems and not self.unreachable
