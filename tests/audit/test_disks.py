"""Disks and what backs them up: by their own tags, by their instance, by a policy for all; and what is not known of that."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import pytest

from recoverable.audit import jobs, snapshot_policies, volumes
from recoverable.audit.facts import store_facts
from recoverable.audit.resources import Found, KeyNames, made
from recoverable.clouds.aws_instances import INSTANCE
from recoverable.clouds.build import build_estate
from recoverable.clouds.live_facts import LIVE
from recoverable.model.estate import Volume
from recoverable.model.raw import Reading
from recoverable.model.values import Unknown
from tests.audit.answered import Answered

NOW = datetime.datetime(2026, 12, 2, 12, 0, tzinfo=datetime.UTC)
DISK, SERVER = "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1", "arn:aws:ec2:eu-west-1:123456789012:instance/i-1"
PLAN = "arn:aws:backup:eu-west-1:123456789012:backup-plan:p"
GAP = Unknown("ec2:DescribeInstances", "denied")
SCHEDULE = {"Name": "daily", "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS"}, "RetainRule": {"Count": 30}}


def tagged(**tags: str) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in tags.items()]


def disk(**more: Any) -> dict[str, Any]:
    hung = [{"InstanceId": "i-1", "DeleteOnTermination": True}]
    return {
        "VolumeId": "vol-1",
        "Encrypted": True,
        "State": "in-use",
        "CreateTime": NOW,
        "SnapshotId": "snap-1",
        "Attachments": hung,
        **more,
    }


def look(
    policies: Sequence[dict[str, Any]] = (), gap: Unknown | None = None, *, server: list[dict[str, str]] | None = None, **more: Any
) -> tuple[Found, Volume]:
    """One disk on one instance, with policies of DLM, mapped."""
    found = Found()
    here = Answered(
        {
            "DescribeVolumes": [disk(**more)],
            "DescribeInstances": [] if gap else [{"Instances": [{"InstanceId": "i-1", "Tags": server or []}]}],
            "GetLifecyclePolicies": {"Policies": [{"PolicyId": f"policy-{number}", "State": "ENABLED"} for number in range(len(policies))]},
            "GetLifecyclePolicy": {"Policy": policies[0] if policies else {}},
        },
        gap,
    )
    volumes.read_volumes(here, found, KeyNames(here), NOW)
    snapshot_policies.read_policies(here, found)
    return found, mapped(found)


def mapped(found: Found) -> Volume:
    (volume,) = build_estate(Reading(LIVE, "aws:123456789012", list(found.resources))).volumes
    return volume


def policy(kind: str, **more: Any) -> dict[str, Any]:
    details = {"ResourceTypes": [kind], "TargetTags": tagged(copy="yes"), "Schedules": [SCHEDULE], **more}
    return {"State": "ENABLED", "PolicyDetails": details}


@pytest.mark.parametrize(
    ("kind", "disk_tags", "server", "selected"),
    [
        ("VOLUME", {"copy": "yes"}, {}, True),
        ("VOLUME", {}, {"copy": "yes"}, False),
        ("INSTANCE", {}, {"copy": "yes"}, True),
        ("INSTANCE", {"copy": "yes"}, {}, False),
        ("INSTANCE", {}, {"copy": "no"}, False),
    ],
)
def test_a_policy_for_instances_goes_by_the_tags_of_the_instance(
    kind: str, disk_tags: dict[str, str], server: dict[str, str], selected: bool
) -> None:
    _, volume = look([policy(kind)], server=tagged(**server), Tags=tagged(**disk_tags))

    assert (bool(volume.plans), volume.plans_unknown) == (selected, "")


def test_a_policy_that_leaves_disks_of_its_instances_out_may_select_one() -> None:
    _, volume = look([policy("INSTANCE", Parameters={"ExcludeBootVolume": True})], server=tagged(copy="yes"))

    assert not volume.plans
    assert "may select it" in volume.plans_unknown


@pytest.mark.parametrize(("more", "selected"), [({}, True), ({"Exclusions": {"ExcludeBootVolumes": True}}, False)])
def test_a_default_policy_selects_every_disk_unless_it_may_leave_it_out(more: dict[str, Any], selected: bool) -> None:
    details = {"PolicyLanguage": "SIMPLIFIED", "ResourceType": "VOLUME", "CreateInterval": 2, "RetainInterval": 14, **more}
    _, volume = look([{"DefaultPolicy": True, "State": "ENABLED", "PolicyDetails": details}])

    assert (bool(volume.plans), bool(volume.plans_unknown)) == (selected, not selected)
    if selected:
        (rule,) = volume.plans
        assert (rule.every_minutes.data, rule.delete_days.data) == (2 * 1440, 14)


@pytest.mark.parametrize("operation", ["GetLifecyclePolicies", "GetLifecyclePolicy"])
def test_a_policy_that_could_not_be_read_may_select_any_disk_and_is_not_judged_itself(operation: str) -> None:
    found = Found()
    listed = {"Policies": [{"PolicyId": "policy-1", "State": "ENABLED"}]}
    here = Answered(
        {"DescribeVolumes": [disk(Attachments=[])], "GetLifecyclePolicies": listed, operation: Unknown(f"dlm:{operation}", "denied")}
    )
    volumes.read_volumes(here, found, KeyNames(here), NOW)
    snapshot_policies.read_policies(here, found)
    estate = build_estate(Reading(LIVE, "aws:123456789012", list(found.resources)))

    assert estate.plans == []
    assert f"dlm:{operation}" in estate.volumes[0].plans_unknown


def test_where_instances_may_not_be_described_a_policy_for_them_may_select_any_disk_on_one() -> None:
    _, volume = look([policy("INSTANCE")], GAP)

    assert not volume.plans
    assert volume.plans_unknown


def test_a_disk_made_from_an_image_is_an_original() -> None:
    """What it was made from says nothing of what it holds by now; nearly every root volume began as a snapshot."""
    _, volume = look()

    assert volume.role == "primary"


@pytest.mark.parametrize(
    ("chosen", "selected"), [([SERVER], True), (["arn:aws:ec2:*:*:instance/*"], True), (["arn:aws:ec2:*:*:instance/i-2"], False)]
)
def test_a_plan_that_selects_an_instance_protects_its_disks(chosen: list[str], selected: bool) -> None:
    found, _ = look()
    rules = [{"rule_name": "daily", "target_vault_name": "main", "schedule": "cron(0 5 ? * * *)"}]
    found.add(made("eu-west-1", "aws_backup_plan", PLAN, arn=PLAN, id="p", rule=rules))
    found.add(made("eu-west-1", "aws_backup_selection", f"{PLAN}#s", plan_id="p", resources=chosen))
    estate = build_estate(Reading(LIVE, "aws:123456789012", list(found.resources)))

    assert bool(estate.volumes[0].plans) is selected
    assert next(plan for plan in estate.plans if plan.address == PLAN).selects == ([DISK] if selected else [])


def test_the_job_of_an_instance_is_the_job_of_its_disks() -> None:
    found, _ = look()
    ended = {"ResourceArn": SERVER, "State": "FAILED", "CreationDate": NOW - datetime.timedelta(hours=1)}
    jobs.read_jobs(Answered({"ListBackupJobs": [ended]}), found, NOW)
    (fact,) = store_facts(found, found.resources)

    assert (fact.attrs["store"], fact.attrs["job"]) == (DISK, "FAILED")


@pytest.mark.parametrize(
    ("snapshots", "newest"),
    [
        ([("vol-1", 2, "completed"), ("vol-1", 5, "completed")], 120),
        ([("vol-1", 2, "pending"), ("vol-1", 5, "completed")], 300),
        ([("vol-1", 2, "error")], None),
        ([("vol-2", 2, "completed")], None),
    ],
)
def test_the_newest_snapshot_that_is_whole_counts(snapshots: list[tuple[str, int, str]], newest: int | None) -> None:
    taken = [
        {"VolumeId": name, "StartTime": NOW - datetime.timedelta(hours=hours), "State": state, "SnapshotId": "s"}
        for name, hours, state in snapshots
    ]
    found = Found()
    here = Answered({"DescribeVolumes": [disk(Attachments=[])], "DescribeSnapshots": taken})
    volumes.read_volumes(here, found, KeyNames(here), NOW)
    (fact,) = store_facts(found, found.resources)

    assert fact.attrs.get("backup_minutes") == newest


def test_the_newer_job_of_a_disk_and_of_its_instance_counts() -> None:
    def told(disk: dict[str, Any], server: dict[str, Any]) -> dict[str, Any]:
        found = Found()
        found.tell(DISK, **disk)
        found.tell(SERVER, **server)
        resources = [made("eu-west-1", "aws_ebs_volume", DISK, arn=DISK), made("eu-west-1", INSTANCE, SERVER, arn=SERVER, volumes=[DISK])]
        return next(iter(store_facts(found, resources))).attrs

    old = {"job": "COMPLETED", "job_id": "a", "job_minutes": 28800, "job_backup_minutes": 28800}
    new = {"job": "FAILED", "job_id": "b", "job_minutes": 1440, "job_backup_minutes": 9000}

    for one, other in ((old, new), (new, old)):
        found = told(one, other)
        assert (found["job"], found["job_id"], found["job_minutes"], found["backup_minutes"]) == ("FAILED", "b", 1440, 9000)
    assert told({}, new)["job"] == "FAILED"
    assert told(new, {})["job"] == "FAILED"


def test_a_policy_of_several_values_for_one_tag_may_select_any_of_them() -> None:
    policy = {
        "PolicyDetails": {"ResourceTypes": ["VOLUME"], "TargetTags": tagged(env="prod") + tagged(env="stage"), "Schedules": [SCHEDULE]}
    }

    _, found = look([policy], Tags=tagged(env="prod"))

    assert found.plans_unknown
