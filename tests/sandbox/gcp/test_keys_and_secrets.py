"""Cloud KMS and Secret Manager: what Google never deletes, and what it deletes late."""

from __future__ import annotations

import pytest

from recoverable.sandbox.gcp.store import Store
from tests.sandbox.gcp import estate
from tests.sandbox.gcp.estate import refusal
from tests.support.provider import Aborted, Calls

BUCKET = "gcp:storage/bucket:Bucket"
INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
KEY = "gcp:kms/cryptoKey:CryptoKey"
SECRET = "gcp:secretmanager/secret:Secret"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"


@pytest.mark.parametrize(
    ("label", "before", "agent"), [("uploads", "storage-key", "storage"), ("orders", "sql-key", "sql"), ("secret", "secret-key", "secret")]
)
def test_fake_a_key_that_the_service_agent_may_not_use_is_refused(gcp: Calls, label: str, before: str, agent: str) -> None:
    """The grant must come before what is encrypted: this is how a forgotten dependency shows."""
    for name, token, inputs in estate.rows():
        if name == label:
            message = refusal(gcp, token, **inputs)
            break
        if name != before:
            gcp.up(token, name, **inputs)
    wanted = {"storage": estate.STORAGE_AGENT, "sql": estate.SQL_AGENT, "secret": estate.SECRET_AGENT}[agent].removeprefix(
        "serviceAccount:"
    )
    assert message.startswith("googleapi: Error 403: ")
    assert message.endswith(
        f"permission denied on Cloud KMS key {estate.KEY}: grant {wanted} roles/cloudkms.cryptoKeyEncrypterDecrypter on it first, forbidden"
    )


def test_fake_a_key_in_another_place_is_refused(gcp: Calls) -> None:
    """A bucket in the EU takes no key of a region."""
    estate.build(gcp, "uploads")
    assert refusal(gcp, BUCKET, name="acme-eu", location="EU", encryption={"defaultKmsKeyName": estate.KEY}) == (
        "googleapi: Error 400: bucket acme-eu: the key lies in europe-west1, and for data in eu it must lie in europe"
    )
    assert refusal(gcp, INSTANCE, **estate.instance(region="europe-west3", encryptionKeyName=estate.KEY)) == (
        "googleapi: Error 400: instance orders: the key lies in europe-west1, and for data in europe-west3 it must lie in europe-west3"
    )


def test_fake_a_deleted_key_leaves_its_name_taken_and_its_versions_to_be_destroyed(gcp: Calls, store: Store) -> None:
    """Google deletes neither rings nor keys: taking them out of the program and putting them back is refused."""
    made = estate.build(gcp, "storage-key")
    gcp.delete(made["key"])
    gcp.delete(made["ring"])
    held = store.get(KEY, estate.KEY)
    assert held is not None
    assert [each["state"] for each in held["primaries"]] == ["DESTROY_SCHEDULED"]
    assert "rotationPeriod" not in held
    assert gcp.refresh(made["key"]) == ["gone"]
    assert refusal(gcp, KEY, **estate.inputs_of("key")) == f"googleapi: Error 409: CryptoKey {estate.KEY} already exists, alreadyExists"
    assert "Error 409" in refusal(gcp, "gcp:kms/keyRing:KeyRing", **estate.inputs_of("ring"))
    assert "Error 404" in refusal(gcp, BUCKET, name="acme-late", location="europe-west1", encryption={"defaultKmsKeyName": estate.KEY})


def test_fake_a_protected_secret_is_kept(gcp: Calls, store: Store) -> None:
    """Its flag is the provider's own; without it, the secret goes with its versions."""
    estate.build(gcp, "version")
    inputs = {"secretId": "kept", "replication": {"auto": {}}}
    made = gcp.up(SECRET, "kept", **inputs, deletionProtection=True)
    gcp.up(VERSION, "value", secret=made.id, secretData="hunter2")
    with pytest.raises(Aborted, match="cannot destroy secret manager secret without setting deletion_protection=false"):
        gcp.delete(made)
    gcp.update(made, **inputs)
    gcp.delete(made)
    assert store.list(VERSION) == {}


def test_fake_versions_are_numbered_and_never_numbered_again(gcp: Calls, store: Store) -> None:
    """Destroying a version leaves its number; a secret with a delay only disables it."""
    secret = gcp.up(SECRET, "plain", secretId="plain", replication={"auto": {}}).id
    first = gcp.up(VERSION, "first", secret=secret, secretData="one")
    gcp.delete(first)
    assert gcp.refresh(first) == ["gone"]
    assert gcp.up(VERSION, "second", secret=secret, secretData="two").outputs["version"] == "2"
    delayed = gcp.up(SECRET, "delayed", secretId="delayed", replication={"auto": {}}, versionDestroyTtl="86400s").id
    kept = gcp.up(VERSION, "kept", secret=delayed, secretData="three")
    gcp.delete(kept)
    held = store.get(VERSION, kept.id)
    assert held is not None
    assert held["state"] == "DISABLED"
