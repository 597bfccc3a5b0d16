"""What an instance goes through in RDS, over time, and what moto forgets of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from tests.fakes.rds.query_protocol import ApiError

CREATING, MODIFYING, BACKING_UP = 240.0, 30.0, 60.0
"""Seconds of each state after a restore; real ones take minutes to hours."""
SHOWN_AFTER = 10.0
DELETING = 90.0
UNTIL_RESET, RESETTING = 5.0, 25.0
"""A change of the password: for a while nothing shows, then the status says so."""
LOG_LAG = 200.0
"""How far the latest restorable time is behind; RDS ships its log about every five minutes."""
FOREVER = 10.0**12
BAD_IN_PASSWORDS = set("/\"@ '")
SHORTEST_PASSWORD = 8


@dataclass(frozen=True)
class Pace:
    """How fast time goes: every state lasts ``states`` times as long as above, and the log is ``log_lag`` seconds behind."""

    states: float = 1.0
    log_lag: float = LOG_LAG


USUAL = Pace()


@dataclass
class Life:
    """One instance. Times are seconds since 1970."""

    region: str
    name: str
    made_at: float
    retention: int
    public: bool = False
    fate: str = "available"
    source: bool = False
    data: str = ""
    deleted_at: float | None = None
    password_at: float | None = None
    password: str = ""
    master: str = ""
    stays: bool = False
    cluster: str = ""
    changes: list[str] = field(default_factory=list)
    pace: Pace = USUAL

    @property
    def gone_at(self) -> float:
        """When it has gone for good."""
        if self.deleted_at is None:
            return FOREVER
        return FOREVER if self.stays else self.deleted_at + DELETING * self.pace.states

    @property
    def reset_at(self) -> float:
        """When the new password begins to hold."""
        return FOREVER if self.password_at is None else self.password_at + (UNTIL_RESET + RESETTING) * self.pace.states

    def shown(self, now: float) -> bool:
        """Whether describing shows it yet: RDS is eventually consistent."""
        return self.source or now >= self.made_at + SHOWN_AFTER * self.pace.states

    def state(self, now: float) -> str:
        """Its DBInstanceStatus."""
        if self.deleted_at is not None:
            return "deleting"
        age = FOREVER if self.source else (now - self.made_at) / self.pace.states
        if age < CREATING:
            return "creating"
        if self.fate != "available":
            return self.fate
        if age < CREATING + MODIFYING:
            return "modifying"
        if self.retention and age < CREATING + MODIFYING + BACKING_UP:
            return "backing-up"
        if self.password_at is not None and self.password_at + UNTIL_RESET * self.pace.states <= now < self.reset_at:
            return "resetting-master-credentials"
        return "available"

    def password_pending(self, now: float) -> bool:
        """Whether the new password does not hold yet."""
        return self.password_at is not None and now < self.reset_at

    def latest(self, now: float) -> datetime.datetime | None:
        """Its LatestRestorableTime."""
        return _time(now - self.pace.log_lag) if self.retention and self.state(now) == "available" else None

    def earliest(self, now: float) -> datetime.datetime | None:
        """The begin of what its automated backups hold."""
        return _time(max(self.made_at, now - self.retention * 86400)) if self.retention else None

    def refuse_delete(self, now: float, *, skip: bool, final: str, protected: bool) -> None:
        """What RDS refuses of a deletion."""
        state = self.state(now)
        if protected:
            raise ApiError(
                "InvalidParameterCombination", "Cannot delete protected DB Instance, please disable deletion protection and try again."
            )
        if not skip and not final:
            raise ApiError("InvalidParameterCombination", "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
        if not skip and state in ("creating", "failed", "incompatible-restore", "incompatible-network"):
            raise ApiError("InvalidDBInstanceState", f"A final snapshot of an instance in state {state} cannot be made.")
        if state in ("creating", "deleting"):
            raise ApiError("InvalidDBInstanceState", f"Instance {self.name} cannot be deleted in state {state}.")


def refuse_time(wanted: datetime.datetime, earliest: datetime.datetime | None, latest: datetime.datetime | None) -> None:
    """What RDS refuses of a RestoreTime: it must lie before the latest restorable time, and not before the earliest."""
    if earliest is None or latest is None:
        raise ApiError("PointInTimeRestoreNotEnabled", "Point in time restore is not enabled for this instance")
    if wanted >= latest:
        raise ApiError(
            "InvalidParameterValue", f"The specified instance cannot be restored to a time later than {latest:%Y-%m-%dT%H:%M:%SZ}"
        )
    if wanted < earliest:
        raise ApiError(
            "InvalidParameterValue", f"The specified instance cannot be restored to a time earlier than {earliest:%Y-%m-%dT%H:%M:%SZ}"
        )


def refuse_password(password: str | None) -> None:
    """What RDS refuses of a master password."""
    if password is not None and (len(password) < SHORTEST_PASSWORD or BAD_IN_PASSWORDS & set(password)):
        raise ApiError("InvalidParameterValue", "The parameter MasterUserPassword is not a valid password.")


def _time(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
