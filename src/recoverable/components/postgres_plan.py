"""The words that a Postgres is described with, and the plan that its arguments become once they are checked."""

import enum
from dataclasses import dataclass


class PostgresEngine(str, enum.Enum):
    """What runs it."""

    RDS = "rds"
    """One RDS instance, with a standby in another zone where the standard demands it."""
    AURORA = "aurora"
    """An Aurora cluster."""
    CLOUDSQL = "cloudsql"
    """A Cloud SQL instance."""


class BackupOwner(str, enum.Enum):
    """Who sets how long backups are kept."""

    NATIVE = "native"
    """The database's own automated backups."""
    AWS_BACKUP = "aws_backup"
    """A plan of AWS Backup with continuous backup, made by a BackupVault."""


KINDS = {PostgresEngine.RDS: "rds-instance", PostgresEngine.AURORA: "aurora-cluster", PostgresEngine.CLOUDSQL: "cloudsql-instance"}
"""What the standard calls each."""
NAMES = {PostgresEngine.RDS: "RDS", PostgresEngine.AURORA: "Aurora", PostgresEngine.CLOUDSQL: "Cloud SQL"}
RPO_MINUTES = 5
"""What point-in-time recovery can lose: RDS https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html, Cloud SQL
https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr"""


@dataclass(frozen=True)
class Plan:
    """The arguments after they were checked: what is going to be built.

    ``retention_days`` is what the database itself keeps, None where AWS Backup owns it. ``demanded_days`` is what all mechanisms
    together keep. ``replica_region`` is None where no copy is made here.
    """

    engine: PostgresEngine
    kind: str
    version: str
    size: str
    edition: str
    storage_gb: int
    max_storage_gb: int
    database: str
    username: str
    retention_days: int | None
    demanded_days: int
    pitr_days: int
    backup_plan: bool
    replica_region: str | None
    own_key: bool
    multi_zone: bool
    deletion_protection: bool
    final_snapshot: bool
    public: bool
    backup_window: str
    maintenance_window: str

    @property
    def major(self) -> str:
        """The major version."""
        return self.version.split(".")[0]

    @property
    def owned_by_plan(self) -> bool:
        """Whether AWS Backup sets the retention."""
        return self.retention_days is None
