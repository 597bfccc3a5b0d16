"""Postgres: what Cloud SQL cannot do, and what a standard of one's own makes refused, with the whole messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.policy import Cloud
from recoverable.components.postgres import BackupOwner, PostgresEngine
from tests.components.postgres_programs import refusal

RDS = PostgresEngine.RDS
AWS_BACKUP = BackupOwner.AWS_BACKUP
SECRET = "hunter2-not-a-real-one"
START = 'Postgres "orders": '

GOOGLE: list[tuple[str, dict[str, Any], str]] = [
    ("prod", {"engine": RDS}, 'engine = "rds" is refused: Google Cloud has cloudsql. The policy\'s cloud decides where it is built.'),
    (
        "prod",
        {"retention_days": 0},
        "retention_days = 0 is refused: prod demands at least 30 days (built-in). Without backups nothing can be restored.",
    ),
    (
        "prod",
        {"retention_days": 366},
        "retention_days = 366 is refused: Cloud SQL keeps 365 automated backups at most, one a day. It asks for 366.",
    ),
    (
        "prod",
        {"pitr_window_days": 8},
        "pitr_window_days = 8 is refused: Cloud SQL Enterprise edition keeps transaction logs 7 days at most. It asks for 8. "
        'edition = "ENTERPRISE_PLUS" keeps 35.',
    ),
    (
        "prod",
        {"pitr_window_days": 36, "size": "db-perf-optimized-N-2"},
        "pitr_window_days = 36 is refused: Cloud SQL Enterprise Plus edition keeps transaction logs 35 days at most. It asks for 36.",
    ),
    (
        "prod",
        {"size": "db-custom-2-8192", "edition": "ENTERPRISE_PLUS"},
        'size = "db-custom-2-8192" is refused: a machine type such as db-perf-optimized-N-2. Edition ENTERPRISE_PLUS takes no other.',
    ),
    (
        "prod",
        {"size": "db-perf-optimized-N-2", "edition": "ENTERPRISE"},
        'size = "db-perf-optimized-N-2" is refused: a machine type such as db-custom-2-8192. Edition ENTERPRISE takes no other.',
    ),
    (
        "prod",
        {"size": "db.r7g.large"},
        'size = "db.r7g.large" is refused: a machine type such as db-custom-2-8192. Cloud SQL has no other.',
    ),
    ("prod", {"edition": "FREE"}, 'edition = "FREE" is refused: ENTERPRISE or ENTERPRISE_PLUS. There is no other.'),
    ("prod", {"version": "17.2"}, 'version = "17.2" is refused: the major version alone on Cloud SQL. Google chooses the minor one.'),
    (
        "prod",
        {"replica_region": "europe-west1"},
        'replica_region = "europe-west1" is refused: the database itself is in europe-west1. A copy beside the original is lost with it.',
    ),
    (
        "prod",
        {"backup_owner": AWS_BACKUP},
        'backup_owner = "aws_backup" is refused: leave it out on Cloud SQL. Cloud SQL keeps its backups itself.',
    ),
    (
        "prod",
        {"backup_plan": True},
        "backup_plan = True is refused: leave it out on Cloud SQL. "
        "A plan of Backup and DR would take the place of Cloud SQL's own backups, and it copies to no other region.",
    ),
    ("prod", {"security_group_ids": ["sg-1"]}, 'security_group_ids = "a value" is refused: leave it out on Cloud SQL. Cloud SQL has no security groups.'),
    (
        "prod",
        {"master_password": SECRET},
        'master_password = "[secret]" is refused: leave it out; users sign in by IAM. '
        "A password in the program reaches the repository, the preview and the state.",
    ),
    (
        "prod",
        {"deletion_protection": False},
        "deletion_protection = False is refused: not in prod. One wrong destroy removes the database.",
    ),
    (
        "prod",
        {"publicly_accessible": True},
        "publicly_accessible = True is refused: not in prod. The whole internet could try passwords.",
    ),
]  # fmt: skip

STANDARDS: list[tuple[str, dict[str, Any], str]] = [
    (
        "backup_retention_days = 60",
        {},
        "retention_days = 60 is refused: RDS keeps automated backups 35 days at most. prod demands 60 days (recoverable.toml:3). "
        "Let a BackupVault keep snapshots longer, and say so: backup_plan = True.",
    ),
    (
        "pitr_window_days = 36\nbackup_retention_days = 36",
        {"backup_owner": AWS_BACKUP},
        "pitr_window_days = 36 is refused: AWS Backup keeps continuous backups 35 days at most. prod demands 36 days (recoverable.toml:3). "
        "No mechanism reaches further back.",
    ),
    (
        "rpo_minutes = 4",
        {},
        "rpo_minutes = 4 is refused: point-in-time recovery promises 5 minutes. "
        "prod demands 4 (recoverable.toml:3); no backup of this database is faster.",
    ),
    (
        "backup_retention_days_max = 31",
        {"retention_days": 32},
        "retention_days = 32 is refused: prod allows 31 days at most (recoverable.toml:3). Data that had to be deleted would live on.",
    ),
    (
        "backup_retention_days_max = 31",
        {"pitr_window_days": 33},
        "pitr_window_days = 33 is refused: prod allows 31 days at most (recoverable.toml:3). Data that had to be deleted would live on.",
    ),
    (
        "customer_managed_key = true",
        {"customer_managed_key": False},
        "customer_managed_key = False is refused: prod demands one (recoverable.toml:3). "
        "Only an own key can be audited, disabled and shared with the account that keeps the copies.",
    ),
]


@pytest.fixture(autouse=True)
def without_a_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in numbers hold."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("environment", "arguments", "said"), GOOGLE)
def test_what_is_refused_on_google_cloud(environment: str, arguments: dict[str, Any], said: str) -> None:
    assert refusal(environment, cloud=Cloud.GCP, **arguments) == START + said


@pytest.mark.parametrize(("line", "arguments", "said"), STANDARDS)
def test_what_a_standard_of_ones_own_makes_refused(line: str, arguments: dict[str, Any], said: str, tmp_path: Path) -> None:
    text = f"schema = 1\n[environments.prod]\n{line}\n"
    assert refusal(folder=tmp_path, standard=text, **arguments) == START + said
