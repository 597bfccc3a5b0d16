"""One Cloud Storage bucket with its key and the grant that lets Cloud Storage use it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pulumi
from pulumi_gcp import kms, storage

from recoverable.components.base import Component
from recoverable.components.bucket_gcp_checks import Place, place_of
from recoverable.components.bucket_lifecycle import UPLOAD_DAYS, Move

if TYPE_CHECKING:
    from recoverable.components.bucket import BucketArgs, Plan

API = "https://www.googleapis.com/storage/v1/b"
DAY = 86400
ROTATION = f"{90 * DAY}s"
DESTROY_AFTER = f"{120 * DAY}s"
"""How long a destroyed key version can be brought back: the longest there is, for it cannot be changed without a new key."""
USE_KEY = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


class GoogleKey:
    """A Cloud KMS key in a ring of its own, which Cloud Storage may use."""

    def __init__(self, component: Component, location: str) -> None:
        name, project = component.short, component.policy.project
        self.ring = kms.KeyRing(f"{name}-keyring", location=location, project=project, opts=component.stateful())
        self.key = kms.CryptoKey(
            f"{name}-key",
            key_ring=self.ring.id,
            rotation_period=ROTATION,
            destroy_scheduled_duration=DESTROY_AFTER,
            labels=component.labels(),
            opts=component.stateful(),
        )


def grant_storage(component: Component, key: Any) -> kms.CryptoKeyIAMMember:
    """Let the project's Cloud Storage agent use a key; asking for the agent makes it where it does not exist yet."""
    agent = storage.get_project_service_account_output(project=component.policy.project, opts=pulumi.InvokeOutputOptions(parent=component))
    return kms.CryptoKeyIAMMember(
        f"{component.short}-key-grant",
        crypto_key_id=key,
        role=USE_KEY,
        member=agent.email_address.apply(lambda address: f"serviceAccount:{address}"),
        opts=component.helper(),
    )


class GoogleBucket:
    """A bucket and its companions, each an attribute: the escape hatches."""

    def __init__(self, component: Component, given: "BucketArgs", plan: "Plan") -> None:
        place = place_of(component, plan.replica_region)
        own = GoogleKey(component, place.key_location) if given.kms_key is None else None
        self.ring = own.ring if own else None
        self.key = own.key if own else None
        self.key_name: pulumi.Output[str] = pulumi.Output.from_input(own.key.id if own else given.kms_key or "")
        self.grant = grant_storage(component, self.key_name)
        log = {"log_bucket": given.access_log_bucket, "log_object_prefix": given.access_log_prefix or component.short}
        adopted = {"import_": given.import_id, "ignore_changes": ["labels"]} if given.import_id else {}
        self.bucket = storage.Bucket(
            f"{component.short}-bucket",
            name=given.import_id or given.bucket_name,
            **settings(component, place, plan, self.key_name),
            lifecycle_rules=[*rules(plan.retention_days), *moving(plan.current, plan.noncurrent)],
            autoclass={"enabled": True} if plan.current is None and plan.noncurrent is None else None,
            logging=log if given.access_log_bucket is not None else None,
            opts=component.stateful(depends_on=[self.grant], **adopted),
        )
        self.name: pulumi.Output[str] = self.bucket.name
        self.link: pulumi.Output[str] = self.name.apply(lambda name: f"{API}/{name}")


class Guarded(Protocol):
    """What a plan says of every bucket on Google Cloud."""

    @property
    def time_control(self) -> bool:
        """Whether it replicates within 15 minutes."""

    @property
    def soft_delete_days(self) -> int:
        """How long what is deleted can be brought back."""

    @property
    def force_destroy(self) -> bool:
        """Whether a destroy may delete what it holds."""


def settings(component: Component, place: Place, plan: Guarded, key: Any) -> dict[str, Any]:
    """What every bucket of ours has."""
    return {
        "location": place.location,
        "custom_placement_config": {"data_locations": list(place.regions)} if place.regions else None,
        "rpo": "ASYNC_TURBO" if plan.time_control else None,
        "project": component.policy.project,
        "uniform_bucket_level_access": True,
        "public_access_prevention": "enforced",
        "versioning": {"enabled": True},
        "soft_delete_policy": {"retention_duration_seconds": plan.soft_delete_days * DAY},
        "encryption": {"default_kms_key_name": key},
        "force_destroy": plan.force_destroy,
        "labels": component.labels(),
    }


def rules(kept: int) -> list[Mapping[str, Any]]:
    """Old versions go after the retention, parts of abandoned uploads after a week."""
    return [
        {"action": {"type": "Delete"}, "condition": {"days_since_noncurrent_time": kept, "with_state": "ARCHIVED"}},
        {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": UPLOAD_DAYS}},
    ]


def moving(current: Sequence[Move] | None, noncurrent: Sequence[Move] | None) -> list[Mapping[str, Any]]:
    """Moves to cheaper classes that were asked for; without any, Autoclass does it by use and charges no early deletion."""
    live = [({"age": each.days, "with_state": "LIVE"}, each) for each in current or ()]
    old = [({"days_since_noncurrent_time": each.days, "with_state": "ARCHIVED"}, each) for each in noncurrent or ()]
    return [
        {"action": {"type": "SetStorageClass", "storage_class": each.to.value}, "condition": condition} for condition, each in [*live, *old]
    ]
