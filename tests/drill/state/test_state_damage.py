"""A state of Terraform on S3: what is sound is green, and each damage at the source is red by the rung that is there for it."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from moto.s3.models import s3_backends

from recoverable.drill.engine import Outcome
from recoverable.drill.ladder import all_rungs
from recoverable.drill.subject import Subject
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from tests.drill.state.state_world import KEY, TABLE, StateWorld, terraform_state

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="there is no terraform on this machine"),
]
RUNGS = {
    "checksum", "encrypted", "lineage-unchanged", "older-version-readable", "resources-present", "serial-monotonic", "state-readable",
    "version-history",
}  # fmt: skip
SEVEN, EIGHT = terraform_state(7), terraform_state(8, 4)


def sound(world: StateWorld) -> None:
    """Two versions, and the digest of the newer one."""
    world.put(SEVEN)
    world.put(EIGHT)
    world.digest(EIGHT)
    world.recorder.requests.clear()


def red(outcome: Outcome) -> set[str]:
    """The rungs and checks that failed."""
    return {each.name for each in outcome.evidence.failed()}


def test_the_ladder_of_a_state() -> None:
    assert {each.rung.name for each in all_rungs(Subject.STATE)} == RUNGS


def test_a_sound_state_is_green_and_nothing_is_left(world: StateWorld, tmp_path: Path) -> None:
    sound(world)
    outcome = world.harness(tmp_path, lock_table=TABLE).drill(with_control=True)
    evidence = outcome.evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert (evidence.reservations, evidence.colour) == ([], Colour.GREEN)
    assert {each.name for each in evidence.rungs if each.verdict is RungVerdict.PASS} >= RUNGS
    assert evidence.control.outcome == "red"
    assert evidence.rpo_seconds == 0
    assert world.left() == set()


def truncated(world: StateWorld) -> None:
    world.put(EIGHT[: len(EIGHT) // 2])


def emptied(world: StateWorld) -> None:
    world.put(terraform_state(9, 0))


def set_back(world: StateWorld) -> None:
    world.put(terraform_state(6, 4))


def forced(world: StateWorld) -> None:
    world.put(terraform_state(8, 5))


def another(world: StateWorld) -> None:
    world.put(terraform_state(9, 4, lineage="0a0a0a0a-0000-4000-8000-000000000000"))


def older_broken(world: StateWorld) -> None:
    world.put(b"{" + b"x" * 200)
    world.put(EIGHT)


def suspended(world: StateWorld) -> None:
    world.client().put_bucket_versioning(Bucket=world.bucket, VersioningConfiguration={"Status": "Suspended"})


def deleted(world: StateWorld) -> None:
    world.client().delete_object(Bucket=world.bucket, Key=KEY)


def digest_of_another(world: StateWorld) -> None:
    world.digest(SEVEN)


def plain(world: StateWorld) -> None:
    world.client().delete_bucket_encryption(Bucket=world.bucket)
    world.put(terraform_state(9, 5))


DAMAGES: dict[str, tuple[Callable[[StateWorld], None], set[str]]] = {
    "truncated": (truncated, {"state-readable", "lineage-unchanged", "serial-monotonic", "resources-present"}),
    "emptied": (emptied, {"resources-present"}),
    "set back": (set_back, {"serial-monotonic"}),
    "forced": (forced, {"serial-monotonic"}),
    "another's": (another, {"lineage-unchanged"}),
    "older broken": (older_broken, {"older-version-readable", "lineage-unchanged", "serial-monotonic"}),
    "suspended": (suspended, {"version-history"}),
    "deleted": (deleted, {"version-history"}),
    "digest": (digest_of_another, {"checksum"}),
    "not encrypted": (plain, {"encrypted"}),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_red_by_its_rungs_and_no_other(world: StateWorld, tmp_path: Path, name: str) -> None:
    damage, expected = DAMAGES[name]
    sound(world)
    damage(world)
    more = {"lock_table": TABLE} if name == "digest" else {}
    outcome = world.harness(tmp_path, **more).drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED, outcome.evidence.reason
    assert red(outcome) == expected
    assert world.left() == set()


@pytest.mark.parametrize(("expect", "rung"), [
    ({"resources_at_least": 5}, "resources-present"),
    ({"lineage": "0a0a0a0a-0000-4000-8000-000000000000"}, "lineage-unchanged"),
    ({"encryption": "aws:kms"}, "encrypted"),
    ({"kms_key": "arn:aws:kms:eu-west-1:123456789012:key/other"}, "encrypted"),
])  # fmt: skip
def test_what_the_settings_expect_and_the_state_is_not_is_red(world: StateWorld, tmp_path: Path, expect: dict[str, Any], rung: str) -> None:
    sound(world)
    world.expect = expect

    assert red(world.harness(tmp_path).drill()) == {rung}


def test_one_version_alone_is_verified_and_what_was_not_looked_at_is_told(world: StateWorld, tmp_path: Path) -> None:
    world.put(EIGHT)
    evidence = world.harness(tmp_path).drill(with_control=True).evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.colour is Colour.AMBER
    told = "\n".join(evidence.reservations)
    assert all(name in told for name in ("older-version-readable", "serial-monotonic", "lineage-unchanged"))
    assert any("one version alone" in each.detail for each in evidence.rungs)


def test_a_drill_to_a_time_restores_the_version_that_was_current_then(world: StateWorld, tmp_path: Path) -> None:
    ids = []
    for number, body in enumerate((SEVEN, EIGHT, terraform_state(9, 9))):
        ids.append(world.put(body))
        age_of(world, ids[-1], 3600 * (3 - number))
    outcome = world.harness(tmp_path).drill(target=parse_target(f"time:{moment(world, 5400)}"))

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert ids[1] in outcome.evidence.backup_id
    (present,) = (each for each in outcome.evidence.rungs if each.name == "resources-present")
    assert present.figures["resources"] == 4


def test_a_time_at_which_the_state_had_been_deleted_is_refused(world: StateWorld, tmp_path: Path) -> None:
    age_of(world, world.put(SEVEN), 7200)
    marker = world.client().delete_object(Bucket=world.bucket, Key=KEY)["VersionId"]
    age_of(world, marker, 3600)
    world.put(EIGHT)
    evidence = world.harness(tmp_path).drill(target=parse_target(f"time:{moment(world, 1800)}")).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "had been deleted at" in evidence.reason


def test_resources_whose_provider_is_not_installed_make_the_drill_could_not_run_and_not_red(world: StateWorld, tmp_path: Path) -> None:
    data = json.loads(EIGHT)
    data["resources"][0].update(type="aws_s3_bucket", provider='provider["registry.example.com/hashicorp/aws"]')
    world.put(json.dumps(data).encode())
    (tmp_path / "module").mkdir()
    for module, words in ((None, "module = …"), (str(tmp_path / "module"), "run terraform init")):
        evidence = world.harness(tmp_path, module=module).drill().evidence

        assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
        assert {each.name for each in evidence.unproven()} == {"state-readable"}
        assert any(words in each.detail for each in evidence.unproven())


def test_without_terraform_the_drill_could_not_run(world: StateWorld, tmp_path: Path) -> None:
    sound(world)
    evidence = world.harness(tmp_path, program="no-such-terraform").drill().evidence

    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert {each.name for each in evidence.unproven()} == {"program", "state-readable", "older-version-readable"}


def test_a_digest_that_is_missing_is_told_as_wrong_settings(world: StateWorld, tmp_path: Path) -> None:
    world.put(SEVEN)
    world.put(EIGHT)
    for table, words in ((TABLE, "has no digest"), ("no-such-table", "there is no table")):
        evidence = world.harness(tmp_path, lock_table=table).drill().evidence

        assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
        assert any(words in each.detail for each in evidence.unproven())


def test_whenever_the_cloud_stops_answering_nothing_is_verified_and_nothing_is_left(world: StateWorld, tmp_path: Path) -> None:
    """From the first call on, from the second, and so on, up to a drill that needed no more."""
    sound(world)
    for at in range(100):
        asked: list[str] = []

        def refuse(request: str, asked: list[str] = asked, at: int = at) -> str:
            asked.append(request)
            return "503" if len(asked) > at else ""

        world.recorder.refuse = refuse
        evidence = world.harness(tmp_path / str(at), lock_table=TABLE).drill().evidence
        assert world.left() == set()
        if len(asked) <= at:
            break
        assert evidence.verdict is DrillVerdict.COULD_NOT_RUN, f"call {at}: {evidence.reason}"
    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert at > 6


def age_of(world: StateWorld, version: str, seconds: float) -> None:
    """Let a version of moto's be older."""
    held = s3_backends["123456789012"]["aws"].get_bucket(world.bucket).keys.getlist(KEY)
    (found,) = (each for each in held if each.version_id == version)
    found.last_modified = (world.clock.now() - datetime.timedelta(seconds=seconds)).replace(tzinfo=None)


def moment(world: StateWorld, ago: float) -> str:
    """A time so many seconds ago."""
    return (world.clock.now() - datetime.timedelta(seconds=ago)).replace(microsecond=0).isoformat()
