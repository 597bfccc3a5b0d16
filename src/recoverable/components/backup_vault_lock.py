"""The lock of an AWS Backup vault: how short and how long recovery points may be kept, and who may lift it.

Facts: https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
"""

import enum
from dataclasses import dataclass
from typing import Any

from recoverable.components.backup_vault_checks import shortest_maximum, whole
from recoverable.components.base import Component
from recoverable.components.bucket_checks import CANNOT_BE_UNDONE, member

COOLING_DAYS = 3
"""The shortest cooling-off time of a compliance lock: changeable_for_days is at least 3 (72 hours)."""
LONGEST = 36500
"""Days of max_retention_days and changeable_for_days at most: 100 years."""


class VaultLockMode(str, enum.Enum):
    """Who may lift the lock."""

    GOVERNANCE = "GOVERNANCE"
    """Whoever holds backup:DeleteBackupVaultLockConfiguration."""
    COMPLIANCE = "COMPLIANCE"
    """Nobody, once its cooling-off time is over."""


@dataclass
class VaultLockArgs:
    """The bounds of the lock. A backup job outside of them fails, so they have to fit the plan."""

    mode: VaultLockMode | None = None
    """GOVERNANCE (the default) or COMPLIANCE, which nobody can undo."""
    min_retention_days: int | None = None
    """The shortest time that a recovery point may be kept for. Default: the plan's shortest retention."""
    max_retention_days: int | None = None
    """The longest. Default: the standard's maximum, else none."""
    changeable_for_days: int | None = None
    """COMPLIANCE only, and needed for it: days until nobody can change the lock any more, at least 3."""
    acknowledgement: str | None = None
    """Needed for COMPLIANCE, word by word: ``nobody can delete or shorten this, and it cannot be undone``."""
    effective_time: str | None = None
    """COMPLIANCE on Google Cloud, and needed for it there: when it begins, such as ``2030-01-31T00:00:00Z``."""


@dataclass(frozen=True)
class VaultLock:
    """The effective lock."""

    mode: VaultLockMode
    least: int
    most: int | None
    changeable_for_days: int | None


def lock_of(component: Component, kinds: tuple[str, ...], given: Any, shortest: int, longest: int) -> VaultLock:
    """The lock of a vault whose plan keeps recovery points ``shortest`` to ``longest`` days. There is always one."""
    asked: VaultLockArgs = given or VaultLockArgs()
    mode = member(component, "lock.mode", VaultLockMode, asked.mode or VaultLockMode.GOVERNANCE)
    least, most = asked.min_retention_days, asked.max_retention_days
    if least is not None:
        whole(component, "lock.min_retention_days", least, 1, LONGEST, "The lock counts days.")
        if least > shortest:
            component.refuse(
                "lock.min_retention_days", least, f"the plan keeps {shortest} days", "Every backup job that is kept for less would fail."
            )
        if least < shortest:
            component.refuse(
                "lock.min_retention_days",
                least,
                f"at least the {shortest} days that the plan keeps",
                "A plan could be shortened below what the standard demands.",
            )
    if most is not None:
        whole(component, "lock.max_retention_days", most, 1, LONGEST, "The lock counts days.")
        if most < longest:
            component.refuse(
                "lock.max_retention_days", most, f"the plan keeps {longest} days", "Every backup job that is kept for longer would fail."
            )
    limit = shortest_maximum(component, kinds)
    if limit.value is not None and most is not None and most > limit.value:
        component.refuse(
            "lock.max_retention_days",
            most,
            f"{component.policy.tier} allows {limit.value} days at most ({limit.source})",
            "Data that had to be deleted could be kept.",
        )
    return VaultLock(mode, shortest, limit.value if most is None else most, _ceremony(component, mode, asked))


def _ceremony(component: Component, mode: VaultLockMode, asked: VaultLockArgs) -> int | None:
    """The cooling-off days of a compliance lock; None under governance."""
    days = asked.changeable_for_days
    if mode is VaultLockMode.GOVERNANCE:
        if days is not None:
            component.refuse(
                "lock.changeable_for_days", days, "leave it out under GOVERNANCE", "With it the lock becomes one that nobody can lift."
            )
        return None
    if asked.acknowledgement != CANNOT_BE_UNDONE:
        component.refuse(
            "lock.acknowledgement",
            asked.acknowledgement,
            f'COMPLIANCE needs the words "{CANNOT_BE_UNDONE}"',
            "After the cooling-off time neither root nor AWS can lift the lock, and every recovery point is paid for to its end.",
        )
    if days is None:
        component.refuse("lock.changeable_for_days", None, f"at least {COOLING_DAYS}", "Without it AWS makes a governance lock.")
    return whole(
        component, "lock.changeable_for_days", days, COOLING_DAYS, LONGEST, "AWS demands 72 hours in which a mistake can be taken back."
    )
