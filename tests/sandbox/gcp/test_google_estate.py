"""Every Google type: made, read back, seen to drift, and removed, through the provider's own protocol."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.gcp.store import Store
from recoverable.sandbox.provider import types_of_sdk
from recoverable.sandbox.provider.family import family
from tests.sandbox.gcp import estate
from tests.support.provider import Aborted, Calls

ROWS = estate.rows()
NEVER = {"replicaConfiguration", "replicationCluster"}  # blocks of replicas, which the estate has none of
DRIFT: dict[str, dict[str, Any]] = {
    "key": {"rotationPeriod": "864000s"},
    "uploads": {"versioning": {"enabled": False}},
    "copy": {"status": "DISABLED"},
    "orders": {"databaseVersion": "POSTGRES_17"},
    "shop": {"charset": "LATIN1"},
    "app": {"type": "CLOUD_IAM_USER"},
    "topic": {"messageRetentionDuration": "600s"},
    "subscription": {"messageRetentionDuration": "600s"},
    "secret": {"versionDestroyTtl": "86400s"},
    "version": {"state": "DISABLED"},
    "drill": {"disabled": True},
    "restorer": {"permissions": ["storage.objects.get"]},
    "email": {"enabled": False},
    "failures": {"filter": "severity=ERROR"},
    "age": {"unit": "min"},
    "alert": {"enabled": False},
    "job": {"launchStage": "BETA", "labels": {"who": "else"}},
    "monthly": {"schedule": "0 3 1 1 *"},
    "vault": {"backupMinimumEnforcedRetentionDuration": "86400s"},
    "plan": {"logRetentionDays": 7},
}


def test_fake_every_type_of_the_stand_in_is_in_the_estate() -> None:
    """A type without a row here is a type that nobody tried."""
    assert {token for _, token, _ in ROWS} == set(family("gcp").handlers)


def test_fake_every_type_and_function_says_that_it_is_fake() -> None:
    """No server stands behind any of them."""
    found = family("gcp")
    assert all(each.fake for each in [*found.handlers.values(), *found.functions.values()])


def test_fake_everything_answers_all_that_the_sdk_promises(gcp: Calls) -> None:
    """An output that the SDK types as never None is there, and none that it does not know."""
    for made in estate.build(gcp).values():
        kind = types_of_sdk.kind(made.urn.split("::")[2])
        assert kind is not None
        assert kind.computed - set(made.outputs) <= NEVER, made.urn
        assert set(made.outputs) <= kind.outputs, made.urn


def test_fake_a_second_up_and_a_refresh_change_nothing(gcp: Calls) -> None:
    """What was made is as the program said, with nothing that looks like somebody else's work."""
    for label, made in estate.build(gcp).items():
        assert gcp.changed(made, **estate.inputs_of(label)) == [], label
        assert gcp.refresh(made) == [], label


@pytest.mark.parametrize("label", sorted(DRIFT))
def test_fake_refresh_sees_what_is_changed_behind_its_back(gcp: Calls, store: Store, label: str) -> None:
    """A change in the store shows as drift of the property that was changed."""
    made = estate.build(gcp)[label]
    store.change(made.urn.split("::")[2], made.id, **DRIFT[label])
    shown = {path.split(".")[0].split("[")[0] for path in gcp.refresh(made)}
    wanted = {"enabled" if name == "state" else name for name in DRIFT[label]}
    assert shown & wanted
    assert shown <= wanted


@pytest.mark.parametrize("label", [label for label, _, _ in ROWS])
def test_fake_refresh_sees_what_is_gone(gcp: Calls, store: Store, label: str) -> None:
    """A resource that somebody deleted is gone from the state, and deleting it again is no error."""
    made = estate.build(gcp)[label]
    assert store.delete(made.urn.split("::")[2], made.id)
    assert gcp.refresh(made) == ["gone"]
    gcp.delete(made)


@pytest.mark.parametrize("label", [label for label, _, _ in ROWS if label not in {"email", "alert", "copy", "version", "orders", "agent"}])
def test_fake_a_name_is_taken_once(gcp: Calls, label: str) -> None:
    """A second one of the same name is refused as Google does: 409."""
    estate.build(gcp)
    token, inputs = next((token, inputs) for name, token, inputs in ROWS if name == label)
    with pytest.raises(Aborted, match="Error 409"):
        gcp.up(token, label, **inputs)


def test_fake_all_is_removed_in_the_reverse_order(gcp: Calls, store: Store) -> None:
    """But for the key ring, the key and the service agent, which Google keeps."""
    made = estate.build(gcp)
    gcp.update(made["orders"], **{**estate.inputs_of("orders"), "deletionProtection": False, "settings": unprotected("orders")})
    gcp.update(made["plain"], **{**estate.inputs_of("plain"), "deletionProtection": False})
    gcp.update(made["job"], **{**estate.inputs_of("job"), "deletionProtection": False})
    for each in reversed(made.values()):
        gcp.delete(each)
    left = {token for _, token, _ in ROWS if store.list(token)}
    assert left == {"gcp:kms/keyRing:KeyRing", "gcp:kms/cryptoKey:CryptoKey", "gcp:projects/serviceIdentity:ServiceIdentity"}


def unprotected(label: str) -> dict[str, Any]:
    """The settings of an instance, open to deletion."""
    return {**estate.inputs_of(label)["settings"], "deletionProtectionEnabled": False}


@pytest.mark.parametrize("label", ["uploads", "orders", "secret", "vault", "drill"])
def test_fake_what_exists_can_be_adopted(gcp: Calls, label: str) -> None:
    """An import finds the inputs: all that the program would state, but for what the cloud never returns."""
    made = estate.build(gcp)[label]
    found = gcp.adopt(made.urn.split("::")[2], label, made.id)
    asked = {name for name in estate.inputs_of(label) if name != "rootPassword"}
    assert asked <= set(found.inputs)
    assert "hunter2" not in str(found.inputs)


def test_fake_a_preview_leaves_what_google_makes_unknown(gcp: Calls, store: Store) -> None:
    """And makes nothing."""
    shown = gcp.preview("gcp:storage/bucket:Bucket", "uploads", location="EU")
    assert shown["url"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    assert store.list("gcp:storage/bucket:Bucket") == {}
    assert store.events() == ()


def test_fake_no_secret_reaches_the_store(gcp: Calls, store: Store) -> None:
    """Neither a password nor a secret's value is in the file; only a digest, which tells whether a value is the one that was set."""
    made = estate.build(gcp)
    assert b"hunter2" not in store.path.read_bytes()
    version = made["version"].id
    token = "gcp:secretmanager/secretVersion:SecretVersion"
    assert store.holds_secret(token, version, "secretData", "postgres://hunter2")
    assert not store.holds_secret(token, version, "secretData", "postgres://hunter3")


def test_fake_a_secret_that_was_replaced_shows_as_drift_without_its_value(gcp: Calls, store: Store) -> None:
    """The digest no longer fits what the state has."""
    made = estate.build(gcp)["version"]
    store.change("gcp:secretmanager/secretVersion:SecretVersion", made.id, __digests={"secretData": store.digest("other")})
    assert gcp.refresh(made) == ["secretData"]
    assert made.outputs["secretData"] == "(not the value that was set)"
