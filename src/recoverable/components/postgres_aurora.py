"""An Aurora cluster. Its second copy is made by a backup plan: replication of automated backups is not offered for Aurora
(https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html), and a global database takes no password that
Secrets Manager manages (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-secrets-manager.html).
"""

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import rds

from recoverable.components import backup_claims, evidence, postgres_aws
from recoverable.components.base import Component
from recoverable.components.postgres_plan import Plan

if TYPE_CHECKING:
    from recoverable.components.postgres import PostgresArgs

ENGINE = "aurora-postgresql"
LOGS = ["postgresql"]
"""The log that Aurora PostgreSQL exports."""

NATIVE = "Aurora point-in-time recovery: 5 minutes"


class AuroraCluster:
    """The cluster and its companions, each an attribute: the escape hatches."""

    def __init__(self, component: Component, given: "PostgresArgs", plan: Plan) -> None:
        self.component, self.given, self.plan = component, given, plan
        name, self.region = component.short, component.policy.primary_region
        self.key = None
        if plan.own_key and given.kms_key_arn is None:
            self.key = postgres_aws.key(component, f"{name}-key", f"the database {name}", self.region)
        self.key_arn = self.key.arn if self.key is not None else given.kms_key_arn
        self.parameters = rds.ClusterParameterGroup(
            f"{name}-parameters",
            family=f"{ENGINE}{plan.major}",
            description=f"TLS only, for {name}",
            parameters=[{"name": "rds.force_ssl", "value": "1", "apply_method": "immediate"}],
            region=self.region,
            tags=component.tags(),
            opts=component.helper(),
        )
        self.monitoring_role, monitoring = postgres_aws.monitoring(component, given)
        self.cluster = self._cluster()
        self.instances = self._instances(monitoring)
        self.outputs = self._outputs()

    def _cluster(self) -> rds.Cluster:
        component, given, plan = self.component, self.given, self.plan
        options = postgres_aws.adopting(given.import_id) or {
            "ignore_changes": postgres_aws.plan_owned(plan.owned_by_plan, "backupRetentionPeriod", "preferredBackupWindow")
        }
        return rds.Cluster(
            f"{component.short}-cluster",
            cluster_identifier=given.import_id or given.identifier,
            engine=ENGINE,
            engine_mode="provisioned",
            engine_version=plan.version,
            storage_encrypted=True,
            kms_key_id=self.key_arn,
            database_name=plan.database,
            master_username=plan.username,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=self.key_arn,
            iam_database_authentication_enabled=True,
            db_subnet_group_name=given.subnet_group_name,
            vpc_security_group_ids=given.security_group_ids,
            db_cluster_parameter_group_name=self.parameters.name,
            backup_retention_period=plan.retention_days,
            preferred_backup_window=plan.backup_window or None,
            preferred_maintenance_window=plan.maintenance_window,
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            deletion_protection=plan.deletion_protection,
            skip_final_snapshot=not plan.final_snapshot,
            final_snapshot_identifier=postgres_aws.final_snapshot(self.parameters.name),
            enabled_cloudwatch_logs_exports=LOGS,
            apply_immediately=False,
            region=self.region,
            tags=component.tags(postgres_aws.selected(given, plan)),
            opts=component.stateful(**options),
        )

    def _instances(self, monitoring: dict[str, Any]) -> list[rds.ClusterInstance]:
        """The writer, and where several zones are demanded a reader that takes its place. They hold no data: the cluster does."""
        component, plan = self.component, self.plan
        known = self.given.import_instance_ids or []
        count = max(2 if plan.multi_zone else 1, len(known))
        return [
            rds.ClusterInstance(
                f"{component.short}-instance-{number}",
                cluster_identifier=self.cluster.id,
                identifier=known[number] if number < len(known) else None,
                engine=ENGINE,
                instance_class=plan.size,
                promotion_tier=number,
                publicly_accessible=plan.public,
                preferred_maintenance_window=plan.maintenance_window,
                copy_tags_to_snapshot=True,
                auto_minor_version_upgrade=True,
                apply_immediately=False,
                region=self.region,
                tags=component.tags(),
                opts=component.stateful(**postgres_aws.adopting(known[number] if number < len(known) else None)),
                **monitoring,
            )
            for number in range(count)
        ]

    def _outputs(self) -> dict[str, Any]:
        cluster, plan = self.cluster, self.plan
        command = restore_command(self)
        protected_by = ["own KMS key"] if plan.own_key else ["the provider's key"]
        protected_by += [] if plan.owned_by_plan else ["automated backups", "point-in-time recovery"]
        protected_by += ["deletion protection"] if plan.deletion_protection else []
        protected_by += ["final snapshot"] if plan.final_snapshot else []
        protected_by += ["storage in three zones"] + ([f"{len(self.instances)} instances"] if plan.multi_zone else [])
        tags = self.component.tags(postgres_aws.selected(self.given, plan))
        kept = backup_claims.claim(self.component, plan, tags, self.given.retention_days, NATIVE)
        by_plan = ["AWS Backup" if plan.owned_by_plan else "backup plan"]
        return {
            "identifier": cluster.cluster_identifier,
            "arn": cluster.arn,
            "endpoint": cluster.endpoint,
            "port": cluster.port,
            "database": plan.database,
            "master_secret_arn": postgres_aws.secret_arn(cluster.master_user_secrets),
            "kms_key_arn": cluster.kms_key_id if plan.own_key else None,
            "latest_restorable_time": None,
            "final_snapshot_identifier": cluster.final_snapshot_identifier if plan.final_snapshot else None,
            "second_copy": None,
            "restore_command": command,
            "evidence": evidence.entry(
                self.component,
                store=cluster.arn,
                kind=plan.kind,
                protected_by=kept.apply(lambda it: protected_by + by_plan if it.by_plan else protected_by),
                retention_days=kept.apply(lambda it: it.retention_days),
                pitr_window_days=kept.apply(lambda it: it.pitr_days),
                achieved_rpo_minutes=kept.apply(lambda it: it.rpo_minutes),
                rpo_mechanism=kept.apply(lambda it: it.mechanism),
                restore_command=command,
            ),
        }


def restore_command(made: AuroraCluster) -> pulumi.Output[str]:
    """A restore to the latest moment, into a new cluster, and an instance in it to connect to."""
    network: pulumi.Output[str | None] = pulumi.Output.from_input(made.given.subnet_group_name)
    where = f" --region {made.region}" if made.region else ""

    def say(values: list[Any]) -> str:
        identifier, parameters, subnets = values
        inside = f" --db-subnet-group-name {subnets}" if subnets else ""
        return (
            f"aws rds restore-db-cluster-to-point-in-time --source-db-cluster-identifier {identifier} "
            f"--db-cluster-identifier {identifier}-restored --use-latest-restorable-time "
            f"--db-cluster-parameter-group-name {parameters} --deletion-protection --copy-tags-to-snapshot{inside}{where} && "
            f"aws rds create-db-instance --db-instance-identifier {identifier}-restored-0 --db-cluster-identifier {identifier}-restored "
            f"--engine {ENGINE} --db-instance-class {made.plan.size} --no-publicly-accessible{where}"
        )

    return pulumi.Output.all(made.cluster.cluster_identifier, made.parameters.name, network).apply(say)
