"""A state in Cloud Storage: what is sound is green, damage at the source is red, and nothing is written there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recoverable.drill.gcs.permissions import READING, role_of_states
from recoverable.drill.state.permissions import policy
from recoverable.drill.state.settings import read
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from tests.drill.gcs.state_on_gcs import BUCKET, HOUR, KEY, StateOnGcs, state_bucket
from tests.drill.state.state_world import MARKED, terraform_state, typed
from tests.drill.state.test_state_damage import RUNGS
from tests.fakes.fake_gcs import TOKEN
from tests.fakes.gcs_errors import gcs_error
from tests.fakes.json_server import Call, Reply

SIX, SEVEN, EIGHT = terraform_state(6), terraform_state(7), terraform_state(8, 4)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_disk: None) -> Iterator[StateOnGcs]:
    """Three generations of a state, and another object that begins like it."""
    with state_bucket(tmp_path / "api", monkeypatch) as found:
        for content, hours in ((SIX, 72), (SEVEN, 48), (EIGHT, 24)):
            found.put(content, hours)
        found.put(b"no state", 1, f"{KEY}.lock")
        yield found


def sound(world: StateOnGcs) -> None:
    """As it is."""


def truncated(world: StateOnGcs) -> None:
    world.put(EIGHT[:-40], 0.5)


def altered(world: StateOnGcs) -> None:
    victim = world.fake.buckets[BUCKET].objects[KEY][-1]
    victim.content = victim.content.replace(b'"number1"', b'"number9"')


def of_another(world: StateOnGcs) -> None:
    world.put(terraform_state(9, 4, lineage="00000000-8b5c-7d3c-2f6a-0a4b6d1c9e11"), 0.5)


def older_than_before(world: StateOnGcs) -> None:
    world.put(SEVEN, 0.5)


def without_versions(world: StateOnGcs) -> None:
    world.fake.buckets[BUCKET].fields["versioning"] = {"enabled": False}


def deleted(world: StateOnGcs) -> None:
    world.fake.buckets[BUCKET].drop_live(KEY, world.start - 0.5 * HOUR)


DAMAGES: dict[Callable[[StateOnGcs], None], str] = {
    truncated: "state-readable",
    of_another: "lineage-unchanged",
    older_than_before: "serial-monotonic",
    without_versions: "version-history",
    deleted: "version-history",
}


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform on this machine")
class TestWithTheRealTerraform:
    """Drills with the whole ladder."""

    def test_a_sound_state_is_green_and_the_source_is_only_read(self, world: StateOnGcs, tmp_path: Path) -> None:
        harness = world.harness(tmp_path)
        outcome = harness.drill(with_control=True)
        evidence = outcome.evidence

        assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
        assert {each.name for each in evidence.rungs if each.verdict is RungVerdict.PASS} >= RUNGS
        assert (evidence.control.outcome, evidence.rpo_seconds) == ("red", 0)
        assert {call.method for call in world.fake.calls} == {"GET"}
        assert set(role_of_states()["includedPermissions"]) == world.fake.used == set(READING)
        assert world.left() == set()
        everything = "\n".join([*harness.said, str(outcome.record)])
        assert TOKEN not in everything
        assert MARKED not in everything

    @pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
    def test_damage_is_red_by_the_rung_that_is_there_for_it(
        self, damage: Callable[[StateOnGcs], None], world: StateOnGcs, tmp_path: Path
    ) -> None:
        damage(world)
        evidence = world.harness(tmp_path).drill().evidence

        assert evidence.verdict is DrillVerdict.FAILED, evidence.reason
        assert DAMAGES[damage] in [each.name for each in evidence.failed()]

    def test_a_drill_to_a_time_takes_the_generation_of_then(self, world: StateOnGcs, tmp_path: Path) -> None:
        target = parse_target(f"time:{(world.start - 30 * HOUR).isoformat()}")
        evidence = world.harness(tmp_path).drill(target=target).evidence
        seven = world.fake.buckets[BUCKET].objects[KEY][1].number

        assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
        assert evidence.backup_id == f"version {seven} of gs://{BUCKET}/{KEY}"

    def test_encryption_with_a_key_of_ones_own_can_be_demanded(self, world: StateOnGcs, tmp_path: Path) -> None:
        key = "projects/p/locations/us/keyRings/r/cryptoKeys/k"
        world.expect = {"encryption": "cmek", "kms_key": key}
        assert [each.name for each in world.harness(tmp_path / "red").drill().evidence.failed()] == ["encrypted"]
        for each in world.fake.buckets[BUCKET].objects[KEY]:
            each.fields["kmsKeyName"] = f"{key}/cryptoKeyVersions/1"

        assert world.harness(tmp_path / "green").drill().evidence.verdict is DrillVerdict.VERIFIED

    @pytest.mark.parametrize("permission", READING)
    def test_what_may_not_be_asked_is_never_green(self, permission: str, world: StateOnGcs, tmp_path: Path) -> None:
        world.fake.denied = {permission}

        assert world.harness(tmp_path).drill().evidence.verdict is not DrillVerdict.VERIFIED
        assert world.left() == set()

    def test_nothing_is_verified_and_nothing_left_where_the_network_goes_at_any_call(self, world: StateOnGcs, tmp_path: Path) -> None:
        world.harness(tmp_path / "whole").drill()
        for at in range(len(world.fake.calls)):
            left = {"calls": at}

            def lost(call: Call, left: dict[str, int] = left) -> Reply | None:
                left["calls"] -= 1
                return gcs_error(503, "nobody") if left["calls"] < 0 else None

            world.fake.before = lost
            evidence = world.harness(tmp_path / str(at)).drill().evidence
            world.fake.calm()

            assert evidence.verdict is not DrillVerdict.VERIFIED, f"lost at call {at}"
            assert world.left() == set(), f"lost at call {at}"


def test_content_that_is_not_what_was_noted_is_never_green(world: StateOnGcs, tmp_path: Path) -> None:
    altered(world)
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "has not the md5 that was noted" in evidence.reason


def test_the_role_of_a_state_only_reads(world: StateOnGcs) -> None:
    assert policy(typed(read, world.source())) == role_of_states()
    assert all(each.endswith((".get", ".list")) for each in role_of_states()["includedPermissions"])
