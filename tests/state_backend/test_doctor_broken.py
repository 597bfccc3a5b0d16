"""The doctor on backends that differ from a sound one in one thing: the step that looks for it fails, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.state_backend.conftest import Outcome
from tests.state_backend.meddling import Meddling
from tests.state_backend.places import EVERY_FLAG, RETENTION, Place, encrypt, lock_table, tls_only

Run = Callable[..., Outcome]
Make = Callable[..., Place]
ALL = 1_000_000


def lifecycle(place: Place, **changed: Any) -> None:
    rule = {**RETENTION, **changed}
    place.s3.put_bucket_lifecycle_configuration(Bucket=place.bucket, LifecycleConfiguration={"Rules": [rule]})


def never_versioned(place: Place) -> None:
    name = place.bucket = f"{place.bucket}-plain"
    place.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": place.region})
    encrypt(place, place.key)
    place.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=EVERY_FLAG)
    place.s3.put_bucket_policy(Bucket=name, Policy=tls_only(name))
    lifecycle(place)


def suspended(place: Place) -> None:
    place.s3.put_bucket_versioning(Bucket=place.bucket, VersioningConfiguration={"Status": "Suspended"})


def other_table(place: Place, key: str) -> None:
    place.client("dynamodb").delete_table(TableName=place.table)
    if key:
        lock_table(place, key)


def other_key(place: Place) -> None:
    encrypt(place, place.client("kms").create_key()["KeyMetadata"]["Arn"])


def narrow_denial(place: Place) -> None:
    """A denial of plain HTTP for one user alone."""
    policy = json.loads(tls_only(place.bucket))
    policy["Statement"][0]["Principal"] = {"AWS": "arn:aws:iam::123456789012:user/ann"}
    place.s3.put_bucket_policy(Bucket=place.bucket, Policy=json.dumps(policy))


def served(make: Make, name: str) -> Place:
    """A sound backend for the clients that a case is about."""
    place = make(table="table" in name)
    place.declared = [f'clients = ["{"pulumi" if "pulumi" in name else "terraform"}"]']
    return place


BROKEN: dict[str, tuple[Callable[[Place], Any], set[str], str]] = {
    "versioning-never-on": (never_versioned, {"versioning", "older-version"}, "never switched on"),
    "versioning-suspended": (suspended, {"versioning", "older-version"}, "suspended"),
    "no-default-encryption": (lambda p: p.s3.delete_bucket_encryption(Bucket=p.bucket), {"default-encryption"}, "not encrypted"),
    "default-encryption-under-another-key": (other_key, {"default-encryption"}, "under another key"),
    "no-public-access-block": (lambda p: p.s3.delete_public_access_block(Bucket=p.bucket), {"public-access"}, "BlockPublicAcls"),
    "one-flag-of-the-block-off": (
        lambda p: p.s3.put_public_access_block(
            Bucket=p.bucket, PublicAccessBlockConfiguration={**EVERY_FLAG, "RestrictPublicBuckets": False}
        ),
        {"public-access"},
        "sets RestrictPublicBuckets",
    ),
    "no-bucket-policy": (lambda p: p.s3.delete_bucket_policy(Bucket=p.bucket), {"tls-only"}, "has no policy"),
    "plain-http-denied-to-one-user-only": (narrow_denial, {"tls-only"}, "denies everyone plain HTTP"),
    "no-lock-table": (lambda p: other_table(p, ""), {"table"}, "there is no table"),
    "lock-table-with-another-key": (lambda p: other_table(p, "Lock"), {"table"}, "Lock (S, hash)"),
    "versions-deleted-too-soon": (
        lambda p: lifecycle(p, NoncurrentVersionExpiration={"NoncurrentDays": 29}),
        {"lifecycle"},
        "after 29 days, and the standard keeps them 30",
    ),
    "current-state-expires": (lambda p: lifecycle(p, Expiration={"Days": 400}), {"lifecycle"}, "expires the current state after 400 days"),
    "state-to-an-archive": (
        lambda p: lifecycle(p, Transitions=[{"Days": 90, "StorageClass": "GLACIER"}]),
        {"lifecycle"},
        "GLACIER, where reading it takes hours",
    ),
    "undeclared-workspaces-expire": (
        lambda p: lifecycle(p, Filter={"Prefix": "env:/"}, Expiration={"Days": 400}),
        {"lifecycle"},
        "expires the current state after 400 days",
    ),
    "pulumis-stacks-expire": (
        lambda p: lifecycle(p, Filter={"Prefix": ".pulumi/stacks/shop/"}, Expiration={"Days": 400}),
        {"lifecycle"},
        "expires the current state",
    ),
    "key-disabled": (lambda p: p.client("kms").disable_key(KeyId=p.key.rpartition("/")[2]), {"key"}, "is disabled"),
    "key-to-be-deleted": (
        lambda p: p.client("kms").schedule_key_deletion(KeyId=p.key.rpartition("/")[2], PendingWindowInDays=7),
        {"key"},
        "is to be deleted",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_setting_fails_its_step_and_no_other(make: Make, run: Run, name: str) -> None:
    breaks, wanted, reason = BROKEN[name]
    place = served(make, name)
    breaks(place)
    place.declare()

    told = run("doctor", "infra", "--json")

    assert told.code == 1, told.out
    assert told.steps("fail") == wanted, told.out
    assert reason in told.found(sorted(wanted)[-1]) or reason in told.found(sorted(wanted)[0])
    assert told.data["proven"] is False
    assert all(each["fix"] for each in told.data["steps"] if each["status"] != "pass")
    assert place.versions() == []


MEDDLED: dict[str, tuple[dict[str, Any], set[str], str]] = {
    "write-denied": ({"denied": [("PUT", ".recoverable-doctor/")]}, {"write"}, "writing state is denied"),
    "read-denied": ({"denied": [("GET", "/.recoverable-doctor/")]}, {"write"}, "reading state is denied"),
    "lock-denied": ({"denied": [("PUT", "tfstate.tflock")]}, {"lock"}, "taking the lock is denied"),
    "conditions-not-honoured": (
        {"dropped": [("HTTP_IF_NONE_MATCH", "", ALL)]},
        {"second-writer"},
        "a second writer took the lock while the first held it",
    ),
    "conditions-not-atomic": ({"dropped": [("HTTP_IF_NONE_MATCH", "race-1", 2)]}, {"race"}, "of 8 writers at once 2 took the lock"),
    "encryption-headers-ignored": (
        {"dropped": [("HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION", "", ALL)]},
        {"encryption"},
        "encrypted under another key",
    ),
    "pulumis-locks-listed-late": ({"unlisted": ".pulumi/locks/"}, {"pulumi-lock"}, "not listed"),
    "table-without-conditions": (
        {"unconditional": [("terraform.tfstate", ALL)]},
        {"table-second-writer"},
        "a second writer took the lock while the first held it",
    ),
    "table-not-atomic": ({"unconditional": [("race-1", 2)]}, {"table-race"}, "of 8 writers at once 2 took the lock"),
    "pulumis-locks-listed-late-in-a-race": ({"unlisted": "doctor/race-1/"}, {"pulumi-race"}, "not listed"),
    "table-denied": ({"denied": [("POST", "DynamoDB_20120810.PutItem")]}, {"table-lock"}, "taking the lock is denied"),
}


@pytest.mark.parametrize("name", MEDDLED)
def test_one_thing_that_the_server_does_not_do_fails_its_step_and_no_other(make: Make, run: Run, meddling: Meddling, name: str) -> None:
    changed, wanted, reason = MEDDLED[name]
    place = served(make, name)
    place.declare()
    if name == "encryption-headers-ignored":
        other_key(place)
        wanted = wanted | {"default-encryption"}
    vars(meddling).update(changed)

    told = run("doctor", "infra", "--json")
    meddling.calm()

    assert told.code == 1, told.out
    assert told.steps("fail") == wanted, told.out
    assert reason in told.found(next(iter(changed and MEDDLED[name][1])))
    assert place.versions() == []
    assert not place.table or place.rows() == []


def test_a_lock_that_cannot_be_released_is_found_and_what_stays_is_listed_with_the_command(
    make: Make, run: Run, meddling: Meddling
) -> None:
    place = make()
    place.declare()
    meddling.denied = [("DELETE", ".recoverable-doctor/")]

    told = run("doctor", "infra", "--json")
    meddling.calm()

    assert told.code == 6, told.out
    assert told.steps("fail") == {"unlock", "pulumi-lock"}
    assert "the lock cannot be released" in told.found("unlock")
    assert len(told.data["left"]) == len(place.versions()) > 5
    for item in told.data["left"]:
        words = item["command"].split()
        place.s3.delete_object(Bucket=place.bucket, Key=words[words.index("--key") + 1], VersionId=words[words.index("--version-id") + 1])
    assert place.versions() == []


def test_a_bucket_in_another_region_is_found_and_nothing_is_written(make: Make, run: Run) -> None:
    place = make(region="eu-central-1")
    place.declare()

    told = run("doctor", "infra", "--json")

    assert told.code == 1
    assert told.steps("fail") == {"bucket"}
    assert told.steps("pass") == set()
    assert "it lies in eu-central-1, and the settings say eu-west-1" in told.found("bucket")


def test_a_bucket_that_is_not_there_is_found(make: Make, run: Run) -> None:
    place = make()
    place.bucket = "state-of-nobody"
    place.declare()

    told = run("doctor", "infra", "--json")
    assert (told.code, told.steps("fail")) == (1, {"bucket"})
    assert "there is no bucket state-of-nobody" in told.found("bucket")


@pytest.mark.parametrize(
    ("part", "step", "action"),
    [
        ("?versioning", "versioning", "s3:GetBucketVersioning"),
        ("?publicAccessBlock", "public-access", "s3:GetBucketPublicAccessBlock"),
        ("?policy", "tls-only", "s3:GetBucketPolicy"),
        ("?lifecycle", "lifecycle", "s3:GetLifecycleConfiguration"),
    ],
)
def test_a_setting_that_may_not_be_read_is_no_pass_and_names_what_is_missing(
    make: Make, run: Run, meddling: Meddling, part: str, step: str, action: str
) -> None:
    place = served(make, "")
    place.declare()
    meddling.denied = [("GET", part)]

    told = run("doctor", "infra", "--json")

    assert told.code == 1
    assert told.steps("could not run") == {step}
    assert action in told.found(step)
    assert told.steps("fail") == set()


def test_a_rule_by_tags_that_would_eat_state_cannot_be_told(make: Make, run: Run) -> None:
    place = served(make, "")
    place.declare()
    lifecycle(place, Filter={"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}, Expiration={"Days": 3})

    told = run("doctor", "infra", "--json")
    assert (told.code, told.steps("could not run"), told.steps("fail")) == (1, {"lifecycle"}, set())


def test_a_rule_outside_of_state_and_one_that_is_off_harm_nothing(make: Make, run: Run) -> None:
    place = served(make, "")
    place.declare()
    eats = {"Expiration": {"Days": 3}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    rules = [
        {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, **eats},
        {"ID": "off", "Status": "Disabled", "Filter": {"Prefix": ""}, **eats},
        {
            "ID": "lock",
            "Status": "Enabled",
            "Filter": {"Prefix": "terraform.tfstate.tflock"},
            **eats,
            "Expiration": {"ExpiredObjectDeleteMarker": True},
        },
        {
            "ID": "pulumi",
            "Status": "Enabled",
            "Filter": {"Prefix": ".pulumi/locks/"},
            **eats,
        },  # Pulumi keeps no state there by these settings
    ]
    place.s3.put_bucket_lifecycle_configuration(Bucket=place.bucket, LifecycleConfiguration={"Rules": rules})

    told = run("doctor", "infra", "--json")
    assert told.code == 0, told.out
    assert "for ever" in told.found("lifecycle")


@pytest.mark.usefixtures("account_host")
def test_the_accounts_own_block_stands_for_the_buckets(make: Make, run: Run) -> None:
    place = served(make, "")
    place.declare()
    place.s3.delete_public_access_block(Bucket=place.bucket)
    control = place.client("s3control")
    control.put_public_access_block(AccountId="123456789012", PublicAccessBlockConfiguration=EVERY_FLAG)
    try:
        told = run("doctor", "infra", "--json")
    finally:
        control.delete_public_access_block(AccountId="123456789012")

    assert told.code == 0, told.out
    assert "the account blocks" in told.found("public-access")
