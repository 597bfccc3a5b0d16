"""Postgres: every combination that is refused, with its whole message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest

from recoverable.components.policy import Cloud
from recoverable.components.postgres import BackupOwner, Postgres, PostgresArgs, PostgresEngine
from recoverable.components.refusal import RefusedError
from tests.components.harness import build
from tests.components.postgres_programs import built, policy, refusal

AURORA, CLOUDSQL = PostgresEngine.AURORA, PostgresEngine.CLOUDSQL
AWS_BACKUP = BackupOwner.AWS_BACKUP
SECRET = "hunter2-not-a-real-one"
START = 'Postgres "orders": '

AWS: list[tuple[str, dict[str, Any], str]] = [
    (
        "prod",
        {"retention_days": 0},
        "retention_days = 0 is refused: prod demands at least 30 days (built-in). Without backups nothing can be restored.",
    ),
    ("dev", {"size": "huge"}, 'size = "huge" is refused: an instance class such as db.t4g.medium. RDS has no other.'),
    ("dev", {"size": "db.huge"}, 'size = "db.huge" is refused: an instance class such as db.t4g.medium. RDS has no other.'),
    ("dev", {"size": "", "engine": AURORA}, 'size = "" is refused: an instance class such as db.t4g.medium. Aurora has no other.'),
    (
        "prod",
        {"retention_days": 29},
        "retention_days = 29 is refused: prod demands at least 30 days (built-in). A fault found later than that cannot be undone.",
    ),
    (
        "prod",
        {"retention_days": -1},
        "retention_days = -1 is refused: a whole number from 0 to 3650. Backups are kept for a number of days.",
    ),
    (
        "prod",
        {"retention_days": 36},
        "retention_days = 36 is refused: RDS keeps automated backups 35 days at most. It asks for 36. "
        "Let a BackupVault keep snapshots longer, and say so: backup_plan = True.",
    ),
    (
        "staging",
        {"retention_days": 36, "engine": AURORA},
        "retention_days = 36 is refused: Aurora keeps automated backups 35 days at most. It asks for 36. "
        "Let a BackupVault keep snapshots longer, and say so: backup_plan = True.",
    ),
    (
        "prod",
        {"pitr_window_days": 6},
        "pitr_window_days = 6 is refused: prod demands at least 7 days (built-in). "
        "What is noticed later can only be restored to the last daily backup.",
    ),
    (
        "prod",
        {"pitr_window_days": 36, "backup_plan": True},
        "pitr_window_days = 36 is refused: RDS keeps automated backups 35 days at most. It asks for 36. No mechanism reaches further back.",
    ),
    (
        "prod",
        {"backup_owner": AWS_BACKUP, "retention_days": 35},
        "retention_days = 35 is refused: leave it out with backup_owner = aws_backup. "
        "The plan's continuous backup owns the retention; two owners undo each other's setting.",
    ),
    (
        "prod",
        {"backup_owner": AWS_BACKUP, "pitr_window_days": 7},
        "pitr_window_days = 7 is refused: leave it out with backup_owner = aws_backup. "
        "The plan's continuous backup owns the retention; two owners undo each other's setting.",
    ),
    (
        "prod",
        {"backup_owner": AWS_BACKUP, "backup_plan": False},
        "backup_plan = False is refused: true, with backup_owner = aws_backup. Nothing at all would back it up.",
    ),
    (
        "prod",
        {"backup_owner": AWS_BACKUP, "replicate": True},
        "replicate = True is refused: a database under aws_backup has no replication of automated backups. "
        "Set backup_plan = True and let a BackupVault copy to the second region.",
    ),
    ("prod", {"backup_owner": "me"}, 'backup_owner = "me" is refused: it is one of native, aws_backup. There is no other.'),
    (
        "prod",
        {"deletion_protection": False},
        "deletion_protection = False is refused: not in prod. One wrong destroy removes the database.",
    ),
    (
        "prod",
        {"skip_final_snapshot": True},
        "skip_final_snapshot = True is refused: not in prod. What was written since the last backup would be lost with the database.",
    ),
    (
        "prod",
        {"publicly_accessible": True},
        "publicly_accessible = True is refused: not in prod. The whole internet could try passwords.",
    ),
    (
        "dev",
        {"storage_encrypted": False},
        "storage_encrypted = False is refused: every environment demands encryption. "
        "A database that is created unencrypted stays so for ever.",
    ),
    (
        "prod",
        {"multi_zone": False},
        "multi_zone = False is refused: prod demands several zones (built-in). "
        "The loss of one zone would mean a restore instead of a failover.",
    ),
    (
        "prod",
        {"replicate": False},
        "replicate = False is refused: prod demands a second region (built-in). "
        "The loss of a region takes the database and all its backups.",
    ),
    (
        "prod",
        {"replica_region": "eu-west-1"},
        'replica_region = "eu-west-1" is refused: the database itself is in eu-west-1. A copy beside the original is lost with it.',
    ),
    (
        "dev",
        {"replicate": False, "replica_region": "eu-central-1"},
        'replica_region = "eu-central-1" is refused: leave it out where replicate is false. Nothing would go there.',
    ),
    (
        "dev",
        {"replicate": True, "of_policy": {"replica_region": None}},
        "replica_region = None is refused: replicate is true. Name it here or in the ProtectionPolicy.",
    ),
    (
        "dev",
        {"replica_kms_key_arn": "arn:aws:kms:eu-central-1:123456789012:key/0a1b"},
        'replica_kms_key_arn = "a value" is refused: there is no second copy here. Set replicate = True or leave it out.',
    ),
    (
        "prod",
        {"engine": AURORA},
        "backup_plan = None is refused: prod demands a second region (built-in). Aurora has no replication of automated backups "
        "(and no managed password in a global database): set backup_plan = True and let a BackupVault copy it.",
    ),
    (
        "prod",
        {"engine": AURORA, "replicate": True},
        "replicate = True is refused: Aurora has no replication of automated backups. "
        "Set backup_plan = True and let a BackupVault copy to the second region.",
    ),
    (
        "prod",
        {"master_password": SECRET},
        'master_password = "[secret]" is refused: leave it out. '
        "A password in the program reaches the repository, the preview and the state; Secrets Manager makes and rotates it.",
    ),
    (
        "prod",
        {"engine": CLOUDSQL},
        'engine = "cloudsql" is refused: AWS has rds and aurora. The policy\'s cloud decides where it is built.',
    ),
    ("prod", {"engine": "oracle"}, 'engine = "oracle" is refused: it is one of rds, aurora, cloudsql. There is no other.'),
    ("prod", {"edition": "ENTERPRISE"}, 'edition = "ENTERPRISE" is refused: leave it out on RDS. RDS and Aurora have no editions.'),
    (
        "prod",
        {"private_network": "vpc"},
        'private_network = "vpc" is refused: leave it out on RDS. RDS takes subnet_group_name and security_group_ids.',
    ),
    (
        "prod",
        {"import_id": "orders"},
        "kms_key_arn = None is refused: name the key that the adopted database has, or set customer_managed_key = False. "
        "Another key would replace the database.",
    ),
    (
        "prod",
        {"import_id": "orders", "identifier": "other"},
        'identifier = "other" is refused: leave it out, or orders. The adopted server would be replaced.',
    ),
    (
        "prod",
        {"customer_managed_key": False, "kms_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/0a1b"},
        'kms_key_arn = "a value" is refused: leave it out with customer_managed_key = False. It would not be used.',
    ),
    (
        "prod",
        {"import_instance_ids": ["orders-0"]},
        "import_instance_ids = ['orders-0'] is refused: only with import_id of an Aurora cluster. Nothing is adopted.",
    ),
    (
        "prod",
        {"monitoring_seconds": 2},
        "monitoring_seconds = 2 is refused: one of 1, 5, 10, 15, 30, 60. RDS measures at these only.",
    ),
    ("prod", {"version": "9.6"}, 'version = "9.6" is refused: a version of PostgreSQL from 13 to 18, such as 17. Others are not offered.'),
    (
        "prod",
        {"database": "My DB"},
        'database = "My DB" is refused: lower-case letters, digits and _, beginning with a letter, 63 at most. Others need quoting.',
    ),
    (
        "prod",
        {"username": "admin"},
        'username = "admin" is refused: lower-case letters, digits and _, beginning with a letter, '
        "and none of admin, rdsadmin, rds_superuser. RDS refuses it.",
    ),
    (
        "prod",
        {"identifier": "Orders--1"},
        'identifier = "Orders--1" is refused: lower-case letters, digits and single dashes, beginning with a letter, 63 at most. '
        "The cloud takes no other.",
    ),
    (
        "prod",
        {"storage_gb": 100, "max_storage_gb": 99},
        "max_storage_gb = 99 is refused: a whole number from 100 to 65536. A database whose disk is full stops, and its backups with it.",
    ),
    (
        "staging",
        {"engine": AURORA, "storage_gb": 50},
        "storage_gb = 50 is refused: leave it out on Aurora. Its storage grows by itself.",
    ),
    (
        "prod",
        {"backup_window": "2-3"},
        'backup_window = "2-3" is refused: HH:MM-HH:MM in UTC, such as 02:00-03:00. RDS reads no other form.',
    ),
    (
        "prod",
        {"backup_window": "23:50-00:10"},
        'backup_window = "23:50-00:10" is refused: 30 minutes at least. RDS takes no shorter one.',
    ),
    (
        "prod",
        {"maintenance_window": "sun:4-5"},
        'maintenance_window = "sun:4-5" is refused: ddd:HH:MM-ddd:HH:MM in UTC, such as sun:04:00-sun:05:00. RDS reads no other form.',
    ),
    (
        "prod",
        {"maintenance_window": "mon:01:00-wed:01:00"},
        'maintenance_window = "mon:01:00-wed:01:00" is refused: 30 minutes to 24 hours. RDS takes no other length.',
    ),
    (
        "prod",
        {"maintenance_window": "sun:23:30-mon:02:30"},
        'maintenance_window = "sun:23:30-mon:02:30" is refused: a time outside the backup window 02:00-03:00. RDS refuses an overlap.',
    ),
]


@pytest.fixture(autouse=True)
def without_a_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in numbers hold."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("environment", "arguments", "said"), AWS)
def test_what_is_refused_on_aws(environment: str, arguments: dict[str, Any], said: str) -> None:
    assert refusal(environment, **arguments) == START + said


def test_a_password_that_is_an_output_is_refused_too() -> None:
    def program() -> None:
        Postgres("orders", PostgresArgs(policy(Cloud.AWS, "dev"), master_password=pulumi.Output.secret(SECRET)))

    with pytest.raises(RefusedError) as caught:
        build(program)
    assert 'master_password = "[secret]" is refused' in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("arguments", [{"deletion_protection": False}, {"skip_final_snapshot": True}, {"publicly_accessible": True}])
def test_outside_production_a_protection_may_be_given_up(arguments: dict[str, Any]) -> None:
    made = built("dev", **arguments).one("Instance").inputs
    assert made["deletionProtection"] is not ("deletion_protection" in arguments)
    assert made["skipFinalSnapshot"] is ("skip_final_snapshot" in arguments)
    assert made["publiclyAccessible"] is ("publicly_accessible" in arguments)


@pytest.mark.parametrize("window", ["sun:03:00-sun:03:30", "sat:23:30-sun:00:30", "sat:03:00-sun:02:00"])
def test_a_maintenance_window_that_only_touches_the_backup_window_is_accepted(window: str) -> None:
    assert built(maintenance_window=window).one("Instance").inputs["maintenanceWindow"] == window


def test_the_longest_retention_of_rds_is_accepted() -> None:
    assert built(retention_days=35).one("Instance").inputs["backupRetentionPeriod"] == 35


@pytest.mark.parametrize("name", ["Orders", "o--rders", "1orders", "orders-", "o" * 41])
def test_a_name_that_no_identifier_can_be_made_of_is_refused(name: str) -> None:
    with pytest.raises(RefusedError) as caught:
        build(lambda: Postgres(name, PostgresArgs(policy(Cloud.AWS, "dev"))))
    assert str(caught.value) == (
        f'Postgres "{name}": name = "{name}" is refused: lower-case letters, digits and single dashes, beginning with a letter, '
        "40 at most. The server's and its last snapshot's names are made from it."
    )
