"""``--changed-since``: only what a change touches is reported, and all of it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main
from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import LoadedRule
from tests.enforce.conftest import live

Judge = Callable[..., dict[str, Any]]
SINCE = (".", "--changed-since", "HEAD")


def database(name: str, days: object = 1) -> str:
    """A database with few backups."""
    return f'resource "aws_db_instance" "{name}" {{\n  engine = "postgres"\n  backup_retention_period = {days}\n  tags = {{ environment = "prod" }}\n}}\n'


BUCKET = 'resource "aws_s3_bucket" "uploads" {\n  bucket = "acme-uploads"\n  tags = { environment = "prod" }\n}\n'
VERSIONING = 'resource "aws_s3_bucket_versioning" "uploads" {\n  bucket = aws_s3_bucket.uploads.id\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'


def git(*arguments: str) -> None:
    """Run git in the working folder, as somebody."""
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", *arguments],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(folder: Path) -> Path:
    """A repository with two databases, and a bucket whose versioning is in another file."""
    (folder / "orders.tf").write_text(database("orders"))
    (folder / "users.tf").write_text(database("users"))
    (folder / "bucket.tf").write_text(BUCKET)
    (folder / "versioning.tf").write_text(VERSIONING)
    commit()
    return folder


def commit() -> None:
    """Commit everything there is."""
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "all")


def test_nothing_changed_is_nothing_reported(repository: Path, judge: Judge) -> None:
    report = judge(*SINCE)

    assert report["results"] == []
    assert report["code"] == 0


def test_only_the_changed_file_is_reported(repository: Path, judge: Judge) -> None:
    (repository / "users.tf").write_text(database("users", 2))

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.users"]


def test_a_companion_in_an_unchanged_file_still_counts(repository: Path, judge: Judge) -> None:
    (repository / "bucket.tf").write_text(BUCKET.replace('uploads"\n', 'uploads"\n  force_destroy = true\n'))

    report = judge(*SINCE)

    assert live(report, "force-destroy") == ["aws_s3_bucket.uploads"]
    assert live(report, "versioning-off") == []


def test_a_companion_that_is_removed_is_told_although_the_bucket_is_unchanged(repository: Path, judge: Judge) -> None:
    (repository / "versioning.tf").write_text("")

    report = judge(*SINCE)

    assert live(report, "versioning-off") == ["aws_s3_bucket.uploads"]
    assert live(report, "RCV002") == []


def test_a_variable_file_that_changes_is_told_where_it_does_harm(repository: Path, judge: Judge) -> None:
    (repository / "orders.tf").write_text('variable "days" {}\n' + database("orders", "var.days"))
    (repository / "terraform.tfvars").write_text("days = 30\n")
    commit()
    (repository / "terraform.tfvars").write_text("days = 3\n")

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.orders"]


def test_a_standard_that_demands_more_is_told_where_it_is_not_met(repository: Path, judge: Judge) -> None:
    (repository / "recoverable.toml").write_text("[environments.prod]\nbackup_retention_days = 31\n")
    (repository / "orders.tf").write_text(database("orders", 32))
    commit()
    (repository / "recoverable.toml").write_text("[environments.prod]\nbackup_retention_days = 33\n")

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.orders"]


def test_a_single_file_can_be_given(repository: Path, judge: Judge) -> None:
    assert live(judge("users.tf", "--changed-since", "HEAD"), "RCV002") == []
    (repository / "users.tf").write_text(database("users", 2))

    assert live(judge("users.tf", "--changed-since", "HEAD"), "RCV002") == ["aws_db_instance.users"]


def test_new_and_untracked_files_are_reported(repository: Path, judge: Judge) -> None:
    (repository / "new.tf").write_text(database("new"))
    (repository / "added.tf").write_text(database("added"))
    git("add", "added.tf")

    assert sorted(live(judge(*SINCE), "RCV002")) == ["aws_db_instance.added", "aws_db_instance.new"]


def test_a_renamed_file_is_reported(repository: Path, judge: Judge) -> None:
    git("mv", "users.tf", "people.tf")

    report = judge(*SINCE)

    assert live(report, "RCV002") == ["aws_db_instance.users"]
    assert {item["file"] for item in report["results"] if item["address"] == "aws_db_instance.users"} == {"people.tf"}


def test_a_nested_folder_and_another_working_folder(repository: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "envs" / "prod").mkdir(parents=True)
    (repository / "envs" / "prod" / "main.tf").write_text(database("deep"))
    commit()
    (repository / "envs" / "prod" / "more.tf").write_text(database("more"))
    (repository / "users.tf").write_text(database("users", 2))

    assert live(judge("envs/prod", "--changed-since", "HEAD"), "RCV002") == ["aws_db_instance.more"]
    monkeypatch.chdir(repository / "envs")
    assert live(judge("prod", "--changed-since", "HEAD"), "RCV002") == ["aws_db_instance.more"]
    assert sorted(live(judge("..", "--changed-since", "HEAD"), "RCV002")) == ["aws_db_instance.more", "aws_db_instance.users"]


def test_names_with_spaces_and_umlauts(repository: Path, judge: Judge) -> None:
    (repository / "neue Läden.tf").write_text(database("laden"))

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.laden"]


def test_a_branch_or_tag_can_be_named(repository: Path, judge: Judge) -> None:
    git("tag", "before")
    (repository / "users.tf").write_text(database("users", 2))
    git("commit", "-aqm", "less")

    assert live(judge(".", "--changed-since", "before"), "RCV002") == ["aws_db_instance.users"]
    assert judge(*SINCE)["results"] == []


PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "address": f"aws_db_instance.{name}",
                    "type": "aws_db_instance",
                    "name": name,
                    "values": {"backup_retention_period": 1, "tags": {"environment": "prod"}},
                }
                for name in ("orders", "users")
            ]
        }
    },
    "resource_changes": [],
}


def test_a_plan_without_code_is_always_reported(repository: Path, judge: Judge) -> None:
    (repository / "plans").mkdir()
    (repository / "plans" / "plan.json").write_text(json.dumps(PLAN))
    commit()

    assert len(live(judge("plans/plan.json", "--changed-since", "HEAD"), "RCV002")) == 2


def test_a_plan_with_its_code_beside_it_is_reported_by_that_code(repository: Path, judge: Judge) -> None:
    (repository / "plan.json").write_text(json.dumps(PLAN))
    commit()
    (repository / "users.tf").write_text("# touched\n" + database("users"))

    assert live(judge("plan.json", "--changed-since", "HEAD"), "RCV002") == ["aws_db_instance.users"]


def test_what_a_plan_changes_is_reported_although_its_code_is_the_same(repository: Path, judge: Judge) -> None:
    change = {
        "address": "aws_db_instance.orders",
        "type": "aws_db_instance",
        "name": "orders",
        "change": {"actions": ["update"], "before": {}},
    }
    (repository / "plan.json").write_text(json.dumps({**PLAN, "resource_changes": [change]}))
    commit()

    assert live(judge("plan.json", "--changed-since", "HEAD"), "RCV002") == ["aws_db_instance.orders"]


def test_a_rule_that_crashes_is_reported_although_nothing_changed(repository: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(subject: Any, context: Any) -> Any:
        raise ZeroDivisionError

    rules = tuple(LoadedRule(item.rule, crash) if item.rule.id == "RCV002" else item for item in load_rules())
    monkeypatch.setattr("recoverable.cli.check_run.load_rules", lambda: rules)

    assert judge(*SINCE)["code"] == 4


def test_the_repository_is_left_as_it_was(repository: Path, judge: Judge) -> None:
    (repository / "users.tf").write_text(database("users", 2))
    before = sorted(path for path in repository.rglob("*") if "index" not in path.name)

    judge(*SINCE)

    assert sorted(path for path in repository.rglob("*") if "index" not in path.name) == before


@pytest.mark.parametrize("revision", ["nowhere", "-x", "--output=stolen", "HEAD~99", "", "a b"])
def test_a_revision_that_is_none_is_refused(repository: Path, capsys: pytest.CaptureFixture[str], revision: str) -> None:
    code = main(["check", ".", f"--changed-since={revision}"])

    assert code == 2
    assert "--changed-since" in capsys.readouterr().err
    assert not (repository / "stolen").exists()


def test_a_folder_outside_of_any_repository_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.tf").write_text(database("orders"))

    assert main(["check", ".", "--changed-since", "HEAD"]) == 2
    assert "git says" in capsys.readouterr().err


def test_without_git_it_is_refused(repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert main(["check", ".", "--changed-since", "HEAD"]) == 2
    assert "git cannot be run" in capsys.readouterr().err
