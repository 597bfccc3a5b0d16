"""How long state, locks, history and backups are kept in a bucket.

Terraform: https://developer.hashicorp.com/terraform/language/backend/s3. Pulumi: ``pkg/backend/diy`` of its repository; nothing there is
ever pruned by Pulumi itself.
"""

from typing import Any

from recoverable.components.bucket_lifecycle import CHEAPER_AFTER, StorageClass, s3_rules
from recoverable.state_backend.names import LOCK, Layout


def lifecycle(layout: Layout, kept: int) -> list[dict[str, Any]]:
    """The lifecycle of a state bucket on S3.

    Versions of locks expire in days: each run writes and deletes one. Everything else keeps the retention, and nothing ever goes to an archive
    class, for a state that takes hours to read blocks everyone. Only Pulumi's history, which is kept for ever, moves to the class
    that watches its use; it answers as fast.
    """
    locks = [("pulumi-locks", f"{layout.pulumi_root}locks/")]
    locks += [(f"terraform-lock-{number}", prefix) for number, prefix in enumerate(layout.terraform_locks, 1)]
    short = {"noncurrent_version_expiration": {"noncurrent_days": layout.lock_days}}
    history = [{"days": CHEAPER_AFTER, "storage_class": StorageClass.INTELLIGENT_TIERING.value}]
    more: list[dict[str, Any]] = [{"id": name, "filter": {"prefix": prefix}, **short} for name, prefix in locks]
    more.append({"id": "pulumi-backups", "filter": {"prefix": f"{layout.pulumi_root}backups/"}, "expiration": {"days": layout.backup_days}})
    more.append({"id": "pulumi-history", "filter": {"prefix": f"{layout.pulumi_root}history/"}, "transitions": history})
    return [*s3_rules(kept, (), ()), *({**rule, "status": "Enabled"} for rule in more)]


def gcs_rules(layout: Layout) -> list[dict[str, Any]]:
    """What comes on top of a bucket's own rules on Cloud Storage, which filters by the end of a name too."""
    old = {"days_since_noncurrent_time": layout.lock_days, "with_state": "ARCHIVED"}
    return [
        {"action": {"type": "Delete"}, "condition": {**old, "matches_suffixes": [LOCK]}},
        {"action": {"type": "Delete"}, "condition": {**old, "matches_prefixes": [f"{layout.pulumi_root}locks/"]}},
        {
            "action": {"type": "Delete"},
            "condition": {"age": layout.backup_days, "with_state": "LIVE", "matches_prefixes": [f"{layout.pulumi_root}backups/"]},
        },
    ]
