"""Stores as code: a good one of each kind, and twins that differ from it in one attribute or companion.

``wrong`` are the rules that a twin breaks, in code as in the account. A rule that always fires, or never, loses.
"""

from __future__ import annotations

from dataclasses import replace

from recoverable.rules.registry.backup_samples import kept, restore_test, rule
from tests.audit.twin import TAGS, Attrs, Twin, text
from tests.audit.twins_in_memory import IN_MEMORY, IN_MEMORY_STANDARD, heard_warehouse
from tests.audit.twins_of_kinds import KINDS, KINDS_STANDARD
from tests.audit.twins_of_kinds import heard as heard_kinds

TOPIC = "arn:aws:sns:eu-west-1:123456789012:backups"
ROLE = "arn:aws:iam::123456789012:role/backup"
ELSE = "arn:aws:dynamodb:*:*:table/of-somebody-else"
STANDARD = f"""[environments.prod]
second_region = false

[environments.prod.kinds.efs-file-system]
rpo_minutes = 1440

[environments.prod.kinds.backup-plan]
rpo_minutes = 1440

[environments.prod.kinds.backup-vault]
customer_managed_key = true
{KINDS_STANDARD}{IN_MEMORY_STANDARD}"""

INSTANCE: Attrs = {
    "engine": '"postgres"',
    "instance_class": '"db.m6g.large"',
    "backup_retention_period": "30",
    "storage_encrypted": "true",
    "multi_az": "true",
    "deletion_protection": "true",
    "copy_tags_to_snapshot": "true",
    "delete_automated_backups": "false",
    "skip_final_snapshot": "false",
    "tags": TAGS,
}
CLUSTER: Attrs = {
    **{name: value for name, value in INSTANCE.items() if name not in ("instance_class", "multi_az")},
    "engine": '"aurora-postgresql"',
}
TABLE: Attrs = {"billing_mode": '"PAY_PER_REQUEST"', "hash_key": '"id"', "deletion_protection_enabled": "true", "tags": TAGS}
FILES: Attrs = {"encrypted": "true", "tags": TAGS}
SHUT = {"block_public_acls": "true", "block_public_policy": "true", "ignore_public_acls": "true", "restrict_public_buckets": "true"}


def instance(name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    attrs = {"identifier": f'"{name}"', **INSTANCE, "final_snapshot_identifier": f'"{name}-final"', **changes}
    only = frozenset({live}) if live else frozenset()
    return Twin(name, f"aws_db_instance.{name}", text("aws_db_instance", name, attrs), frozenset(wrong), only)


def cluster(name: str, *wrong: str, **changes: str) -> Twin:
    attrs = {"cluster_identifier": f'"{name}"', **CLUSTER, "final_snapshot_identifier": f'"{name}-final"', **changes}
    return Twin(name, f"aws_rds_cluster.{name}", text("aws_rds_cluster", name, attrs), frozenset(wrong))


def table(name: str, *wrong: str, recovery: str = "enabled = true", **changes: str) -> Twin:
    blocks = ('attribute {\n  name = "id"\n  type = "S"\n}', f"point_in_time_recovery {{\n  {recovery}\n}}")
    attrs = {"name": f'"{name}"', **TABLE, **changes}
    return Twin(name, f"aws_dynamodb_table.{name}", text("aws_dynamodb_table", name, attrs, *blocks), frozenset(wrong))


def files(name: str, *wrong: str, status: str = "ENABLED", live: str = "", **changes: str) -> Twin:
    """35 days of automatic backups."""
    code = text("aws_efs_file_system", name, {"creation_token": f'"{name}"', **FILES, **changes})
    code += text(
        "aws_efs_backup_policy", name, {"file_system_id": f"aws_efs_file_system.{name}.id"}, f'backup_policy {{\n  status = "{status}"\n}}'
    )
    only = frozenset({live}) if live else frozenset()
    return Twin(name, f"aws_efs_file_system.{name}", code, frozenset(wrong), only)


def bucket(
    name: str,
    *wrong: str,
    versioning: str = "Enabled",
    shut: str = "true",
    secure: str = "false",
    days: int = 30,
    tags: str = TAGS,
    lock: str = "",
    moved: bool = True,
) -> Twin:
    """A bucket with all its companions."""
    of = {"bucket": f"aws_s3_bucket.{name}.id"}
    move = 'noncurrent_version_transition {\n    noncurrent_days = 7\n    storage_class = "GLACIER_IR"\n  }' if moved else ""
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*",'
        f'"Resource":["arn:aws:s3:::{name}","arn:aws:s3:::{name}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"{secure}"}}}}}}]}}'
    ).replace('"', '\\"')
    code = text("aws_s3_bucket", name, {"bucket": f'"{name}"', "tags": tags, **({"object_lock_enabled": "true"} if lock else {})})
    code += text("aws_s3_bucket_versioning", name, of, f'versioning_configuration {{\n  status = "{versioning}"\n}}')
    code += text("aws_s3_bucket_public_access_block", name, {**of, **SHUT, "restrict_public_buckets": shut})
    code += text("aws_s3_bucket_policy", name, {**of, "policy": f'"{policy}"'})
    code += text(
        "aws_s3_bucket_lifecycle_configuration",
        name,
        of,
        f'rule {{\n  id = "old"\n  status = "Enabled"\n  filter {{}}\n  noncurrent_version_expiration {{\n    noncurrent_days = {days}\n  }}\n  {move}\n}}',
    )
    if lock:
        held = f'rule {{\n  default_retention {{\n    mode = "{lock}"\n    days = 30\n  }}\n}}'
        code += text("aws_s3_bucket_object_lock_configuration", name, of, held)
    return Twin(name, f"aws_s3_bucket.{name}", code, frozenset(wrong))


def trailed(name: str) -> Twin:
    """A bucket without versions that a trail logs into: it holds no data."""
    one = bucket(name, versioning="Suspended")
    trail = text("aws_cloudtrail", name, {"name": f'"{name}"', "s3_bucket_name": f"aws_s3_bucket.{name}.id"})
    return replace(one, code=one.code + trail)


def key(name: str, *wrong: str, **changes: str) -> Twin:
    attrs = {"description": f'"{name}"', "enable_key_rotation": "true", "deletion_window_in_days": "30", "tags": TAGS, **changes}
    return Twin(name, f"aws_kms_key.{name}", text("aws_kms_key", name, attrs), frozenset(wrong))


def vault(
    name: str,
    *wrong: str,
    own_key: bool = True,
    lock: bool = True,
    events: str = '"BACKUP_JOB_COMPLETED"',
    live: str = "",
    tell: bool = True,
) -> Twin:
    of = {"backup_vault_name": f"aws_backup_vault.{name}.name"}
    attrs = {"name": f'"{name}"', **({"kms_key_arn": "aws_kms_key.main.arn"} if own_key else {}), "tags": TAGS}
    code = text("aws_backup_vault", name, attrs)
    if lock:
        code += text("aws_backup_vault_lock_configuration", name, {**of, "min_retention_days": "7", "max_retention_days": "365"})
    if tell:
        code += text("aws_backup_vault_notifications", name, {**of, "sns_topic_arn": f'"{TOPIC}"', "backup_vault_events": f"[{events}]"})
    only = frozenset({live}) if live else frozenset()
    return Twin(name, f"aws_backup_vault.{name}", code, frozenset(wrong), only)


def plan(name: str, *wrong: str, days: int = 30, schedule: str = "cron(0 5 ? * * *)", chosen: bool = True) -> Twin:
    """A plan for a file system of its own, without automatic backups."""
    store = files(f"{name}-files", status="DISABLED")
    inner = rule(kept(days), schedule=f'"{schedule}"', target='"main"')
    code = store.code + text("aws_backup_plan", name, {"name": f'"{name}"', "tags": TAGS}, inner)
    if chosen:
        attrs = {
            "name": f'"{name}"',
            "plan_id": f"aws_backup_plan.{name}.id",
            "iam_role_arn": f'"{ROLE}"',
            "resources": f"[{store.address}.arn]",
        }
        code += text("aws_backup_selection", name, attrs)
    return Twin(name, f"aws_backup_plan.{name}", code, frozenset(wrong))


def common() -> str:
    """What stands in every region beside the twins: a key, a vault, a plan for something else, who hears of failures, and a restore test."""
    heard = text(
        "aws_db_event_subscription",
        "failures",
        {"name": '"failures"', "sns_topic": f'"{TOPIC}"', "event_categories": '["backup", "failure"]'},
    )
    chosen = {"name": '"else"', "plan_id": "aws_backup_plan.else.id", "iam_role_arn": f'"{ROLE}"', "resources": f'["{ELSE}"]'}
    plans = text("aws_backup_plan", "else", {"name": '"else"', "tags": TAGS}, rule(kept(30), target='"main"'))
    plans += text("aws_backup_selection", "else", chosen)
    return key("main").code + vault("main").code + plans + heard + heard_kinds() + heard_warehouse() + restore_test()


def owned(name: str) -> Twin:
    """A database whose retention AWS Backup owns: its own number is the plan's, which in code would be two owners."""
    store = instance(name, backup_retention_period="35")
    inner = rule(f"enable_continuous_backup = true\n{kept(35)}", target='"main"')
    code = store.code + text("aws_backup_plan", name, {"name": f'"{name}"', "tags": TAGS}, inner)
    chosen = {
        "name": f'"{name}"',
        "plan_id": f"aws_backup_plan.{name}.id",
        "iam_role_arn": f'"{ROLE}"',
        "resources": f"[{store.address}.arn]",
    }
    return Twin(name, store.address, code + text("aws_backup_selection", name, chosen))


NONE = ("RCV001", "RCV004", "RCV006", "RCV108")
STOPS = {"backup_retention_period": "0"}
TWINS = (
    instance("db-good"),
    instance("db-retention", "RCV002", "RCV108", backup_retention_period="29"),
    instance("db-none", *NONE, **STOPS),
    instance("db-bare", "RCV007", storage_encrypted="false"),
    instance("db-zone", "RCV014", multi_az="false"),
    instance("db-open", "RCV009", deletion_protection="false"),
    instance("db-tags", "RCV012", copy_tags_to_snapshot="false"),
    instance("db-stale", live="RCV201"),
    instance("db-lag", live="RCV203"),
    instance("db-window", live="RCV202"),
    instance("db-job", live="RCV204"),
    owned("db-owned"),
    cluster("aurora-good"),
    cluster("aurora-retention", "RCV002", "RCV108", backup_retention_period="29"),
    cluster("aurora-bare", "RCV007", storage_encrypted="false"),
    cluster("aurora-open", "RCV009", deletion_protection="false"),
    table("table-good"),
    table("table-none", *NONE, recovery="enabled = false"),
    table("table-open", "RCV009", deletion_protection_enabled="false"),
    files("files-good"),
    files("files-bare", "RCV020", encrypted="false"),
    files("files-none", "RCV108", status="DISABLED"),
    files("files-expired", live="RCV204"),
    files("files-stale", live="RCV201"),
    bucket("bucket-good"),
    bucket("bucket-versions", "RCV040", versioning="Suspended"),
    bucket("bucket-public", "RCV055", shut="false"),
    bucket("bucket-http", "RCV056", secure="true"),
    bucket("bucket-days", "RCV053", days=29),
    bucket("bucket-dear", "RCV054", moved=False),
    bucket("bucket-locked", lock="GOVERNANCE"),
    bucket("bucket-compliance", "RCV045", lock="COMPLIANCE"),
    trailed("bucket-trail"),
    key("key-good"),
    key("key-still", "RCV121", enable_key_rotation="false"),
    key("key-off", "RCV122", is_enabled="false"),
    vault("vault-good"),
    vault("vault-key", "RCV104", own_key=False),
    vault("vault-open", "RCV105", lock=False),
    vault("vault-silent", "RCV109", events='"RESTORE_JOB_COMPLETED"'),
    vault("vault-mute", "RCV109", tell=False),
    vault("vault-points", live="RCV205"),
    plan("plan-good"),
    plan("plan-short", "RCV101", days=29),
    plan("plan-seldom", "RCV100", schedule="cron(0 5 ? * 1 *)"),
    *KINDS,
    *IN_MEMORY,
)
