"""One S3 bucket with everything that guards it, and its key.

The settings of a bucket are resources of their own (the inline blocks of ``s3.Bucket`` are deprecated). They hold no data and may be
replaced, so they are not protected; but those that guard the data stay in the cloud wherever the bucket does: a bucket that
survives a destroy must not come out of it unversioned and open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import kms, s3

from recoverable.components.base import Component
from recoverable.components.bucket_checks import Lock
from recoverable.components.late_values import json_text
from recoverable.state_backend.names import partition_of

KEY_DELETION_DAYS = 30
"""The longest that KMS waits: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"""
ROTATION_DAYS = 365
OLDEST_TLS = "1.2"


@dataclass(frozen=True)
class Design:
    """What a bucket is to be. ``name`` begins its children's names; ``region`` is None for the provider's own.

    ``own_statements`` make a statement of the bucket's policy of the ARN of all its objects. A key of our own is a multi-region one
    where ``multi_region`` says so, and the same key in another region where it is ``replica_of`` one.
    """

    name: str
    region: str | None
    rules: Sequence[Mapping[str, Any]]
    bucket_name: str | None = None
    key: Any = None
    multi_region: bool = False
    replica_of: kms.Key | None = None
    lock: Lock | None = None
    statements: Sequence[Mapping[str, Any]] = ()
    own_statements: Sequence[Callable[[Any], Mapping[str, Any]]] = ()
    force_destroy: bool = False
    import_id: str | None = None
    extra_tags: Mapping[str, str] | None = None
    describes: str = ""


class Side:
    """A bucket and its companions, each an attribute: the escape hatches. ``arn`` is known as soon as the name is."""

    def __init__(self, component: Component, design: Design) -> None:
        self.component, self.design = component, design
        self.partition = partition_of(design.region)
        self.key = self._key() if design.key is None else None
        self.key_arn: pulumi.Output[str] = self.key.arn if self.key is not None else pulumi.Output.from_input(design.key)
        self.bucket = self._bucket()
        self.name: pulumi.Output[str] = self.bucket.bucket
        self.arn: pulumi.Output[str] = self.name.apply(lambda name: f"arn:{self.partition}:s3:::{name}")
        self.versioning = s3.BucketVersioning(
            f"{design.name}-versioning", versioning_configuration={"status": "Enabled"}, **self._here(), opts=self.guard()
        )
        self.encryption = self._encryption()
        self.access_block = s3.BucketPublicAccessBlock(
            f"{design.name}-access-block",
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            **self._here(),
            opts=self.guard(),
        )
        self.ownership = s3.BucketOwnershipControls(
            f"{design.name}-ownership", rule={"object_ownership": "BucketOwnerEnforced"}, **self._here(), opts=self.guard()
        )
        self.bucket_policy = s3.BucketPolicy(
            f"{design.name}-policy",
            policy=json_text({"Version": "2012-10-17", "Statement": self._statements()}),
            **self._here(),
            opts=self.guard(depends_on=[self.access_block]),  # S3 refuses two changes of a bucket's access at once
        )
        self.lock = self._lock(design.lock) if design.lock else None
        self.lifecycle = s3.BucketLifecycleConfiguration(
            f"{design.name}-lifecycle", rules=list(design.rules), **self._here(), opts=component.helper(depends_on=[self.versioning])
        )

    def guard(self, **more: Any) -> pulumi.ResourceOptions:
        """Options of a setting that guards the data: replaceable, but left in the cloud with a bucket that is left there."""
        policy = self.component.policy
        return pulumi.ResourceOptions(parent=self.component, protect=False, retain_on_delete=policy.is_production, **more)

    def _statements(self) -> list[Mapping[str, Any]]:
        own = [make(objects_in(self.arn)) for make in self.design.own_statements]
        return [*tls_only(self.arn), *own, *self.design.statements]

    def _here(self) -> dict[str, Any]:
        return {"bucket": self.name, "region": self.design.region}

    def _key(self) -> kms.Key | kms.ReplicaKey:
        design = self.design
        common: dict[str, Any] = {
            "description": f"Encrypts {design.describes or 'the bucket ' + design.name}",
            "deletion_window_in_days": KEY_DELETION_DAYS,
            "region": design.region,
            "tags": self.component.tags(),
            "opts": self.component.stateful(),
        }
        if design.replica_of is not None:  # rotated with its primary
            return kms.ReplicaKey(f"{design.name}-key", primary_key_arn=design.replica_of.arn, **common)
        multi = True if design.multi_region else None
        return kms.Key(f"{design.name}-key", enable_key_rotation=True, rotation_period_in_days=ROTATION_DAYS, multi_region=multi, **common)

    def _bucket(self) -> s3.Bucket:
        design = self.design
        adopted = {"import_": design.import_id, "ignore_changes": ["tags", "tagsAll", "forceDestroy"]} if design.import_id else {}
        return s3.Bucket(
            f"{design.name}-bucket",
            bucket=design.import_id or design.bucket_name,
            force_destroy=design.force_destroy,
            region=design.region,
            tags=self.component.tags(design.extra_tags),
            opts=self.component.stateful(**adopted),
        )

    def _encryption(self) -> s3.BucketServerSideEncryptionConfiguration:
        default = {"sse_algorithm": "aws:kms", "kms_master_key_id": self.key_arn}
        return s3.BucketServerSideEncryptionConfiguration(
            f"{self.design.name}-encryption",
            rules=[{"apply_server_side_encryption_by_default": default, "bucket_key_enabled": True}],
            **self._here(),
            opts=self.guard(),
        )

    # S3 takes a lock for a versioned bucket that was made without one; object_lock_enabled on the bucket would ask for a new bucket.
    def _lock(self, lock: Lock) -> s3.BucketObjectLockConfiguration:
        return s3.BucketObjectLockConfiguration(
            f"{self.design.name}-lock",
            object_lock_enabled="Enabled",
            rule={"default_retention": {"mode": lock.mode.value, "days": lock.days}},
            **self._here(),
            opts=self.guard(depends_on=[self.versioning]),
        )


def tls_only(arn: pulumi.Output[str]) -> list[dict[str, Any]]:
    """Statements that refuse plain HTTP and old TLS to everyone, for the bucket and all objects."""
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, objects_in(arn)]}
    return [
        {"Sid": "DenyPlainHttp", **everything, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "DenyOldTls", **everything, "Condition": {"NumericLessThan": {"s3:TlsVersion": OLDEST_TLS}}},
    ]


def objects_in(arn: pulumi.Output[str], below: str = "") -> pulumi.Output[str]:
    """The ARN of all objects of a bucket, or of those below a prefix."""
    return arn.apply(lambda text: f"{text}/{below}*")
