"""The doctor on buckets of Cloud Storage that differ from a sound one in one thing: the step that looks for it fails, and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.state_backend.conftest import Outcome
from tests.state_backend.gcs_places import DAY, KEPT, NAME, OTHER_KEY, Breaks, GcsPlace, deleting, now, what

Run = Callable[..., Outcome]


def opened(place: GcsPlace) -> None:
    place.bucket.fields["iamConfiguration"]["publicAccessPrevention"] = "inherited"
    place.bucket.policy.append({"role": "roles/storage.objectViewer", "members": ["user:ann@acme.example", "allUsers"]})


def eaten(**condition: Any) -> Breaks:
    return lambda place: place.set(lifecycle=deleting(**condition))


def late(place: GcsPlace) -> None:
    """What was written is not listed."""
    place.fake.spoil = lambda call, reply: (
        type(reply)(200, {"kind": "storage#objects"}) if call.method == "GET" and ".pulumi/locks" in what(call) else reply
    )


def other_content(place: GcsPlace) -> None:
    place.fake.spoil = lambda call, reply: (
        type(reply)(200, b"other", reply.headers)
        if call.query.get("alt") == "media" and what(call).endswith("terraform.tfstate") and "generation" not in call.query
        else reply
    )


BROKEN: dict[str, tuple[Breaks, set[str], str]] = {
    "versioning-off": (lambda p: p.set(versioning={"enabled": False}), {"versioning", "older-version"}, "versioning is off"),
    "public": (opened, {"public-access"}, "gives roles/storage.objectViewer to allUsers"),
    "retention-policy": (lambda p: p.set(retentionPolicy={"retentionPeriod": "864000"}), {"retention"}, "retention policy of 10 days"),
    "default-hold": (lambda p: p.set(defaultEventBasedHold=True), {"retention"}, "put on hold"),
    "generations-deleted-too-soon": (eaten(daysSinceNoncurrentTime=29), {"lifecycle"}, "after 29 days, and the standard keeps them 30"),
    "live-state-ages": (eaten(age=400), {"lifecycle"}, "rule 1 (age) deletes the live state"),
    "old-generations-by-age": (eaten(age=400, isLive=False), {"lifecycle"}, "as soon as they are replaced"),
    "generations-by-number": (eaten(numNewerVersions=5), {"lifecycle"}, "as soon as they are replaced"),
    "undeclared-workspaces": (eaten(age=9, matchesPrefix=["state/feature-"]), {"lifecycle"}, "deletes the live state"),
    "by-suffix": (eaten(age=9, matchesSuffix=["tfstate"]), {"lifecycle"}, "deletes the live state"),
    "before-a-day-to-come": (eaten(createdBefore=f"{now() + 9 * DAY:%Y-%m-%d}"), {"lifecycle"}, "deletes the live state"),
    "locks-by-suffix": (eaten(age=9, matchesSuffix=[".tflock"]), {"lifecycle"}, "rule 1 (age, matchesSuffix) deletes locks that are held"),
    "one-lock-by-its-name": (eaten(age=9, matchesPrefix=["state/default.tflock"]), {"lifecycle"}, "deletes locks that are held"),
    "pulumis-locks": (eaten(age=9, matchesPrefix=[".pulumi/locks/"]), {"lifecycle"}, "deletes locks that are held"),
    "pulumis-stacks": (eaten(age=9, matchesPrefix=[".pulumi/stacks/shop/"]), {"lifecycle"}, "deletes the live state"),
    "under-another-key": (lambda p: p.set(encryption={"defaultKmsKeyName": OTHER_KEY}), {"default-encryption"}, "cryptoKeys/other"),
    "no-default-key": (lambda p: p.set(encryption=None), {"default-encryption"}, "under Google's own key"),
    "content-changed": (other_content, {"write"}, "not what was written"),
    "write-denied": (lambda p: p.refuse("POST", "/terraform.tfstate"), {"write"}, "writing state is denied"),
    "lock-denied": (lambda p: p.refuse("POST", ".tflock"), {"lock"}, "taking the lock is denied"),
    "conditions-not-honoured": (lambda p: p.without_condition("", 1000), {"second-writer"}, "a second writer took the lock"),
    "conditions-not-atomic": (lambda p: p.without_condition("race-1", 8), {"race"}, "of 8 writers at once 8 took the lock"),
    "pulumis-locks-listed-late": (late, {"pulumi-lock"}, "not listed"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_thing_fails_its_step_and_no_other(gcs: GcsPlace, run: Run, name: str) -> None:
    breaks, wanted, reason = BROKEN[name]
    if "pulumi" in name:
        gcs.set(encryption=None)
        gcs.declare("pulumi", key="")
    breaks(gcs)

    told = run("doctor", "infra", "--json")
    gcs.fake.calm()

    assert told.code == 1, told.out
    assert told.steps("fail") == wanted, told.out
    assert any(reason in told.found(each) for each in wanted), told.out
    assert told.data["proven"] is False
    assert all(each["fix"] for each in told.data["steps"] if each["status"] != "pass")
    assert gcs.names() == []
    if wanted == {"retention"}:
        assert all(call.method == "GET" for call in gcs.fake.calls), "nothing may be written where it could not be removed"


def test_a_bucket_in_another_location_is_found_and_nothing_is_written(gcs: GcsPlace, run: Run) -> None:
    gcs.location = "europe-west4"
    gcs.declare()

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("fail"), told.steps("pass")) == (1, {"bucket"}, set())
    assert "it lies in EUROPE-WEST1, and the settings say europe-west4" in told.found("bucket")


@pytest.mark.parametrize(("name", "reason"), [("state-of-nobody", "there is no bucket"), ("theirs", "may not look at the bucket")])
def test_a_bucket_that_is_not_there_or_anothers_is_found(gcs: GcsPlace, run: Run, name: str, reason: str) -> None:
    gcs.fake.others = {"theirs"}
    gcs.name = name
    gcs.declare()

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("fail")) == (1, {"bucket"})
    assert reason in told.found("bucket")


@pytest.mark.parametrize("denied", [False, True])
def test_prevention_that_is_inherited_cannot_be_told(gcs: GcsPlace, run: Run, denied: bool) -> None:
    gcs.bucket.fields["iamConfiguration"]["publicAccessPrevention"] = "inherited"
    gcs.fake.denied = {"storage.buckets.getIamPolicy"} if denied else set()

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("could not run"), told.steps("fail")) == (1, {"public-access"}, set())
    assert ("storage.buckets.getIamPolicy" if denied else "organisation") in told.found("public-access")


@pytest.mark.parametrize("condition", [{"daysSinceCustomTime": 3}, {"matchesStorageClass": ["COLDLINE"]}, {"createdBefore": "2020-01-01"}])
def test_conditions_of_which_nothing_can_be_told_are_no_pass(gcs: GcsPlace, run: Run, condition: dict[str, Any]) -> None:
    gcs.set(lifecycle=deleting(age=3, **condition))

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("could not run"), told.steps("fail")) == (1, {"lifecycle"}, set())


def test_rules_outside_of_state_and_other_classes_harm_nothing(gcs: GcsPlace, run: Run) -> None:
    rules = [
        *deleting(age=1, matchesPrefix=["logs/"])["rule"],
        *deleting(daysSinceNoncurrentTime=1, matchesSuffix=[".tflock"])["rule"],
        *deleting(age=1, isLive=False, matchesPrefix=["state/default.tflock"])["rule"],
        *deleting(age=9, daysSinceNoncurrentTime=KEPT, numNewerVersions=3)["rule"],
        *deleting(age=1, matchesPrefix=[".pulumi/stacks/"])["rule"],  # nobody keeps state there by these settings
        {"action": {"type": "SetStorageClass", "storageClass": "ARCHIVE"}, "condition": {"age": 30}},
    ]
    gcs.set(lifecycle={"rule": rules})

    told = run("doctor", "infra", "--json")

    assert told.code == 0, told.out
    assert f"kept {KEPT} days" in told.found("lifecycle")
    assert NAME in told.out
