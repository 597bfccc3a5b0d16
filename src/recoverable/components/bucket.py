"""Bucket: object storage whose data survives an overwrite, a deletion and the loss of a region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components import bucket_checks, bucket_gcp_checks, bucket_lifecycle, bucket_names
from recoverable.components.base import Component
from recoverable.components.bucket_build import build_aws, build_gcp
from recoverable.components.bucket_checks import Lock, LockMode, ObjectLockArgs
from recoverable.components.bucket_lifecycle import Move, StorageClass, TransitionArgs
from recoverable.components.key_checks import check_key
from recoverable.components.policy import ProtectionPolicy

__all__ = ["Bucket", "BucketArgs", "LockMode", "ObjectLockArgs", "StorageClass", "TransitionArgs"]

REPLICA_SUFFIX = "-replica-bucket"
SUFFIX = "-bucket"


@dataclass
class BucketArgs:
    """What a bucket is to be beyond what the standard demands. Every number may only be strengthened."""

    policy: ProtectionPolicy
    """Whose numbers hold, and where the second copy goes."""
    bucket_name: str | None = None
    """The bucket's name; made from the component's name by default."""
    retention_days: int | None = None
    """Days that replaced and deleted versions are kept. Default: the standard's backup_retention_days."""
    kms_key: pulumi.Input[str] | None = None
    """ARN of the key (on Google Cloud its full name). By default the bucket gets one of its own."""
    replicate: bool | None = None
    """Whether there is a copy in a second region. Default: where the standard demands it or replica_region is given."""
    replica_region: str | None = None
    """Where the copy goes. Default: the policy's."""
    replica_kms_key: pulumi.Input[str] | None = None
    """ARN of the copy's key, in its region. By default the copy gets one of its own. AWS only: a dual-region has one key."""
    time_control: bool | None = None
    """Whether the copy is there within 15 minutes: Replication Time Control, or turbo replication. Default: where an RPO binds."""
    replicate_deletes: bool | None = None
    """Whether a deletion hides the object in the copy too. Default false: the copy keeps what is deleted by mistake. AWS only."""
    replication_topic: pulumi.Input[str] | None = None
    """ARN of an SNS topic that hears of failed and late replication. EventBridge does not carry these events. AWS only."""
    object_lock: ObjectLockArgs | None = None
    """A lock against the deletion of versions. Default: where the standard demands one, for the retention. AWS only."""
    transitions: list[TransitionArgs] | None = None
    """When objects move to cheaper classes. Default: to the class that watches their use. Give [] for none."""
    noncurrent_transitions: list[TransitionArgs] | None = None
    """When old versions move. Default: to STANDARD_IA after 30 days where they are kept 60 or longer."""
    soft_delete_days: int | None = None
    """How long Cloud Storage keeps what is deleted, 7 to 90 days. Default: the retention, as far as it goes. Google Cloud only."""
    policy_statements: list[dict[str, Any]] | None = None
    """More statements of the bucket's policy, for a bucket has only one. AWS only."""
    access_log_bucket: pulumi.Input[str] | None = None
    """Name of the bucket that access is logged to. One with an object lock takes no logs."""
    access_log_prefix: str | None = None
    """What the logs' names begin with. Default: the component's name and a slash."""
    force_destroy: bool | None = None
    """Whether a destroy may delete what the bucket holds. Default false; refused in production."""
    import_id: str | None = None
    """Name of an existing bucket to adopt. Take it out again once it is adopted."""
    tags: Mapping[str, str] | None = None
    """More tags (labels on Google Cloud) for everything that is made."""


@dataclass(frozen=True)
class Plan:
    """The arguments after they were checked: what is going to be built."""

    kind: str
    retention_days: int
    lock: Lock | None
    replica_region: str | None
    time_control: bool
    current: list[Move] | None
    noncurrent: list[Move] | None
    soft_delete_days: int
    force_destroy: bool


class Bucket(Component):
    """An encrypted, versioned bucket with a lifecycle, closed to the public, with a copy in a second region where that is demanded.

    Raises RefusedError where an argument is weaker than the standard, or the cloud could not keep what it promises.
    """

    bucket_name: pulumi.Output[str]
    """The bucket's name."""
    arn: pulumi.Output[str]
    """Its ARN; on Google Cloud its self link."""
    url: pulumi.Output[str]
    """``s3://NAME`` or ``gs://NAME``."""
    kms_key_arn: pulumi.Output[str]
    """The key of its objects: an ARN, on Google Cloud the key's full name."""
    replica_name: pulumi.Output[str | None]
    """Name of the copy in the second region. None where there is none, and on Google Cloud, where one bucket lies in two regions."""
    replica_arn: pulumi.Output[str | None]
    """ARN of the copy."""
    replica_kms_key_arn: pulumi.Output[str | None]
    """The key of the copy."""
    existing_objects: pulumi.Output[str | None]
    """The command that copies what was written before replication was set up: S3 copies only what comes afterwards."""
    evidence: pulumi.Output[Mapping[str, Any]]
    """What protects the bucket, for how long, and how a restore begins."""

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Bucket", name, args, BucketArgs, opts)
        build = build_aws if self.on_aws else build_gcp
        self.parts = build(self, self.settings, self.plan)
        self.bucket, self.key = self.parts.main.bucket, self.parts.main.key
        self.finish(**self.parts.outputs)
        if self.plan.lock and self.plan.lock.mode is LockMode.COMPLIANCE:
            pulumi.warn(f"COMPLIANCE lock: what is written is kept {self.plan.lock.days} days, and nobody can change that.", self)

    def check(self) -> None:
        """Refuse what would not protect, or what the cloud would refuse later."""
        given: BucketArgs = self.settings
        kind = "s3-bucket" if self.on_aws else "gcs-bucket"
        region = bucket_checks.replica_region(self, kind, given.replicate, given.replica_region)
        bucket_names.check_name(self, given.bucket_name, given.import_id, REPLICA_SUFFIX if region and self.on_aws else SUFFIX)
        kept = bucket_checks.retention(self, kind, given.retention_days)
        if self.on_aws:
            refuse_google_only(self, given)
            lock = bucket_checks.lock(self, kind, given.object_lock, kept, chosen=given.retention_days is not None)
            kept = max(kept, lock.days if lock else 0)
            soft = 0
            check_key(self, "kms_key", given.kms_key, self.policy.primary_region)
            check_key(self, "replica_kms_key", given.replica_kms_key, region)
        else:
            lock = None
            soft = bucket_gcp_checks.check(self, kind, given, kept, region)
        refuse_without_copy(self, given, region)
        current = bucket_lifecycle.moves(self, "transitions", kind, given.transitions)
        noncurrent = bucket_lifecycle.moves(self, "noncurrent_transitions", kind, given.noncurrent_transitions)
        bucket_lifecycle.check_stay(self, "noncurrent_transitions", noncurrent or (), kept)
        self.plan = Plan(
            kind=kind,
            retention_days=kept,
            lock=lock,
            replica_region=region,
            time_control=bucket_checks.time_control(self, kind, given.time_control, region),
            current=current,
            noncurrent=noncurrent,
            soft_delete_days=soft,
            force_destroy=bucket_checks.destroyable(self, given.force_destroy),
        )


def refuse_google_only(component: Component, given: BucketArgs) -> None:
    """Refuse on AWS what only Cloud Storage has."""
    if given.soft_delete_days is not None:
        component.refuse(
            "soft_delete_days", given.soft_delete_days, "leave it out on AWS", "S3 has no soft delete; retention_days keeps versions."
        )


def refuse_without_copy(component: Component, given: BucketArgs, region: str | None) -> None:
    """Refuse arguments of a copy where there is none: they would be dropped in silence."""
    if region is not None:
        return
    for field in ("replica_kms_key", "replicate_deletes", "replication_topic"):
        value = getattr(given, field)
        if value is not None:
            shown = value if isinstance(value, str | bool) else "an output"
            component.refuse(field, shown, "there is no second copy here", "Set replicate = True or leave it out.")
