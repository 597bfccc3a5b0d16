"""The AWS side of the laptop cloud: boto3 clients for moto's server, bound to one region."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

ACCOUNT = "123456789012"  # moto's account
PARTITION = "aws"
# No retries: the server is on this machine, and a refusal must reach the user at once.
QUICK = Config(retries={"max_attempts": 1, "mode": "standard"}, s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=60)


@dataclass(frozen=True)
class AwsCloud:
    """One region of the laptop cloud. The credentials are moto's: any text will do, and nothing real is ever used."""

    endpoint: str
    region: str = "us-east-1"

    def client(self, service: str, region: str = "") -> Any:
        """A boto3 client, in this region unless another one is named."""
        return _client(service, region or self.region, self.endpoint)

    def arn(self, service: str, rest: str, region: str | None = None) -> str:
        """``arn:aws:SERVICE:REGION:ACCOUNT:REST``."""
        return f"arn:{PARTITION}:{service}:{self.region if region is None else region}:{ACCOUNT}:{rest}"


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
