"""The policy that a drill needs is the calls that it makes, and it lets nothing be written but buckets of drills."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.aws.clients import Service
from recoverable.drill.objects.permissions import CALLS, policy
from recoverable.drill.objects.settings import read
from tests.drill.objects.bucket_world import BucketWorld
from tests.drill.objects.drilled_world import typed

PAGE = Path(__file__).parents[3] / "docs" / "drill-bucket.md"
EXAMPLE = {
    "bucket": "acme-uploads",
    "region": "eu-west-1",
    "replica": {"bucket": "acme-uploads-replica", "region": "eu-central-1"},
    "heartbeat": "recoverable/heartbeat.json",
}
IMPLIED = {
    "GetObjectLegalHold", "GetObjectRetention", "GetObjectVersionTagging", "PutObjectTagging",
    "AbortMultipartUpload", "DeleteObject",
}  # fmt: skip
"""Asked in the name of another call: a head's lock headers, a copy's tags. Or called only where there is something for it."""


def test_the_policy_is_what_drills_call(world: BucketWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, bool]] = []
    inner = Service.call

    def call(self: Service, operation: str, passes: tuple[str, ...] = (), **words: Any) -> Any:
        called.append((operation, "VersionId" in words or "VersionId" in words.get("CopySource", {})))
        return inner(self, operation, passes, **words)

    monkeypatch.setattr(Service, "call", call)
    for position in range(3):
        world.harness(tmp_path, sample=500).drill(with_control=True)
        world.client().delete_public_access_block(Bucket="acme-uploads") if position == 0 else None
    list(world.provider().existing(()))
    needed = {"GetObjectVersion" if versioned and operation != "CopyObject" else CALLS[operation] for operation, versioned in called}
    needed |= {"GetObjectVersion"}
    allowed = {action.removeprefix("s3:") for each in policy(world.settings())["Statement"] for action in each["Action"]}

    assert needed - allowed == set()
    assert allowed - needed <= IMPLIED


def test_source_and_replica_may_only_be_read() -> None:
    for statement in policy(typed(read, EXAMPLE))["Statement"]:
        writes = [each for each in statement["Action"] if not re.match(r"s3:(Get|List)", each)]
        if writes:
            assert all(each.startswith("arn:aws:s3:::rcv-drill-*") for each in statement["Resource"])


def test_the_page_shows_this_policy() -> None:
    (shown,) = re.findall(r"```json\n(\{.*?\n\})\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert json.loads(shown) == policy(typed(read, EXAMPLE))
