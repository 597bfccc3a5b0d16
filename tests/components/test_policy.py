"""ProtectionPolicy: what it refuses, each with its whole message, and whose word on a resource's tags holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest

from recoverable.components.bucket import Bucket, BucketArgs
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.refusal import RefusedError
from tests.components.backup_samples import made, policy
from tests.components.harness import build

NO_NUMBERS = "is refused: the standard knows prod, staging, dev. Without an environment there are no numbers."
BY_NAME = "Whether a copy leaves the region is told by the name."
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "an environment that the standard does not know": ({"environment": "nowhere"}, f'environment = "nowhere" {NO_NUMBERS}'),
    "an environment that is not production": ({"environment": "non-prod"}, f'environment = "non-prod" {NO_NUMBERS}'),
    "two environments": ({"environment": "prod-dev"}, f'environment = "prod-dev" {NO_NUMBERS}'),
    "an empty environment": ({"environment": ""}, f'environment = "" {NO_NUMBERS}'),
    "no environment": ({"environment": None}, 'environment = "NoneType" is refused: it takes str, not NoneType. Nothing is guessed.'),
    "a number": ({"environment": 5}, "environment = 5 is refused: it takes str, not int. Nothing is guessed."),
    "nobody hears": (
        {"alert_address": None},
        "alert_address = None is refused: production names who hears of a failed backup. An alarm that nobody reads is none.",
    ),
    "a blank address": ({"alert_address": " "}, 'alert_address = " " is refused: an e-mail address. Nobody would hear.'),
    "no address": ({"alert_address": "ops"}, 'alert_address = "ops" is refused: an e-mail address. Nobody would hear.'),
    "no owner": (
        {"owner": None},
        "owner = None is refused: production names who answers for its stores. Without an owner nobody acts on an alarm.",
    ),
    "a blank owner": (
        {"owner": " "},
        'owner = " " is refused: production names who answers for its stores. Without an owner nobody acts on an alarm.',
    ),
    "no second region": (
        {"replica_region": None},
        "replica_region = None is refused: prod demands a second region (built-in). Name where copies go.",
    ),
    "the copy beside the original": (
        {"replica_region": "eu-west-1"},
        'replica_region = "eu-west-1" is refused: the primary is in eu-west-1. A copy beside the original is lost with it.',
    ),
    "the copy beside the original, in capitals": (
        {"replica_region": "EU-WEST-1"},
        f'replica_region = "EU-WEST-1" is refused: a region such as eu-central-1. {BY_NAME}',
    ),
    "the copy beside the original, with a blank": (
        {"replica_region": " eu-west-1"},
        f'replica_region = " eu-west-1" is refused: a region such as eu-central-1. {BY_NAME}',
    ),
    "a zone": ({"region": "eu-west-1a"}, f'region = "eu-west-1a" is refused: a region such as eu-central-1. {BY_NAME}'),
    "the copy beside the original on google cloud, in capitals": (
        {"cloud": Cloud.GCP, "replica_region": "EUROPE-WEST1"},
        'replica_region = "EUROPE-WEST1" is refused: the primary is in europe-west1. A copy beside the original is lost with it.',
    ),
    "a zone on google cloud": (
        {"cloud": Cloud.GCP, "replica_region": "europe-west4-a"},
        f'replica_region = "europe-west4-a" is refused: a location such as europe-west4. {BY_NAME}',
    ),
    "another cloud": ({"cloud": "azure"}, 'cloud = "azure" is refused: it is one of aws, gcp. There is no other.'),
    "a list of tags": ({"tags": ["a"]}, 'tags = "list" is refused: it takes Mapping, not list. Nothing is guessed.'),
}


@pytest.mark.parametrize("name", CASES)
def test_a_policy_that_cannot_hold_is_refused_with_field_value_bound_and_reason(tmp_path: Path, name: str) -> None:
    given, message = CASES[name]
    stated = {"environment": "prod", "alert_address": "ops@acme.example", "owner": "shop", "replica_region": "eu-central-1", **given}
    with pytest.raises(RefusedError) as refused:
        build(lambda: ProtectionPolicy(**stated), folder=tmp_path)
    assert str(refused.value) == f"ProtectionPolicy: {message}"


@pytest.mark.parametrize(("written", "tier"), [("production", "prod"), ("prd", "prod"), (" PROD", "prod"), ("preprod", "staging")])
def test_an_alias_is_the_environment_that_the_standard_means(tmp_path: Path, written: str, tier: str) -> None:
    found = list[str]()
    build(lambda: found.append(policy(written, replica_region="eu-central-1").tier), folder=tmp_path)
    assert found == [tier]


@pytest.mark.parametrize(
    "key", ["recoverable:environment", "recoverable-environment", "Recoverable:Environment", "recoverable_environment"]
)
@pytest.mark.parametrize("cloud", ["aws", "gcp"])
@pytest.mark.parametrize("where", ["policy", "args"])
def test_no_tag_says_another_environment_in_any_spelling(tmp_path: Path, key: str, cloud: str, where: str) -> None:
    tags = {"recoverable:environment": "dev", key: "dev"}
    of_policy, of_args = ({"tags": tags}, {}) if where == "policy" else ({}, {"tags": tags})
    built = made(tmp_path, lambda given: Bucket("uploads", BucketArgs(policy=given, **of_args)), cloud=cloud, **of_policy)
    stated = [child.inputs.get("tags") or child.inputs.get("labels") for child in built.of("Bucket") if child.custom]
    assert stated
    assert all([value for name, value in each.items() if "environment" in name.lower()] == ["prod"] for each in stated)


TAGS: dict[str, tuple[str, dict[Any, Any], str]] = {
    "too many": (
        "aws",
        {f"k{number}": "v" for number in range(46)},
        "tags = 46 is refused: 45 at most. The cloud takes no more, and some are ours.",
    ),
    "too many labels": (
        "gcp",
        {f"k{number}": "v" for number in range(60)},
        "tags = 60 is refused: 59 at most. The cloud takes no more, and some are ours.",
    ),
    "a number": ("aws", {"k": 7}, "tags['k'] = 7 is refused: it takes str, not int. Nothing is guessed."),
    "no key": (
        "aws",
        {"": "v"},
        'tags = "" is refused: a key of 1 to 128 letters, digits, spaces and _ . : / = + - @. AWS takes no other.',
    ),
    "a long key": (
        "aws",
        {"k" * 129: "v"},
        f'tags = "{"k" * 129}" is refused: a key of 1 to 128 letters, digits, spaces and _ . : / = + - @. AWS takes no other.',
    ),
    "a key of AWS": (
        "aws",
        {"aws:cost": "v"},
        'tags = "aws:cost" is refused: a key that does not begin with "aws:". AWS keeps it for itself.',
    ),
    "a long value": (
        "aws",
        {"k": "v" * 257},
        'tags = "k" is refused: a value of at most 256 letters, digits, spaces and _ . : / = + - @. AWS takes no other.',
    ),
    "a label that begins with a digit": (
        "gcp",
        {"1st": "v"},
        'tags = "1st" is refused: a key that begins with a letter. Google Cloud takes no other label.',
    ),
}


@pytest.mark.parametrize("name", TAGS)
def test_tags_that_the_cloud_refuses_halfway_are_refused_before_anything_is_registered(tmp_path: Path, name: str) -> None:
    cloud, tags, message = TAGS[name]
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, lambda given: Bucket("uploads", BucketArgs(policy=given, tags=tags)), cloud=cloud)
    assert str(refused.value) == f'Bucket "uploads": {message}'


def test_as_many_tags_as_fit_beside_ours_are_taken(tmp_path: Path) -> None:
    tags = {f"k{number}": "v" * 256 for number in range(45)}
    built = made(tmp_path, lambda given: Bucket("uploads", BucketArgs(policy=given, tags=tags)))
    assert max(len(child.inputs.get("tags", {})) for child in built.children) <= 50


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "the standard file does not exist (other.toml). Check the path, or leave it out to use the built-in standard."),
        ("schema = 9", "schema is 9, and this version of recoverable reads 1 (other.toml:1). Update recoverable, or write schema = 1."),
    ],
)
def test_a_standard_that_cannot_be_read_is_told_without_a_traceback(tmp_path: Path, text: str | None, said: str) -> None:
    """The engine shows a RunError by its message alone."""
    if text is not None:
        (tmp_path / "other.toml").write_text(text)
    with pytest.raises(pulumi.RunError) as refused:
        build(lambda: ProtectionPolicy("dev", standard="other.toml"), folder=tmp_path)
    assert str(refused.value) == f"ProtectionPolicy: {said}"
