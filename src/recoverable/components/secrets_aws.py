"""Builds Secrets on AWS: Secrets Manager with keys, copies, policies, and rotation where it is asked for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import kms, secretsmanager

from recoverable.components import evidence
from recoverable.components.backup_vault_key import own_key
from recoverable.components.late_values import json_text
from recoverable.components.secrets_checks import OneSecret, SecretsPlan

if TYPE_CHECKING:
    from recoverable.components.secrets_store import Secrets, SecretsArgs

TLS_ONLY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "secretsmanager:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}


@dataclass(frozen=True)
class SecretParts:
    """What was made, by environment variable. The children are escape hatches."""

    key: kms.Key | None
    replica_key: kms.Key | None
    secrets: dict[str, secretsmanager.Secret]
    versions: dict[str, secretsmanager.SecretVersion]
    policies: dict[str, secretsmanager.SecretPolicy]
    rotations: dict[str, secretsmanager.SecretRotation]
    outputs: dict[str, Any]


def build(component: "Secrets", given: "SecretsArgs", plan: SecretsPlan) -> SecretParts:
    """The keys first, then each secret with what belongs to it."""
    region, short = component.policy.primary_region, component.short
    key = own_key(component, f"{short}-key", f"the secrets of {short}", region) if given.kms_key is None else None
    key_arn = key.arn if key is not None else given.kms_key
    replica_key, replica_arn = _replica_key(component, given, plan)
    made = _Maker(component, plan, key_arn, replica_arn)
    for each in plan.secrets:
        made.secret(each)
    stated = {each.variable: f"{plan.prefix}/{each.name}" for each in plan.secrets}
    names: dict[str, pulumi.Output[str]] = {
        variable: made.secrets[variable].name if plan.random_end else pulumi.Output.from_input(name) for variable, name in stated.items()
    }
    first = next(iter(names.values()))
    protected_by = ["own KMS key", f"recovery window {plan.recovery_days} days", "TLS only", "no public policy"]
    protected_by += [f"copy in {plan.replica_region}"] if plan.replica_region else []
    outputs = {
        "evidence": evidence.entry(
            component,
            store=pulumi.Output.all(*[each.arn for each in made.secrets.values()]).apply(lambda arns: ", ".join(arns)),
            kind=plan.kind,
            protected_by=protected_by,
            retention_days=plan.recovery_days,
            achieved_rpo_minutes=None,
            rpo_mechanism="Secrets Manager replicates every version; it promises no time" if plan.replica_region else "one region",
            restore_command=first.apply(lambda name: f"aws secretsmanager restore-secret --secret-id {name}"),
            second_copy=plan.replica_region,
        ),
        "secret_arns": {variable: each.arn for variable, each in made.secrets.items()},
        "secret_names": names,
        "environment_variables": list(names),
        "read_commands": {
            variable: name.apply(lambda name: f"aws secretsmanager get-secret-value --secret-id {name} --query SecretString --output text")
            for variable, name in names.items()
        },
        "kms_key_arn": key_arn,
        "replica_kms_key_arn": replica_arn,
    }
    return SecretParts(key, replica_key, made.secrets, made.versions, made.policies, made.rotations, outputs)


def _replica_key(component: "Secrets", given: "SecretsArgs", plan: SecretsPlan) -> tuple[kms.Key | None, Any]:
    if plan.replica_region is None:
        return None, None
    if given.replica_kms_key is not None:
        return None, given.replica_kms_key
    key = own_key(component, f"{component.short}-replica-key", f"the copies of the secrets of {component.short}", plan.replica_region)
    return key, key.arn


class _Maker:
    """Makes a secret and what belongs to it."""

    def __init__(self, component: "Secrets", plan: SecretsPlan, key: Any, replica_key: Any) -> None:
        self.component, self.plan, self.key, self.replica_key = component, plan, key, replica_key
        self.region = component.policy.primary_region
        self.secrets: dict[str, secretsmanager.Secret] = {}
        self.versions: dict[str, secretsmanager.SecretVersion] = {}
        self.policies: dict[str, secretsmanager.SecretPolicy] = {}
        self.rotations: dict[str, secretsmanager.SecretRotation] = {}

    def _named(self, text: str) -> dict[str, str]:
        """The name, or what it begins with where it gets a random end."""
        return {"name_prefix": f"{text}-"} if self.plan.random_end else {"name": text}

    def secret(self, each: OneSecret) -> None:
        """One secret. Its version holds the value, which a new value replaces: it cannot be protected."""
        component, name = self.component, f"{self.component.short}-{each.suffix}"
        replicas = [{"region": self.plan.replica_region, "kms_key_id": self.replica_key}] if self.plan.replica_region else None
        secret = self.secrets[each.variable] = secretsmanager.Secret(
            name,
            **self._named(f"{self.plan.prefix}/{each.name}"),
            description=each.description,
            kms_key_id=self.key,
            recovery_window_in_days=self.plan.recovery_days,
            replicas=replicas,
            region=self.region,
            tags=component.tags(),
            # A default that was made once stays: another name would be another secret.
            opts=component.stateful(ignore_changes=["name", "namePrefix"] if self.plan.random_end else None),
        )
        self.policies[each.variable] = secretsmanager.SecretPolicy(
            f"{name}-policy",
            secret_arn=secret.arn,
            policy=json_text(TLS_ONLY),
            block_public_policy=True,
            region=self.region,
            opts=component.helper(retain_on_delete=component.policy.is_production),
        )
        if each.value is not None:
            self.versions[each.variable] = secretsmanager.SecretVersion(
                f"{name}-version",
                secret_id=secret.id,
                secret_string=each.value,
                region=self.region,
                opts=component.helper(retain_on_delete=component.policy.is_production),
            )
        if each.rotation is not None:
            waits = [self.versions[each.variable]] if each.value is not None else []
            self.rotations[each.variable] = secretsmanager.SecretRotation(
                f"{name}-rotation",
                secret_id=secret.id,
                rotation_lambda_arn=each.rotation.function,
                rotation_rules={"automatically_after_days": each.rotation.days},
                region=self.region,
                opts=component.helper(depends_on=waits),
            )
