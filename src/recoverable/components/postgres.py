"""Postgres: a database that comes back to any minute of its window, on RDS, Aurora or Cloud SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components.base import Component
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.postgres_aurora import AuroraCluster
from recoverable.components.postgres_checks import plan_of
from recoverable.components.postgres_cloudsql import CloudSqlInstance
from recoverable.components.postgres_plan import BackupOwner, PostgresEngine
from recoverable.components.postgres_rds import RdsInstance

__all__ = ["BackupOwner", "Postgres", "PostgresArgs", "PostgresEngine"]

BUILDERS: dict[PostgresEngine, Any] = {
    PostgresEngine.RDS: RdsInstance,
    PostgresEngine.AURORA: AuroraCluster,
    PostgresEngine.CLOUDSQL: CloudSqlInstance,
}


@dataclass
class PostgresArgs:
    """What a database is to be beyond what the standard demands. Every number may only be strengthened."""

    policy: ProtectionPolicy
    """Whose numbers hold, and where the second copy goes."""
    engine: PostgresEngine | None = None
    """rds (the default) or aurora on AWS, cloudsql on Google Cloud."""
    version: str | None = None
    """The major version, or on AWS a full one. Default 17. Minor versions come by themselves."""
    size: str | None = None
    """The instance class or tier. Default: db.t4g.medium, on Google Cloud db-custom-2-8192."""
    edition: str | None = None
    """ENTERPRISE or ENTERPRISE_PLUS, by the tier where it is left out. Google Cloud only."""
    storage_gb: int | None = None
    """Size of the disk. Default 20. Aurora's grows by itself."""
    max_storage_gb: int | None = None
    """How far the disk may grow by itself. Default: five times storage_gb."""
    identifier: str | None = None
    """The database server's name; made from the component's name by default."""
    database: str | None = None
    """Name of the first database. Default: the component's name with _ for -."""
    username: str | None = None
    """The master user on AWS. Default postgres. Its password is made and kept by Secrets Manager."""
    master_password: pulumi.Input[str] | None = None
    """Always refused: a password in the program reaches the repository, the preview and the state."""
    subnet_group_name: pulumi.Input[str] | None = None
    """The DB subnet group. Default: the account's default network. AWS only."""
    security_group_ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    """Who may connect. AWS only."""
    private_network: pulumi.Input[str] | None = None
    """The VPC network, with private services access. Default: Private Service Connect for the own project. Google Cloud only."""
    publicly_accessible: bool | None = None
    """Whether it has a public address. Default false; refused in production."""
    retention_days: int | None = None
    """Days that automated backups are kept (on Google Cloud: daily backups). Default: the standard's backup_retention_days."""
    pitr_window_days: int | None = None
    """How far back a restore reaches to any second. Default: the standard's pitr_window_days; on AWS it is the retention."""
    backup_owner: BackupOwner | None = None
    """native (the default) or aws_backup: who sets the retention. There can be one only."""
    backup_plan: bool | None = None
    """Whether a BackupVault with the same policy selects it too: keeps what is beyond 35 days, or the second copy. The evidence names it
    only where this program has such a vault. AWS only."""
    replicate: bool | None = None
    """Whether backups lie in a second region. Default: where the standard demands it or replica_region is given."""
    replica_region: str | None = None
    """Where they lie. Default: the policy's."""
    replica_kms_key_arn: pulumi.Input[str] | None = None
    """ARN of the copies' key, in their region. By default they get one of their own. RDS only."""
    kms_key_arn: pulumi.Input[str] | None = None
    """ARN of the key (on Google Cloud its full name). By default the database gets one of its own."""
    customer_managed_key: bool | None = None
    """False leaves the database under the provider's key. Default true; false is refused where the standard demands an own key."""
    storage_encrypted: bool | None = None
    """Only true is accepted, which is the default: what is created unencrypted stays so for ever."""
    multi_zone: bool | None = None
    """Whether it survives the loss of a zone. Default: the standard's multi_zone."""
    deletion_protection: bool | None = None
    """Whether the cloud refuses to delete it. Default true; false is refused in production."""
    skip_final_snapshot: bool | None = None
    """Whether a deletion takes no last backup. Default false; refused in production."""
    backup_window: str | None = None
    """When the daily backup is taken, in UTC. Default 02:00-03:00."""
    maintenance_window: str | None = None
    """When it may be restarted, in UTC. Default sun:04:00-sun:05:00."""
    monitoring_seconds: int | None = None
    """How often the operating system is measured: 1, 5, 10, 15, 30 or 60. Default: not at all. AWS only."""
    insights: bool | None = None
    """Whether slow queries are recorded (Performance Insights, Query Insights). Default false."""
    import_id: str | None = None
    """Identifier of an existing server to adopt as it is. Then take it out, and put ``identifier`` in its place."""
    import_instance_ids: list[str] | None = None
    """Identifiers of the existing instances of an adopted Aurora cluster."""
    tags: Mapping[str, str] | None = None
    """More tags (labels on Google Cloud) for everything that is made."""


class Postgres(Component):
    """An encrypted PostgreSQL server with point-in-time recovery, backups that outlive it, and a copy in a second region where demanded.

    Raises RefusedError where an argument is weaker than the standard, or the provider could not keep what the standard demands.
    """

    identifier: pulumi.Output[str]
    """The server's name: what restore commands take."""
    arn: pulumi.Output[str]
    """Its ARN; on Google Cloud its self link."""
    endpoint: pulumi.Output[str]
    """The host name; on Google Cloud the private address, or the connection name where there is none."""
    port: pulumi.Output[int]
    """The port."""
    database: pulumi.Output[str]
    """Name of the first database."""
    master_secret_arn: pulumi.Output[str | None]
    """The secret with the master user's password. None on Google Cloud, where users sign in by IAM."""
    kms_key_arn: pulumi.Output[str | None]
    """The key: an ARN, on Google Cloud its full name. None under the provider's key."""
    latest_restorable_time: pulumi.Output[str | None]
    """The latest moment that can be restored, as of the last deployment. Only RDS instances say it here; see restore_command."""
    final_snapshot_identifier: pulumi.Output[str | None]
    """Name of the snapshot that a deletion takes: another one in each life of the database."""
    second_copy: pulumi.Output[str | None]
    """What lies in the second region: an ARN, or the location. None where there is none, or a backup plan makes it."""
    restore_command: pulumi.Output[str]
    """The command line that begins a restore, always into a new server."""
    evidence: pulumi.Output[Mapping[str, Any]]
    """What protects the database, for how long, and how a restore begins."""

    def __init__(self, name: str, args: PostgresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Postgres", name, args, PostgresArgs, opts)
        self.parts: Any = BUILDERS[self.plan.engine](self, self.settings, self.plan)
        self.finish(**self.parts.outputs)

    def check(self) -> None:
        """Refuse what would not protect, or what the provider would refuse later."""
        self.plan = plan_of(self, self.settings)
