"""A plan turns a protection of a store off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import Bucket, Database, Key, Store, StoreChange, Subject, Vault, Volume
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Value
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.backup_samples import key
from recoverable.rules.registry.questions import severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, cloudsql, rds, s3, s3_companion, versioned
from recoverable.rules.registry.store_samples import ebs, efs, efs_backups, elasticache, fsx_windows

CHANGE: dict[str, Any] = {"only": ("plan", "preview"), "why_only": "code alone does not say what was there before"}
LOGS = "backup_configuration {\n  enabled = true\n  point_in_time_recovery_enabled = true\n}"
OPEN = "block_public_acls = true\nblock_public_policy = false\nignore_public_acls = true\nrestrict_public_buckets = true"

RULE = Rule(
    id="RCV133",
    name="protection-turned-off",
    title="No protection is turned off",
    severity=Severity.HIGH,
    applies_to=StoreChange,
    why="The end state may still meet the minimum; that somebody takes a guard away is what has to be seen before it happens.",
    facts=(
        (
            "Suspending versioning keeps old versions and stops making new ones; deletion protection is off from the moment it is changed.",
            "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
        ),
    ),
    examples=(
        good(rds("deletion_protection = true"), before=rds("deletion_protection = false"), **CHANGE),
        bad(rds("deletion_protection = false"), before=rds("deletion_protection = true"), **CHANGE),
        bad(s3(versioned('"Suspended"')), before=s3(versioned()), subject="aws_s3_bucket.uploads", **CHANGE),
        bad(rds("backup_retention_period = 0"), before=rds("backup_retention_period = 30"), case="other", **CHANGE),
        unsure(
            LATER + rds(f"deletion_protection = {UNKNOWN_FLAG}"),
            before=rds("deletion_protection = true"),
            subject="aws_db_instance.orders",
            **CHANGE,
        ),
        bad(
            efs('throughput_mode = "elastic"') + efs_backups('"DISABLED"'),
            before=efs() + efs_backups(),
            subject="aws_efs_file_system.files",
            **CHANGE,
        ),
        bad(key("enable_key_rotation = false"), before=key("enable_key_rotation = true"), **CHANGE),
        bad(cloudsql(LOGS.replace("recovery_enabled = true", "recovery_enabled = false")), before=cloudsql(LOGS), **CHANGE),
        bad(
            s3(s3_companion("public_access_block", OPEN)),
            before=s3(s3_companion("public_access_block", OPEN.replace("false", "true"))),
            subject="aws_s3_bucket.uploads",
            **CHANGE,
        ),
        bad(rds("delete_automated_backups = true"), before=rds("delete_automated_backups = false"), **CHANGE),
        bad(rds(), before=rds("deletion_protection = true"), case="absent", **CHANGE),
        bad(fsx_windows("skip_final_backup = true"), before=fsx_windows(), case="default", **CHANGE),
        good(elasticache('snapshot_window = "05:00-06:00"'), before=elasticache('snapshot_window = "03:00-04:00"'), case="other", **CHANGE),
        bad(rds("deletion_protection = false"), before=rds("deletion_protection = true") + ebs(), case="other", **CHANGE),
    ),
)


def check(store: StoreChange, context: Context) -> Iterator[Answer]:
    """One answer per protection that was on before."""
    if store.before is None or store.after is None:
        return
    asked = False
    for what, old, new in _switches(store.before, store.after):
        if not old.is_true:
            continue
        asked = True
        if new.unknown:
            yield cannot_tell(f"Whether {what} stays on", new, "on, as before")
        elif not new.is_true:
            yield failed(
                f"the plan turns {what} off",
                new,
                found="off",
                wanted="on, as before",
                fix=f"Keep {what} on, or waive this with a reason and an expiry.",
                severity=severity_here(context, RULE.severity),
            )
        else:
            yield passed(f"{what} stays on", new)
    if not asked:
        yield passed("no protection is turned off")


def _switches(before: Subject, after: Subject) -> Iterator[tuple[str, Value[bool], Value[bool]]]:
    if isinstance(before, Store) and isinstance(after, Store):
        yield "encryption", before.encrypted, after.encrypted
    if isinstance(before, Database) and isinstance(after, Database):
        yield "automated backups", before.backups, after.backups
        if before.pitr.path != before.backups.path:
            yield "point-in-time recovery", before.pitr, after.pitr
        yield "deletion protection", before.deletion_protection, after.deletion_protection
        yield "the cloud's own deletion protection", before.api_deletion_protection, after.api_deletion_protection
        yield "the final snapshot", before.final_snapshot, after.final_snapshot
        yield "keeping backups after deletion", _negated(before.backups_die_with_store), _negated(after.backups_die_with_store)
        yield "the second zone", before.multi_zone, after.multi_zone
        yield "the copy in a second region", before.second_region, after.second_region
        yield "protection of the default branch", before.branch_protected, after.branch_protected
    if isinstance(before, Volume) and isinstance(after, Volume):
        yield "automatic backups", before.own_backups, after.own_backups
        yield "the final backup", before.final_snapshot, after.final_snapshot
    if isinstance(before, Bucket) and isinstance(after, Bucket):
        yield "versioning", before.versioning, after.versioning
        yield "object lock", before.lock.enabled, after.lock.enabled
        yield "replication", before.replication, after.replication
        yield "the block of public access", _negated(before.public), _negated(after.public)
        yield "denial of plain HTTP", before.tls_only, after.tls_only
    if isinstance(before, Vault) and isinstance(after, Vault):
        yield "the vault lock", before.locked, after.locked
        yield "notification of failures", before.notifies_failures, after.notifies_failures
    if isinstance(before, Key) and isinstance(after, Key):
        yield "rotation", before.rotation, after.rotation
        yield "the key", before.enabled, after.enabled


def _negated(value: Value[bool]) -> Value[bool]:
    return value.map(lambda flag: not flag)
