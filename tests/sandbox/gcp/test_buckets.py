"""Cloud Storage: retention, soft delete, placement, access, and transfers from bucket to bucket."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.gcp.store import Store
from tests.sandbox.gcp import estate
from tests.sandbox.gcp.estate import refusal
from tests.support.provider import Aborted, Calls

BUCKET = "gcp:storage/bucket:Bucket"


def test_fake_a_bucket_with_objects_goes_only_by_force(gcp: Calls, store: Store) -> None:
    """And not even so while its retention policy keeps them."""
    made = gcp.up(BUCKET, "uploads", name="acme-plain", location="EU", retentionPolicy={"retentionPeriod": "86400"})
    store.put("storage#object", "acme-plain/one", {})
    with pytest.raises(Aborted, match="1 objects are under its retention policy"):
        gcp.delete(made)
    gcp.update(made, name="acme-plain", location="EU")
    with pytest.raises(Aborted, match="containing objects without `forceDestroy` set to true"):
        gcp.delete(made)
    gcp.update(made, name="acme-plain", location="EU", forceDestroy=True)
    gcp.delete(made)
    assert store.list("storage#object") == {}


@pytest.mark.parametrize("policy", [None, {"retentionPeriod": "86400", "isLocked": True}, {"retentionPeriod": "864000"}])
def test_fake_a_locked_retention_is_for_ever(gcp: Calls, policy: dict[str, Any] | None) -> None:
    """It cannot be removed, shortened or unlocked; longer is fine."""
    inputs: dict[str, Any] = {"name": "acme-locked", "location": "EU"}
    made = gcp.up(BUCKET, "locked", **inputs, retentionPolicy={"retentionPeriod": "864000", "isLocked": True})
    with pytest.raises(Aborted, match="bucket acme-locked has a locked retention of 864000 s; it cannot be unlocked, shortened or removed"):
        gcp.update(made, **inputs, **({"retentionPolicy": policy} if policy else {}))
    gcp.update(made, **inputs, retentionPolicy={"retentionPeriod": "1728000", "isLocked": True})


def test_fake_soft_delete_is_seven_days_unless_stated(gcp: Calls) -> None:
    """Google's own default, which a program need not state; what was stated once stays when it is stated no longer."""
    made = gcp.up(BUCKET, "plain", name="acme-soft", location="EU")
    assert made.outputs["softDeletePolicy"]["retentionDurationSeconds"] == 604_800
    gcp.update(made, name="acme-soft", location="EU", softDeletePolicy={"retentionDurationSeconds": 0})
    assert made.outputs["softDeletePolicy"]["retentionDurationSeconds"] == 0
    gcp.update(made, name="acme-soft", location="EU")
    assert made.outputs["softDeletePolicy"]["retentionDurationSeconds"] == 0


def test_fake_turbo_replication_is_for_dual_regions(gcp: Calls) -> None:
    """A predefined one, or one of two regions of the program's choice."""
    assert gcp.up(BUCKET, "dual", name="acme-dual", location="EUR4", rpo="ASYNC_TURBO").outputs["rpo"] == "ASYNC_TURBO"
    own = gcp.up(
        BUCKET,
        "own",
        name="acme-own",
        location="EU",
        rpo="ASYNC_TURBO",
        customPlacementConfig={"dataLocations": ["EUROPE-WEST1", "EUROPE-WEST4"]},
    )
    assert own.outputs["rpo"] == "ASYNC_TURBO"
    assert gcp.up(BUCKET, "wide", name="acme-wide", location="EU").outputs["rpo"] == "DEFAULT"


def test_fake_everyone_is_kept_out_where_public_access_is_prevented(gcp: Calls) -> None:
    """The bucket's own setting wins over a grant."""
    estate.build(gcp, "reads")
    message = refusal(
        gcp, "gcp:storage/bucketIAMMember:BucketIAMMember", bucket="acme-uploads", role="roles/storage.objectViewer", member="allUsers"
    )
    assert message.startswith("googleapi: Error 412: The member bindings allUsers and allAuthenticatedUsers are not allowed")


def test_fake_a_transfer_needs_grants_on_both_buckets(gcp: Calls) -> None:
    """The service agent copies; without a role it copies nothing."""
    estate.build(gcp, "writes")
    assert refusal(gcp, "gcp:storage/transferJob:TransferJob", **estate.inputs_of("copy")) == (
        "googleapi: Error 403: gcsDataSink: project-123456789012@storage-transfer-service.iam.gserviceaccount.com has no role on bucket "
        "acme-uploads-replica; grant it one of roles/storage.admin, roles/storage.objectAdmin, roles/storage.objectUser first, forbidden"
    )


def test_fake_the_key_of_a_multi_region_lies_where_cloud_kms_has_it(gcp: Calls) -> None:
    """Cloud Storage says EU, Cloud KMS says europe."""
    ring = gcp.up("gcp:kms/keyRing:KeyRing", "wide", name="wide", location="europe").id
    key = gcp.up("gcp:kms/cryptoKey:CryptoKey", "wide", name="wide", keyRing=ring).id
    grant = {"cryptoKeyId": key, "role": estate.ENCRYPTS, "member": estate.STORAGE_AGENT}
    gcp.up("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "wide", **grant)
    made = gcp.up(BUCKET, "wide", name="acme-wide", location="EU", encryption={"defaultKmsKeyName": key})
    assert gcp.refresh(made) == []
