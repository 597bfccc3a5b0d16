"""A drill of a bucket reads source and replica, writes into its own bucket alone, and removes nothing without its mark."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from recoverable.drill import marks
from recoverable.drill.contract import Leftover, Resource
from recoverable.drill.objects import scratch_bucket
from recoverable.drill.reaper import reap
from recoverable.drill.verdict import DrillVerdict
from tests.drill.harness import hours
from tests.drill.objects.bucket_world import MARKED, REGION, REPLICA, SOURCE, BucketWorld
from tests.fakes.s3_front import Request

RUN = "drill-261202005500-abcdef"
NAME = f"rcv-{RUN}"


def test_source_and_replica_are_only_read(world: BucketWorld, tmp_path: Path) -> None:
    held = {bucket: world.backend.get_bucket(bucket).keys.copy() for bucket in (SOURCE, REPLICA)}
    world.harness(tmp_path).drill(with_control=True)
    touched = [each for each in world.front.requests if each.bucket in (SOURCE, REPLICA)]

    assert {each.bucket for each in touched} == {SOURCE, REPLICA}
    assert [each for each in touched if each.writes] == []
    assert {bucket: world.backend.get_bucket(bucket).keys for bucket in (SOURCE, REPLICA)} == held


def test_everything_that_is_written_lies_in_the_bucket_of_the_run(world: BucketWorld, tmp_path: Path) -> None:
    run = world.harness(tmp_path).drill(with_control=True).evidence.run
    written = {each.bucket for each in world.front.requests if each.writes}

    assert written == {f"rcv-{run}"}


def test_the_scratch_bucket_is_marked_closed_encrypted_and_ends_before_anything_is_copied_into_it(
    world: BucketWorld, tmp_path: Path
) -> None:
    seen = {}

    def look(request: Request) -> None:
        if request.source == SOURCE and not seen:
            bucket = world.backend.get_bucket(request.bucket)
            seen["block"] = bucket.public_access_block.to_config_dict()
            seen["encryption"] = bucket.encryption["Rule"]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
            seen["ends"] = bucket.rules[0].expiration_days
            seen["tags"] = world.backend.tagger.get_tag_dict_for_resource(bucket.arn)

    world.front.after = look
    world.harness(tmp_path).drill()

    assert set(seen["block"].values()) == {"true"} or set(seen["block"].values()) == {True}
    assert (seen["encryption"], str(seen["ends"])) == ("AES256", "2")
    assert set(seen["tags"]) == {"recoverable-run", "recoverable-expires", "recoverable-mark"}


def test_a_scratch_bucket_that_is_not_as_ordered_gets_nothing(world: BucketWorld, tmp_path: Path) -> None:
    def undo(request: Request) -> None:
        if "publicAccessBlock" in request.query and request.writes:
            world.backend.delete_public_access_block(request.bucket)

    world.front.after = undo
    outcome = world.harness(tmp_path).drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "its public access block" in outcome.evidence.reason
    assert not [each for each in world.front.requests if each.source]
    assert world.buckets() == {SOURCE, REPLICA}


def test_the_mark_is_read_again_right_before_each_call_that_deletes(world: BucketWorld, tmp_path: Path) -> None:
    world.harness(tmp_path, sample=500).drill()
    deleting = [
        number
        for number, each in enumerate(world.front.requests)
        if each.method == "DELETE" or (each.method == "POST" and "delete" in each.query)
    ]

    assert deleting
    for number in deleting:
        before = [each for each in world.front.requests[:number] if each.method in ("GET", "DELETE", "POST")]
        last = [each for each in before[-3:] if "tagging" in each.query and each.bucket == world.front.requests[number].bucket]
        assert last, f"request {number} deletes without another look at the mark"


def test_a_bucket_whose_mark_was_taken_off_is_not_touched_any_more_and_a_line_says_so(world: BucketWorld, tmp_path: Path) -> None:
    """Without its mark it is not the drill's: nothing proves that it may be removed."""
    harness = world.harness(tmp_path)

    def unmark(request: Request) -> None:
        if request.source == SOURCE:
            world.backend.delete_bucket_tagging(request.bucket)

    world.front.after = unmark
    name = f"rcv-{harness.drill().evidence.run}"

    assert any(f"{name} is left: it does not carry the mark" in line for line in harness.said)
    assert name in world.buckets()


def make(world: BucketWorld, name: str, tags: dict[str, str], key: str = "") -> None:
    s3 = world.client()
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": word, "Value": value} for word, value in tags.items()]})
    if key:
        s3.put_object(Bucket=name, Key=key, Body=b"production")


def resource(world: BucketWorld, name: str = NAME, *, ago: float = 0.1) -> Resource:
    made = (world.clock.now() - hours(ago)).isoformat(timespec="seconds")
    return Resource("bucket", "bucket", name, RUN, world.clock.now() + hours(1), {"region": REGION, "made": made})


def test_a_decoy_with_a_similar_name_and_copied_tags_survives(world: BucketWorld) -> None:
    decoy = world.plant(RUN)
    left = world.provider().remove(Resource("bucket", "bucket", decoy, RUN, world.clock.now() + hours(1), {"region": REGION}))

    assert isinstance(left, Leftover)
    assert left.command == f"aws s3 rb s3://{decoy} --force --region {REGION}"
    assert world.client().get_object(Bucket=decoy, Key="precious")["Body"].read() == b"production"
    assert [each.name for each in world.provider().existing(())] == []


@pytest.mark.parametrize(("what", "key", "ago"), [("not empty", "precious", 0.1), ("older than the run", "", -2.0)])
def test_a_bucket_without_any_mark_is_not_taken_for_the_runs_own(what: str, key: str, ago: float, world: BucketWorld) -> None:
    """By exactly the name that a killed run has announced; ``ago`` below zero: announced only two hours after it was made."""
    make(world, NAME, {}, key)
    mine = resource(world, ago=ago)

    assert list(world.provider().existing((mine,))) == [], what
    assert isinstance(world.provider().remove(mine), Leftover)
    assert NAME in world.buckets()


def test_a_bucket_that_a_run_made_and_could_not_mark_any_more_is_removed(world: BucketWorld) -> None:
    make(world, NAME, {})
    mine = resource(world)

    assert [each.name for each in world.provider().existing((mine,))] == [NAME]
    assert world.provider().remove(mine) is None
    assert NAME not in world.buckets()


def test_versions_markers_and_uploads_of_a_scratch_bucket_go_with_it(world: BucketWorld) -> None:
    mine = resource(world)
    make(world, NAME, marks.tags("bucket", f"{REGION}/{NAME}", RUN, mine.expires.replace(microsecond=0)))
    s3 = world.client()
    s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(3):
        s3.put_object(Bucket=NAME, Key="a", Body=b"x")
    s3.delete_object(Bucket=NAME, Key="a")
    s3.create_multipart_upload(Bucket=NAME, Key="b")

    assert world.provider().remove(mine) is None
    assert NAME not in world.buckets()


def test_objects_that_cannot_be_deleted_are_a_leftover_with_the_reason(world: BucketWorld) -> None:
    mine = resource(world)
    make(world, NAME, marks.tags("bucket", f"{REGION}/{NAME}", RUN, mine.expires.replace(microsecond=0)), "a")
    refused = b"<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>"
    world.front.spoil = lambda request, body: refused + b" " * (len(body) - len(refused)) if "delete" in request.query else body
    world.front.answer = lambda request: (403, "AccessDenied") if "delete" in request.query else None
    left = world.provider().remove(mine)

    assert isinstance(left, Leftover)
    assert "does not allow DeleteObjects" in left.reason


def test_a_run_whose_notes_are_lost_is_found_by_its_mark_after_it_has_expired(world: BucketWorld, tmp_path: Path) -> None:
    past = world.clock.now() - datetime.timedelta(minutes=1)
    make(world, NAME, marks.tags("bucket", f"{REGION}/{NAME}", RUN, past), "s/object")
    found = reap(tmp_path / "none", lambda name: world.provider(), ["bucket"], world.clock, lambda seconds: None)

    assert [each.name for each in found.removed] == [NAME]
    assert world.buckets() == {SOURCE, REPLICA}


def test_an_announced_bucket_that_may_not_be_asked_is_not_called_gone(world: BucketWorld) -> None:
    mine = resource(world)
    make(world, NAME, marks.tags("bucket", f"{REGION}/{NAME}", RUN, mine.expires))
    world.front.answer = lambda request: (403, "AccessDenied") if "tagging" in request.query else None

    with pytest.raises(Exception, match="does not allow GetBucketTagging"):
        list(world.provider().existing((mine,)))


def test_the_secret_key_is_in_no_line_no_evidence_and_no_request(world: BucketWorld, tmp_path: Path) -> None:
    harness = world.harness(tmp_path)
    outcome = harness.drill(with_control=True)
    everything = "\n".join([*harness.said, str(outcome.record), str(world.front.requests), (tmp_path / "ledger.jsonl").read_text()])

    assert "uploads" in everything
    assert MARKED not in everything


def test_keys_of_objects_are_in_no_line_and_no_evidence(world: BucketWorld, tmp_path: Path) -> None:
    """A key may hold the name of a customer."""
    for number in range(5):
        victim = world.versions(f"data/0000{number}"[:10], REPLICA)
        for each in victim:
            each.value = b"other"
    world.drop("data/00004", 0)
    harness = world.harness(tmp_path, sample=500)
    outcome = harness.drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "data/0" not in "\n".join([*harness.said, str(outcome.record)])


def test_the_name_of_a_scratch_bucket_fits_s3() -> None:
    longest = 30  # letters of a run's id (contract)

    assert len(scratch_bucket.PREFIX) + longest <= 63
