"""``--changed-since``: only what a change touches is reported, and all of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main
from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import LoadedRule
from tests.enforce.changed_repository import BUCKET, VERSIONING, commit, database, git
from tests.enforce.conftest import live

Judge = Callable[..., dict[str, Any]]
SINCE = (".", "--changed-since", "HEAD")


@pytest.fixture
def repository(folder: Path) -> Path:
    """A repository with two databases, and a bucket whose versioning is in another file."""
    (folder / "orders.tf").write_text(database("orders"))
    (folder / "users.tf").write_text(database("users"))
    (folder / "bucket.tf").write_text(BUCKET)
    (folder / "versioning.tf").write_text(VERSIONING)
    commit()
    return folder


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


def waived(rule: str, address: str) -> str:
    return f'[[waivers]]\nrule = "{rule}"\naddress = "{address}"\nuntil = 2999-01-31\nowner = "db"\nreason = "small"\n'


def test_a_waiver_that_is_taken_away_is_told_where_it_held(repository: Path, judge: Judge) -> None:
    (repository / "recoverable.toml").write_text(waived("RCV002", "aws_db_instance.orders"))
    commit()
    assert live(judge(*SINCE), "RCV002") == []
    (repository / "recoverable.toml").write_text("# none\n")

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.orders"]


def test_a_waiver_that_is_narrowed_is_told_where_it_does_not_hold_any_more(repository: Path, judge: Judge) -> None:
    (repository / "recoverable.toml").write_text(waived("RCV002", "aws_db_instance.*"))
    commit()
    (repository / "recoverable.toml").write_text(waived("RCV002", "aws_db_instance.users"))

    assert live(judge(*SINCE), "RCV002") == ["aws_db_instance.orders"]


def test_a_finding_that_gets_worse_elsewhere_is_told(repository: Path, judge: Judge) -> None:
    """A key that nothing uses may be unrotated; the change makes a database depend on it."""
    (repository / "key.tf").write_text(
        'resource "aws_kms_key" "main" {\n  enable_key_rotation = false\n  tags = { environment = "prod" }\n}\n'
    )
    commit()
    assert judge(*SINCE)["results"] == []
    (repository / "orders.tf").write_text(
        database("orders").replace("engine", "storage_encrypted = true\n  kms_key_id = aws_kms_key.main.arn\n  engine")
    )

    assert live(judge(*SINCE), "key-rotation-off") == ["aws_kms_key.main"]


def test_a_companion_behind_a_link_that_is_deleted_is_told(repository: Path, judge: Judge) -> None:
    (repository / "shared").mkdir()
    (repository / "versioning.tf").rename(repository / "shared" / "versioning.source")
    (repository / "versioning.tf").symlink_to("shared/versioning.source")
    commit()
    assert live(judge("."), "versioning-off") == []
    git("rm", "-q", "versioning.tf")

    assert live(judge(*SINCE), "versioning-off") == ["aws_s3_bucket.uploads"]


def test_a_companion_behind_a_link_out_of_the_repository_that_is_deleted_is_told(
    repository: Path, judge: Judge, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "versioning.source"
    outside.write_text(VERSIONING)
    (repository / "versioning.tf").unlink()
    (repository / "versioning.tf").symlink_to(os.path.relpath(outside, repository))
    commit()
    git("rm", "-q", "versioning.tf")

    assert live(judge(*SINCE), "versioning-off") == ["aws_s3_bucket.uploads"]


def test_a_companion_that_archives_leave_out_is_told_when_it_is_deleted(repository: Path, judge: Judge) -> None:
    (repository / ".gitattributes").write_text("versioning.tf export-ignore\n")
    commit()
    git("rm", "-q", "versioning.tf")

    assert live(judge(*SINCE), "versioning-off") == ["aws_s3_bucket.uploads"]


def test_what_was_wrong_in_an_installed_module_before_is_not_told_again(repository: Path, judge: Judge) -> None:
    """Modules that `terraform init` downloaded lie in no revision."""
    (repository / ".gitignore").write_text(".terraform\n")
    (repository / "module.tf").write_text('module "db" {\n  source  = "acme/db/aws"\n  version = "1.0.0"\n}\n')
    installed = repository / ".terraform" / "modules"
    (installed / "db").mkdir(parents=True)
    (installed / "db" / "main.tf").write_text(database("inner"))
    listed = {"Key": "db", "Source": "registry.terraform.io/acme/db/aws", "Version": "1.0.0", "Dir": ".terraform/modules/db"}
    (installed / "modules.json").write_text(json.dumps({"Modules": [{"Key": "", "Source": "", "Dir": "."}, listed]}))
    commit()
    assert "module.db.aws_db_instance.inner" in live(judge("."), "RCV002")

    assert judge(*SINCE)["results"] == []
    (repository / "module.tf").write_text('module "db" {\n  source  = "acme/db/aws"\n  version = "2.0.0"\n}\n')
    assert "module.db.aws_db_instance.inner" in live(judge(*SINCE), "RCV002"), "what the earlier version did is not known"


def test_a_hook_in_a_linked_worktree_compares_with_its_own_commit(
    repository: Path, judge: Judge, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """git hands a hook there the repository's place (GIT_DIR), and not that of the working tree."""
    tree = tmp_path_factory.mktemp("linked") / "tree"
    (repository / "infra").mkdir()
    (repository / "infra" / "main.tf").write_text(database("deep"))
    commit()
    git("worktree", "add", "-q", str(tree))
    monkeypatch.chdir(tree)
    monkeypatch.setenv("GIT_DIR", str(repository / ".git" / "worktrees" / "tree"))
    (tree / "infra" / "main.tf").write_text(database("deep", 2))

    assert live(judge("infra", "--changed-since", "HEAD"), "RCV002") == ["aws_db_instance.deep"]
    (tree / "infra" / "main.tf").write_text(database("deep"))
    assert judge("infra", "--changed-since", "HEAD")["results"] == []
