"""A cloud that is a dictionary, and handlers for it: what the provider's core does shows without any server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from recoverable.sandbox.provider.family import Family
from recoverable.sandbox.provider.handler import Function, Handler, Refusal, RefusedError, Values

SECRET = "aws:secretsmanager/secretVersion:SecretVersion"
KEY = "aws:kms/key:Key"


class Toy(Handler[dict[str, Values]]):
    """A key in a dictionary. What it holds is what was stated, until a test changes it."""

    token = KEY
    autoname = ""
    replaces = frozenset({"keyUsage"})
    defaults: ClassVar[Mapping[str, Any]] = {"isEnabled": True}
    kept = frozenset({"deletionWindowInDays"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """One word that is not liked."""
        if inputs.get("description") == "bad":
            yield Refusal("description", "is bad")

    def create(self, cloud: dict[str, Values], inputs: Values) -> str:
        """Put it there."""
        if inputs.get("description") == "refused":
            raise RefusedError("the cloud says no")
        if inputs.get("description") == "vanishing":
            return "nowhere"
        if inputs.get("description") == "crash":
            raise KeyError("a bug of ours")
        cloud["k1"] = {name: value for name, value in inputs.items() if name != "deletionWindowInDays"}
        return "k1"

    def read(self, cloud: dict[str, Values], identity: str, held: Values) -> Values | None:
        """As it is there."""
        return None if identity not in cloud else {"arn": f"arn:{identity}", "keyId": identity, **cloud[identity]}

    def update(self, cloud: dict[str, Values], identity: str, old: Values, new: Values) -> None:
        """Put it there again."""
        if identity in cloud:
            cloud[identity] = {name: value for name, value in new.items() if name != "deletionWindowInDays"}

    def delete(self, cloud: dict[str, Values], identity: str, held: Values) -> None:
        """Take it away."""
        cloud.pop(identity, None)


class ToySecret(Toy):
    """Something that fails and says too much."""

    token = SECRET
    autoname = ""
    replaces = frozenset()
    defaults: ClassVar[Mapping[str, Any]] = {}
    kept = frozenset()

    def create(self, cloud: dict[str, Values], inputs: Values) -> str:
        """Fail with the secret in the message."""
        raise RefusedError(f"cannot store {inputs['secretString']} in {inputs['secretId']}")


class Named(Toy):
    """Something with a name of its own."""

    token = "aws:s3/bucket:Bucket"
    autoname = "bucket"
    defaults: ClassVar[Mapping[str, Any]] = {}


class Echo(Function[dict[str, Values]]):
    """Says what it is told."""

    token = "aws:index/getRegion:getRegion"

    def call(self, cloud: dict[str, Values], arguments: Values) -> Values:
        """The arguments."""
        return {"told": arguments.get("name")}


def toy_family() -> tuple[Family, dict[str, Values]]:
    """A family on a dictionary of its own."""
    cloud: dict[str, Values] = {}

    def connect(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Values]:
        if settings.get("region") == "closed":
            raise RefusedError("the cloud is closed")
        return cloud

    handlers: dict[str, Handler[Any]] = {each.token: each() for each in (Toy, ToySecret, Named)}
    return Family("aws", SimpleNamespace(connect=connect), handlers, {Echo.token: Echo()}), cloud
