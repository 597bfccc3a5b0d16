"""Builds Secrets on Google Cloud: Secret Manager with a copy and a key in each location."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_gcp import kms, projects, secretmanager

from recoverable.components import evidence
from recoverable.components.bucket_gcp import DESTROY_AFTER, ROTATION, USE_KEY
from recoverable.components.secrets_checks import OneSecret, SecretsPlan

if TYPE_CHECKING:
    from recoverable.components.secrets_store import Secrets, SecretsArgs

DAY = 86400
API = "secretmanager.googleapis.com"


@dataclass(frozen=True)
class GoogleSecretParts:
    """What was made, by environment variable. The children are escape hatches."""

    keys: list["LocationKey"]
    secrets: dict[str, secretmanager.Secret]
    versions: dict[str, secretmanager.SecretVersion]
    outputs: dict[str, Any]


class LocationKey:
    """A key in one location, which Secret Manager may use: made here unless it is given."""

    def __init__(self, component: "Secrets", name: str, location: str, given: Any, agent: Any) -> None:
        self.location = location
        self.ring: kms.KeyRing | None = None
        self.key: kms.CryptoKey | None = None
        if given is None:
            self.ring = kms.KeyRing(f"{name}-keyring", location=location, project=component.policy.project, opts=component.stateful())
            self.key = kms.CryptoKey(
                f"{name}-key",
                key_ring=self.ring.id,
                rotation_period=ROTATION,
                destroy_scheduled_duration=DESTROY_AFTER,
                labels=component.labels(),
                opts=component.stateful(),
            )
        self.key_name: Any = self.key.id if self.key is not None else given
        self.grant = kms.CryptoKeyIAMMember(
            f"{name}-key-grant", crypto_key_id=self.key_name, role=USE_KEY, member=agent, opts=component.helper()
        )


def build(component: "Secrets", given: "SecretsArgs", plan: SecretsPlan) -> GoogleSecretParts:
    """The service's own account first: it has to exist before it can be let in."""
    short, project = component.short, component.policy.project
    agent = projects.ServiceIdentity(f"{short}-agent", service=API, project=project, opts=component.helper())
    member = agent.email.apply(lambda address: f"serviceAccount:{address}")
    keys = [LocationKey(component, short, str(component.policy.primary_region), given.kms_key, member)]
    if plan.replica_region is not None:
        keys.append(LocationKey(component, f"{short}-replica", plan.replica_region, given.replica_kms_key, member))
    secrets: dict[str, secretmanager.Secret] = {}
    versions: dict[str, secretmanager.SecretVersion] = {}
    for each in plan.secrets:
        secrets[each.variable] = _secret(component, plan, each, keys)
        if each.value is not None:
            versions[each.variable] = secretmanager.SecretVersion(
                f"{short}-{each.suffix}-version",
                secret=secrets[each.variable].id,
                secret_data=each.value,
                opts=component.helper(retain_on_delete=component.policy.is_production),
            )
    names = {each.variable: _id(plan, each) for each in plan.secrets}
    first = next(iter(names.values()))
    protected_by = ["own Cloud KMS key", f"destroyed versions kept {plan.recovery_days} days"]
    protected_by += [f"copy in {plan.replica_region}"] if plan.replica_region else []
    outputs = {
        "evidence": evidence.entry(
            component,
            store=pulumi.Output.all(*[each.id for each in secrets.values()]).apply(lambda ids: ", ".join(ids)),
            kind=plan.kind,
            protected_by=protected_by,
            retention_days=plan.recovery_days,
            achieved_rpo_minutes=0 if plan.replica_region else None,
            rpo_mechanism="Secret Manager writes to every location at once" if plan.replica_region else "one location",
            restore_command=f"gcloud secrets versions enable VERSION --secret={first}",
            second_copy=plan.replica_region,
        ),
        "secret_arns": {variable: each.id for variable, each in secrets.items()},
        "secret_names": names,
        "environment_variables": list(names),
        "read_commands": {variable: f"gcloud secrets versions access latest --secret={name}" for variable, name in names.items()},
        "kms_key_arn": keys[0].key_name,
        "replica_kms_key_arn": keys[1].key_name if len(keys) > 1 else None,
    }
    return GoogleSecretParts(keys, secrets, versions, outputs)


def _id(plan: SecretsPlan, each: OneSecret) -> str:
    """Secret Manager has no slashes in names."""
    return f"{plan.prefix}/{each.name}".replace("/", "-")


def _secret(component: "Secrets", plan: SecretsPlan, each: OneSecret, keys: list[LocationKey]) -> secretmanager.Secret:
    rotation, topics = None, None
    if each.rotation is not None:
        rotation = {"rotation_period": f"{each.rotation.days * DAY}s", "next_rotation_time": each.rotation.first_time}
        topics = [{"name": each.rotation.function}]
    places = [{"location": key.location, "customer_managed_encryption": {"kms_key_name": key.key_name}} for key in keys]
    return secretmanager.Secret(
        f"{component.short}-{each.suffix}",
        secret_id=_id(plan, each),
        replication={"user_managed": {"replicas": places}},
        version_destroy_ttl=f"{plan.recovery_days * DAY}s",
        rotation=rotation,
        topics=topics,
        deletion_protection=component.policy.protects,
        labels=component.labels(),
        project=component.policy.project,
        opts=component.stateful(depends_on=[key.grant for key in keys]),
    )
