"""What the standard demands of one store: effective numbers, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One effective number or switch; ``source`` is ``recoverable.toml:12`` or ``built-in``."""

    value: T
    source: str = "built-in"


@dataclass(frozen=True, slots=True)
class Demands:
    """The effective standard for one store in one environment.

    Units are in the names. ``backup_retention_days_max`` and the RPO and RTO are None where the
    standard sets none. ``mfa_delete`` is ``off``, ``advice`` or ``required``. ``restore_test_days`` is the cadence (31 for
    monthly). ``criticality`` is ``critical``, ``standard`` or ``low``; ``owner`` may be "".
    """

    environment: str
    environment_source: str
    backup_retention_days: Setting[int]
    backup_retention_days_max: Setting[int | None]
    pitr_window_days: Setting[int]
    rpo_minutes: Setting[int | None]
    rto_minutes: Setting[int | None]
    restore_test_days: Setting[int]
    restore_test_grace_days: Setting[int]
    encryption: Setting[bool]
    customer_managed_key: Setting[bool]
    object_lock: Setting[bool]
    second_region: Setting[bool]
    multi_zone: Setting[bool]
    mfa_delete: Setting[str]
    criticality: Setting[str]
    owner: Setting[str]
