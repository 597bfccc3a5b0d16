"""What a remediation may change: one property per rule and type of resource, and only to what the standard demands.

A number is only raised, a switch only turned to its safe side, and what is unknown or secret is left alone. The result is
judged again: a change that does not mend the rule is not made.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from recoverable.readers.pulumi.pulumi_values import SIGNATURE, UNKNOWN_SENTINELS

DEFAULTS = "__defaults"
"""The bridge's list of properties that nobody stated."""
Inputs = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One property, by its path, and its safe value; None is the number of days that is demanded, at most ``limit``.

    ``alone`` says that the resource is a companion: what it states is all that is looked at.
    """

    path: str
    value: Any = None
    limit: int = 0
    alone: bool = False


_DATABASES = ("aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster")
_GUARDED = (*_DATABASES, "google_sql_database_instance", "google_spanner_database", "google_alloydb_cluster", "google_bigquery_table")
_KEPT: dict[str, tuple[Change, ...]] = {
    **{kind: (Change("backupRetentionPeriod", limit=35),) for kind in _DATABASES},
    "aws_redshift_cluster": (Change("automatedSnapshotRetentionPeriod", limit=35),),
    "aws_elasticache_replication_group": (Change("snapshotRetentionLimit", limit=35),),
    "aws_memorydb_cluster": (Change("snapshotRetentionLimit", limit=35),),
    "google_sql_database_instance": (Change("settings.backupConfiguration.backupRetentionSettings.retainedBackups", limit=365),),
}
_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_VOLUMES = ("aws_fsx_windows_file_system", "aws_fsx_ontap_file_system", "aws_fsx_openzfs_file_system", "aws_fsx_lustre_file_system")
CHANGES: dict[str, dict[str, tuple[Change, ...]]] = {
    "backups-disabled": _KEPT,
    "retention-too-short": _KEPT,
    "volume-retention-too-short": {kind: (Change("automaticBackupRetentionDays", limit=90),) for kind in _VOLUMES},
    "versioning-off": {
        "aws_s3_bucket_versioning": (Change("versioningConfiguration.status", "Enabled", alone=True),),
        "google_storage_bucket": (Change("versioning.enabled", True),),
    },
    "deletion-protection-off": {
        **{kind: (Change("deletionProtection", True),) for kind in _GUARDED},
        "aws_dynamodb_table": (Change("deletionProtectionEnabled", True),),
        "google_firestore_database": (Change("deleteProtectionState", "DELETE_PROTECTION_ENABLED"),),
    },
    "api-deletion-protection-off": {
        "google_sql_database_instance": (Change("settings.deletionProtectionEnabled", True),),
        "google_spanner_database": (Change("enableDropProtection", True),),
    },
    "bucket-public": {
        "aws_s3_bucket_public_access_block": tuple(Change(name, True, alone=True) for name in _BLOCKS),
        "google_storage_bucket": (Change("publicAccessPrevention", "enforced"),),
    },
}


def changed(inputs: Inputs, changes: tuple[Change, ...], days: int) -> Inputs | None:
    """The inputs with the changes made; None where none can be, or nothing would change."""
    made = copy.deepcopy(inputs)
    for change in changes:
        target = min(days, change.limit) if change.value is None else change.value
        if change.value is None and days > change.limit:
            return None
        if not _put(made, change.path.split("."), target):
            return None
    return made if made != inputs else None


def differences(before: Inputs, after: Inputs) -> str:
    """Every property that differs, with both values; the bridge's bookkeeping does not count."""
    return "; ".join(f"{path}: {_said(old)} => {_said(new)}" for path, old, new in changed_paths(before, after))


def changed_paths(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two property bags differ, and what each holds there."""
    if isinstance(after, dict) and (isinstance(before, dict) or before is None) and not _opaque(after):
        known = before or {}
        for name in sorted({*known, *after}):
            if not name.startswith("__"):
                yield from changed_paths(known.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif before != after:
        yield path, before, after


def _said(value: Any) -> str:
    """A value in a notice: nothing that may be secret or long."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, (int, float)) else str(value) if isinstance(value, str) and not _opaque(value) else "…"


def _put(bag: Inputs, parts: list[str], target: Any) -> bool:
    """Set a property unless it is at least as safe; False where what is there is unknown or secret, or a number too many."""
    name, rest = parts[0], parts[1:]
    found = bag.get(name)
    if _opaque(found):
        return False
    if rest:
        inner = found if found is not None else {}
        if not isinstance(inner, dict) or not _put(inner, rest, target):
            return False
        bag[name] = inner
        return True
    if isinstance(target, int) and not isinstance(target, bool) and isinstance(found, (int, float)) and found >= target:
        return True
    bag[name] = target
    if isinstance(bag.get(DEFAULTS), list):
        bag[DEFAULTS] = [item for item in bag[DEFAULTS] if item != name]
    return True


def _opaque(value: Any) -> bool:
    return (isinstance(value, str) and value in UNKNOWN_SENTINELS) or (isinstance(value, dict) and SIGNATURE in value)


Broken = Callable[[Inputs], int | None]
"""Asks the rule about inputs: the days it demands while it fails, None when it does not fail."""


def mended(inputs: Inputs, rule: str, kind: str, broken: Broken) -> Inputs | None:
    """The inputs as the rule wants them; None where they are, or cannot be mended safely."""
    changes = CHANGES.get(rule, {}).get(kind)
    if not changes:
        return None
    if all(change.alone for change in changes):
        return changed(inputs, changes, 0)
    days = broken(inputs)
    made = None if days is None else changed(inputs, changes, days)
    return made if made is not None and broken(made) is None else None
