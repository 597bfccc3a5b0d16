"""``--changed-since`` of plans, which say themselves what they start from and what they change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.enforce.changed_repository import BUCKET, VERSIONING, commit, database, git
from tests.enforce.conftest import live

Judge = Callable[..., dict[str, Any]]
SINCE = ("plan.json", "--changed-since", "HEAD")


def resource(kind: str, name: str, **values: Any) -> dict[str, Any]:
    return {"address": f"{kind}.{name}", "type": kind, "name": name, "mode": "managed", "values": values}


def plan(*changes: tuple[dict[str, Any] | None, dict[str, Any] | None]) -> str:
    """A plan by what each resource was and what it becomes."""
    listed = []
    for before, after in changes:
        one = after or before
        assert one is not None
        action = "no-op" if before == after else "delete" if after is None else "create" if before is None else "update"
        change = {"actions": [action], "before": before and before["values"], "after": after and after["values"]}
        listed.append({key: one[key] for key in ("address", "type", "name", "mode")} | {"change": change})
    planned = {"root_module": {"resources": [after for _, after in changes if after]}}
    return json.dumps({"format_version": "1.2", "planned_values": planned, "resource_changes": listed})


def rds(name: str, days: int = 1) -> dict[str, Any]:
    return resource("aws_db_instance", name, backup_retention_period=days, tags={"environment": "prod"})


UPLOADS = resource("aws_s3_bucket", "uploads", bucket="acme-uploads", id="acme-uploads", tags={"environment": "prod"})
KEPT = resource("aws_s3_bucket_versioning", "uploads", bucket="acme-uploads", versioning_configuration=[{"status": "Enabled"}])


@pytest.fixture
def repository(folder: Path) -> Path:
    """Two databases with few backups, and a bucket whose versioning is in another file."""
    (folder / "orders.tf").write_text(database("orders"))
    (folder / "users.tf").write_text(database("users"))
    (folder / "bucket.tf").write_text(BUCKET)
    (folder / "versioning.tf").write_text(VERSIONING)
    commit()
    return folder


def test_a_plan_without_code_is_always_reported(repository: Path, judge: Judge) -> None:
    (repository / "plans").mkdir()
    (repository / "plans" / "plan.json").write_text(plan((rds("orders"), rds("orders")), (rds("users"), rds("users"))))
    commit()

    assert len(live(judge("plans/plan.json", "--changed-since", "HEAD"), "RCV002")) == 2


def test_a_plan_with_its_code_beside_it_is_reported_by_that_code(repository: Path, judge: Judge) -> None:
    (repository / "plan.json").write_text(plan((rds("orders"), rds("orders")), (rds("users"), rds("users"))))
    commit()
    (repository / "users.tf").write_text("# touched\n" + database("users"))

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.users"]


def test_what_a_plan_changes_is_reported_although_its_code_is_the_same(repository: Path, judge: Judge) -> None:
    (repository / "plan.json").write_text(plan((rds("orders", 30), rds("orders")), (rds("users"), rds("users"))))
    commit()

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.orders"]


def test_a_plan_that_does_not_say_what_it_starts_from_is_reported_whole(repository: Path, judge: Judge) -> None:
    found = json.loads(plan((rds("orders"), rds("orders")), (rds("users"), rds("users"))))
    (repository / "plan.json").write_text(json.dumps({**found, "resource_changes": []}))
    commit()

    assert len(live(judge(*SINCE), "RCV002")) == 2


def test_a_companion_that_a_plan_deletes_is_told_of_the_store_it_protected(repository: Path, judge: Judge) -> None:
    """The bucket itself is as it was, in code and in the plan."""
    (repository / "plan.json").write_text(plan((UPLOADS, UPLOADS), (KEPT, None), (rds("orders"), rds("orders"))))
    git("rm", "-q", "versioning.tf")
    commit()

    report = judge(*SINCE)

    assert live(report, "versioning-off") == ["aws_s3_bucket.uploads"]
    assert live(report, "protection-turned-off") == ["aws_s3_bucket.uploads"]
    assert live(report, "RCV002") == []


def test_a_number_that_the_standard_raises_is_told_of_what_a_plan_leaves_as_it_is(repository: Path, judge: Judge) -> None:
    (repository / "recoverable.toml").write_text("[environments.prod]\nbackup_retention_days = 31\n")
    (repository / "plan.json").write_text(plan((rds("orders", 32), rds("orders", 32)), (rds("users", 20), rds("users", 20))))
    commit()
    (repository / "recoverable.toml").write_text("[environments.prod]\nbackup_retention_days = 33\n")

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.orders"]


def test_a_waiver_that_is_taken_away_is_told_of_what_a_plan_leaves_as_it_is(repository: Path, judge: Judge) -> None:
    waiver = '[[waivers]]\nrule = "RCV002"\naddress = "aws_db_instance.orders"\nuntil = 2999-01-31\nowner = "db"\nreason = "small"\n'
    (repository / "recoverable.toml").write_text(waiver)
    (repository / "plan.json").write_text(plan((rds("orders"), rds("orders")), (rds("users"), rds("users"))))
    commit()
    assert live(judge(*SINCE), "RCV002") == []
    (repository / "recoverable.toml").write_text("# none\n")

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.orders"]
