"""The stand-in for Google Cloud under the real Pulumi engine. It is fake all the same: no server checks what it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox.gcp.cloud import STORE
from recoverable.sandbox.gcp.store import Store
from recoverable.sandbox.laptop import Laptop
from tests.support.laptops import laptop
from tests.support.stacks import PulumiError, Stack

__all__ = ["laptop"]
pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
import pulumi_gcp as gcp

days = pulumi.Config().get_int("days") or 30
project = gcp.organizations.get_project()
agent = gcp.storage.get_project_service_account()
ring = gcp.kms.KeyRing("{who}", location="europe-west1")
key = gcp.kms.CryptoKey("{who}", key_ring=ring.id, rotation_period="7776000s")
grant = gcp.kms.CryptoKeyIAMMember(
    "{who}", crypto_key_id=key.id, role="roles/cloudkms.cryptoKeyEncrypterDecrypter", member=agent.member
)
bucket = gcp.storage.Bucket(
    "{who}",
    location="europe-west1",
    versioning={{"enabled": True}},
    soft_delete_policy={{"retention_duration_seconds": days * 86400}},
    encryption={{"default_kms_key_name": key.id}},
    uniform_bucket_level_access=True,
    force_destroy=True,
    opts=pulumi.ResourceOptions(depends_on=[grant]),
)
orders = gcp.sql.DatabaseInstance(
    "{who}",
    database_version="POSTGRES_16",
    deletion_protection=False,
    settings={{
        "tier": "db-custom-2-7680",
        "edition": "ENTERPRISE",
        "backup_configuration": {{"enabled": True, "point_in_time_recovery_enabled": True, "transaction_log_retention_days": 7}},
    }},
)
app = gcp.sql.User("{who}", instance=orders.name, password=pulumi.Output.secret("engine-hunter2"))
secret = gcp.secretmanager.Secret("{who}", secret_id="{who}", replication={{"auto": {{}}}})
value = gcp.secretmanager.SecretVersion("{who}", secret=secret.id, secret_data=pulumi.Output.secret("engine-hunter2"))
pulumi.export("bucket", bucket.url)
pulumi.export("connection", orders.connection_name)
pulumi.export("number", project.number)
"""
BUCKET, INSTANCE = "gcp:storage/bucket:Bucket", "gcp:sql/databaseInstance:DatabaseInstance"


@pytest.fixture
def held(laptop: Laptop) -> Store:
    """What the laptop's Google Cloud holds."""
    return Store(laptop.environment()[STORE])


def one(held: Store, token: str, who: str) -> tuple[str, dict[str, Any]]:
    """The one resource of a type that this test made; names are automatic."""
    found = [(identity, body) for identity, body in held.list(token).items() if identity.startswith(f"{who}-")]
    assert len(found) == 1
    return found[0]


def test_fake_google_program_lives_its_whole_life(laptop: Laptop, held: Store, tmp_path: Path) -> None:
    """Up, read back, nothing to do, an update, drift seen and repaired, destroyed; no secret in the state or the store."""
    stack = Stack(laptop, tmp_path / "shop", PROGRAM.format(who="life"))
    stack.up()
    name, bucket = one(held, BUCKET, "life")
    instance, orders = one(held, INSTANCE, "life")
    assert bucket["versioning"] == {"enabled": True}
    assert bucket["softDeletePolicy"]["retentionDurationSeconds"] == 30 * 86_400
    assert orders["settings"]["backupConfiguration"]["transactionLogRetentionDays"] == 7
    assert stack.outputs() == {
        "bucket": f"gs://{name}",
        "connection": f"acme:{orders['region']}:{instance}",
        "number": "123456789012",
    }
    assert "engine-hunter2" not in str(stack.export())
    assert b"engine-hunter2" not in held.path.read_bytes()
    stack.up("--expect-no-changes")
    stack.run("config", "set", "days", "60")
    stack.up()
    assert one(held, BUCKET, "life")[1]["softDeletePolicy"]["retentionDurationSeconds"] == 60 * 86_400
    held.change(BUCKET, name, versioning={"enabled": False})
    drifted = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drifted.returncode != 0
    assert "versioning" in drifted.stdout + drifted.stderr
    stack.refresh()
    stack.up()
    assert one(held, BUCKET, "life")[1]["versioning"] == {"enabled": True}
    stack.up("--expect-no-changes", "--refresh")
    stack.destroy()
    assert [token for token in (BUCKET, INSTANCE) if any(identity.startswith("life-") for identity in held.list(token))] == []


def test_fake_google_refusals_reach_the_user(laptop: Laptop, tmp_path: Path) -> None:
    """A preview is refused with the property and the reason; a creation with Google's own words."""
    stack = Stack(
        laptop,
        tmp_path / "refused",
        PROGRAM.format(who="no").replace('"transaction_log_retention_days": 7', '"transaction_log_retention_days": 14'),
    )
    with pytest.raises(PulumiError, match="The number of transaction log retention days must be between 1 and 7 on ENTERPRISE, got 14"):
        stack.preview()
    stack.program(
        PROGRAM.format(who="no").replace("depends_on=[grant]", "").replace("member=agent.member", 'member="group:ops@acme.example"')
    )
    with pytest.raises(PulumiError, match="permission denied on Cloud KMS key"):
        stack.up()
    stack.run("destroy", "--yes", "--skip-preview")


def test_fake_google_replacement_is_planned_where_the_provider_replaces(laptop: Laptop, tmp_path: Path) -> None:
    """Another region is another instance."""
    stack = Stack(laptop, tmp_path / "moved", PROGRAM.format(who="moved"))
    stack.up()
    stack.program(
        PROGRAM.format(who="moved").replace('database_version="POSTGRES_16",', 'database_version="POSTGRES_16", region="europe-west3",')
    )
    steps = {step["urn"].rsplit("::", 2)[1]: step["op"] for step in stack.preview()["steps"]}
    assert steps[INSTANCE] in {"replace", "create-replacement", "delete-replaced"}
    assert BUCKET not in steps
    stack.destroy()
