"""What is refused before a resource is made: only what no companion can mend, and all of it that the examples show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from recoverable.hosts.pulumi import surroundings as known
from recoverable.hosts.pulumi.catalogue import OF_ONE_RESOURCE
from recoverable.model.raw import RawResource, Reading
from recoverable.standard.load import built_in
from tests.hosts.pulumi.lone_resources import Lone, enumerated, fails, kept_by_the_cloud, lone_resources

# Optional and computed, and yet no reason to wait with a fail.
NOT_KEPT = {
    ("google_sql_database_instance", "master_instance_name"): "without it the provider makes a primary, and what is imported has it",
    ("aws_db_instance", "snapshot_identifier"): "RDS never reports it: a state holds it only where the program said it",
    (
        "aws_backup_plan",
        "rule.lifecycle.opt_in_to_archive_for_supported_resources",
    ): "the block is written, and the program's rules replace what the cloud has",
}
IDENTITY = ("id", "arn", "bucket", "name", "identifier", "cluster_identifier", "tags", "tags_all", "region", "location", "table_name")


def test_nothing_is_refused_alone_that_its_stack_does_not_refuse() -> None:
    alarms = [(lone.example, key) for lone in lone_resources() for key in lone.lasting() if key not in lone.refused]

    assert alarms == []


def test_the_resource_policies_are_the_rules_that_refuse_something_alone() -> None:
    refusing = {rule for lone in lone_resources() for rule, _ in lone.lasting()}

    assert refusing == OF_ONE_RESOURCE


def test_each_of_the_surroundings_keeps_an_example_from_a_false_alarm() -> None:
    places = {place for lone in lone_resources() for place, _ in enumerated(lone.raw) if not place.startswith("kept ")}
    needed = set()
    for lone in lone_resources():
        for place, _ in enumerated(lone.raw):
            if place in needed or place.startswith("kept "):
                continue
            if any(key not in lone.refused for key in lone.lasting(left_out=place)):
                needed.add(place)

    assert places - needed == {"aws_s3_bucket_logging"}, "proven below: no example states versions in the bucket itself"


def test_a_bucket_that_may_take_logs_is_not_refused_alone_for_the_versions_it_states_itself() -> None:
    bucket = RawResource("b", "aws_s3_bucket", "b", {"bucket": "acme", "versioning": {"enabled": False}, "tags": {"environment": "prod"}})
    logging = RawResource("l", "aws_s3_bucket_logging", "l", {"bucket": "other", "target_bucket": "acme"})
    lone = Lone("", bucket, Reading("pulumi-policy", ""), built_in(), ())

    assert ("versioning-off", "b") in lone.fails([bucket])
    assert ("versioning-off", "b") not in fails(Reading("pulumi-policy", "", resources=[bucket, logging]), built_in())
    assert ("versioning-off", "b") not in lone.lasting()
    assert ("versioning-off", "b") in lone.lasting(left_out="aws_s3_bucket_logging")


def test_what_the_cloud_keeps_is_what_the_schemas_and_the_examples_say() -> None:
    needed: dict[str, set[str]] = defaultdict(set)
    for lone in lone_resources():
        found = lone.lasting(left_out=f"kept {lone.raw.type}")
        for path in kept_by_the_cloud(lone.raw) if found else ():
            variant = known._kept(lone.raw, (path,))
            if found.keys() - lone.fails([variant], {rule for rule, _ in found}).keys() and (lone.raw.type, path) not in NOT_KEPT:
                needed[lone.raw.type].add(path)

    assert {kind: set(paths) for kind, paths in known.KEPT.items()} == dict(needed)


def among_others(lone: Lone, other: Lone) -> list[RawResource]:
    """Another example's stack with this resource in the place of one of its own."""
    kept = {name: value for name, value in other.raw.attrs.items() if name in IDENTITY}
    own = {name: value for name, value in lone.raw.attrs.items() if name not in IDENTITY}
    moved = replace(other.raw, attrs={**own, **kept})
    return [moved if raw is other.raw else raw for raw in other.reading.resources]


@pytest.mark.parametrize("kind", sorted({lone.raw.type for lone in lone_resources() if lone.lasting()}))
def test_no_companions_of_any_example_mend_what_is_refused_alone(kind: str) -> None:
    """Each resource that is refused alone, with the companions of every other resource of its type."""
    ours = {_shape(lone): lone for lone in lone_resources() if lone.raw.type == kind and lone.lasting()}
    theirs = {_company(lone): lone for lone in lone_resources() if lone.raw.type == kind and len(lone.reading.resources) > 1}
    alarms = []
    for lone in ours.values():
        for other in theirs.values():
            resources = among_others(lone, other)
            moved = next(raw for raw in resources if raw.address == other.raw.address)
            alone = replace(other, raw=moved).lasting().keys()
            whole = fails(
                Reading("pulumi-policy", "", resources=resources, environment_hints=other.reading.environment_hints), other.standard
            )
            alarms += [(lone.example, other.example, key) for key in alone - whole.keys()]

    assert alarms == []


def _shape(lone: Lone) -> str:
    return str(sorted((name, str(value)) for name, value in lone.raw.attrs.items() if name not in IDENTITY))


def _company(lone: Lone) -> str:
    others = [raw for raw in lone.reading.resources if raw is not lone.raw]
    return str(sorted(f"{raw.type} {sorted(raw.attrs.items(), key=str)}".replace(lone.example, "") for raw in others))
