"""Findings: one answer of one rule about one subject.

Four verdicts: ``pass``, ``fail``, ``unknown`` (cannot be known before apply; names the
expression) and ``error`` (the rule crashed, or the input is broken: never a silent pass).
Severity says how bad a fail is; confidence says how sure we are of what we read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from recoverable.model.values import Location


class Verdict(str, Enum):
    """The four answers a rule can give."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    UNKNOWN = "unknown"
    ERROR = "error"


class Severity(str, Enum):
    """How bad a fail is, worst first. ``advice`` never fails a build by default."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]

    def at_least(self, other: Severity) -> bool:
        """True when this is as bad as ``other`` or worse."""
        return self.rank <= other.rank


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Confidence(str, Enum):
    """How sure the reader is of what the rule was told."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule's check says about one subject; the engine adds the rest.

    ``found`` and ``wanted`` are short texts (``7 days``, ``at least 30 days``); ``fix`` is the
    change that mends it, in the words of the input. ``address`` overrides the subject's.
    """

    verdict: Verdict
    message: str
    found: str = ""
    wanted: str = ""
    fix: str = ""
    where: Location | None = None
    severity: Severity | None = None
    confidence: Confidence = Confidence.HIGH
    address: str = ""


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why a finding does not count: a waiver (with reason, owner, expiry) or the baseline."""

    kind: str
    reason: str = ""
    owner: str = ""
    until: str = ""
    where: Location | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    ``environment_source`` says why the subject was judged for that environment; ``standard``
    says where the wanted number comes from (file:line or ``built-in``). ``source`` is the input
    (root module, plan or preview) the finding comes from.
    """

    rule: str
    name: str
    verdict: Verdict
    severity: Severity
    confidence: Confidence
    address: str
    message: str
    found: str = ""
    wanted: str = ""
    fix: str = ""
    where: Location | None = None
    environment: str = ""
    environment_source: str = ""
    standard: str = ""
    kind: str = ""
    source: str = ""
    suppressed: Suppression | None = None

    @property
    def file(self) -> str:
        """The file of the finding, or the input where no place is known."""
        return self.where.file if self.where else self.source

    @property
    def line(self) -> int:
        """The 1-based line, 0 where it is not known."""
        return self.where.line if self.where else 0

    @property
    def sort_key(self) -> tuple[str, int, str, str, str, str]:
        """Order of the report: place, then address and rule; the same on every run."""
        return (self.file, self.line, self.address, self.rule, self.verdict.value, self.message)

    def with_suppression(self, suppression: Suppression) -> Finding:
        """The same finding, suppressed."""
        return replace(self, suppressed=suppression)
