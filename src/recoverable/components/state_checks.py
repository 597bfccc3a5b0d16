"""What a state backend has to meet, and the refusals of what would break Terraform, Pulumi or the way back."""

import json
from typing import TYPE_CHECKING

from recoverable.components import bucket_checks
from recoverable.components.base import Component
from recoverable.components.bucket_checks import LONGEST_LOCK, Lock, LockMode, ObjectLockArgs, demands_of, whole
from recoverable.state_backend.names import LOCK, Layout

if TYPE_CHECKING:
    from recoverable.components.state_backend import StateBackendArgs

LOCK_VERSION_DAYS = 7
DEFAULT_KEY = "terraform.tfstate"
AWS_ONLY = {
    "replica_kms_key": "A bucket in two regions has one key.",
    "lock_table": "Terraform's gcs backend locks by itself.",
    "mfa_to_delete_versions": "Cloud Storage has no such condition; soft delete keeps what is deleted.",
    "assume_role_policy": "Name members in trusted_principals.",
    "endpoint": "Pulumi's gs:// URLs take none.",
}


def layout(component: Component, given: "StateBackendArgs", kept: int) -> Layout:
    """Where everything lies; refuses names that Terraform refuses, or whose lock rule would reach another's state."""
    keys = tuple(given.state_keys if given.state_keys is not None else [DEFAULT_KEY])
    workspaces = tuple(given.workspaces or ())
    for number, key in enumerate(keys):
        _key(component, f"state_keys[{number}]", key, keys)
    for number, name in enumerate(workspaces):
        if not name or "/" in name or name == "default":
            component.refuse(
                f"workspaces[{number}]", name, "a workspace's name, without a slash", "The default workspace lies at the key itself."
            )
    prefix = (given.pulumi_prefix or "").strip("/")
    days = given.lock_version_days
    most = (
        min(kept, LOCK_VERSION_DAYS)
        if days is None
        else whole(component, "lock_version_days", days, 1, kept, "No longer than state itself.")
    )
    backup = given.backup_days
    if backup is not None and (isinstance(backup, bool) or not isinstance(backup, int) or backup < kept):
        component.refuse("backup_days", backup, f"at least the retention of {kept} days", "These are Pulumi's own copies of state.")
    most_days = demands_of(component, "s3-bucket" if component.on_aws else "gcs-bucket").backup_retention_days_max
    if backup is not None and backup > (LONGEST_LOCK if most_days.value is None else most_days.value):
        bound = f"{component.policy.tier} allows {most_days.value} days at most ({most_days.source})"
        component.refuse(
            "backup_days",
            backup,
            f"{LONGEST_LOCK} days at most" if most_days.value is None else bound,
            "Data that had to be deleted would live on.",
        )
    return Layout(keys, workspaces, f"{prefix}/" if prefix else "", most, backup or kept)


def _key(component: Component, field: str, key: str, keys: tuple[str, ...]) -> None:
    if not key or key.startswith("/") or key.endswith("/"):
        component.refuse(field, key, "a name without a slash at its beginning or end", "Terraform refuses it.")
    if keys.count(key) > 1:
        component.refuse(field, key, "each key once", "Two states in one object overwrite each other.")
    if key.startswith(".pulumi/"):
        component.refuse(field, key, "a name outside .pulumi/", "Pulumi keeps its own state there.")
    other = next((each for each in keys if each != key and key.startswith(f"{each}{LOCK}")), None)
    if other is not None or key.endswith(LOCK):
        component.refuse(
            field, key, f"a name that is not below {other or 'a state'}{LOCK}", "Its versions would expire with those of the lock."
        )


def lock(component: Component, kind: str, given: ObjectLockArgs | None, kept: int, *, chosen: bool) -> Lock | None:
    """The lock on state that was asked for; never one that follows from the standard alone."""
    wanted = demands_of(component, kind).object_lock
    if given is None and wanted.value:
        component.refuse(
            "object_lock",
            None,
            f"{component.policy.tier} demands object lock ({wanted.source})",
            "A lock keeps every version of every lock file too, so it is not put on state unasked. Give object_lock = ObjectLockArgs() for "
            "GOVERNANCE, or except state buckets from the standard.",
        )
    if given is None:
        return None
    if given.mode is not None and getattr(given.mode, "value", given.mode) == LockMode.COMPLIANCE.value:
        component.refuse("object_lock.mode", given.mode, "GOVERNANCE for state", "A state with a secret in it could be deleted by nobody.")
    return bucket_checks.lock(component, kind, given, kept, chosen=chosen)


def needs_mfa(component: Component, kind: str, given: bool | None) -> bool:
    """Whether versions are deleted with a second factor only."""
    demand = demands_of(component, kind).mfa_delete
    required = component.on_aws and demand.value == "required"
    if required and given is False:
        component.refuse(
            "mfa_to_delete_versions", False, f"{component.policy.tier} requires it ({demand.source})", "Old versions are the only way back."
        )
    return required if given is None else given


def trust(component: Component, given: "StateBackendArgs") -> None:
    """Refuse a trust that is said twice or that lets everyone in."""
    if given.trusted_principals is not None and given.assume_role_policy is not None:
        component.refuse(
            "assume_role_policy", "a policy", "trusted_principals or assume_role_policy, not both", "One of them would be dropped."
        )
    if isinstance(given.assume_role_policy, str) and _trusts_everyone(given.assume_role_policy):
        component.refuse("assume_role_policy", "a policy", "a trust that names someone, as JSON", "Everyone else must stay outside.")
    for number, name in enumerate(given.trusted_principals or ()):
        if not name.startswith("arn:") or "*" in name:
            component.refuse(
                f"trusted_principals[{number}]", name, "the ARN of a role, a user or an account's root", "Everyone else must stay outside."
            )


def _trusts_everyone(text: str) -> bool:
    """Whether a trust policy lets in whoever asks, without a condition; true of what cannot be read."""
    try:
        statements = json.loads(text)["Statement"]
    except (ValueError, KeyError, TypeError):
        return True
    for each in statements if isinstance(statements, list) else [statements]:
        if not isinstance(each, dict):
            return True
        principal = each.get("Principal", "*")
        named = list(principal.values()) if isinstance(principal, dict) else [principal]
        everyone = any("*" in (one if isinstance(one, list) else [one]) for one in named)
        if each.get("Effect") == "Allow" and everyone and not each.get("Condition"):
            return True
    return False


def refuse_aws_only(component: Component, given: "StateBackendArgs") -> None:
    """Refuse on Google Cloud what only AWS has."""
    for field, reason in AWS_ONLY.items():
        value = getattr(given, field)
        if value is not None and not (field == "lock_table" and value is False):
            component.refuse(field, value if isinstance(value, str | bool) else "a value", "leave it out on Google Cloud", reason)
    for number, name in enumerate(given.trusted_principals or ()):
        if name in ("allUsers", "allAuthenticatedUsers") or ":" not in name:
            component.refuse(f"trusted_principals[{number}]", name, "a member such as group:infra@acme.example", "State is nobody else's.")
