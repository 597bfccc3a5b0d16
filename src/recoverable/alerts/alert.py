"""One thing that somebody must hear of, and how bad each kind of it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from recoverable.model.finding import Severity


class Kind(str, Enum):
    """What can be wrong. The values stand in messages, metrics and notes, and are never given another meaning."""

    LEDGER_BROKEN = "ledger-broken"
    RESTORE_TEST_OVERDUE = "restore-test-overdue"
    RESTORE_TEST_FAILED = "restore-test-failed"
    BACKUP_MISSING = "backup-missing"
    BACKUP_FAILED = "backup-failed"
    RESTORABLE_TIME_LATE = "restorable-time-late"
    REPLICATION_LATE = "replication-late"
    STORE_NOT_REPORTED = "store-not-reported"
    FACTS_STALE = "facts-stale"
    FACTS_UNREADABLE = "facts-unreadable"
    WAIVER_EXPIRED = "waiver-expired"
    WAIVER_EXPIRING = "waiver-expiring"

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return _SEVERITIES.get(self, Severity.HIGH)


_SEVERITIES = {
    Kind.LEDGER_BROKEN: Severity.CRITICAL,
    Kind.RESTORE_TEST_OVERDUE: Severity.CRITICAL,
    Kind.BACKUP_MISSING: Severity.CRITICAL,
    Kind.RESTORABLE_TIME_LATE: Severity.CRITICAL,
    Kind.WAIVER_EXPIRED: Severity.MEDIUM,
    Kind.WAIVER_EXPIRING: Severity.LOW,
}


@dataclass(frozen=True, slots=True)
class Alert:
    """It is wrong now. ``key`` stays the same from run to run as long as it is the same trouble of the same thing.

    ``store`` and ``environment`` are "" where it is about no store; ``owner`` where nobody is named.
    """

    key: str
    kind: Kind
    summary: str
    store: str = ""
    environment: str = ""
    owner: str = ""
    fix: str = ""

    @property
    def where(self) -> str:
        """``orders (prod)``, or nothing."""
        return f"{self.store} ({self.environment})" if self.environment else self.store


def key_of(source: str, what: str, environment: str = "", name: str = "") -> str:
    """A key. The name comes last, so that whatever stands in it, no two keys are alike."""
    return f"{source}:{what}:{environment}:{name}"
