"""A moto server for the handlers' tests: one for each test process, with the answers that moto lacks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import ENDPOINT, AwsCloud
from recoverable.sandbox.provider.family import family
from tests.support.moto_server import MotoServer
from tests.support.provider import REGION, Calls


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The endpoint of the server."""
    with MotoServer() as endpoint:
        yield endpoint


@pytest.fixture
def cloud(moto: str, monkeypatch: pytest.MonkeyPatch) -> AwsCloud:
    """What a test looks at the cloud with, behind the provider's back."""
    monkeypatch.setenv(ENDPOINT, moto)
    return AwsCloud(moto, REGION)


@pytest.fixture
def aws(cloud: AwsCloud) -> Calls:
    """The stand-in provider, configured for one region."""
    return Calls(family("aws"))


@pytest.fixture
def s3(cloud: AwsCloud) -> Any:
    """A boto3 client."""
    return cloud.client("s3")


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"t-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def bucket(aws: Calls, name: str) -> str:
    """A bucket that the provider made."""
    return aws.up("aws:s3/bucket:Bucket", "bucket", bucket=name).id
