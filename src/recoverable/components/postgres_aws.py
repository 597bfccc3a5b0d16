"""What RDS instances and Aurora clusters share: the key, the snapshot's name, the monitoring role, and what adopting ignores."""

import json
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import iam, kms

from recoverable.components.backup_vault_plan import CONTINUOUS, DAILY, TAG
from recoverable.components.base import Component

if TYPE_CHECKING:
    from recoverable.components.postgres import PostgresArgs
    from recoverable.components.postgres_plan import Plan

ROTATION_DAYS = 365
KEY_DELETION_DAYS = 30
"""The longest time in which the deletion of a key can be taken back: without the key every backup is lost."""
MONITORING = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
RETENTION_OF_INSIGHTS = 7
"""Days of Performance Insights that cost nothing."""


def key(component: Component, name: str, describes: str, region: str | None) -> kms.Key:
    """A key of its own, rotated every year."""
    return kms.Key(
        name,
        description=f"Encrypts {describes}",
        enable_key_rotation=True,
        rotation_period_in_days=ROTATION_DAYS,
        deletion_window_in_days=KEY_DELETION_DAYS,
        region=region,
        tags=component.tags(),
        opts=component.stateful(),
    )


def final_snapshot(group: pulumi.Output[str]) -> pulumi.Output[str]:
    """Name of the last snapshot, from that of the parameter group.

    The group's name has a random part that is drawn once in the life of a database: the name is stable from preview to preview,
    and another one after a destroy, where a fixed name makes the second destroy fail
    (https://github.com/terraform-aws-modules/terraform-aws-rds/issues/445).
    """
    return group.apply(lambda name: f"{name}-final")


def selected(given: "PostgresArgs", plan: "Plan") -> dict[str, str]:
    """The tag by which a BackupVault selects it, where a plan is to keep its backups; a tag of the caller's stays."""
    if not plan.backup_plan or TAG in (given.tags or {}):
        return {}
    return CONTINUOUS if plan.owned_by_plan else DAILY


def monitoring(component: Component, given: "PostgresArgs") -> tuple[iam.Role | None, dict[str, Any]]:
    """The role by which RDS writes the operating system's measures, and the instance's inputs for these and for slow queries."""
    inputs: dict[str, Any] = {}
    if given.insights:
        inputs.update(performance_insights_enabled=True, performance_insights_retention_period=RETENTION_OF_INSIGHTS)
    if given.monitoring_seconds is None:
        return None, inputs
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "monitoring.rds.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    role = iam.Role(f"{component.short}-monitoring", assume_role_policy=json.dumps(trust), tags=component.tags(), opts=component.helper())
    iam.RolePolicyAttachment(f"{component.short}-monitoring-policy", role=role.name, policy_arn=MONITORING, opts=component.helper())
    inputs.update(monitoring_interval=given.monitoring_seconds, monitoring_role_arn=role.arn)
    return role, inputs


def adopting(identity: str | None) -> dict[str, Any]:
    """Options of a child that may be adopted: an import fails where the program differs, so it takes everything as it is.

    Once the import id is taken out of the program, the next preview shows what changes.
    """
    return {"import_": identity, "ignore_changes": ["*"]} if identity else {}


def plan_owned(plan_owns: bool, *fields: str) -> list[str]:
    """Inputs that AWS Backup changes behind the program's back, where it owns the retention."""
    return list(fields) if plan_owns else []


def secret_arn(secrets: pulumi.Output[Any]) -> pulumi.Output[str | None]:
    """The secret that RDS made for the master user; None until it is there."""
    return secrets.apply(lambda found: found[0].secret_arn if found else None)
