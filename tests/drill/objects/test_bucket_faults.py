"""What S3 and the network do to a drill of a bucket: never a false green, never a leak."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.drill.verdict import DrillVerdict, RungVerdict
from tests.drill.objects.bucket_world import REPLICA, SOURCE, BucketWorld
from tests.fakes.s3_front import Request

QUERIES = {
    "versioning": "versioning-enabled",
    "lifecycle": "noncurrent-retention",
    "encryption": "encryption",
    "publicAccessBlock": "public-access",
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_setting_of_the_replica_that_may_not_be_read_is_never_green(query: str, world: BucketWorld, tmp_path: Path) -> None:
    world.front.answer = lambda request: (403, "AccessDenied") if request.bucket == REPLICA and query in request.query else None
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is not DrillVerdict.VERIFIED
    assert "docs/drill-bucket.md" in evidence.reason or any("docs/drill-bucket.md" in each.detail for each in evidence.rungs)
    assert world.buckets() == {SOURCE, REPLICA}


def test_heads_that_may_not_be_read_make_their_rungs_unable_to_run(world: BucketWorld, tmp_path: Path) -> None:
    world.front.answer = lambda request: (
        (403, "AccessDenied") if request.method == "HEAD" and request.bucket == SOURCE and request.key else None
    )
    evidence = world.harness(tmp_path).drill().evidence
    told = {each.name: each.verdict for each in evidence.rungs}

    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
    for name in ("checksums-equal", "object-lock-held", "encryption"):
        assert told[name] is RungVerdict.COULD_NOT_RUN


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (500, "InternalError")])
def test_trouble_that_goes_away_is_waited_for(status: int, code: str, world: BucketWorld, tmp_path: Path) -> None:
    counted = []

    def every_fifth(request: Request) -> tuple[int, str] | None:
        counted.append(request)
        return (status, code) if len(counted) % 5 == 0 else None

    world.front.answer = every_fifth
    evidence = world.harness(tmp_path, sample=5).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    world.front.answer = lambda request: None
    assert world.buckets() == {SOURCE, REPLICA}


def test_nobody_answers_is_no_verdict_on_the_backup(world: BucketWorld, tmp_path: Path) -> None:
    world.front.answer = lambda request: (503, "SlowDown") if request.bucket == SOURCE and "versions" in request.query else None
    outcome = world.harness(tmp_path).drill()

    assert outcome.unreachable
    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN


@pytest.mark.parametrize("what", ["versions", "versioning", "lifecycle", "tagging"])
def test_a_reply_that_is_cut_off_is_no_reply(what: str, world: BucketWorld, tmp_path: Path) -> None:
    world.front.spoil = lambda request, body: (
        b"" * len(body) if what in request.query and request.method == "GET" and request.bucket else body
    )
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is not DrillVerdict.VERIFIED


def test_a_list_that_ends_in_the_middle_is_no_list(world: BucketWorld, tmp_path: Path) -> None:
    def cut(request: Request, body: bytes) -> bytes:
        return (
            body.replace(b"<IsTruncated>false</IsTruncated>", b"<IsTruncated>true</IsTruncated> ") if "versions" in request.query else body
        )

    world.front.spoil = cut
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert "in the middle" in evidence.reason


def test_content_that_changes_on_the_way_is_red(world: BucketWorld, tmp_path: Path) -> None:
    def flip(request: Request, body: bytes) -> bytes:
        return (
            body[:-1] + b"!"
            if request.method == "GET" and request.bucket.startswith("rcv-") and request.key.startswith("s/data/00001")
            else body
        )

    world.front.spoil = flip
    evidence = world.harness(tmp_path, sample=500).drill().evidence

    assert "checksums-equal" in [each.name for each in evidence.failed()]


def test_a_bucket_that_does_not_exist_is_said(world: BucketWorld, tmp_path: Path) -> None:
    evidence = world.harness(tmp_path, bucket="acme-nothing").drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "there is no such bucket" in evidence.reason


def test_a_replica_in_the_region_of_the_source_is_no_second_region(world: BucketWorld, tmp_path: Path) -> None:
    world.client().create_bucket(Bucket="acme-near", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    evidence = world.harness(tmp_path, replica={"bucket": "acme-near", "region": "eu-west-1"}).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "one region can lose both" in evidence.reason


def test_a_bucket_that_never_kept_versions_has_nothing_to_restore(world: BucketWorld, tmp_path: Path) -> None:
    world.client().create_bucket(Bucket="acme-plain", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    world.put("a", b"x", world.start, "acme-plain", locked=False)
    evidence = world.harness(tmp_path, bucket="acme-plain", replica=None).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "there is no backup" in evidence.reason
