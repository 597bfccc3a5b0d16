"""Stores beside RDS, DynamoDB, EFS and S3 as code: a good one of each kind, and twins that differ from it in one attribute."""

from __future__ import annotations

from tests.audit.twin import TAGS, Attrs, Twin, text

TOPIC = "arn:aws:sns:eu-west-1:123456789012:backups"
ROLE = "arn:aws:iam::123456789012:role/backup"
KINDS_STANDARD = """
[environments.prod.kinds.ebs-volume]
rpo_minutes = 1440

[environments.prod.kinds.snapshot-policy]
rpo_minutes = 1440
"""
CLUSTER: Attrs = {
    "backup_retention_period": "30",
    "storage_encrypted": "true",
    "deletion_protection": "true",
    "skip_final_snapshot": "false",
    "tags": TAGS,
}
FILES: Attrs = {"automatic_backup_retention_days": "30", "storage_capacity": "1200", "subnet_ids": '["subnet-0a1b2c3d"]', "tags": TAGS}
FSX: dict[str, Attrs] = {
    "windows": {"throughput_capacity": "32", "skip_final_backup": "false"},
    "openzfs": {"throughput_capacity": "64", "deployment_type": '"SINGLE_AZ_1"', "skip_final_backup": "false"},
    "ontap": {"throughput_capacity": "128", "deployment_type": '"SINGLE_AZ_1"', "preferred_subnet_id": '"subnet-0a1b2c3d"'},
    "lustre": {"deployment_type": '"PERSISTENT_2"', "skip_final_backup": "false"},
}


def _made(kind: str, name: str, attrs: Attrs, wrong: tuple[str, ...], live: str = "", more: str = "") -> Twin:
    only = frozenset({live}) if live else frozenset()
    return Twin(name, f"{kind}.{name}", text(kind, name, attrs) + more, frozenset(wrong), only)


def docdb(name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    attrs = {"cluster_identifier": f'"{name}"', **CLUSTER, "final_snapshot_identifier": f'"{name}-final"', **changes}
    return _made("aws_docdb_cluster", name, attrs, wrong, live)


def neptune(name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    own = {"copy_tags_to_snapshot": "true", "final_snapshot_identifier": f'"{name}-final"'}
    return _made("aws_neptune_cluster", name, {"cluster_identifier": f'"{name}"', **CLUSTER, **own, **changes}, wrong, live)


def heard() -> str:
    """Who hears of failed backups of the kinds that have subscriptions of their own."""
    attrs = {"sns_topic_arn": f'"{TOPIC}"', "event_categories": '["backup", "failure"]'}
    return "".join(text(f"aws_{kind}_event_subscription", "failures", {"name": f'"{kind}"', **attrs}) for kind in ("docdb", "neptune"))


def policy(name: str, hours: int = 24, days: int = 30, state: str = "ENABLED") -> str:
    """A snapshot policy for volumes with the tag ``snapshots = NAME``."""
    schedule = (
        f'schedule {{\n    name = "daily"\n    create_rule {{\n      interval = {hours}\n      interval_unit = "HOURS"\n    }}\n'
        f'    retain_rule {{\n      interval = {days}\n      interval_unit = "DAYS"\n    }}\n  }}'
    )
    details = f'policy_details {{\n  resource_types = ["VOLUME"]\n  target_tags = {{ snapshots = "{name}" }}\n  {schedule}\n}}'
    attrs = {"description": f'"{name}"', "execution_role_arn": f'"{ROLE}"', "state": f'"{state}"', "tags": TAGS}
    return text("aws_dlm_lifecycle_policy", name, attrs, details)


def disk(name: str, *wrong: str, live: str = "", with_policy: str = "", chosen: str = "", about: str = "", **changes: str) -> Twin:
    """A volume under a policy of its own."""
    tags = f'{{ environment = "prod", owner = "orders", snapshots = "{chosen or name}" }}'
    attrs = {"availability_zone": '"eu-west-1a"', "size": "20", "encrypted": "true", "tags": tags, **changes}
    made = _made("aws_ebs_volume", name, attrs, wrong, live, with_policy or policy(name))
    return Twin(name, f"{about}.{name}", made.code, made.wrong, made.only_live) if about else made


def fsx(kind: str, name: str, *wrong: str, live: str = "", **changes: str) -> Twin:
    return _made(f"aws_fsx_{kind}_file_system", name, {**FILES, **FSX[kind], **changes}, wrong, live)


SHORT, OFF = {"automatic_backup_retention_days": "29"}, {"automatic_backup_retention_days": "0"}
DLM = "aws_dlm_lifecycle_policy"
KINDS = (
    docdb("docdb-good"),
    docdb("docdb-retention", "RCV002", "RCV108", backup_retention_period="29"),
    docdb("docdb-bare", "RCV007", storage_encrypted="false"),
    docdb("docdb-open", "RCV009", deletion_protection="false"),
    docdb("docdb-stale", live="RCV201"),
    docdb("docdb-lag", live="RCV203"),
    docdb("docdb-window", live="RCV202"),
    neptune("neptune-good"),
    neptune("neptune-retention", "RCV002", "RCV108", backup_retention_period="29"),
    neptune("neptune-bare", "RCV007", storage_encrypted="false"),
    neptune("neptune-open", "RCV009", deletion_protection="false"),
    neptune("neptune-tags", "RCV012", copy_tags_to_snapshot="false"),
    neptune("neptune-lag", live="RCV203"),
    disk("disk-good"),
    disk("disk-bare", "RCV020", encrypted="false"),
    disk("disk-alone", "RCV108", chosen="nobody"),
    disk("disk-off", "RCV108", with_policy=policy("disk-off", state="DISABLED")),
    disk("disk-stale", live="RCV201"),
    disk("policy-seldom", "RCV100", with_policy=policy("policy-seldom", hours=48), about=DLM),
    disk("policy-short", "RCV101", with_policy=policy("policy-short", days=29), about=DLM),
    *(fsx(kind, f"{kind}-good") for kind in FSX),
    *(fsx(kind, f"{kind}-short", "RCV021", **SHORT) for kind in FSX),
    *(fsx(kind, f"{kind}-none", "RCV108", **OFF) for kind in FSX),
    *(fsx(kind, f"{kind}-stale", live="RCV201") for kind in FSX),
    fsx("lustre", "lustre-scratch", deployment_type='"SCRATCH_2"', **OFF),
)
