"""``[drill.stores.NAME.expect]`` of a store of objects."""

from __future__ import annotations

from typing import Any

from recoverable.standard.typed import Table

KEYS = (
    "object_lock", "object_lock_days", "versioning", "replica_deletes", "encryption", "kms_key", "objects_at_least",
    "clock_skew_seconds", "rungs_left_out",
)  # fmt: skip
GOVERNANCE, COMPLIANCE, NO_LOCK = "governance", "compliance", "none"
LOCKS = (GOVERNANCE, COMPLIANCE, NO_LOCK)
ANY_ENCRYPTION, OWN_KEY, S3_KEY, CUSTOMER_KEY = "any", "aws:kms", "AES256", "cmek"
CLOCK_SKEW = 60
DAY = 86400
YEARS = 36500


def read(table: Table) -> dict[str, Any]:
    """The typed expectations; every mistake becomes a problem of the table. ``object_lock`` is "" where nothing is said of it."""
    table.only(KEYS)
    lock = table.choice("object_lock", LOCKS, NO_LOCK) if "object_lock" in table.data else ""
    days = table.whole("object_lock_days", 1, YEARS, 1) if "object_lock_days" in table.data else 0
    if lock in (GOVERNANCE, COMPLIANCE) and not days:
        table.wrong("object_lock", "is stated without its length", "Add object_lock_days = 30, say: how long each version is locked.")
    if days and lock not in (GOVERNANCE, COMPLIANCE):
        table.wrong("object_lock_days", "is stated without a mode", 'Add object_lock = "governance" or "compliance".')
    return {
        "object_lock": lock,
        "object_lock_days": days,
        "versioning": table.switch("versioning", default=True),
        "replica_deletes": table.switch("replica_deletes", default=True),
        "encryption": table.choice("encryption", (ANY_ENCRYPTION, S3_KEY, OWN_KEY, CUSTOMER_KEY), ANY_ENCRYPTION),
        "kms_key": table.text("kms_key"),
        "objects_at_least": table.whole("objects_at_least", 0, 10**12, 1),
        "clock_skew_seconds": table.whole("clock_skew_seconds", 0, DAY, CLOCK_SKEW),
        "rungs_left_out": table.texts("rungs_left_out"),
    }


def _whole(low: int, high: int, default: int | None, description: str) -> dict[str, Any]:
    said = {} if default is None else {"default": default}
    return {"type": "integer", "minimum": low, "maximum": high, "description": description, **said}


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What the ladder expects of a bucket.",
    "additionalProperties": False,
    "properties": {
        "object_lock": {"enum": list(LOCKS), "description": "The least mode in which each version is locked; none: no lock is wanted."},
        "object_lock_days": _whole(1, YEARS, None, "How long after its writing each version must stay locked."),
        "versioning": {"type": "boolean", "default": True, "description": "Whether the bucket must keep versions."},
        "replica_deletes": {
            "type": "boolean",
            "default": True,
            "description": "Whether what is deleted must be deleted in the replica, too; false where the replica is to keep it.",
        },
        "encryption": {
            "enum": [ANY_ENCRYPTION, S3_KEY, OWN_KEY, CUSTOMER_KEY],
            "default": ANY_ENCRYPTION,
            "description": "How each version must be encrypted: aws:kms on S3, cmek on Cloud Storage, AES256 with the cloud's own key on both.",
        },
        "kms_key": {
            "type": "string",
            "description": "The key that each version of the source must be encrypted with: its ARN, or on Google Cloud its name, without a version.",
        },
        "objects_at_least": _whole(0, 10**12, 1, "How many objects there must be at the target's time."),
        "clock_skew_seconds": _whole(0, DAY, CLOCK_SKEW, "How far the clock of who writes heartbeats may be apart."),
        "rungs_left_out": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "description": "Rungs that are not asked for, by name; the evidence is amber then.",
        },
    },
}
