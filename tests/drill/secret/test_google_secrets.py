"""Secrets of Google Secret Manager, on the fake: what is sound is verified, each damage is red by the rung that is there for it."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest

from recoverable.drill.engine import Outcome
from recoverable.drill.evidence_schema import schema
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from tests.drill.google_secrets import DATABASE, LOGIN, MARKED, GoogleSecretWorld, google_secrets, value
from tests.fakes.fake_secret_manager import KEY, TOKEN, text

pytestmark = pytest.mark.usefixtures("quick_disk")
WITHOUT_REPLICA = {
    "key-enabled", "keys-present", "not-pending-deletion", "previous-readable", "secret-readable", "version-expected",
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoogleSecretWorld]:
    with google_secrets(tmp_path) as found:
        yield found


def red(outcome: Outcome) -> set[str]:
    """The rungs and checks that failed."""
    return {each.name for each in outcome.evidence.failed()}


def test_sound_secrets_are_verified_and_the_control_goes_red_and_nothing_is_left(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.expect_all()
    outcome = world.harness(tmp_path / "state").drill(with_control=True)
    evidence = outcome.evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert {each.name for each in evidence.rungs if each.verdict is RungVerdict.PASS} >= WITHOUT_REPLICA
    assert evidence.control.outcome == "red"
    assert world.left() == set()
    jsonschema.Draft202012Validator(schema()).validate(outcome.record)


def test_no_replica_is_read_so_the_evidence_is_amber_and_says_why(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.expect_all()
    evidence = world.harness(tmp_path / "state").drill(with_control=True).evidence

    assert evidence.colour is Colour.AMBER
    assert evidence.rpo_seconds is None
    assert any("none can be read by itself" in each for each in evidence.reservations)


def test_secrets_are_found_by_their_prefix_over_pages_and_others_are_not_read(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.fake.page = 1
    world.fake.put("of-others-orders-", f"{MARKED}-not-ours")
    evidence = world.harness(tmp_path / "state", names=None, prefix="orders-").drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert next(each for each in evidence.rungs if each.name == "secret-readable").figures["secrets"] == 2
    assert not [each.line for each in world.fake.calls if "of-others" in each.line]


def gone(world: GoogleSecretWorld) -> None:
    del world.fake.secrets[LOGIN], world.fake.versions[LOGIN]


def disabled(world: GoogleSecretWorld) -> None:
    world.fake.set_state(LOGIN, 2, "DISABLED")


def destroyed(world: GoogleSecretWorld) -> None:
    world.fake.set_state(LOGIN, 2, "DESTROYED")


def destruction_scheduled(world: GoogleSecretWorld) -> None:
    """Destroyed with a delay: the version is disabled until then."""
    world.fake.secrets[LOGIN]["versionDestroyTtl"] = "86400s"
    world.fake.set_state(LOGIN, 2, "DISABLED", scheduledDestroyTime=text(world.clock.now() + datetime.timedelta(days=1)))


def expiring(world: GoogleSecretWorld) -> None:
    world.fake.secrets[LOGIN]["expireTime"] = text(world.clock.now() + datetime.timedelta(days=30))


def previous_disabled(world: GoogleSecretWorld) -> None:
    world.fake.set_state(LOGIN, 1, "DISABLED")


def without_versions(world: GoogleSecretWorld) -> None:
    world.fake.versions[LOGIN].clear()


def emptied(world: GoogleSecretWorld) -> None:
    world.fake.add(LOGIN, "")


def spoilt(world: GoogleSecretWorld) -> None:
    world.fake.spoilt.add(LOGIN)


def key_disabled(world: GoogleSecretWorld) -> None:
    world.fake.keys[KEY] = ["DISABLED"]


def key_dying(world: GoogleSecretWorld) -> None:
    world.fake.keys[KEY] = ["DESTROY_SCHEDULED"]


def primary_disabled(world: GoogleSecretWorld) -> None:
    """The values can be read; no new one could be written."""
    world.fake.keys[KEY] = ["ENABLED", "DISABLED"]


def key_gone(world: GoogleSecretWorld) -> None:
    del world.fake.keys[KEY]


def key_lost(world: GoogleSecretWorld) -> None:
    world.fake.add(DATABASE, json.dumps({"DATABASE_URL": MARKED, "PASSWORD": ""}))
    world.expect["secrets"][DATABASE].pop("version")


def rotated(world: GoogleSecretWorld) -> None:
    world.fake.add(DATABASE, value(3))


def too_old(world: GoogleSecretWorld) -> None:
    world.expect["secrets"][LOGIN] = {"created_after": "2100-01-01T00:00:00Z"}


def too_few(world: GoogleSecretWorld) -> None:
    world.expect["secrets_at_least"] = 3


UNDER_A_KEY = {"key-enabled", "secret-readable", "previous-readable", "keys-present"}
DAMAGES: dict[str, tuple[Callable[[GoogleSecretWorld], None], set[str]]] = {
    "gone": (gone, {"secret-readable", "version-expected"}),
    "current version disabled": (disabled, {"secret-readable"}),
    "current version destroyed": (destroyed, {"secret-readable"}),
    "destruction scheduled": (destruction_scheduled, {"secret-readable", "not-pending-deletion"}),
    "expires": (expiring, {"not-pending-deletion"}),
    "version before disabled": (previous_disabled, {"previous-readable"}),
    "without versions": (without_versions, {"secret-readable", "version-expected"}),
    "empty": (emptied, {"secret-readable"}),
    "spoilt on its way": (spoilt, {"secret-readable", "previous-readable"}),
    "key disabled": (key_disabled, UNDER_A_KEY),
    "key to be destroyed": (key_dying, UNDER_A_KEY),
    "primary version of the key disabled": (primary_disabled, {"key-enabled"}),
    "key gone": (key_gone, UNDER_A_KEY),
    "key of the JSON without a value": (key_lost, {"keys-present"}),
    "rotated since": (rotated, {"version-expected"}),
    "too old": (too_old, {"version-expected"}),
    "too few": (too_few, {"secret-readable"}),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_red_by_its_rungs_and_no_other(world: GoogleSecretWorld, tmp_path: Path, name: str) -> None:
    damage, expected = DAMAGES[name]
    world.expect_all()
    damage(world)
    outcome = world.harness(tmp_path / "state").drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED, outcome.evidence.reason
    assert red(outcome) == expected, outcome.evidence.reason
    assert world.left() == set()


def test_the_key_of_each_replica_is_looked_at(world: GoogleSecretWorld, tmp_path: Path) -> None:
    """One of three regions lost its key: the value reads well elsewhere, so long as the service takes it from there."""
    keys = {place: KEY.replace("global", place) for place in ("europe-west3", "europe-west4")}
    world.fake.keys |= {each: ["ENABLED"] for each in keys.values()}
    replicas = [{"location": place, "customerManagedEncryption": {"kmsKeyName": key}} for place, key in keys.items()]
    replicas.append({"location": "europe-north1"})
    world.fake.put(LOGIN, MARKED, replication={"userManaged": {"replicas": replicas}})
    assert world.harness(tmp_path / "sound").drill().evidence.verdict is DrillVerdict.VERIFIED

    world.fake.keys[keys["europe-west4"]].append("DESTROYED")
    evidence = world.harness(tmp_path / "broken").drill().evidence

    assert "key-enabled" in {each.name for each in evidence.failed()}
    assert "DESTROYED (europe-west4/ring/secrets)" in evidence.reason


def test_a_version_before_that_was_destroyed_counts_as_none_and_the_one_before_it_is_read(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.fake.add(LOGIN, f"{MARKED}-token-3")
    world.fake.set_state(LOGIN, 2, "DESTROYED")
    evidence = world.harness(tmp_path / "state").drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert next(each for each in evidence.rungs if each.name == "previous-readable").figures["versions"][LOGIN] == "1"


def test_at_a_time_whose_version_was_destroyed_since_no_older_one_is_taken_for_it(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.fake.add(LOGIN, f"{MARKED}-token-3")
    moment = (world.clock.now() - datetime.timedelta(minutes=10)).isoformat()
    sound = world.harness(tmp_path / "sound").drill(target=parse_target(f"time:{moment}")).evidence
    assert sound.verdict is DrillVerdict.VERIFIED, sound.reason

    world.fake.set_state(LOGIN, 2, "DESTROYED")
    outcome = world.harness(tmp_path / "gone").drill(target=parse_target(f"time:{moment}"))
    assert red(outcome) == {"secret-readable"}
    assert "it is DESTROYED" in outcome.evidence.reason


def test_a_time_before_one_of_the_secrets_was_there_is_refused(world: GoogleSecretWorld, tmp_path: Path) -> None:
    moment = (world.clock.now() - datetime.timedelta(days=2)).isoformat()

    assert red(world.harness(tmp_path / "state").drill(target=parse_target(f"time:{moment}"))) == {"restore-window"}


def test_no_value_no_hash_and_no_token_reaches_output_evidence_notes_or_disk(
    world: GoogleSecretWorld, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is verified, while its control runs, and while it fails; base64 as Google sends it, and its checksum, too."""
    import base64

    from recoverable.drill.secret import standing_copy
    from tests.fakes.fake_secret_manager import crc32c

    written: list[str] = []
    really = standing_copy.write_new_file
    monkeypatch.setattr(standing_copy, "write_new_file", lambda path, said: (written.append(str(said)), really(path, said))[1])
    world.expect_all()
    data = value(2).encode()
    hidden = [MARKED, TOKEN, base64.b64encode(data).decode()[:40], str(crc32c(data))]
    hidden += [getattr(hashlib, name)(data).hexdigest() for name in ("md5", "sha1", "sha256")]
    for broken in (False, True):
        if broken:
            key_lost(world)
            disabled(world)
        harness = world.harness(tmp_path / str(broken))
        outcome = harness.drill(with_control=True)
        assert outcome.evidence.verdict is (DrillVerdict.FAILED if broken else DrillVerdict.VERIFIED)
        kept = "\n".join(path.read_text() for path in (tmp_path / str(broken)).rglob("*") if path.is_file())
        said = json.dumps(outcome.record, default=str) + repr(outcome.evidence) + "\n".join(harness.said) + kept
        assert not [each for each in hidden if each in said]
    output = capfd.readouterr()
    assert not [each for each in hidden if each in output.out + output.err + "\n".join(written)]
    assert DATABASE in "\n".join(written)


def test_only_reads_reach_the_service(world: GoogleSecretWorld, tmp_path: Path) -> None:
    world.harness(tmp_path / "state", names=None, prefix="orders-").drill(with_control=True)

    assert {each.method for each in world.fake.calls} == {"GET"}
