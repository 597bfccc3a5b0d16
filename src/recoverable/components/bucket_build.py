"""Builds a Bucket's children on either cloud and states its outputs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_aws import s3

from recoverable.components import evidence
from recoverable.components.bucket_aws import Design, Side
from recoverable.components.bucket_aws_replication import REPLICATION_EVENTS, Replication, batch_command
from recoverable.components.bucket_checks import CONTROL_MINUTES, LockMode
from recoverable.components.bucket_gcp import GoogleBucket
from recoverable.components.bucket_lifecycle import default_moves, s3_rules

if TYPE_CHECKING:
    from recoverable.components.bucket import Bucket, BucketArgs, Plan

ACKNOWLEDGED = {"recoverable:compliance-lock": "acknowledged"}
"""What the rule compliance-lock-unacknowledged looks for."""


@dataclass(frozen=True)
class AwsParts:
    """What was made on AWS. The children are escape hatches: ``bucket.parts.main.lifecycle``."""

    main: Side
    copy: Side | None
    replication: Replication | None
    notifications: s3.BucketNotification
    logging: s3.BucketLogging | None
    outputs: dict[str, Any]


@dataclass(frozen=True)
class GoogleParts:
    """What was made on Google Cloud."""

    main: GoogleBucket
    outputs: dict[str, Any]


def build_aws(component: "Bucket", given: "BucketArgs", plan: "Plan") -> "AwsParts":
    """The bucket, and where there is one the copy and the replication between them."""
    current, noncurrent = default_moves(plan.retention_days)
    rules = s3_rules(
        plan.retention_days,
        current if plan.current is None else plan.current,
        noncurrent if plan.noncurrent is None else plan.noncurrent,
    )
    marked = ACKNOWLEDGED if plan.lock and plan.lock.mode is LockMode.COMPLIANCE else None
    common: dict[str, Any] = {"rules": rules, "lock": plan.lock, "force_destroy": plan.force_destroy, "extra_tags": marked}
    main = Side(
        component,
        Design(
            name=component.short,
            region=component.policy.primary_region,
            bucket_name=given.bucket_name,
            key=given.kms_key,
            statements=given.policy_statements or (),
            import_id=given.import_id,
            **common,
        ),
    )
    named = given.import_id or given.bucket_name
    copy = (
        None
        if plan.replica_region is None
        else Side(
            component,
            Design(
                name=f"{component.short}-replica",
                region=plan.replica_region,
                bucket_name=f"{named}-replica" if named else None,
                key=given.replica_kms_key,
                **common,
            ),
        )
    )
    deletes = bool(given.replicate_deletes)
    replication = None if copy is None else Replication(component, main, copy, time_control=plan.time_control, deletes=deletes)
    notifications, logging = _notifications(component, given, main), _logging(component, given, main)
    protected_by = ["versioning", "own KMS key", "TLS only", "public access blocked"]
    protected_by += [f"object lock {plan.lock.mode.value} {plan.lock.days} days"] if plan.lock else []
    protected_by += [f"replication to {plan.replica_region}"] if copy else []
    outputs = {
        "evidence": evidence.entry(
            component,
            store=main.arn,
            kind=plan.kind,
            protected_by=protected_by,
            retention_days=plan.retention_days,
            achieved_rpo_minutes=CONTROL_MINUTES if plan.time_control else None,
            rpo_mechanism=_mechanism(plan),
            restore_command=main.name.apply(
                lambda name: (
                    f"aws s3api list-object-versions --bucket {name} --prefix KEY && "
                    f"aws s3api get-object --bucket {name} --key KEY --version-id VERSION FILE"
                )
            ),
            second_copy=copy.arn if copy else None,
        ),
        "bucket_name": main.name,
        "arn": main.arn,
        "url": main.name.apply(lambda name: f"s3://{name}"),
        "kms_key_arn": main.key_arn,
        "replica_name": copy.name if copy else None,
        "replica_arn": copy.arn if copy else None,
        "replica_kms_key_arn": copy.key_arn if copy else None,
        "existing_objects": batch_command(main.arn) if copy else None,
    }
    return AwsParts(main, copy, replication, notifications, logging, outputs)


def _mechanism(plan: "Plan") -> str:
    """By what the RPO is kept, in words."""
    if plan.time_control:
        return "S3 Replication Time Control: 15 minutes"
    return "S3 replication without a time limit" if plan.replica_region else "versioning: no copy elsewhere"


def _notifications(component: "Bucket", given: "BucketArgs", main: Side) -> s3.BucketNotification:
    """Deletions are heard on EventBridge; failed and late replication only on a topic."""
    topics = [{"topic_arn": given.replication_topic, "events": REPLICATION_EVENTS}] if given.replication_topic is not None else None
    return s3.BucketNotification(
        f"{component.short}-notifications",
        bucket=main.name,
        eventbridge=True,
        topics=topics,
        region=main.design.region,
        opts=component.helper(),
    )


def _logging(component: "Bucket", given: "BucketArgs", main: Side) -> s3.BucketLogging | None:
    if given.access_log_bucket is None:
        return None
    return s3.BucketLogging(
        f"{component.short}-logging",
        bucket=main.name,
        target_bucket=given.access_log_bucket,
        target_prefix=f"{component.short}/" if given.access_log_prefix is None else given.access_log_prefix,
        region=main.design.region,
        opts=component.helper(),
    )


def build_gcp(component: "Bucket", given: "BucketArgs", plan: "Plan") -> "GoogleParts":
    """The bucket on Google Cloud: one that lies in two regions needs no copy."""
    made = GoogleBucket(component, given, plan)
    protected_by = [
        "versioning",
        f"soft delete {plan.soft_delete_days} days",
        "own Cloud KMS key",
        "uniform access",
        "public access prevented",
    ]
    protected_by += [f"two regions, {plan.replica_region} the other"] if plan.replica_region else []
    outputs = {
        "evidence": evidence.entry(
            component,
            store=made.link,
            kind=plan.kind,
            protected_by=protected_by,
            retention_days=plan.retention_days,
            achieved_rpo_minutes=CONTROL_MINUTES if plan.time_control else None,
            rpo_mechanism=_google_mechanism(plan),
            restore_command=made.name.apply(
                lambda name: (
                    f"gcloud storage ls --all-versions gs://{name}/OBJECT && "
                    f"gcloud storage cp gs://{name}/OBJECT#GENERATION gs://{name}/OBJECT"
                )
            ),
            second_copy=made.link if plan.replica_region else None,
        ),
        "bucket_name": made.name,
        "arn": made.link,
        "url": made.name.apply(lambda name: f"gs://{name}"),
        "kms_key_arn": made.key_name,
        "replica_name": None,
        "replica_arn": None,
        "replica_kms_key_arn": None,
        "existing_objects": None,
    }
    return GoogleParts(made, outputs)


def _google_mechanism(plan: "Plan") -> str:
    if plan.time_control:
        return "turbo replication between two regions: 15 minutes"
    return "default replication between two regions, without a time limit" if plan.replica_region else "versioning: one region"
