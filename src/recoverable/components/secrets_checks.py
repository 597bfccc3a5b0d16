"""Names, values and windows of secrets, after they were checked. No refusal shows a value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

from recoverable.components.backup_vault_checks import longest_retention, own_name, second_region, whole
from recoverable.components.base import Component
from recoverable.components.key_checks import check_key
from recoverable.components.refusal import RefusedError

if TYPE_CHECKING:
    from recoverable.components.secrets_store import SecretsArgs

SHORTEST, LONGEST = 7, 30
"""Days of a recovery window: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html"""
ROTATION_MOST = 1000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_/-]{0,99}")
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,127}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
HIDDEN = "a value that is not secret"
GIVE = 'a secret, such as pulumi.Config().require_secret("databaseUrl"), or None to put the value there later'
WHY = "What stands in the program stands in the repository and in the state."


@dataclass
class RotationArgs:
    """What changes a secret's value by and by."""

    function: pulumi.Input[str]
    """ARN of the Lambda function that rotates it; on Google Cloud the full name of the Pub/Sub topic that is told."""
    days: int
    """Days between two rotations, 1 to 1000."""
    first_time: str | None = None
    """The first rotation, such as ``2030-01-31T00:00:00Z``. Google Cloud only, and needed there."""


@dataclass
class SecretArgs:
    """One secret."""

    name: str
    """Its name below the prefix: letters, digits and _ - /."""
    environment_variable: str | None = None
    """The environment variable that it is for. Default: the name in capitals with _ for the rest."""
    value: pulumi.Input[str] | None = None
    """A secret output, such as ``pulumi.Config().require_secret("databaseUrl")``. By default the value is put there later, by hand."""
    description: str | None = None
    """What it is for."""
    rotation: RotationArgs | None = None
    """What changes its value by and by. Default: nothing."""


@dataclass(frozen=True)
class OneSecret:
    """One secret, after it was checked. ``suffix`` ends its children's names, ``value`` is None where it comes later."""

    name: str
    suffix: str
    variable: str
    value: Any
    description: str
    rotation: RotationArgs | None


@dataclass(frozen=True)
class SecretsPlan:
    """What is going to be built.

    ``random_end``: a deleted secret keeps its name for the recovery window, so where stacks come and go each life gets names of its own.
    """

    kind: str
    prefix: str
    secrets: list[OneSecret]
    random_end: bool
    recovery_days: int
    replica_region: str | None


def plan_of(component: Component, given: "SecretsArgs") -> SecretsPlan:
    """What is asked for; refuses what would not protect."""
    own_name(component, r"[A-Za-z0-9_-]+", 60, "letters, digits, _ and -")
    kind = "secret" if component.on_aws else "gcp-secret"
    region = second_region(component, (kind,), "replicate", given.replicate, "replica_region", given.replica_region)
    if region is None and given.replica_kms_key is not None:
        component.refuse("replica_kms_key", "a key", "there is no copy here", "Set replicate = True or leave it out.")
    if not component.on_aws:
        _refuse_on_gcp(component, given, region)
    check_key(component, "kms_key", given.kms_key, component.policy.primary_region)
    check_key(component, "replica_kms_key", given.replica_kms_key, region)
    prefix = f"{pulumi.get_project()}/{pulumi.get_stack()}" if given.prefix is None else given.prefix
    if not NAME.fullmatch(prefix):
        component.refuse("prefix", prefix, "1 to 100 letters, digits and _ - /", "The names of the secrets begin with it.")
    secrets = _secrets(component, given.secrets)
    random_end = component.on_aws and given.prefix is None and not component.policy.protects
    if not random_end:
        _refuse_taken(component, prefix, secrets)
    return SecretsPlan(
        kind=kind,
        prefix=prefix,
        secrets=secrets,
        random_end=random_end,
        recovery_days=_window(component, kind, given.recovery_window_days),
        replica_region=region,
    )


def _refuse_taken(component: Component, prefix: str, secrets: Sequence[OneSecret]) -> None:
    """Refuse names that other Secrets of the program have: the cloud would refuse them half-way through an update."""
    for number, each in enumerate(secrets):
        name = f"{prefix}/{each.name}" if component.on_aws else f"{prefix}/{each.name}".replace("/", "-")
        other = component.policy.claim_name(f"secret {name}", component.label)
        if other is not None:
            component.refuse(f"secrets[{number}].name", each.name, f"{other} has {name}", "Give one of them a prefix of its own.")


def _refuse_on_gcp(component: Component, given: "SecretsArgs", region: str | None) -> None:
    if component.policy.primary_region is None:
        component.refuse("policy.region", None, "set it, or gcp:region", "The locations of a secret cannot be changed later.")
    if region is not None and given.kms_key is not None and given.replica_kms_key is None:
        component.refuse("replica_kms_key", None, "needed beside kms_key", "Secret Manager takes keys for all locations or for none.")


def _window(component: Component, kind: str, given: Any) -> int:
    need = longest_retention(component, (kind,))
    least = min(max(need.value, SHORTEST), LONGEST)
    if given is None:
        return least
    whole(component, "recovery_window_days", given, SHORTEST, LONGEST, "Secrets Manager takes no other; 0 would delete at once.")
    if given < least:
        component.refuse(
            "recovery_window_days",
            given,
            f"{component.policy.tier} demands a retention of {need.value} days ({need.source}), so at least {least} here",
            "A deleted secret could not be brought back as long as the data that it opens.",
        )
    return int(given)


def _secrets(component: Component, given: Sequence[SecretArgs]) -> list[OneSecret]:
    if not given:
        component.refuse("secrets", [], "at least one secret", "There would be nothing to keep.")
    made: list[OneSecret] = []
    for number, each in enumerate(given):
        where = f"secrets[{number}]"
        if not isinstance(each.name, str) or not NAME.fullmatch(each.name):
            component.refuse(f"{where}.name", each.name, "1 to 100 letters, digits and _ - /", "The cloud takes no other.")
        variable = each.environment_variable or re.sub(r"[^A-Z0-9]", "_", each.name.upper())
        if not VARIABLE.fullmatch(variable):
            component.refuse(
                f"{where}.environment_variable", variable, "capitals, digits and _, not a digit first", "A shell takes no other."
            )
        suffix = each.name.replace("/", "-").lower()
        if suffix in [before.suffix for before in made]:
            component.refuse(f"{where}.name", each.name, "each name once", "Two secrets would be one.")
        if variable in [before.variable for before in made]:
            component.refuse(f"{where}.environment_variable", variable, "each variable once", "One would hide the other.")
        _check_rotation(component, f"{where}.rotation", each.rotation)
        value = closed(component, f"{where}.value", each.value)
        described = each.description or f"The environment variable {variable} in {component.policy.tier}"
        made.append(OneSecret(each.name, suffix, variable, value, described, each.rotation))
    return made


def _check_rotation(component: Component, where: str, given: RotationArgs | None) -> None:
    if given is None:
        return
    whole(component, f"{where}.days", given.days, 1, ROTATION_MOST, "It is a number of days.")
    if component.on_aws and given.first_time is not None:
        component.refuse(f"{where}.first_time", given.first_time, "leave it out on AWS", "Secrets Manager rotates at once, then by days.")
    if not component.on_aws and (given.first_time is None or not TIME.fullmatch(given.first_time)):
        component.refuse(f"{where}.first_time", given.first_time, "a time such as 2030-01-31T00:00:00Z", "Secret Manager needs it.")


def closed(component: Component, field: str, value: Any) -> pulumi.Output[str] | None:
    """A secret value as it may be handed on; refused where it is not secret. An output is only known to be secret later."""
    if value is None:
        return None
    if not isinstance(value, pulumi.Output):
        component.refuse(field, HIDDEN, GIVE, WHY)
    given: pulumi.Output[str] = value

    async def refuse_open() -> bool:
        if not await given.is_secret():
            raise RefusedError(component.label, field, HIDDEN, GIVE, WHY)
        return True

    asked: pulumi.Output[bool] = pulumi.Output.from_input(refuse_open())
    return pulumi.Output.secret(pulumi.Output.all(asked, given).apply(lambda both: str(both[1])))
