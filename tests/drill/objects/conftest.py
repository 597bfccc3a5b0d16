"""A server for the module, an account for the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.drill.objects.bucket_world import BucketWorld, account, served
from tests.fakes.s3_front import S3Front


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, S3Front]]:
    with served() as found:
        yield found


@pytest.fixture
def world(server: tuple[str, S3Front], monkeypatch: pytest.MonkeyPatch, quick_disk: None) -> Iterator[BucketWorld]:
    """An account with a bucket of a dozen objects and its replica."""
    with account(*server, monkeypatch) as found:
        yield found
