"""A StateBackend's children on AWS, and what it says of them."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import dynamodb, iam, kms

from recoverable.components import evidence, state_access
from recoverable.components.bucket_aws import Design, Side
from recoverable.components.bucket_aws_replication import Replication
from recoverable.components.bucket_checks import CONTROL_MINUTES
from recoverable.components.state_layout import lifecycle
from recoverable.state_backend import client_texts

LONGEST_PITR = 35
"""Days that DynamoDB keeps continuous backups at most: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html"""

if TYPE_CHECKING:
    from recoverable.components.state_backend import Plan, StateBackend, StateBackendArgs


@dataclass(frozen=True)
class AwsState:
    """What was made. The children are escape hatches: ``backend.parts.main.lifecycle``."""

    main: Side
    alias: kms.Alias | None
    copy: Side | None
    replication: Replication | None
    table: dynamodb.Table | None
    terraform_role: iam.Role | None
    pulumi_role: iam.Role | None
    outputs: dict[str, Any]


def build(component: "StateBackend", given: "StateBackendArgs", plan: "Plan") -> AwsState:
    """The bucket with its key, the copy, the table, the roles."""
    main = Side(component, _design(component, given, plan))
    copy = None if plan.replica_region is None else Side(component, _design(component, given, plan, of=main))
    replication = None if copy is None else Replication(component, main, copy, time_control=plan.time_control, deletes=False)
    alias = None if main.key is None else _alias(component, main.key)
    table = _table(component, main) if plan.lock_table else None
    policies = {
        "terraform": state_access.terraform_policy(main, plan.layout, table.arn if table else None),
        "pulumi": state_access.pulumi_policy(main, plan.layout),
    }
    trust = state_access.trust_of(given.trusted_principals, given.assume_role_policy)
    roles = {client: state_access.role(component, client, trust, policy) for client, policy in policies.items()}
    outputs = {
        **_settings(given, plan, main, alias, table),
        **_elsewhere(given, plan, copy),
        "evidence": _evidence(component, plan, main, copy),
        "bucket_name": main.name,
        "arn": main.arn,
        "kms_key_arn": main.key_arn,
        "replica_name": copy.name if copy else None,
        "replica_arn": copy.arn if copy else None,
        "lock_table_name": table.name if table else None,
        **{f"{client}_policy": policy for client, policy in policies.items()},
        **{f"{client}_role_arn": made.arn if made else None for client, made in roles.items()},
    }
    return AwsState(main, alias, copy, replication, table, roles["terraform"], roles["pulumi"], outputs)


def _design(component: "StateBackend", given: "StateBackendArgs", plan: "Plan", *, of: Side | None = None) -> Design:
    """The bucket of state, or the copy ``of`` it: the same guards on both.

    The key is a multi-region one, for what Pulumi encrypted with it must be readable when its region is lost; one that is not cannot be made
    so later without a new key.
    """
    copy, named = of is not None, given.import_id or given.bucket_name
    name = f"{component.short}-replica" if copy else component.short
    return Design(
        name=name,
        region=plan.replica_region if copy else component.policy.primary_region,
        rules=lifecycle(plan.layout, plan.retention_days),
        bucket_name=(f"{named}-replica" if named else None) if copy else given.bucket_name,
        key=given.replica_kms_key if copy else given.kms_key,
        multi_region=True,
        replica_of=of.key if of is not None and isinstance(of.key, kms.Key) else None,
        lock=plan.lock,
        own_statements=[state_access.deny_without_mfa] if plan.needs_mfa else [],
        force_destroy=plan.force_destroy,
        import_id=None if copy else given.import_id,
        describes=f"the state in {name} and the secrets in it",
    )


def _alias(component: "StateBackend", key: kms.Key | kms.ReplicaKey) -> kms.Alias:
    """A name for the key that survives its replacement and says whose it is."""
    text = f"{pulumi.get_project()}-{pulumi.get_stack()}-{component.short}"
    return kms.Alias(
        f"{component.short}-alias",
        name="alias/" + re.sub(r"[^A-Za-z0-9/_-]", "-", text),
        target_key_id=key.key_id,
        region=component.policy.primary_region,
        opts=component.helper(),
    )


def _table(component: "StateBackend", main: Side) -> dynamodb.Table:
    """Locks and digests for clients before Terraform 1.10."""
    return dynamodb.Table(
        f"{component.short}-locks",
        hash_key="LockID",
        attributes=[{"name": "LockID", "type": "S"}],
        billing_mode="PAY_PER_REQUEST",
        point_in_time_recovery={"enabled": True, "recovery_period_in_days": LONGEST_PITR},
        deletion_protection_enabled=component.policy.protects,
        server_side_encryption={"enabled": True, "kms_key_arn": main.key_arn},
        region=component.policy.primary_region,
        tags=component.tags(),
        opts=component.stateful(),
    )


def _settings(given: "StateBackendArgs", plan: "Plan", main: Side, alias: kms.Alias | None, table: dynamodb.Table | None) -> dict[str, Any]:
    """What clients are told."""
    layout, endpoint = plan.layout, given.endpoint
    known = pulumi.Output.all(bucket=main.name, key=main.key_arn, region=_region(main), table=table.name if table else None)

    def blocks(it: dict[str, Any], table: str | None) -> dict[str, str]:
        return {key: client_texts.s3_hcl(it["bucket"], key, it["region"], it["key"], table=table, endpoint=endpoint) for key in layout.keys}

    first = layout.keys[0] if layout.keys else "KEY"
    return {
        "pulumi_login_url": _login(main, layout.pulumi, endpoint),
        "pulumi_secrets_provider": _secrets(main, alias, endpoint),
        "backend_hcl": known.apply(lambda it: blocks(it, None)),
        "backend_hcl_with_table": known.apply(lambda it: blocks(it, it["table"])) if table else None,
        "restore_instructions": main.name.apply(lambda name: client_texts.s3_restore(name, first, layout.pulumi_root)),
    }


def _elsewhere(given: "StateBackendArgs", plan: "Plan", copy: Side | None) -> dict[str, Any]:
    """What clients are told for the day when the first region is lost.

    Another key than the first region's could not read the secrets: then there is no provider to name.
    """
    both_given = given.kms_key is not None and given.replica_kms_key is not None
    same_key = copy is not None and (isinstance(copy.key, kms.ReplicaKey) or both_given)
    return {
        "replica_login_url": None if copy is None else _login(copy, plan.layout.pulumi, given.endpoint),
        "replica_secrets_provider": _secrets(copy, None, given.endpoint) if copy and same_key else None,
    }


def _login(side: Side, folder: str, endpoint: str | None) -> pulumi.Output[str]:
    known = pulumi.Output.all(bucket=side.name, key=side.key_arn, region=_region(side))
    return known.apply(lambda it: client_texts.login_url(it["bucket"], folder, it["region"], it["key"], endpoint))


def _secrets(side: Side, alias: kms.Alias | None, endpoint: str | None) -> pulumi.Output[str]:
    known = pulumi.Output.all(key=alias.name if alias else side.key_arn, region=_region(side))
    return known.apply(lambda it: client_texts.secrets_url(it["key"], it["region"], endpoint))


def _region(side: Side) -> Any:
    """The region of a bucket; the provider says it where the policy does not know it."""
    return side.design.region or side.bucket.region


def _evidence(component: "StateBackend", plan: "Plan", main: Side, copy: Side | None) -> dict[str, Any]:
    protected_by = ["versioning", "own KMS key", "TLS only", "public access blocked"]
    protected_by += [f"object lock {plan.lock.mode.value} {plan.lock.days} days"] if plan.lock else []
    protected_by += ["second factor to delete versions"] if plan.needs_mfa else []
    protected_by += [f"replication to {plan.replica_region}"] if copy else []
    mechanism = "S3 replication without a time limit" if copy else "versioning: no copy elsewhere"
    root = plan.layout.pulumi_root
    return evidence.entry(
        component,
        store=main.arn,
        kind=plan.kind,
        protected_by=protected_by,
        retention_days=plan.retention_days,
        achieved_rpo_minutes=CONTROL_MINUTES if plan.time_control else None,
        rpo_mechanism="S3 Replication Time Control: 15 minutes" if plan.time_control else mechanism,
        restore_command=main.name.apply(lambda name: f"aws s3api list-object-versions --bucket {name} --prefix {root}stacks/"),
        second_copy=copy.arn if copy else None,
    )
