"""An RDS instance with everything that its backups need, and the copy of them in a second region."""

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import rds

from recoverable.components import backup_claims, evidence, postgres_aws
from recoverable.components.base import Component
from recoverable.components.postgres_plan import Plan

if TYPE_CHECKING:
    from recoverable.components.postgres import PostgresArgs

LOGS = ["postgresql", "upgrade"]
"""Every log that RDS for PostgreSQL exports."""
TLS_ONLY = [{"name": "rds.force_ssl", "value": "1", "apply_method": "immediate"}]

NATIVE = "RDS point-in-time recovery: logs every 5 minutes"


class RdsInstance:
    """The instance and its companions, each an attribute: the escape hatches."""

    def __init__(self, component: Component, given: "PostgresArgs", plan: Plan) -> None:
        self.component, self.given, self.plan = component, given, plan
        name, self.region = component.short, component.policy.primary_region
        self.key = None
        if plan.own_key and given.kms_key_arn is None:
            self.key = postgres_aws.key(component, f"{name}-key", f"the database {name}", self.region)
        self.key_arn = self.key.arn if self.key is not None else given.kms_key_arn
        self.parameters = rds.ParameterGroup(
            f"{name}-parameters",
            family=f"postgres{plan.major}",
            description=f"TLS only, for {name}",
            parameters=TLS_ONLY,
            region=self.region,
            tags=component.tags(),
            opts=component.helper(),
        )
        self.monitoring_role, monitoring = postgres_aws.monitoring(component, given)
        self.instance = self._instance(monitoring)
        self.replica_key, self.replication = self._replication()
        self.outputs = self._outputs()

    def _instance(self, monitoring: dict[str, Any]) -> rds.Instance:
        component, given, plan = self.component, self.given, self.plan
        options = postgres_aws.adopting(given.import_id) or {
            "ignore_changes": postgres_aws.plan_owned(plan.owned_by_plan, "backupRetentionPeriod", "backupWindow")
        }
        return rds.Instance(
            f"{component.short}-db",
            identifier=given.import_id or given.identifier,
            engine="postgres",
            engine_version=plan.version,
            instance_class=plan.size,
            allocated_storage=plan.storage_gb,
            max_allocated_storage=plan.max_storage_gb,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=self.key_arn,
            db_name=plan.database,
            username=plan.username,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=self.key_arn,
            iam_database_authentication_enabled=True,
            db_subnet_group_name=given.subnet_group_name,
            vpc_security_group_ids=given.security_group_ids,
            publicly_accessible=plan.public,
            parameter_group_name=self.parameters.name,
            multi_az=plan.multi_zone,
            backup_retention_period=plan.retention_days,
            backup_window=plan.backup_window or None,
            maintenance_window=plan.maintenance_window,
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            deletion_protection=plan.deletion_protection,
            skip_final_snapshot=not plan.final_snapshot,
            final_snapshot_identifier=postgres_aws.final_snapshot(self.parameters.name),
            enabled_cloudwatch_logs_exports=LOGS,
            auto_minor_version_upgrade=True,
            apply_immediately=False,
            region=self.region,
            tags=component.tags(postgres_aws.selected(given, plan)),
            opts=component.stateful(**options),
            **monitoring,
        )

    def _replication(self) -> tuple[Any, rds.InstanceAutomatedBackupsReplication | None]:
        """Automated backups in the second region, under a key that lives there.

        Another retention replaces the replication, and RDS runs only one at a time: it is no child that is protected, and the old
        one is stopped first. What it had copied stays until it expires
        (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html).
        """
        component, given, plan = self.component, self.given, self.plan
        if plan.replica_region is None:
            return None, None
        name = component.short
        own = None
        if given.replica_kms_key_arn is None:
            own = postgres_aws.key(component, f"{name}-replica-key", f"the copied backups of {name}", plan.replica_region)
        replication = rds.InstanceAutomatedBackupsReplication(
            f"{name}-replica-backups",
            source_db_instance_arn=self.instance.arn,
            kms_key_id=own.arn if own is not None else given.replica_kms_key_arn,
            retention_period=plan.retention_days,
            region=plan.replica_region,
            opts=component.helper(delete_before_replace=True),
        )
        return own, replication

    def _outputs(self) -> dict[str, Any]:
        instance, plan = self.instance, self.plan
        command = restore_command(self)
        protected_by = ["own KMS key"] if plan.own_key else ["the provider's key"]
        protected_by += [] if plan.owned_by_plan else ["automated backups", "point-in-time recovery"]
        protected_by += ["deletion protection"] if plan.deletion_protection else []
        protected_by += ["final snapshot"] if plan.final_snapshot else []
        protected_by += ["standby in another zone"] if plan.multi_zone else []
        protected_by += [f"automated backups replicated to {plan.replica_region}"] if self.replication else []
        tags = self.component.tags(postgres_aws.selected(self.given, plan))
        kept = backup_claims.claim(self.component, plan, tags, self.given.retention_days, NATIVE)
        by_plan = ["AWS Backup" if plan.owned_by_plan else "backup plan"]
        return {
            "identifier": instance.identifier,
            "arn": instance.arn,
            "endpoint": instance.address,
            "port": instance.port,
            "database": plan.database,
            "master_secret_arn": postgres_aws.secret_arn(instance.master_user_secrets),
            "kms_key_arn": instance.kms_key_id if plan.own_key else None,
            "latest_restorable_time": instance.latest_restorable_time,
            "final_snapshot_identifier": instance.final_snapshot_identifier if plan.final_snapshot else None,
            "second_copy": self.replication.id if self.replication else None,
            "restore_command": command,
            "evidence": evidence.entry(
                self.component,
                store=instance.arn,
                kind=plan.kind,
                protected_by=kept.apply(lambda it: protected_by + by_plan if it.by_plan else protected_by),
                retention_days=kept.apply(lambda it: it.retention_days),
                pitr_window_days=kept.apply(lambda it: it.pitr_days),
                achieved_rpo_minutes=kept.apply(lambda it: it.rpo_minutes),
                rpo_mechanism=kept.apply(lambda it: it.mechanism),
                restore_command=command,
                second_copy=self.replication.id if self.replication else None,
            ),
        }


def restore_command(made: RdsInstance) -> pulumi.Output[str]:
    """A restore to the latest moment, into a new instance with the same parameters, network and protections."""
    network: pulumi.Output[str | None] = pulumi.Output.from_input(made.given.subnet_group_name)
    groups: pulumi.Output[Any] = pulumi.Output.from_input(made.given.security_group_ids)

    def say(values: list[Any]) -> str:
        identifier, parameters, subnets, secured = values
        words = [
            "aws rds restore-db-instance-to-point-in-time",
            f"--source-db-instance-identifier {identifier} --target-db-instance-identifier {identifier}-restored",
            f"--use-latest-restorable-time --db-parameter-group-name {parameters}",
            "--deletion-protection --copy-tags-to-snapshot --no-publicly-accessible",
        ]
        words += [f"--db-subnet-group-name {subnets}"] if subnets else []
        words += [f"--vpc-security-group-ids {' '.join(secured)}"] if secured else []
        words += [f"--region {made.region}"] if made.region else []
        return " ".join(words)

    return pulumi.Output.all(made.instance.identifier, made.parameters.name, network, groups).apply(say)
