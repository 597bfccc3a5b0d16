"""Buckets for the tests: built under the mocks, and what is looked up in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from recoverable.components.bucket import Bucket, BucketArgs
from recoverable.components.policy import ProtectionPolicy
from recoverable.standard.load import load
from tests.components.harness import Built, build

COMPOSED = ("RCV090", "RCV110")  # answered by BackupAlerts and RestoreTest beside it


def program(environment: str = "prod", region: str | None = "eu-central-1", **more: Any) -> Callable[[], Bucket]:
    def run() -> Bucket:
        policy = ProtectionPolicy(environment=environment, alert_address="ops@acme.example", replica_region=region, owner="shop-team")
        return Bucket("uploads", BucketArgs(policy=policy, **more))

    return run


def made(tmp_path: Path, environment: str = "prod", standard: str = "", preview: bool = True, **more: Any) -> Built:
    """A bucket built in a folder of its own, with that folder's standard."""
    if standard:
        (tmp_path / "recoverable.toml").write_text(f"schema = 1\n{standard}")
    region = more.pop("region", "eu-central-1" if environment == "prod" else None)
    return build(program(environment, region, **more), folder=tmp_path, preview=preview, stack=environment)


def open_questions(built: Built, tmp_path: Path) -> list[str]:
    """What the rules do not pass, but for what other components answer."""
    return [text for text in built.not_passed(load(None, start=tmp_path)) if not text.startswith(COMPOSED)]


def policy_of(built: Built, name: str = "uploads-policy") -> dict[str, dict[str, Any]]:
    document = json.loads(built.one("BucketPolicy", name).inputs["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def lifecycle(built: Built, name: str = "uploads-lifecycle") -> Mapping[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in built.one("BucketLifecycleConfiguration", name).inputs["rules"]}


def expiry(built: Built) -> int:
    return int(lifecycle(built)["old-versions"]["noncurrentVersionExpiration"]["noncurrentDays"])


def permissions(built: Built) -> dict[str, dict[str, Any]]:
    document = json.loads(built.one("RolePolicy", "uploads-replication-permissions").inputs["policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}
