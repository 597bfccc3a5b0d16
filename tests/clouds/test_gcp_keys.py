"""Cloud KMS keys and Secret Manager secrets."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Key, Secret
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind
from tests.clouds.gcp_builders import estate_of, plan_estate, res, unk

RING = res("google_kms_key_ring.r", name="r", location="europe-west1")
ADDRESS = "google_kms_crypto_key.k"
PATH = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k"


def raw_key(**attrs: Any) -> RawResource:
    """A key of the ring."""
    return res(ADDRESS, **({"name": "k", "key_ring": unk("google_kms_key_ring.r.id", "google_kms_key_ring.r.id")} | attrs))


def key(*more: RawResource, **attrs: Any) -> Key:
    """The key as mapped."""
    return estate_of(RING, raw_key(**attrs), *more).keys[0]


def test_rotation() -> None:
    assert key(rotation_period="7776000s").rotation.is_true
    assert (key().rotation.kind, key().rotation.data) == (Kind.DEFAULT, False)
    assert key(rotation_period=unk()).rotation.unknown
    assert key(rotation_period=unk(not_null=True)).rotation.is_true
    assert key(purpose="ASYMMETRIC_SIGN").rotation.absent


@pytest.mark.parametrize(("window", "days"), [("2592000s", 30), ("86400s", 1), ("10368000s", 120), (unk(), None)])
def test_deletion_window_stated(window: Any, days: int | None) -> None:
    assert key(destroy_scheduled_duration=window).deletion_days.data == days


def test_deletion_window_default() -> None:
    value = key().deletion_days
    assert (value.kind, value.data) == (Kind.DEFAULT, 30)


def test_prevent_destroy_and_region() -> None:
    assert key().prevent_destroy.absent
    assert key(lifecycle_meta={"prevent_destroy": True}).prevent_destroy.is_true
    assert key(deletion_policy="PREVENT").prevent_destroy.is_true
    assert key().region.data == "europe-west1"


@pytest.mark.parametrize("ref", [unk("k", f"{ADDRESS}.id"), PATH])
def test_protects_the_stores_that_name_it(ref: Any) -> None:
    database = res(
        "google_sql_database_instance.db", database_version="POSTGRES_16", encryption_key_name=ref, settings=[{"tier": "db-custom-1-3840"}]
    )
    bucket = res("google_storage_bucket.b", name="b", location="EU", encryption=[{"default_kms_key_name": ref}])
    other = res("google_storage_bucket.c", name="c", location="EU")
    assert key(database, bucket, other).protects == [database.address, bucket.address]


def test_does_not_protect_what_names_another_key() -> None:
    bucket = res(
        "google_storage_bucket.b", name="b", location="EU", encryption=[{"default_kms_key_name": PATH.replace("keyRings/r", "keyRings/x")}]
    )
    assert key(bucket).protects == []


def secret(**attrs: Any) -> Secret:
    """A secret as mapped."""
    return estate_of(res("google_secret_manager_secret.s", secret_id="s", **attrs)).secrets[0]


def test_secret_recovery() -> None:
    assert (secret().recovery_days.kind, secret().recovery_days.data) == (Kind.DEFAULT, 0)
    assert secret(version_destroy_ttl="2592000s").recovery_days.data == 30
    assert secret(version_destroy_ttl=unk()).recovery_days.unknown


def test_secret_rotation_and_place() -> None:
    assert secret().rotation.is_false
    assert secret(rotation=[{"rotation_period": "2592000s", "next_rotation_time": "2027-01-01T00:00:00Z"}]).rotation.is_true
    assert secret(rotation=unk()).rotation.unknown
    assert secret(replication=[{"auto": [{}]}]).region.data == "global"
    assert secret(replication=[{"user_managed": [{"replicas": [{"location": "europe-west1"}]}]}]).region.data == "europe-west1"
    regional = estate_of(res("google_secret_manager_regional_secret.s", location="europe-west4")).secrets[0]
    assert regional.region.data == "europe-west4"


def test_real_plan_own_g1() -> None:
    found = plan_estate("pairs/own-g1/plan.json").keys[0]
    assert (found.rotation.data, found.deletion_days.data, found.deletion_days.kind) == (True, 30, Kind.DEFAULT)
    assert 'google_sql_database_instance.db["prod"]' in found.protects


@pytest.mark.parametrize(
    ("primary", "usable", "note"),
    [
        ([{"name": "1", "state": "ENABLED"}], True, ""),
        ([{"name": f"{PATH}/cryptoKeyVersions/1", "state": "DISABLED"}], False, "disabled in version 1"),
        ([{"state": "DESTROY_SCHEDULED"}], False, "destroy scheduled"),
    ],
)
def test_a_key_is_as_usable_as_its_primary_version(primary: Any, usable: bool, note: str) -> None:
    for value in (key(primary=primary).enabled, estate_of(RING, raw_key(primaries=primary)).keys[0].enabled):
        assert (value.data, value.note) == (usable, note)


def test_of_a_key_that_is_yet_to_be_made_nobody_asks_whether_it_is_enabled() -> None:
    assert key().enabled.absent
    assert key(primary=unk("google_kms_crypto_key.k.primary")).enabled.absent
    assert key(primary=[{"name": "1", "state": unk("cloudkms.cryptoKeys.get")}]).enabled.unknown
