"""A Cloud SQL instance with everything that its backups need, and its backups in a second region."""

from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_gcp
from pulumi_gcp import kms, projects, sql

from recoverable.components import evidence
from recoverable.components.base import Component
from recoverable.components.postgres_aws import adopting
from recoverable.components.postgres_plan import RPO_MINUTES, Plan
from recoverable.components.postgres_windows import google_maintenance

if TYPE_CHECKING:
    from recoverable.components.postgres import PostgresArgs

DAY = 86400
ROTATION = f"{90 * DAY}s"
DESTROY_AFTER = f"{120 * DAY}s"
"""How long a destroyed key version can be brought back: the longest that Cloud KMS offers, for it cannot be changed when the retention
grows (https://cloud.google.com/kms/docs/destroy-restore)."""
USE_KEY = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
FINAL_BACKUP_DAYS = 30
"""How long the last backup is kept at least; longer where the retention is."""
PORT = 5432


class CloudSqlInstance:
    """The instance and its companions, each an attribute: the escape hatches."""

    def __init__(self, component: Component, given: "PostgresArgs", plan: Plan) -> None:
        self.component, self.given, self.plan = component, given, plan
        self.project = component.policy.project
        self.ring: kms.KeyRing | None = None
        self.key: kms.CryptoKey | None = None
        if plan.own_key and given.kms_key_arn is None:
            self.ring, self.key = self._key()
        self.key_name = self.key.id if self.key is not None else given.kms_key_arn
        self.agent: projects.ServiceIdentity | None = None
        self.grant: kms.CryptoKeyIAMMember | None = None
        if plan.own_key:
            self.agent, self.grant = self._grant()
        self.instance = self._instance()
        self.database = self._database()
        self.outputs = self._outputs()

    def _key(self) -> tuple[kms.KeyRing, kms.CryptoKey]:
        component = self.component
        ring = kms.KeyRing(
            f"{component.short}-keyring", location=component.policy.primary_region, project=self.project, opts=component.stateful()
        )
        key = kms.CryptoKey(
            f"{component.short}-key",
            key_ring=ring.id,
            rotation_period=ROTATION,
            destroy_scheduled_duration=DESTROY_AFTER,
            labels=component.labels(),
            opts=component.stateful(),
        )
        return ring, key

    def _grant(self) -> tuple[projects.ServiceIdentity, kms.CryptoKeyIAMMember]:
        """Cloud SQL's agent, which may use the key."""
        component = self.component
        agent = projects.ServiceIdentity(
            f"{component.short}-agent", service="sqladmin.googleapis.com", project=self.project, opts=component.helper()
        )
        grant = kms.CryptoKeyIAMMember(
            f"{component.short}-key-grant",
            crypto_key_id=pulumi.Output.from_input(self.key_name).apply(str),
            role=USE_KEY,
            member=agent.email.apply(lambda address: f"serviceAccount:{address}"),
            opts=component.helper(),
        )
        return agent, grant

    def _instance(self) -> sql.DatabaseInstance:
        component, given, plan = self.component, self.given, self.plan
        return sql.DatabaseInstance(
            f"{component.short}-db",
            name=given.import_id or given.identifier,
            database_version=f"POSTGRES_{plan.version}",
            region=component.policy.primary_region,
            project=self.project,
            encryption_key_name=self.key_name,
            deletion_protection=plan.deletion_protection,
            settings=settings(component, given, plan),
            opts=component.stateful(depends_on=[self.grant] if self.grant is not None else [], **adopting(given.import_id)),
        )

    def _database(self) -> sql.Database:
        """The first database. A destroy reaches it before the instance, whose own protection would come too late for it.

        So it is never dropped alone, and Pulumi refuses its deletion wherever the instance refuses its own.
        """
        component = self.component
        guarded = pulumi.ResourceOptions(protect=component.policy.protects or self.plan.deletion_protection)
        return sql.Database(
            f"{component.short}-database",
            instance=self.instance.name,
            name=self.plan.database,
            deletion_policy="ABANDON",
            project=self.project,
            opts=pulumi.ResourceOptions.merge(component.stateful(), guarded),
        )

    def _outputs(self) -> dict[str, Any]:
        instance, plan = self.instance, self.plan
        protected_by = ["own Cloud KMS key"] if plan.own_key else ["the provider's key"]
        protected_by += ["daily backups that outlive the instance", "point-in-time recovery"]
        protected_by += ["deletion protection in Pulumi and in the API"] if plan.deletion_protection else []
        protected_by += ["final backup"] if plan.final_snapshot else []
        protected_by += ["standby in another zone"] if plan.multi_zone else []
        protected_by += [f"backups in {plan.replica_region}"] if plan.replica_region else []
        command = instance.name.apply(
            lambda name: (
                f"gcloud sql instances clone {name} {name}-restored --point-in-time=YYYY-MM-DDTHH:MM:SSZ"
                + (f" --project={self.project}" if self.project else "")
            )
        )
        return {
            "identifier": instance.name,
            "arn": instance.self_link,
            "endpoint": pulumi.Output.all(instance.private_ip_address, instance.connection_name).apply(lambda found: found[0] or found[1]),
            "port": PORT,
            "database": self.database.name,
            "master_secret_arn": None,
            "kms_key_arn": instance.encryption_key_name if plan.own_key else None,
            "latest_restorable_time": None,
            "final_snapshot_identifier": None,
            "second_copy": plan.replica_region,
            "restore_command": command,
            "evidence": evidence.entry(
                self.component,
                store=instance.self_link,
                kind=plan.kind,
                protected_by=protected_by,
                retention_days=plan.retention_days,
                pitr_window_days=plan.pitr_days,
                achieved_rpo_minutes=RPO_MINUTES,
                rpo_mechanism="Cloud SQL point-in-time recovery: logs every 5 minutes",
                restore_command=command,
                second_copy=plan.replica_region,
            ),
        }


def settings(component: Component, given: "PostgresArgs", plan: Plan) -> dict[str, Any]:
    """The instance's settings."""
    kept = plan.demanded_days
    return {
        "tier": plan.size,
        "edition": plan.edition,
        "availability_type": "REGIONAL" if plan.multi_zone else "ZONAL",
        "disk_type": "PD_SSD",
        "disk_size": plan.storage_gb,
        "disk_autoresize": True,
        "disk_autoresize_limit": plan.max_storage_gb,
        "deletion_protection_enabled": plan.deletion_protection,
        "retain_backups_on_delete": True,
        "final_backup_config": {"enabled": True, "retention_days": max(kept, FINAL_BACKUP_DAYS)} if plan.final_snapshot else None,
        "backup_configuration": {
            "enabled": True,
            "start_time": plan.backup_window.split("-")[0],
            "location": plan.replica_region,
            "point_in_time_recovery_enabled": True,
            "transaction_log_retention_days": plan.pitr_days,
            "backup_retention_settings": {"retained_backups": kept, "retention_unit": "COUNT"},
        },
        "ip_configuration": network(component, given, plan),
        "database_flags": [{"name": "cloudsql.iam_authentication", "value": "on"}],
        "maintenance_window": {**google_maintenance(plan.maintenance_window), "update_track": "stable"},
        "insights_config": {"query_insights_enabled": True} if given.insights else None,
        "user_labels": component.labels(),
    }


def network(component: Component, given: "PostgresArgs", plan: Plan) -> dict[str, Any]:
    """TLS only. Without a network it is reached by Private Service Connect, never by a public address that nobody asked for."""
    inside: dict[str, Any] = {"private_network": given.private_network}
    if given.private_network is None:
        allowed = [each for each in (component.policy.project or pulumi_gcp.config.project,) if each]
        inside = {"psc_configs": [{"psc_enabled": True, "allowed_consumer_projects": allowed}]}
    if plan.public and given.private_network is None:
        inside = {}  # Cloud SQL has either Private Service Connect or a public address
    return {"ipv4_enabled": plan.public, "ssl_mode": "ENCRYPTED_ONLY", **inside}
