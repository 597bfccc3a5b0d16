"""What every Google type refuses in the light of what exists, and what replaces it."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.gcp.store import Store
from tests.sandbox.gcp import estate
from tests.sandbox.gcp.estate import refusal
from tests.support.provider import Aborted, Calls

BUCKET = "gcp:storage/bucket:Bucket"


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("key", "googleapi: Error 404: keyRing: the KeyRing projects/acme/locations/europe-west1/keyRings/ring is not found, notFound"),
        ("storage-key", f"googleapi: Error 404: cryptoKeyId: the CryptoKey {estate.KEY} is not found, notFound"),
        ("reads", "googleapi: Error 404: bucket: the Bucket acme-uploads is not found, notFound"),
        ("copy", "googleapi: Error 404: gcsDataSource: the bucket acme-uploads is not found, notFound"),
        ("shop", "googleapi: Error 404: instance: the DatabaseInstance orders is not found, notFound"),
        ("app", "googleapi: Error 404: instance: the DatabaseInstance orders is not found, notFound"),
        ("subscription", f"googleapi: Error 404: topic: the Topic {estate.TOPIC} is not found, notFound"),
        ("secret", f"googleapi: Error 404: topics[*].name: the Topic {estate.TOPIC} is not found, notFound"),
        ("version", f"googleapi: Error 404: secret: the Secret {estate.SECRET} is not found, notFound"),
        ("plan", f"googleapi: Error 404: backupVault: the BackupVault {estate.VAULT} is not found, notFound"),
        ("association", f"googleapi: Error 404: backupPlan: the BackupPlan {estate.PLAN} is not found, notFound"),
        ("starts", "googleapi: Error 404: name: the Job projects/acme/locations/europe-west1/jobs/drill is not found, notFound"),
        ("restores", f"googleapi: Error 400: Service account {estate.DRILL} does not exist., badRequest"),
    ],
)
def test_fake_what_refers_to_nothing_is_refused(gcp: Calls, label: str, message: str) -> None:
    """In an empty project, nothing can be made that refers to something."""
    token, inputs = next((token, inputs) for name, token, inputs in estate.rows() if name == label)
    assert refusal(gcp, token, **inputs) == message


@pytest.mark.parametrize(
    ("label", "changed", "replaced"),
    [
        ("orders", {"region": "europe-west3"}, ["region"]),
        ("orders", {"databaseVersion": "POSTGRES_17"}, []),
        ("orders", {"encryptionKeyName": f"{estate.RING}/cryptoKeys/other"}, ["encryptionKeyName"]),
        ("orders", {"encryptionKeyName": None}, []),
        ("uploads", {"location": "EUROPE-WEST3"}, ["location"]),
        ("uploads", {"versioning": {"enabled": False}}, []),
        ("uploads", {"enableObjectRetention": True}, ["enableObjectRetention"]),
        ("key", {"rotationPeriod": "864000s"}, []),
        ("key", {"destroyScheduledDuration": "864000s"}, ["destroyScheduledDuration"]),
        ("secret", {"replication": {"auto": {}}}, ["replication"]),
        ("secret", {"versionDestroyTtl": "864000s"}, []),
        ("version", {"secretData": "other"}, ["secretData"]),
        ("vault", {"location": "europe-west3"}, ["location"]),
        ("app", {"password": "other-hunter2"}, []),
    ],
)
def test_fake_what_replaces_and_what_does_not(gcp: Calls, label: str, changed: dict[str, Any], replaced: list[str]) -> None:
    """The provider's own ForceNew."""
    made = estate.build(gcp)[label]
    wanted = {name: value for name, value in {**estate.inputs_of(label), **changed}.items() if value is not None}
    answer = gcp.diff(made, **wanted)
    assert list(answer.replaces) == replaced


def test_fake_a_cloud_run_job_is_protected_by_default(gcp: Calls) -> None:
    """As the provider does."""
    made = estate.build(gcp, "starts")["job"]
    with pytest.raises(Aborted, match="cannot destroy job without setting deletion_protection=false"):
        gcp.delete(made)


def test_fake_an_update_of_what_is_gone_is_refused(gcp: Calls, store: Store) -> None:
    """Somebody deleted the bucket between two runs."""
    made = gcp.up(BUCKET, "uploads", name="acme-gone", location="EU")
    store.delete(BUCKET, "acme-gone")
    with pytest.raises(Aborted, match="Error 404: Bucket acme-gone is not found"):
        gcp.update(made, name="acme-gone", location="EU", labels={"a": "b"})
