"""Bucket and StateBackend on Google Cloud with the real engine, against our own fake of that cloud: there is no server to check it with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox.gcp.store import Store
from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine

BUCKET, KEY, RING = "gcp:storage/bucket:Bucket", "gcp:kms/cryptoKey:CryptoKey", "gcp:kms/keyRing:KeyRing"
DAY = 86400
PROGRAM = """
import pulumi
from recoverable.components.bucket import Bucket, BucketArgs
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.state_backend import StateBackend, StateBackendArgs

policy = ProtectionPolicy(
    environment="{environment}", alert_address="ops@acme.example", replica_region={region!r}, owner="shop", cloud=Cloud.GCP
)
made = {call}
for name in type(made).__annotations__:
    pulumi.export(name, getattr(made, name, None))
"""
UPLOADS = 'Bucket("uploads", BucketArgs(policy=policy{more}))'
STATE = 'StateBackend("infra", StateBackendArgs(policy=policy, trusted_principals=["group:infra@acme.example"]))'


def source(environment: str, region: str | None, call: str, more: str = "") -> str:
    return PROGRAM.format(environment=environment, region=region, call=call.format(more=more))


def held(laptop: Laptop, name: str) -> dict[str, Any]:
    """The bucket as the fake holds it."""
    (found,) = [body for body in store(laptop).list(BUCKET).values() if body["name"] == name]
    return found


def store(laptop: Laptop) -> Store:
    return Store(laptop.environment()["RECOVERABLE_SANDBOX_STORE"])


def test_fake_production_bucket_is_as_the_standard_says_and_a_second_up_changes_nothing(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("prod", "europe-west4", UPLOADS), stack="prod", name="gcs")
    stack.up()
    outputs = stack.outputs()
    found = held(laptop, outputs["bucket_name"])
    assert found["versioning"]["enabled"] is True
    assert found["publicAccessPrevention"] == "enforced"
    assert found["uniformBucketLevelAccess"] is True
    assert found["rpo"] == "ASYNC_TURBO"
    assert sorted(found["customPlacementConfig"]["dataLocations"]) == ["EUROPE-WEST1", "EUROPE-WEST4"]
    assert found["softDeletePolicy"]["retentionDurationSeconds"] == 30 * DAY
    assert found["encryption"]["defaultKmsKeyName"] == outputs["kms_key_arn"]
    assert "/locations/europe/" in outputs["kms_key_arn"]
    assert found["autoclass"]["enabled"] is True
    stack.run("preview", "--expect-no-changes")
    stack.run("refresh", "--preview-only", "--expect-no-changes")
    refused = stack.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    assert "uploads-bucket" in refused.stdout + refused.stderr


def test_fake_dev_bucket_is_updated_shows_drift_and_is_destroyed(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("dev", None, UPLOADS), stack="dev", name="gcsdev")
    stack.up()
    name = stack.outputs()["bucket_name"]
    stack.program(source("dev", None, UPLOADS, ", retention_days=400"))
    stack.up()
    assert stack.outputs()["bucket_name"] == name
    assert held(laptop, name)["softDeletePolicy"]["retentionDurationSeconds"] == 90 * DAY
    assert held(laptop, name)["lifecycleRules"][0]["condition"]["daysSinceNoncurrentTime"] == 400

    (identity,) = [each for each, body in store(laptop).list(BUCKET).items() if body["name"] == name]
    store(laptop).change(BUCKET, identity, versioning={"enabled": False})
    drifted = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drifted.returncode == 7
    assert "versioning" in drifted.stdout
    stack.refresh()
    stack.up()
    assert held(laptop, name)["versioning"]["enabled"] is True

    stack.destroy()
    assert name not in {body["name"] for body in store(laptop).list(BUCKET).values()}


def test_fake_state_backend_tells_clients_where_state_is(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("prod", "europe-west4", STATE), stack="prod", name="gcsstate")
    stack.up()
    outputs = stack.outputs()
    found = held(laptop, outputs["bucket_name"])
    deleted = [rule["condition"] for rule in found["lifecycleRules"] if rule["action"]["type"] == "Delete"]
    assert [rule["daysSinceNoncurrentTime"] for rule in deleted if rule.get("daysSinceNoncurrentTime")] == [30, 7, 7]
    assert outputs["pulumi_login_url"] == f"gs://{outputs['bucket_name']}"
    assert outputs["pulumi_secrets_provider"] == f"gcpkms://{outputs['kms_key_arn']}"
    assert f'bucket             = "{outputs["bucket_name"]}"' in outputs["backend_hcl"]["terraform.tfstate"]
    granted = [body["role"] for body in store(laptop).list("gcp:storage/bucketIAMMember:BucketIAMMember").values()]
    assert "roles/storage.objectUser" in granted
    stack.run("preview", "--expect-no-changes")


def test_fake_production_refuses_what_the_cloud_cannot_do(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("prod", "us-east1", UPLOADS), stack="prod", name="gcsrefused")
    refused = stack.run("preview", check=False)
    assert refused.returncode != 0
    assert 'Bucket "uploads": replica_region = "us-east1" is refused' in refused.stdout + refused.stderr
    assert stack.resources() == {}
