"""DynamoDB tables: point-in-time recovery, encryption, replicas of a global table, and tables that only hold locks.

Defaults: terraform-provider-aws 6.x, ``aws_dynamodb_table``.
"""

from __future__ import annotations

from recoverable.clouds.aws_databases import PITR_RPO_MINUTES, in_other_region, restored_from
from recoverable.clouds.common import key_of, lifecycle_meta, region_of, subject_fields
from recoverable.clouds.index import Index
from recoverable.model.estate import Database, Estate
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, default, stated, unknown

TABLE, REPLICA = "aws_dynamodb_table", "aws_dynamodb_table_replica"
TYPES: frozenset[str] = frozenset({TABLE, REPLICA})
FEATURES = frozenset({"retention", "pitr", "encryption", "deletion-protection", "second-region"})
PITR, WINDOW = "point_in_time_recovery.enabled", "point_in_time_recovery.recovery_period_in_days"
KEY = "server_side_encryption.kms_key_arn"
LONGEST = 35
LIMIT_NOTE = "DynamoDB keeps continuous backups 35 days at most"
OFF_NOTE = "aws_dynamodb_table: default false, no backups"
WINDOW_NOTE = "aws_dynamodb_table: default 35 where point-in-time recovery is on"
ENCRYPTED = "DynamoDB encrypts every table, under a key of its own unless another is named"
AWS_KEY = "aws_dynamodb_table: server-side encryption without kms_key_arn uses alias/aws/dynamodb"
LOCKS = "LockID"
RESTORES = ("restore_source_name", "restore_source_table_arn", "restore_backup_arn", "import_table")


def add_tables(index: Index, estate: Estate) -> None:
    """Map every DynamoDB table of the input."""
    estate.databases.extend(_table(index, raw) for raw in index.of_type(TABLE))


def _table(index: Index, raw: RawResource) -> Database:
    restored = restored_from(raw, *RESTORES)
    locks = raw.value("hash_key").data == LOCKS
    database = Database(
        kind="dynamodb-table",
        role="cache" if locks else ("clone" if restored else "primary"),
        role_reason="its hash key is LockID: it holds Terraform's locks and no data"
        if locks
        else (f"{restored} is set" if restored else ""),
        features=FEATURES,
        encrypted=default(True, "server_side_encryption", raw.locate("server_side_encryption"), ENCRYPTED),
        kms_key=_key(raw),
        deletion_protection=raw.boolean("deletion_protection_enabled", False, f"{TABLE}: default false"),
        second_region=_second_region(index, raw),
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    _recovery(database, raw)
    database.fixes = {
        "backups": "Add point_in_time_recovery { enabled = true }, or select the table in a backup plan.",
        "pitr": "Add point_in_time_recovery { enabled = true }.",
        "retention": "Set recovery_period_in_days = {need} in its point_in_time_recovery block.",
        "pitr-window": "Set recovery_period_in_days = {need} in its point_in_time_recovery block.",
        "second-region": "Add a replica block for another region, or a backup plan that copies to a vault there.",
        "kms-key": "Add server_side_encryption { enabled = true } with kms_key_arn set to a key of your own.",
    }
    return database


def _recovery(database: Database, raw: RawResource) -> None:
    """The only backups of its own that a table has are continuous: they are its retention as well."""
    on = raw.boolean(PITR, False, OFF_NOTE)
    window = raw.number(WINDOW, LONGEST, WINDOW_NOTE)
    if on.is_true:
        kept = window
    elif on.unknown:
        kept = unknown(on.note, on.path, on.where)
    else:
        kept = Value(on.kind, 0, on.path, on.where, on.note)
    database.backups, database.retention_days = on, kept
    database.pitr, database.pitr_days = on, window
    database.limit_days = database.pitr_limit_days = LONGEST
    database.limit_note = database.pitr_limit_note = LIMIT_NOTE
    database.mechanism, database.mechanism_rpo = "point-in-time recovery", PITR_RPO_MINUTES


def _key(raw: RawResource) -> Value[str]:
    """The key named; AWS's own where encryption is asked for without one; none where it is not asked for."""
    on = raw.boolean("server_side_encryption.enabled", False, ENCRYPTED)
    key = key_of(raw, KEY)
    if on.unknown and not key.known:
        return unknown(on.note, on.path, on.where)
    if on.is_false:
        return absent(KEY, on.where)
    return default("alias/aws/dynamodb", KEY, key.where, AWS_KEY) if key.absent else key


def _second_region(index: Index, raw: RawResource) -> Value[bool]:
    """A replica of a global table, as a block or a resource of its own: DynamoDB takes one per region."""
    home = region_of(raw)
    blocks = raw.blocks("replica")
    if isinstance(blocks, Unknown):
        return unknown(blocks.expression, "replica", raw.locate("replica"))
    found = [in_other_region(home, raw.text(f"replica.{number}.region_name"), "a replica") for number in range(len(blocks))]
    joined = index.companions(raw, REPLICA, "global_table_arn", ("arn",))
    found += [in_other_region(home, region_of(item), item.address) for item in joined.found]
    sure = next((copy for copy in found if copy.is_true), None)
    if sure is not None:
        return stated(True, "replica", sure.where, sure.note)
    doubt = next((copy for copy in found if copy.unknown), None)
    if doubt is None and joined.doubt:
        doubt = unknown(joined.doubt, REPLICA, raw.where)
    return doubt or absent("replica", raw.where)
