"""Folders of code through the real command of Checkov."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.hosts.checkov.samples import BUCKETS, DATABASE, STATE, write
from tests.support.checkov_runs import DOWNLOADS, ROOT, Outcome, checkov

MODULE = 'variable "days" {}\n' + DATABASE.replace("orders", "this") % ("var.days", "dev")
CALLS = """module "db" {
  source = "../modules/db"
  count  = 2
  days   = count.index == 0 ? 30 : 1
}
module "outer" {
  source   = "../modules/outer"
  for_each = toset(["a"])
}
"""


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two root modules that share a module, with instances of everything."""
    folder = tmp_path_factory.mktemp("roots")
    write(folder, MODULE, "modules/db/main.tf")
    write(folder, 'module "inner" {\n  source = "../db"\n  days   = 2\n}\n', "modules/outer/main.tf")
    write(folder, BUCKETS + CALLS, "dev/main.tf")
    write(folder, 'module "db" {\n  source = "../modules/db"\n  days   = 20\n}\n', "prod/main.tf")
    return folder


@pytest.fixture(scope="module")
def whole(roots: Path) -> Outcome:
    """One run over all of it."""
    return checkov("-d", ".", "--framework", "terraform", cwd=roots)


def test_a_rejected_example_fails_the_run_and_says_what_was_found_and_wanted() -> None:
    done = checkov("-d", "examples/rejected", "--framework", "terraform", cwd=ROOT)

    assert done.code == 1
    found = next(item for item in done.records if item["check_id"] == "RCV001" and item["resource"] == "aws_db_instance.orders")
    assert found["result"] == "failed"
    assert found["check_name"].startswith("backups-disabled: no automated backups are kept")
    assert found["details"][:2] == ["found: 0 days (default)", "wanted: automated backups, kept at least 30 days"]
    assert found["details"][2:4] == ["environment: prod (tag environment=prod)", "fix: Set backup_retention_period = 30."]
    assert (found["severity"], found["file_path"]) == ("CRITICAL", "/main.tf")
    assert found["guideline"].endswith("docs/rules/RCV001-backups-disabled.md")
    assert found["file_line_range"][0] <= 17 <= found["file_line_range"][1]


def test_an_accepted_example_passes_and_says_so() -> None:
    done = checkov("-d", "examples/accepted", "--framework", "terraform", cwd=ROOT)

    assert done.code == 0, done.stdout[-2000:]
    assert set(done.of("RCV001")) == {"passed"}
    assert "recoverable:" not in done.stderr


def test_every_instance_of_for_each_is_answered_by_its_own_address(whole: Outcome) -> None:
    assert whole.of("RCV040", 'aws_s3_bucket.c["one"]') == ["failed"]
    assert whole.of("RCV040", 'aws_s3_bucket.c["two"]') == ["passed"]


def test_every_instance_of_a_module_is_answered_at_the_modules_file(whole: Outcome) -> None:
    assert whole.of("RCV002", "module.db[0].aws_db_instance.this") == ["passed"]
    assert whole.of("RCV002", "module.db[1].aws_db_instance.this") == ["failed"]
    assert whole.of("RCV002", 'module.outer["a"].module.inner.aws_db_instance.this') == ["failed"]
    assert whole.of("RCV002", "module.db.aws_db_instance.this") == ["passed"]
    assert {item["file_path"] for item in whole.records if item["check_id"] == "RCV002"} == {"/modules/db/main.tf"}


@pytest.mark.parametrize("way", ["absolute", "symlink", "elsewhere"])
def test_the_answers_do_not_hang_on_how_the_folder_is_named(way: str, roots: Path, whole: Outcome, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(roots)
    target, here = {"absolute": (roots, roots), "symlink": (link, tmp_path), "elsewhere": (Path(".."), roots / "dev")}[way]

    done = checkov("-d", target, "--framework", "terraform", cwd=here)

    def told(outcome: Outcome) -> list[tuple[str, str, str, str]]:
        return sorted((item["check_id"], item["resource"], item["file_path"], item["result"]) for item in outcome.records)

    assert told(done) == told(whole)


def test_two_folders_in_one_run_are_both_judged(tmp_path: Path) -> None:
    write(tmp_path / "a", DATABASE % (0, "dev"))
    write(tmp_path / "b", DATABASE.replace("orders", "invoices") % (0, "dev"))

    done = checkov("-d", "a", "-d", "b", "--framework", "terraform", "-o", "cli", "--compact", cwd=tmp_path, only="RCV001")

    assert done.code == 1
    assert "FAILED for resource: aws_db_instance.orders" in done.stdout
    assert "FAILED for resource: aws_db_instance.invoices" in done.stdout


def test_a_backend_block_alone_fails_the_run_though_checkov_has_no_check_for_it(tmp_path: Path) -> None:
    done = checkov("-d", ".", "--framework", "terraform", cwd=write(tmp_path, STATE))

    assert done.code == 1
    assert done.of("RCV071", "backend.s3") == ["failed"]


def test_one_file_is_judged_alone_as_the_command_judges_it(tmp_path: Path) -> None:
    write(tmp_path, DATABASE % (0, "dev"))
    write(tmp_path, "not terraform {", "broken.tf")

    done = checkov("-f", "main.tf", "--framework", "terraform", cwd=tmp_path)

    assert done.code == 1
    assert done.of("RCV001", "aws_db_instance.orders") == ["failed"]
    assert done.of("RCV000") == []


def test_a_file_with_variables_decides(tmp_path: Path) -> None:
    write(tmp_path, 'variable "days" {\n  default = 1\n}\n' + DATABASE % ("var.days", "dev"))
    write(tmp_path, "days = 30\n", "enough.tfvars")

    without = checkov("-d", ".", "--framework", "terraform", cwd=tmp_path, only="RCV002")
    given = checkov("-d", ".", "--framework", "terraform", "--var-file", "enough.tfvars", cwd=tmp_path, only="RCV002")

    assert (without.code, without.of("RCV002")) == (1, ["failed"])
    assert (given.code, given.of("RCV002")) == (0, ["passed"])


def test_terraform_written_as_json_is_judged_once(tmp_path: Path) -> None:
    write(tmp_path, '{"resource": {"aws_db_instance": {"orders": {"engine": "postgres", "backup_retention_period": 0}}}}', "main.tf.json")

    folder = checkov("-d", ".", cwd=tmp_path, only="RCV001")
    file = checkov("-f", "main.tf.json", "--framework", "terraform_json", cwd=tmp_path, only="RCV001")

    assert (folder.code, folder.of("RCV001")) == (1, ["failed"])
    assert (file.code, file.of("RCV001")) == (1, ["failed"])


def test_a_folder_without_terraform_is_no_matter(tmp_path: Path) -> None:
    done = checkov("-d", ".", cwd=write(tmp_path, "FROM scratch\n", "Dockerfile"))

    assert done.code == 0
    assert "recoverable" not in done.stderr


def test_a_module_that_checkov_downloads_is_judged_in_its_place_and_is_no_root(tmp_path: Path) -> None:
    repository(tmp_path / "acme-db", MODULE)
    code = f'module "db" {{\n  source = "git::file://{tmp_path}/acme-db"\n  days   = 1\n}}\n'

    done = checkov("-d", ".", "--framework", "terraform", DOWNLOADS, "True", cwd=write(tmp_path / "root", code))
    without = checkov("-d", ".", "--framework", "terraform", cwd=tmp_path / "root")

    assert [(item["resource"], item["result"]) for item in done.records if item["check_id"] == "RCV002"] == [
        ("module.db.aws_db_instance.this", "failed")
    ]
    assert without.of("RCV002") == []
    assert "RCV154 module.db" in without.stderr


def repository(folder: Path, code: str) -> None:
    """A git repository with one file."""
    write(folder, code)
    for words in (
        ["init", "--quiet"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "-m", "a"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
