"""Secrets Manager: who rotates a secret, and who may read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, lacking
from recoverable.sandbox.aws.secrets_manager import GONE, secret
from recoverable.sandbox.provider.handler import Handler, Refusal, Values


class SecretRotation(Handler[AwsCloud]):
    """``aws.secretsmanager.SecretRotation``; its id is the secret's ARN."""

    token = "aws:secretsmanager/secretRotation:SecretRotation"
    replaces = frozenset({"secretId"})
    defaults: ClassVar[Mapping[str, Any]] = {"rotateImmediately": True}
    kept = frozenset({"rotateImmediately", "secretId"})
    rules: ClassVar[Mapping[str, str]] = {
        "automaticallyAfterDays": "AutomaticallyAfterDays",
        "duration": "Duration",
        "scheduleExpression": "ScheduleExpression",
    }
    lacks: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("externalSecretRotationMetadatas", "externalSecretRotationRoleArn"), "it has no managed external secrets"
    )

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A rotation without a rhythm, or with two."""
        yield from lacking(inputs, self.lacks)
        rules = known(inputs, "rotationRules")
        if rules is not None:
            for each in lacking(rules, {"duration": "moto keeps days only"}):
                yield Refusal(f"rotationRules.{each.property}", each.reason)
            if rules.get("scheduleExpression") and not rules.get("automaticallyAfterDays"):
                yield Refusal("rotationRules.scheduleExpression", "the laptop cloud cannot do that: moto keeps days only")
            rhythms = [name for name in ("automaticallyAfterDays", "scheduleExpression") if rules.get(name) is not None]
            if len(rhythms) != 1:
                yield Refusal("rotationRules", "one of `automaticallyAfterDays` and `scheduleExpression` must be stated")
            days = rules.get("automaticallyAfterDays")
            if isinstance(days, int) and not 1 <= days <= 1000:
                yield Refusal("rotationRules.automaticallyAfterDays", f"{days} is not in 1 to 1000 days")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Let a function rotate the secret."""
        rules = {parameter: inputs["rotationRules"][name] for name, parameter in self.rules.items() if inputs["rotationRules"].get(name)}
        answer = cloud.client("secretsmanager").rotate_secret(
            SecretId=inputs["secretId"],
            RotationRules=rules,
            RotateImmediately=inputs.get("rotateImmediately", True),
            **said(RotationLambdaARN=inputs.get("rotationLambdaArn")),
        )
        return str(answer["ARN"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The rotation as Secrets Manager describes it."""
        got = secret(cloud, identity)
        if got is None or not got.get("RotationEnabled"):
            return None
        rules = got.get("RotationRules") or {}
        return {
            "rotationEnabled": True,
            "rotationLambdaArn": got.get("RotationLambdaARN"),
            "rotationRules": {name: rules[key] for name, key in self.rules.items() if rules.get(key)},
            "secretId": held.get("secretId") or identity,
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew."""
        self.create(cloud, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Rotate no more."""
        if self.read(cloud, identity, held) is not None:
            cloud.client("secretsmanager").cancel_rotate_secret(SecretId=identity)


class SecretPolicy(Handler[AwsCloud]):
    """``aws.secretsmanager.SecretPolicy``; its id is the secret's ARN."""

    token = "aws:secretsmanager/secretPolicy:SecretPolicy"
    replaces = frozenset({"secretArn"})
    kept = frozenset({"blockPublicPolicy"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A policy that lets everybody in, where the program wants that to be refused."""
        policy = known(inputs, "policy")
        if policy is not None and known(inputs, "blockPublicPolicy") and _is_public(str(policy)):
            yield Refusal("policy", "gives access to everybody, and `blockPublicPolicy` is on")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set it."""
        answer = cloud.client("secretsmanager").put_resource_policy(
            SecretId=inputs["secretArn"], ResourcePolicy=inputs["policy"], **said(BlockPublicPolicy=inputs.get("blockPublicPolicy"))
        )
        return str(answer["ARN"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The secret's policy."""
        if secret(cloud, identity) is None:
            return None
        policy = cloud.client("secretsmanager").get_resource_policy(SecretId=identity).get("ResourcePolicy")
        return {"policy": policy, "secretArn": identity} if policy else None

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew."""
        self.create(cloud, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take it away."""
        found(cloud.client("secretsmanager").delete_resource_policy, *GONE, SecretId=identity)


def _is_public(policy: str) -> bool:
    """Whether a statement without any condition allows something to everybody."""
    try:
        statements = json.loads(policy).get("Statement", [])
    except (ValueError, AttributeError):
        return False
    for each in statements if isinstance(statements, list) else [statements]:
        principal = each.get("Principal")
        everybody = principal == "*" or (isinstance(principal, dict) and principal.get("AWS") in ("*", ["*"]))
        if each.get("Effect") == "Allow" and everybody and not each.get("Condition"):
            return True
    return False
