"""A StateBackend's children on Google Cloud, and what it says of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_gcp import kms, storage

from recoverable.components import evidence
from recoverable.components.bucket_checks import CONTROL_MINUTES
from recoverable.components.bucket_gcp import API, USE_KEY, GoogleKey, grant_storage, rules, settings
from recoverable.components.bucket_gcp_checks import place_of
from recoverable.components.state_layout import gcs_rules
from recoverable.state_backend import client_texts

if TYPE_CHECKING:
    from recoverable.components.state_backend import Plan, StateBackend, StateBackendArgs

READ_AND_WRITE = "roles/storage.objectUser"
"""List, read, write and delete objects; no access to the bucket's settings: https://cloud.google.com/storage/docs/access-control/iam-roles"""


class GoogleState:
    """What was made, each child an attribute: the escape hatches."""

    def __init__(self, component: "StateBackend", given: "StateBackendArgs", plan: "Plan") -> None:
        place = place_of(component, plan.replica_region)
        own = GoogleKey(component, place.key_location) if given.kms_key is None else None
        self.ring = own.ring if own else None
        self.key = own.key if own else None
        self.key_name: pulumi.Output[str] = pulumi.Output.from_input(own.key.id if own else given.kms_key or "")
        self.grant = grant_storage(component, self.key_name)
        adopted = {"import_": given.import_id, "ignore_changes": ["labels"]} if given.import_id else {}
        self.bucket = storage.Bucket(
            f"{component.short}-bucket",
            name=given.import_id or given.bucket_name,
            **settings(component, place, plan, self.key_name),
            lifecycle_rules=[*rules(plan.retention_days), *gcs_rules(plan.layout), history(plan.layout.pulumi_root)],
            opts=component.stateful(depends_on=[self.grant], **adopted),
        )
        self.name: pulumi.Output[str] = self.bucket.name
        self.link: pulumi.Output[str] = self.name.apply(lambda name: f"{API}/{name}")
        members = list(enumerate(given.trusted_principals or (), 1))
        self.readers = [
            storage.BucketIAMMember(
                f"{component.short}-member-{number}", bucket=self.name, role=READ_AND_WRITE, member=who, opts=component.helper()
            )
            for number, who in members
        ]
        self.key_users = [
            kms.CryptoKeyIAMMember(
                f"{component.short}-key-member-{number}", crypto_key_id=self.key_name, role=USE_KEY, member=who, opts=component.helper()
            )
            for number, who in members
        ]


@dataclass(frozen=True)
class GoogleParts:
    """What was made on Google Cloud."""

    main: GoogleState
    outputs: dict[str, Any]


def history(pulumi_root: str) -> dict[str, Any]:
    """Pulumi's history, which is kept for ever and seldom read, moves to NEARLINE; it answers as fast."""
    condition = {"age": 30, "with_state": "LIVE", "matches_prefixes": [f"{pulumi_root}history/"]}
    return {"action": {"type": "SetStorageClass", "storage_class": "NEARLINE"}, "condition": condition}


def build(component: "StateBackend", given: "StateBackendArgs", plan: "Plan") -> GoogleParts:
    """The bucket with its key and who may use them."""
    made, layout = GoogleState(component, given, plan), plan.layout
    known = pulumi.Output.all(bucket=made.name, key=made.key_name)
    first = layout.keys[0] if layout.keys else "PREFIX"
    outputs = {
        "evidence": _evidence(component, plan, made),
        "bucket_name": made.name,
        "arn": made.link,
        "kms_key_arn": made.key_name,
        "pulumi_login_url": made.name.apply(lambda name: f"gs://{name}/{layout.pulumi}".rstrip("/")),
        "pulumi_secrets_provider": made.key_name.apply(lambda key: f"gcpkms://{key}"),
        "backend_hcl": known.apply(lambda it: {key: client_texts.gcs_hcl(it["bucket"], key, it["key"]) for key in layout.keys}),
        "restore_instructions": made.name.apply(lambda name: client_texts.gcs_restore(name, first, layout.pulumi_root)),
        **dict.fromkeys(
            (
                "replica_name",
                "replica_arn",
                "replica_login_url",
                "replica_secrets_provider",
                "lock_table_name",
                "backend_hcl_with_table",
                "terraform_policy",
                "pulumi_policy",
                "terraform_role_arn",
                "pulumi_role_arn",
            )
        ),
    }
    return GoogleParts(made, outputs)


def _evidence(component: "StateBackend", plan: "Plan", made: GoogleState) -> dict[str, Any]:
    kept = ["versioning", f"soft delete {plan.soft_delete_days} days", "own Cloud KMS key", "uniform access", "public access prevented"]
    far = plan.replica_region
    mechanism = "default replication between two regions, without a time limit" if far else "versioning: one region"
    return evidence.entry(
        component,
        store=made.link,
        kind=plan.kind,
        protected_by=[*kept, f"two regions, {far} the other"] if far else kept,
        retention_days=plan.retention_days,
        achieved_rpo_minutes=CONTROL_MINUTES if plan.time_control else None,
        rpo_mechanism="turbo replication between two regions: 15 minutes" if plan.time_control else mechanism,
        restore_command=made.name.apply(lambda name: f"gcloud storage ls --all-versions gs://{name}/"),
        second_copy=made.link if far else None,
    )
