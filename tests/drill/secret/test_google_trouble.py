"""Google's secrets that cannot be asked for: rights that are missing, refusals, and a cloud that stops answering."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.contract import RestoreFailedError, TransientError
from recoverable.drill.providers.secret import SecretProvider
from recoverable.drill.verdict import DrillVerdict
from tests.drill.google_secrets import DATABASE, LOGIN, MARKED, GoogleSecretWorld, google_secrets
from tests.fakes.fake_secret_manager import KEY
from tests.fakes.json_server import Faults

pytestmark = pytest.mark.usefixtures("quick_disk")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoogleSecretWorld]:
    with google_secrets(tmp_path) as found:
        yield found


def test_a_value_that_the_identity_may_not_read_is_could_not_run_and_not_red(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.expect_all()
    world.fake.denied.add(f"secretmanager.versions.access {DATABASE}")
    evidence = world.harness(tmp_path / "state").drill().evidence

    assert {each.name for each in evidence.unproven()} == {"secret-readable", "previous-readable", "keys-present"}
    assert not {each.name for each in evidence.failed()}, evidence.reason
    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN


@pytest.mark.parametrize("permission", ["cloudkms.cryptoKeys.get", "cloudkms.cryptoKeyVersions.get"])
def test_a_key_that_the_identity_may_not_look_at_is_could_not_run_and_no_pass(
    world: GoogleSecretWorld, tmp_path: Path, permission: str
) -> None:
    world.fake.denied.add(f"{permission} {KEY}")
    evidence = world.harness(tmp_path / "state").drill().evidence

    assert {each.name for each in evidence.unproven()} == {"key-enabled"}
    assert not {each.name for each in evidence.failed()}, evidence.reason


def test_a_key_that_is_broken_is_red_even_where_another_may_not_be_looked_at(world: GoogleSecretWorld, tmp_path: Path) -> None:
    other = KEY.replace("secrets", "other")
    world.fake.keys[other] = ["DISABLED"]
    encrypted = [{"location": "europe-west3", "customerManagedEncryption": {"kmsKeyName": each}} for each in (KEY, other)]
    world.fake.put(LOGIN, MARKED, replication={"userManaged": {"replicas": encrypted}})
    world.fake.denied.add(f"cloudkms.cryptoKeys.get {KEY}")

    assert "key-enabled" in {each.name for each in world.harness(tmp_path / "state").drill().evidence.failed()}


@pytest.mark.parametrize("permission", ["secretmanager.secrets.get", "secretmanager.versions.list"])
def test_a_right_that_is_missing_for_all_says_what_to_do(world: GoogleSecretWorld, tmp_path: Path, permission: str) -> None:
    world.fake.denied.add(permission)
    with pytest.raises(RestoreFailedError, match=f"403 PERMISSION_DENIED Permission '{permission}' denied") as refused:
        world.provider().window(world.harness(tmp_path / "state").order().store.store)
    assert "drill iam-policy" in refused.value.fix


def test_without_the_right_to_list_a_prefix_cannot_be_asked_for(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.fake.denied.add("secretmanager.secrets.list")
    with pytest.raises(RestoreFailedError, match="the secrets of the project cannot be listed"):
        world.provider().window(world.harness(tmp_path / "state", names=None, prefix="orders-").order().store.store)


def test_a_token_that_has_expired_is_no_secret_that_is_gone(world: GoogleSecretWorld, tmp_path: Path) -> None:
    store = world.harness(tmp_path / "state").order().store.store
    with pytest.raises(RestoreFailedError, match="401 UNAUTHENTICATED") as refused:
        SecretProvider(world.clock, lambda: "ya29.expired").window(store)
    assert "log in again" in refused.value.fix


def test_a_key_service_that_is_refused_for_another_reason_ends_the_drill(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.fake.secrets[LOGIN]["replication"] = {"automatic": {"customerManagedEncryption": {"kmsKeyName": "no-key"}}}
    with pytest.raises(TransientError, match="no whole name of a key"):
        world.provider().window(world.harness(tmp_path / "state").order().store.store)


@pytest.mark.parametrize("fault", ["throttle", "unavailable", "refuse", "lost", "broken"])
def test_trouble_that_passes_changes_nothing(tmp_path: Path, fault: str) -> None:
    with google_secrets(tmp_path, Faults({f"GET /v1/projects/acme-prod/secrets/{DATABASE}": f"{fault} x3"})) as world:
        evidence = world.harness(tmp_path / "state").drill().evidence

        assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason


def test_whenever_google_stops_answering_nothing_is_verified_and_nothing_is_left(tmp_path: Path) -> None:
    """From the first call on, from the third, and so on, up to a drill that needed no more."""
    with google_secrets(tmp_path) as world:
        for at in range(0, 100, 2):
            begun = len(world.fake.calls)
            world.fake.faults.planned = dict.fromkeys(range(begun + at + 1, begun + at + 200), "refuse")
            evidence = world.harness(tmp_path / str(at)).drill().evidence
            assert world.left() == set()
            if len(world.fake.calls) <= begun + at:
                break
            assert evidence.verdict is DrillVerdict.COULD_NOT_RUN, f"call {at}: {evidence.reason}"
        assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
        assert at > 10
