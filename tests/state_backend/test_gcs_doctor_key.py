"""The doctor and the key of Pulumi's secrets in Cloud KMS: proven by use, each way in which it cannot be used named, and no pass without proof."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from tests.fakes.fake_cloud_kms import SERVICE
from tests.fakes.fake_gcs import TOKEN
from tests.state_backend.conftest import Outcome
from tests.state_backend.gcs_places import KEY, GcsPlace

Run = Callable[..., Outcome]
Breaks = Callable[[GcsPlace], object]
ENCRYPT, DECRYPT, GET = "cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeys.get"


@pytest.fixture(autouse=True)
def pulumi(gcs: GcsPlace) -> None:
    gcs.declare("pulumi")


def lost_primary(place: GcsPlace) -> None:
    del place.kms.keys[KEY]["primary"]


BROKEN: dict[str, tuple[Breaks, str]] = {
    "disabled": (lambda p: p.kms.put_key(KEY, state="DISABLED", version=3), f"the primary version 3 of {KEY} is disabled"),
    "to-be-destroyed": (lambda p: p.kms.put_key(KEY, state="DESTROY_SCHEDULED"), "is scheduled for destruction"),
    "destroyed": (lambda p: p.kms.put_key(KEY, state="DESTROYED"), "is destroyed"),
    "for-signatures": (lambda p: p.kms.put_key(KEY, purpose="ASYMMETRIC_SIGN"), "is for ASYMMETRIC_SIGN"),
    "no-primary": (lost_primary, "has no primary version"),
    "not-there": (lambda p: p.kms.keys.clear(), "there is no key state of that name in europe-west1 of acme-prod"),
    "encrypting-denied": (lambda p: p.kms.denied.add(ENCRYPT), f"is denied without {ENCRYPT}"),
    "decrypting-denied": (lambda p: p.kms.denied.add(DECRYPT), f"is denied without {DECRYPT}"),
    "api-off": (lambda p: p.kms.off.add(SERVICE), "the API of Cloud KMS is not enabled"),
    "gives-back-something-else": (lambda p: setattr(p.kms, "forgets", True), "does not give back what it encrypted"),
}


def test_a_key_that_works_is_proven_by_use(gcs: GcsPlace, run: Run) -> None:
    told = run("doctor", "infra", "--json")

    assert told.code == 0, told.out
    assert told.data["proven"] is True
    assert told.found("secrets-key").startswith("its primary version 1 encrypts, and decrypts what it encrypted")
    assert [call.line for call in gcs.kms.calls] == [f"POST /v1/{KEY}:encrypt", f"POST /v1/{KEY}:decrypt"]
    assert gcs.names() == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_key_that_cannot_be_used_fails_with_its_reason_and_nothing_else_does(gcs: GcsPlace, run: Run, name: str) -> None:
    breaks, reason = BROKEN[name]
    breaks(gcs)

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("fail"), told.data["proven"]) == (1, {"secrets-key"}, False), told.out
    assert reason in told.found("secrets-key")
    assert next(each["fix"] for each in told.data["steps"] if each["name"] == "secrets-key")


@pytest.mark.parametrize("location", ["europe-west4", "europe-west0"])
def test_a_key_in_the_wrong_location_is_not_there(gcs: GcsPlace, run: Run, location: str) -> None:
    """A place where there is another ring, or where Cloud KMS is not."""
    gcs.declare("pulumi", KEY.replace("europe-west1", location))

    told = run("doctor", "infra", "--json")

    assert told.code == 1
    assert "secrets-key" in told.steps("fail")
    assert f"there is no key state of that name in {location}" in told.found("secrets-key")


def test_why_a_key_sleeps_is_not_made_up_where_it_may_not_be_looked_at(gcs: GcsPlace, run: Run) -> None:
    gcs.kms.put_key(KEY, state="DISABLED")
    gcs.kms.denied.add(GET)

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("fail")) == (1, {"secrets-key"})
    assert f"cannot be used; why cannot be seen without {GET}" in told.found("secrets-key")


@pytest.mark.parametrize("field", ["ciphertext", "plaintext"])
@pytest.mark.parametrize(("times", "code"), [(1, 0), (99, 5)])
def test_an_answer_that_was_changed_on_its_way_is_asked_for_again_and_is_never_a_pass(
    gcs: GcsPlace, run: Run, field: str, times: int, code: int
) -> None:
    gcs.kms.spoilt = {field: times}

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("fail")) == (code, set()), told.out
    assert told.steps("could not run") == ({"secrets-key"} if code else set())


@pytest.mark.parametrize("changed", [{"name": f"{KEY}x/cryptoKeyVersions/1"}, {"name": KEY}, {"verifiedPlaintextCrc32c": False}])
def test_an_encryption_under_another_key_or_of_what_was_not_verified_is_no_pass(
    gcs: GcsPlace, run: Run, monkeypatch: pytest.MonkeyPatch, changed: dict[str, object]
) -> None:
    really = gcs.kms._encrypt
    monkeypatch.setattr(gcs.kms, "_encrypt", lambda name, body: {**really(name, body), **changed})

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("could not run"), told.steps("fail")) == (5, {"secrets-key"}, set())


@pytest.mark.parametrize(("kind", "code"), [("throttle", 5), ("unavailable", 5), ("lost", 5), ("lost x1", 0), ("throttle x2", 0)])
def test_a_server_that_does_not_answer_is_no_verdict(gcs: GcsPlace, run: Run, kind: str, code: int) -> None:
    gcs.kms.faults.planned = {f"POST /v1/{KEY}": kind}

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("fail")) == (code, set()), told.out


def test_the_printed_role_of_the_key_holds_what_the_doctor_calls_and_no_more(gcs: GcsPlace, run: Run) -> None:
    """It is a role of the key's own project, which need not be the bucket's."""
    run("doctor", "infra")
    gcs.kms.put_key(KEY, state="DISABLED")
    run("doctor", "infra")

    printed = run("iam-policy", "infra", "--for", "doctor").data

    (binding,) = printed[KEY]["bindings"]
    assert binding["role"] == "projects/acme-prod/roles/recoverableStateDoctorKey"
    assert set(printed[binding["role"]]["includedPermissions"]) == gcs.kms.used == {ENCRYPT, DECRYPT, GET}
    gcs.declare("terraform")
    assert KEY not in run("iam-policy", "infra", "--for", "doctor").data


def test_neither_the_token_nor_what_was_encrypted_is_told(gcs: GcsPlace, run: Run) -> None:
    gcs.kms.denied.add(DECRYPT)

    told = run("doctor", "infra", "--json")

    (_, plain), *_ = gcs.kms.sealed.values()
    said = told.out + told.err
    assert not any(secret in said for secret in (TOKEN, plain.hex(), base64.b64encode(plain).decode(), repr(plain)))
