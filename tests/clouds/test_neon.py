"""Neon projects and branches."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Database
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind
from tests.clouds.gcp_builders import estate_of, plan_estate, res, unk

ADDRESS = "neon_project.prod"
LINK = unk("neon_project.prod.id", f"{ADDRESS}.id")


def project(*more: RawResource, **attrs: Any) -> Database:
    """A project as mapped."""
    return estate_of(res(ADDRESS, provider_region="", name="prod", **attrs), *more).databases[0]


@pytest.mark.parametrize(
    ("seconds", "days", "on"),
    [(604800, 7, True), (2592000.0, 30, True), ("86400", 1, True), (0, 0, False), (21600, 0, True), (90000, 1, True)],
)
def test_history_stated(seconds: Any, days: int, on: bool) -> None:
    database = project(history_retention_seconds=seconds)
    assert (database.retention_days.kind, database.retention_days.data) == (Kind.STATED, days)
    assert (database.pitr_days.data, database.backups.data, database.pitr.data) == (days, on, on)


def test_part_of_a_day_is_said() -> None:
    assert "6 h" in project(history_retention_seconds=21600).retention_days.note


def test_history_default_and_unknown() -> None:
    assert (project().retention_days.kind, project().retention_days.data) == (Kind.DEFAULT, 1)
    database = project(history_retention_seconds=unk())
    assert (database.retention_days.unknown, database.pitr.unknown, database.backups.unknown) == (True, True, True)


def test_limits_name_the_plan() -> None:
    database = project()
    assert (database.limit_days, database.pitr_limit_days) == (30, 30)
    assert "Scale" in database.limit_note
    assert "Launch" in database.limit_note


@pytest.mark.parametrize(
    ("attrs", "protected"),
    [
        ({"default_branch_protected": True}, True),
        ({"default_branch_protected": "yes"}, True),
        ({"default_branch_protected": "no"}, False),
        ({"default_branch_protected": False}, False),
        ({"branch": [{"protected": "yes"}]}, True),
        ({}, False),
    ],
)
def test_default_branch(attrs: dict[str, Any], protected: bool) -> None:
    value = project(**attrs).branch_protected
    assert value.data is protected
    assert value.kind is (Kind.STATED if attrs else Kind.DEFAULT)


def test_default_branch_unknown() -> None:
    assert project(default_branch_protected=unk()).branch_protected.unknown
    assert project(default_branch_protected="perhaps").branch_protected.unknown


def test_what_neon_manages() -> None:
    database = project(region_id="aws-eu-central-1")
    assert database.encrypted.kind is Kind.DEFAULT
    assert database.encrypted.is_true
    assert "deletion-protection" not in database.features
    assert database.region.data == "aws-eu-central-1"
    assert (database.password_kind, project(store_password="no").password_kind) == ("stored", "not-stored")


def branch(**attrs: Any) -> RawResource:
    """A branch of the project."""
    return res("neon_branch.dev", provider_region="", project_id=LINK, **attrs)


def test_branches() -> None:
    copy = estate_of(res(ADDRESS, provider_region="", history_retention_seconds=604800), branch()).databases[1]
    assert (copy.role, copy.features) == ("clone", frozenset())
    own = estate_of(res(ADDRESS, provider_region="", history_retention_seconds=604800), branch(protected="yes")).databases[1]
    assert (own.role, own.retention_days.data, own.branch_protected.data) == ("primary", 7, True)
    assert "retention" in own.features
    lost = estate_of(branch(protected="yes")).databases[0]
    assert lost.retention_days.unknown
    assert estate_of(branch(protected=unk())).databases[0].role == "clone"


def schedule(**attrs: Any) -> RawResource:
    """Scheduled snapshots."""
    items = [{"frequency": "daily", "hour": 4, "retention_seconds": 30 * 86400}, {"frequency": "weekly", "day": 1}]
    return res("neon_branch_backup_schedule.s", provider_region="", **({"project_id": LINK, "branch_id": LINK, "schedule": items} | attrs))


def test_scheduled_snapshots_are_a_second_mechanism() -> None:
    daily, weekly = project(schedule()).plans
    assert (daily.every_minutes.data, daily.delete_days.data, weekly.every_minutes.data) == (1440, 30, 10080)
    assert weekly.delete_days.unknown
    assert project(schedule(branch_id=unk("neon_branch.dev.id", "neon_branch.dev.id"))).plans == []
    assert project(schedule(schedule=unk())).plans == []


def test_real_plan_own_neon() -> None:
    found, copy = plan_estate("pairs/own-neon/plan.json").databases
    assert (found.retention_days.data, found.pitr_days.data, found.branch_protected.data) == (1, 1, False)
    assert copy.role == "clone"


@pytest.mark.parametrize(("plan", "days"), [("free_v3", 0), ("launch", 7), ("scale", 30), ("business", 30), (unk(), 30)])
def test_a_live_project_says_what_its_plan_allows(plan: Any, days: int) -> None:
    database = project(history_retention_seconds=604800, subscription_type=plan)

    assert (database.limit_days, database.pitr_limit_days) == (days, days)
