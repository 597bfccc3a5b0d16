"""What a policy pack's arguments read as, above all the ids that no analyzer is told."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.clouds.build import build_estate, wanted
from recoverable.readers.pulumi.policy_reader import read_arguments

BUCKET, OTHER = "urn:pulumi:p::s::aws:s3/bucket:Bucket::b", "urn:pulumi:p::s::aws:s3/bucket:Bucket::c"


def bucket(urn: str = BUCKET, **outputs: Any) -> dict[str, Any]:
    return {"urn": urn, "type": "aws:s3/bucket:Bucket", "inputs": {}, "outputs": outputs}


def versioning(name: str, source: str = BUCKET) -> dict[str, Any]:
    inputs = {"bucket": name, "versioningConfiguration": {"status": "Enabled"}}
    urn = f"urn:pulumi:p::s::aws:s3/bucketVersioning:BucketVersioning::{name}"
    return {
        "urn": urn,
        "type": "aws:s3/bucketVersioning:BucketVersioning",
        "inputs": inputs,
        "outputs": inputs,
        "propertyDependencies": {"bucket": [source]},
    }


def versioned(*states: dict[str, Any]) -> dict[str, bool]:
    estate = build_estate(read_arguments(states, [], {}, wanted))
    return {item.address: item.versioning.is_true for item in estate.buckets}


def test_a_companion_is_joined_by_an_id_that_is_told_nowhere_else() -> None:
    assert versioned(bucket(), versioning("id-of-b")) == {BUCKET: True}


def test_an_id_among_the_outputs_is_the_one_that_counts() -> None:
    assert versioned(bucket(id="acme", bucket="acme"), versioning("acme")) == {BUCKET: True}


@pytest.mark.parametrize(
    "states",
    [
        pytest.param([bucket(bucket="acme"), versioning("acme-logs")], id="a text made from its name"),
        pytest.param([bucket(), versioning("one"), versioning("two")], id="two texts, of which at most one is the id"),
        pytest.param([bucket(bucket="acme"), bucket(OTHER, bucket="other"), versioning("other")], id="the name of another bucket"),
    ],
)
def test_a_text_that_only_comes_from_a_resource_is_not_taken_for_its_id(states: list[dict[str, Any]]) -> None:
    assert versioned(*states)[BUCKET] is False
