"""StateBackend: where Terraform and Pulumi keep their state, so that every version of it can be brought back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components import bucket_checks, bucket_gcp_checks, bucket_names, state_checks
from recoverable.components.base import Component
from recoverable.components.bucket_checks import Lock, ObjectLockArgs
from recoverable.components.key_checks import check_key
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.state_backend_aws import build as build_aws
from recoverable.components.state_backend_gcp import build as build_gcp
from recoverable.state_backend.names import Layout

__all__ = ["ObjectLockArgs", "StateBackend", "StateBackendArgs"]


@dataclass
class StateBackendArgs:
    """What a state backend is to be beyond what the standard demands. Every number may only be strengthened."""

    policy: ProtectionPolicy
    """Whose numbers hold, and where the second copy goes."""
    bucket_name: str | None = None
    """The bucket's name; made from the component's name by default."""
    state_keys: list[str] | None = None
    """Where Terraform keeps state: the ``key`` of the backend, on Google Cloud the ``prefix``. Default: terraform.tfstate.

    Each gets a lifecycle for the versions of its lock, for S3 filters by the beginning of a name and not by its end.
    """
    workspaces: list[str] | None = None
    """Named workspaces of Terraform, whose state lies below ``env:/NAME/``."""
    pulumi_prefix: str | None = None
    """Folder of the bucket that Pulumi's state lies in. Default: none, ``.pulumi/`` is at the top."""
    retention_days: int | None = None
    """Days that replaced and deleted versions of state are kept. Default: the standard's backup_retention_days."""
    lock_version_days: int | None = None
    """Days that versions of lock files are kept: they are worth nothing. Default: 7."""
    backup_days: int | None = None
    """Days that the copies below ``.pulumi/backups/`` are kept, which Pulumi itself never prunes. Default: the retention."""
    kms_key: pulumi.Input[str] | None = None
    """ARN of the key (on Google Cloud its full name). By default the backend gets one of its own."""
    replicate: bool | None = None
    """Whether there is a copy in a second region. Default: where the standard demands it or replica_region is given."""
    replica_region: str | None = None
    """Where the copy goes. Default: the policy's."""
    replica_kms_key: pulumi.Input[str] | None = None
    """ARN of the copy's key, in its region. By default the copy gets one of its own. AWS only."""
    time_control: bool | None = None
    """Whether the copy is there within 15 minutes. Default: where an RPO binds."""
    object_lock: ObjectLockArgs | None = None
    """A GOVERNANCE lock on state. Off by default: locking a state file has nothing to do with it, and every lock file is kept."""
    lock_table: bool | None = None
    """Whether there is a DynamoDB table for clients before Terraform 1.10. Default true. AWS only."""
    mfa_to_delete_versions: bool | None = None
    """Whether the bucket refuses to delete a version without a second factor. Default: where the standard's mfa_delete is "required".

    S3's own MFA delete excludes lifecycle rules and can be set by the root user only; this does neither. AWS only.
    """
    trusted_principals: list[str] | None = None
    """Who may use the backend: ARNs that may take its roles; on Google Cloud members such as ``group:infra@acme.example``."""
    assume_role_policy: pulumi.Input[str] | None = None
    """The roles' trust policy as JSON, for instance for a CI system's identity provider. AWS only; instead of trusted_principals."""
    endpoint: str | None = None
    """Where S3 and KMS answer, for the login URL: only for a laptop cloud or a private endpoint."""
    force_destroy: bool | None = None
    """Whether a destroy may delete all state. Default false; refused in production."""
    import_id: str | None = None
    """Name of an existing state bucket to adopt. Take it out again once it is adopted."""
    tags: Mapping[str, str] | None = None
    """More tags (labels on Google Cloud) for everything that is made."""


@dataclass(frozen=True)
class Plan:
    """The arguments after they were checked."""

    kind: str
    layout: Layout
    retention_days: int
    lock: Lock | None
    replica_region: str | None
    time_control: bool
    lock_table: bool
    needs_mfa: bool
    soft_delete_days: int
    force_destroy: bool


class StateBackend(Component):
    """An encrypted, versioned bucket for state, with its key, locks, copy, least-privilege access and the settings for clients.

    It is a stack of its own: created on a file backend, then moved into the bucket that it made (docs/state-backend.md). Raises
    RefusedError where an argument is weaker than the standard, or would break Terraform or Pulumi.
    """

    bucket_name: pulumi.Output[str]
    """The bucket's name."""
    arn: pulumi.Output[str]
    """Its ARN; on Google Cloud its self link."""
    kms_key_arn: pulumi.Output[str]
    """The key of state and of Pulumi's secrets: an ARN, on Google Cloud the key's full name. Whoever loses it loses the secrets."""
    replica_name: pulumi.Output[str | None]
    """Name of the copy in the second region."""
    replica_arn: pulumi.Output[str | None]
    """ARN of the copy."""
    lock_table_name: pulumi.Output[str | None]
    """The DynamoDB table for old clients."""
    pulumi_login_url: pulumi.Output[str]
    """For ``pulumi login``. On S3 it says how objects are encrypted, for Pulumi sends no such header by itself."""
    pulumi_secrets_provider: pulumi.Output[str]
    """For ``pulumi stack init --secrets-provider``."""
    replica_login_url: pulumi.Output[str | None]
    """For ``pulumi login`` when the first region is lost."""
    replica_secrets_provider: pulumi.Output[str | None]
    """The same key in the second region: what was encrypted in the first is readable with it. None where the copy has another key."""
    backend_hcl: pulumi.Output[Mapping[str, str]]
    """Terraform's backend block by state key, locked by a lock file (Terraform and OpenTofu 1.10 and later)."""
    backend_hcl_with_table: pulumi.Output[Mapping[str, str] | None]
    """The same for clients before 1.10, locked by the table."""
    terraform_policy: pulumi.Output[str | None]
    """The least that Terraform needs, as an IAM policy."""
    pulumi_policy: pulumi.Output[str | None]
    """The least that Pulumi needs, as an IAM policy."""
    terraform_role_arn: pulumi.Output[str | None]
    """A role with Terraform's policy, where someone is trusted with it."""
    pulumi_role_arn: pulumi.Output[str | None]
    """A role with Pulumi's policy."""
    restore_instructions: pulumi.Output[str]
    """How an earlier version of state is brought back."""
    evidence: pulumi.Output[Mapping[str, Any]]
    """What protects state, for how long, and how a restore begins."""

    def __init__(self, name: str, args: StateBackendArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("StateBackend", name, args, StateBackendArgs, opts)
        build = build_aws if self.on_aws else build_gcp
        self.parts = build(self, self.settings, self.plan)
        self.bucket, self.key = self.parts.main.bucket, self.parts.main.key
        self.finish(**self.parts.outputs)

    def check(self) -> None:
        """Refuse what would not protect state, or would break its clients."""
        given: StateBackendArgs = self.settings
        kind = "s3-bucket" if self.on_aws else "gcs-bucket"
        region = bucket_checks.replica_region(self, kind, given.replicate, given.replica_region)
        copied = bool(region) and self.on_aws
        bucket_names.check_name(self, given.bucket_name, given.import_id, "-replica-bucket" if copied else "-bucket")
        kept = bucket_checks.retention(self, kind, given.retention_days)
        soft, lock = 0, None
        if self.on_aws:
            lock = state_checks.lock(self, kind, given.object_lock, kept, chosen=given.retention_days is not None)
            kept = max(kept, lock.days if lock else 0)
            state_checks.trust(self, given)
            check_key(self, "kms_key", given.kms_key, self.policy.primary_region)
            check_key(self, "replica_kms_key", given.replica_kms_key, region)
            if region is None and given.replica_kms_key is not None:
                self.refuse("replica_kms_key", "a key", "there is no second copy here", "Set replicate = True or leave it out.")
        else:
            state_checks.refuse_aws_only(self, given)
            bucket_gcp_checks.refuse_lock(self, kind, given.object_lock is not None and given.object_lock.enabled is not False)
            place = bucket_gcp_checks.place_of(self, region)
            check_key(self, "kms_key", given.kms_key, place.key_location)
            bucket_gcp_checks.refuse_slow_pair(self, kind, given.time_control, place, region)
            soft = bucket_gcp_checks.soft_delete(self, None, kept)
        self.plan = Plan(
            kind=kind,
            layout=state_checks.layout(self, given, kept),
            retention_days=kept,
            lock=lock,
            replica_region=region,
            time_control=bucket_checks.time_control(self, kind, given.time_control, region),
            lock_table=self.on_aws and given.lock_table is not False,
            needs_mfa=state_checks.needs_mfa(self, kind, given.mfa_to_delete_versions),
            soft_delete_days=soft,
            force_destroy=bucket_checks.destroyable(self, given.force_destroy),
        )
