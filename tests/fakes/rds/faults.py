"""What goes wrong between a client and RDS: nothing, what a test says, or what a seed draws."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.rds.query_protocol import ApiError

FATES = ("available", "failed", "incompatible-restore", "incompatible-network", "incompatible-parameters", "storage-full",
         "inaccessible-encryption-credentials", "restore-error")  # fmt: skip
"""The states in which an instance that is made may end."""
REFUSALS_OF_RESTORE = (
    "InvalidRestoreFault", "PointInTimeRestoreNotEnabled", "KMSKeyNotAccessibleFault", "InstanceQuotaExceeded", "StorageQuotaExceeded",
    "InsufficientDBInstanceCapacity", "DBSubnetGroupDoesNotCoverEnoughAZs", "InvalidVPCNetworkStateFault", "InvalidSubnet",
)  # fmt: skip


@dataclass
class Schedule:
    """Called around each call with its action and number. ``born`` says how an instance ends up; ``stays`` what never gets deleted."""

    before: Callable[[str, int], None] = lambda action, number: None
    after: Callable[[str, int], None] = lambda action, number: None
    born: Callable[[str], str] = lambda name: "available"
    stays: set[str] = field(default_factory=set)


def throttled() -> ApiError:
    """Too many calls."""
    return ApiError("Throttling", "Rate exceeded")


def unavailable() -> ApiError:
    """RDS itself is in trouble."""
    return ApiError("ServiceUnavailable", "Service Unavailable", 503)


def lost() -> ApiError:
    """Nobody answers; before the call it had no effect, after it it had one."""
    return ApiError("", drop=True)


def denied(action: str) -> ApiError:
    """IAM does not allow it."""
    return ApiError("AccessDenied", f"User is not authorized to perform: rds:{action}", 403)


class SeededFaults:
    """A schedule drawn from a seed; the same seed does the same to the same calls."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.rate = self.random.choice([0.0, 0.03, 0.1, 0.3])
        self.fate = self.random.choice(["available"] * 5 + list(FATES[1:]))
        self.refused = self.random.choice([""] * 5 + list(REFUSALS_OF_RESTORE))
        self.down_from = self.random.randint(1, 30) if self.random.random() < 0.15 else 10**9
        self.on = True

    def schedule(self) -> Schedule:
        """As the proxy takes it."""
        return Schedule(self.before, self.after, lambda name: self.fate)

    def before(self, action: str, number: int) -> None:
        """What keeps a call from its effect."""
        if not self.on:
            return
        if number >= self.down_from:
            raise unavailable()
        if self.refused and action.startswith("Restore"):
            raise ApiError(self.refused, "because the schedule says so")
        if self.random.random() < self.rate:
            raise self.random.choice([throttled(), throttled(), unavailable(), lost(), denied(action)])

    def after(self, action: str, number: int) -> None:
        """What keeps an answer from its caller."""
        if self.on and self.random.random() < self.rate / 2:
            raise self.random.choice([lost(), unavailable()])
