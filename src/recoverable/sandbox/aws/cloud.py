"""The AWS side of the laptop cloud: boto3 clients for moto's server, bound to one region; and what pulumi-aws does to every resource."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from recoverable.sandbox.provider.handler import RefusedError, Values
from recoverable.sandbox.provider.types_of_sdk import Kind
from recoverable.sandbox.provider.wire import UNKNOWN

ACCOUNT = "123456789012"  # moto's account
PARTITION = "aws"
ENDPOINT = "RECOVERABLE_SANDBOX_ENDPOINT"
# No retries: the server is on this machine, and a refusal must reach the user at once.
QUICK = Config(retries={"total_max_attempts": 1, "mode": "standard"}, s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=60)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MAKING = threading.Lock()  # boto3's default session is not safe to be used by two threads


@dataclass(frozen=True)
class AwsCloud:
    """One region of the laptop cloud. The credentials are moto's: any text will do, and nothing real is ever used."""

    endpoint: str
    region: str = "us-east-1"

    def client(self, service: str, region: str = "") -> Any:
        """A boto3 client, in this region unless another one is named."""
        with MAKING:
            return _client(service, region or self.region, self.endpoint)

    def arn(self, service: str, rest: str, region: str | None = None) -> str:
        """``arn:aws:SERVICE:REGION:ACCOUNT:REST``."""
        return f"arn:{PARTITION}:{service}:{self.region if region is None else region}:{ACCOUNT}:{rest}"


def connect(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> AwsCloud:
    """The cloud for a resource: in its own region, else the provider's.

    Raises RefusedError where no sandbox is named, where it is not on this machine (a stand-in never talks to an account), and where
    no region is set.
    """
    endpoint = os.environ.get(ENDPOINT, "")
    if not endpoint:
        raise RefusedError(f"{ENDPOINT} is not set: start the sandbox with `recoverable sandbox up` and take its environment")
    if urlsplit(endpoint).hostname not in LOOPBACK:
        raise RefusedError(f"{ENDPOINT} is {endpoint}: the stand-in for aws talks only to this machine")
    region = inputs.get("region") or settings.get("region") or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region or region == UNKNOWN:
        raise RefusedError("missing region configuration: set it with `pulumi config set aws:region REGION`")
    return AwsCloud(endpoint, str(region))


def fill(kind: Kind, settings: Mapping[str, Any], inputs: Values) -> Values:
    """The two inputs that pulumi-aws adds to every resource that has them: the region, and the provider's default tags."""
    found = dict(inputs)
    if "region" in kind.inputs and not found.get("region"):
        found["region"] = connect(settings, {}).region
    if "tags" in kind.inputs and "tagsAll" in kind.outputs:
        own, common = found.get("tags") or {}, default_tags(settings)
        unclear = UNKNOWN in (own, common) or UNKNOWN in [*own.values(), *common.values()]
        found["tagsAll"] = UNKNOWN if unclear else {**common, **own}
    return found


def sent(inputs: Values) -> Values:
    """A handler tags with all tags, the provider's default ones too."""
    return {**inputs, "tags": inputs["tagsAll"]} if "tagsAll" in inputs else inputs


def shown(kind: Kind, settings: Mapping[str, Any], held: Mapping[str, Any], state: Values) -> Values:
    """The state with its region, and its tags split into the resource's own and all of them."""
    found = dict(state)
    if "region" in kind.outputs:
        found.setdefault("region", connect(settings, held).region)
    if "tagsAll" in kind.outputs:
        every, own = found.get("tags") or {}, held.get("tags") or {}
        found["tagsAll"] = every
        common = default_tags(settings)
        found["tags"] = {key: value for key, value in every.items() if key in own or common.get(key) != value}
        if not found["tags"] and "tags" not in held:
            del found["tags"]
    return found


def default_tags(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The provider's ``defaultTags``."""
    stated = settings.get("defaultTags") or {}
    tags = stated.get("tags") if isinstance(stated, dict) else None
    return dict(tags or {})


@functools.cache
def _client(service: str, region: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",  # noqa: S106 - moto takes any text; no account is reached
        config=QUICK,
    )
