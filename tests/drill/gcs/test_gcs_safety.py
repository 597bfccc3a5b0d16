"""A drill of a bucket of Cloud Storage reads source and replica, writes into its own bucket alone, and removes nothing without its mark."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill import marks
from recoverable.drill.aws.clients import Service
from recoverable.drill.contract import Leftover, Resource, TransientError
from recoverable.drill.gcs.permissions import READING, SCRATCH, role_of_buckets
from recoverable.drill.gcs.scratch_bucket import KIND
from recoverable.drill.objects import removal
from recoverable.drill.objects.permissions import policy
from recoverable.drill.providers.bucket import BucketProvider
from recoverable.drill.reaper import reap
from recoverable.drill.verdict import DrillVerdict
from recoverable.model.errors import InputError
from tests.drill.gcs.gcs_world import REPLICA, SOURCE, GcsWorld
from tests.drill.harness import hours
from tests.fakes.fake_gcs import TOKEN
from tests.fakes.gcs_errors import gcs_error
from tests.fakes.json_server import Call, Reply

RUN = "drill-261202005500-abcdef"
NAME = f"rcv-{RUN}"


def written(call: Call) -> str:
    """The bucket that a call writes into; "" where it only reads."""
    if call.method == "GET":
        return ""
    if "rewriteTo" in call.path:
        return call.path[8]
    if call.path[:1] == ["upload"]:
        return call.path[4]
    return str(call.body["name"]) if call.path == ["storage", "v1", "b"] else call.path[3]


def test_everything_that_is_written_lies_in_the_bucket_of_the_run(world: GcsWorld, tmp_path: Path) -> None:
    held = {name: {key: list(each) for key, each in world.fake.buckets[name].objects.items()} for name in (SOURCE, REPLICA)}
    run = world.harness(tmp_path).drill(with_control=True).evidence.run

    assert {written(call) for call in world.fake.calls} == {"", f"rcv-{run}"}
    assert {name: world.fake.buckets[name].objects for name in (SOURCE, REPLICA)} == held


def test_the_scratch_bucket_is_marked_closed_without_soft_delete_and_ends_from_its_first_moment(world: GcsWorld, tmp_path: Path) -> None:
    seen: list[dict[str, object]] = []
    world.fake.after = lambda call: (
        seen.append(dict(world.fake.buckets[written(call)].fields)) if call.method == "POST" and not seen else None
    )
    world.harness(tmp_path).drill()
    (made,) = seen

    assert set(made["labels"]) == {"recoverable-run", "recoverable-expires", "recoverable-mark"}  # type: ignore[call-overload]
    assert made["iamConfiguration"]["publicAccessPrevention"] == "enforced"  # type: ignore[index]
    assert made["softDeletePolicy"]["retentionDurationSeconds"] == "0"  # type: ignore[index]
    assert made["location"] == world.fake.buckets[SOURCE].fields["location"]
    assert made["lifecycle"] == {"rule": [{"action": {"type": "Delete"}, "condition": {"age": 2}}]}


@pytest.mark.parametrize(
    ("field", "told"),
    [("iamConfiguration", "its public access prevention"), ("softDeletePolicy", "its soft delete"), ("labels", "its mark")],
)
def test_a_scratch_bucket_that_is_not_as_ordered_gets_nothing(field: str, told: str, world: GcsWorld, tmp_path: Path) -> None:
    world.fake.ignores = {field}
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert told in evidence.reason
    assert not [call for call in world.fake.calls if "rewriteTo" in call.path]


def test_the_mark_is_read_again_before_each_call_that_deletes(world: GcsWorld, tmp_path: Path) -> None:
    world.harness(tmp_path, sample=500).drill()
    name, looks, deletes = "", 0, 0
    for call in world.fake.calls:
        if call.method == "GET" and len(call.path) == 4 and call.path[3].startswith("rcv-"):
            looks += 1
        if call.method == "DELETE":
            name, deletes = call.path[3], deletes + 1
            assert deletes < looks, "a call deletes without a look of its own at the mark"
            if len(call.path) > 4:
                assert call.query["generation"]
    assert deletes > 20
    assert name.startswith("rcv-")


def test_a_bucket_whose_labels_were_taken_off_is_not_touched_any_more(world: GcsWorld, tmp_path: Path) -> None:
    harness = world.harness(tmp_path)
    world.fake.after = lambda call: world.fake.buckets[written(call)].fields.pop("labels", None) if "rewriteTo" in call.path else None
    name = f"rcv-{harness.drill().evidence.run}"

    assert any(f"{name} is left: it does not carry the mark" in line for line in harness.said)
    assert name in world.buckets()


def resource(world: GcsWorld, name: str = NAME) -> Resource:
    return Resource("bucket", KIND, name, RUN, (world.clock.now() + hours(1)).replace(microsecond=0))


def scratch(world: GcsWorld, expires: datetime.datetime | None = None, **body: object) -> Resource:
    """A bucket as a killed run leaves it."""
    mine = resource(world)
    world.fake.make(NAME, {"labels": marks.tags(KIND, NAME, RUN, expires or mine.expires), **body})
    world.put("s/a", b"x", bucket=NAME)
    return mine


def test_a_decoy_with_a_similar_name_and_copied_labels_survives(world: GcsWorld) -> None:
    decoy = world.plant(RUN)
    left = world.provider().remove(resource(world, decoy))

    assert isinstance(left, Leftover)
    assert left.command == f"gcloud storage rm --recursive gs://{decoy}"
    assert world.generations("precious", decoy)[0].content == b"production"
    assert list(world.provider().existing(())) == []
    assert list(world.provider().existing((resource(world, decoy),))) == []


def test_every_generation_of_a_scratch_bucket_goes_with_it(world: GcsWorld) -> None:
    mine = scratch(world, versioning={"enabled": True})
    for number in range(3):
        world.put("a", bytes([number]), bucket=NAME)

    assert [each.name for each in world.provider().existing((mine,))] == [NAME]
    assert world.provider().remove(mine) is None
    assert NAME not in world.buckets()


def test_objects_that_somebody_holds_are_a_leftover_with_the_reason(world: GcsWorld) -> None:
    mine = scratch(world)
    world.generations("s/a", NAME)[0].fields["temporaryHold"] = True
    left = world.provider().remove(mine)

    assert isinstance(left, Leftover)
    assert "objectUnderActiveHold" in left.reason
    assert "release it" in left.reason


def test_a_run_whose_notes_are_lost_is_found_by_its_labels_after_it_has_expired(world: GcsWorld, tmp_path: Path) -> None:
    scratch(world, world.clock.now() - datetime.timedelta(minutes=1))
    found = reap(tmp_path / "none", lambda name: world.provider(), ["bucket"], world.clock, lambda seconds: None)

    assert [each.name for each in found.removed] == [NAME]
    assert world.buckets() == {SOURCE, REPLICA}


def test_google_that_gives_no_token_keeps_the_reaper_from_no_other_cloud(world: GcsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_token() -> str:
        raise InputError("there are no Google Cloud credentials", "environment", "Log in.")

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    asked: list[str] = []

    def shown(s3: Service, name: str, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        asked.append(s3.region)
        return iter(())

    monkeypatch.setattr(removal, "shown", shown)

    with pytest.raises(TransientError, match="no Google Cloud credentials"):
        list(BucketProvider(world.clock, no_token).existing(()))
    assert asked == ["eu-west-1"]


def test_an_announced_bucket_that_may_not_be_asked_is_not_called_gone(world: GcsWorld) -> None:
    mine = scratch(world)
    world.fake.denied = {"storage.buckets.get"}

    with pytest.raises(Exception, match="may not be asked"):
        list(world.provider().existing((mine,)))


@pytest.mark.parametrize("when", ["lost", "broken"])
def test_an_answer_that_is_lost_when_the_bucket_is_made_makes_no_second_one(when: str, world: GcsWorld, tmp_path: Path) -> None:
    world.fake.faults.planned = {"POST /storage/v1/b": f"{when} x1"}
    evidence = world.harness(tmp_path, sample=3).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert len([call for call in world.fake.calls if call.path == ["storage", "v1", "b"] and call.method == "POST"]) == 1
    assert world.buckets() == {SOURCE, REPLICA}


def test_a_bucket_of_somebody_else_with_the_name_of_the_run_is_not_used(world: GcsWorld, tmp_path: Path) -> None:
    def refuse(call: Call) -> Reply | None:
        return gcs_error(409, "taken", "conflict") if call.path == ["storage", "v1", "b"] and call.method == "POST" else None

    world.fake.before = refuse
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is not DrillVerdict.VERIFIED
    assert "already" in evidence.reason


def test_the_token_and_names_of_objects_are_in_no_line_and_no_evidence(world: GcsWorld, tmp_path: Path) -> None:
    victim = world.generations("data/00001 über+plus.bin", REPLICA)[0]
    victim.content = victim.content[:-1] + b"!"
    harness = world.harness(tmp_path, sample=500)
    outcome = harness.drill(with_control=True)
    everything = "\n".join([*harness.said, str(outcome.record), (tmp_path / "ledger.jsonl").read_text()])

    assert "checksums-equal" in [each.name for each in outcome.evidence.failed()]
    assert "uploads" in everything
    assert TOKEN not in everything
    assert "data/0" not in everything


def test_the_role_is_what_drills_and_the_reaper_call(world: GcsWorld, tmp_path: Path) -> None:
    world.fake.buckets[SOURCE].fields["iamConfiguration"]["publicAccessPrevention"] = "inherited"  # then its policy is asked for
    assert world.harness(tmp_path).drill(with_control=True).evidence.verdict is DrillVerdict.VERIFIED
    list(world.provider().existing(()))

    assert set(role_of_buckets()["includedPermissions"]) == world.fake.used == {*READING, *SCRATCH}
    assert policy(world.settings()) == role_of_buckets()
