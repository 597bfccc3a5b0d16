"""Checkov passes what it cannot run. Whatever goes wrong on our side has to fail, and say why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hosts.checkov.samples import DATABASE, UNKNOWN, write
from tests.support.checkov_runs import CHECKS, ROOT, Outcome, checkov
from tests.support.old_python import old_python
from tools.checkov_install import TESTED, set_up

TERRAFORM = ("-d", ".", "--framework", "terraform")
GOOD = DATABASE % (30, "dev")


def reasons(done: Outcome) -> list[str]:
    """What the failed checks about the gate itself say."""
    return [item["check_name"] for item in done.records if item["check_id"] == "RCV000" and item["result"] == "failed"]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Checks and core in a place of their own, to be broken."""
    home = tmp_path / "copy"
    shutil.copytree(CHECKS, home / "checks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "src", home / "src", ignore=shutil.ignore_patterns("__pycache__", "components", "sandbox", "*.egg-info"))
    return home


def test_a_rule_that_crashes_is_a_failed_check_with_the_reason(copied: Path, tmp_path: Path) -> None:
    rule = copied / "src" / "recoverable" / "rules" / "backups_disabled.py"
    text = rule.read_text().replace("def check(", "def _check(", 1)
    rule.write_text(text + "\n\ndef check(database, context):\n    raise ZeroDivisionError('secret value')\n")

    done = checkov(*TERRAFORM, cwd=write(tmp_path / "repo", GOOD), checks=copied / "checks", only="RCV001")

    found = next(item for item in done.records if item["check_id"] == "RCV001")
    assert (done.code, found["result"]) == (1, "failed")
    assert found["check_name"].startswith("[error] backups-disabled: rule RCV001 crashed: ZeroDivisionError at backups_disabled.py:")
    assert "secret value" not in done.stdout + done.stderr


def test_a_crash_of_the_checks_themselves_is_a_failed_check_whatever_rule_is_chosen(copied: Path, tmp_path: Path) -> None:
    file = copied / "src" / "recoverable" / "hosts" / "checkov" / "targets.py"
    file.write_text(file.read_text().replace("    kind = runner.check_type\n", "    raise KeyError('secret value')\n"))

    done = checkov(*TERRAFORM, cwd=write(tmp_path / "repo", GOOD), checks=copied / "checks", only="RCV001")

    assert done.code == 1
    assert len(reasons(done)) == 1
    assert reasons(done)[0].startswith("[error] nothing was judged: the checks crashed: KeyError at targets.py:")
    assert "secret value" not in done.stdout + done.stderr


def test_a_core_with_a_mistake_in_it_is_a_failed_check(copied: Path, tmp_path: Path) -> None:
    (copied / "src" / "recoverable" / "model" / "finding.py").write_text("def broken(:\n")

    done = checkov(*TERRAFORM, cwd=write(tmp_path / "repo", GOOD), checks=copied / "checks")

    assert done.code == 1
    assert "SyntaxError" in reasons(done)[0]


def test_checks_without_their_core_are_a_failed_check(copied: Path, tmp_path: Path) -> None:
    shutil.rmtree(copied / "src")

    done = checkov(*TERRAFORM, cwd=write(tmp_path / "repo", GOOD), checks=copied / "checks")

    assert done.code == 1
    assert reasons(done) == ["[error] nothing was judged: the core of recoverable lies neither in core/ beside the checks nor in src/"]


@pytest.mark.parametrize("frameworks", [["terraform"], ["all"]], ids=["one framework", "all frameworks"])
def test_a_checkov_that_is_built_otherwise_fails_every_resource(frameworks: list[str], tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    program = set_up(TESTED)[1]
    start = tmp_path / "start.py"
    start.write_text(
        "import sys\nfrom checkov.terraform.runner import Runner\nRunner.judge_definitions = Runner.check_tf_definition\n"
        "old = Runner.run\n"
        "def run(self, *args, **named):\n    self.check_tf_definition = self.judge_definitions\n    return old(self, *args, **named)\n"
        "Runner.run = run\ndel Runner.check_tf_definition\nfrom checkov.main import Checkov\nsys.exit(Checkov().run())\n"
    )
    wrapper = tmp_path / "checkov"
    wrapper.write_text(f'#!/bin/sh\nexec "{program.parent / "python"}" "{start}" "$@"\n')
    wrapper.chmod(0o755)

    done = checkov("-d", ".", "--framework", *frameworks, cwd=tmp_path, program=wrapper, only="")

    assert done.code == 1
    assert reasons(done) == ["[error] nothing was judged: recoverable does not know this version of Checkov"]


BROKEN = {
    "not TOML": "schema = \n",
    "a weaker prod": "[environments.prod]\nretention_days = 1\n",
    "an unknown key": "retention = 7\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_standard_fails_everything_that_is_judged(text: str, tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, text, "recoverable.toml")

    done = checkov(*TERRAFORM, cwd=tmp_path, only="RCV001")

    failed = {item["resource"]: item for item in done.records if item["result"] == "failed"}
    assert done.code == 1
    assert failed["aws_db_instance.orders"]["check_name"].startswith("[error] input-not-judged: nothing was judged: ")
    assert "recoverable.toml" in failed["aws_db_instance.orders"]["check_name"]
    assert not [item for item in done.records if item["result"] == "passed"]


def test_a_broken_file_is_told_beside_the_answers_about_the_others(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, 'resource "aws_s3_bucket" {\n', "broken.tf")

    done = checkov(*TERRAFORM, cwd=tmp_path)

    assert done.code == 1
    assert [(item["resource"], item["file_path"]) for item in done.records if item["check_id"] == "RCV000"] == [("broken.tf", "/broken.tf")]
    assert done.of("RCV001") == ["passed"]


@pytest.mark.parametrize("frameworks", [["terraform_plan"], ["terraform", "terraform_plan"], ["all"]], ids="+".join)
@pytest.mark.parametrize("text", ["", '{"format_version": "1.2", "planned_val'], ids=["empty", "truncated"])
def test_a_plan_that_cannot_be_read_fails(text: str, frameworks: list[str], tmp_path: Path) -> None:
    write(tmp_path, text, "plan.json")

    done = checkov("-f", "plan.json", "--framework", *frameworks, cwd=tmp_path, only="RCV001")

    assert done.code == 1
    assert [item["resource"] for item in done.records if item["check_id"] == "RCV000"] == ["plan.json"]


def test_an_unknown_answer_is_left_to_checkov_and_counted_on_stderr(tmp_path: Path) -> None:
    write(tmp_path, UNKNOWN)

    done = checkov(*TERRAFORM, cwd=tmp_path, only="RCV002")

    assert (done.code, done.of("RCV002")) == (0, [])
    told = [line for line in done.stderr.splitlines() if line.startswith("recoverable:")]
    assert len(told) == 1
    assert "1 answer is unknown before apply and not in Checkov's report (RCV002 aws_db_instance.orders)" in told[0]


def test_an_unknown_answer_fails_under_strict(tmp_path: Path) -> None:
    write(tmp_path, UNKNOWN)

    done = checkov(*TERRAFORM, cwd=tmp_path, only="RCV002", RECOVERABLE_STRICT="1")

    assert (done.code, done.of("RCV002")) == (1, ["failed"])
    assert done.records[0]["check_name"].startswith("[unknown] retention-too-short: ")
    assert "recoverable:" not in done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        {"RECOVERABLE_STRICT": "maybe"},
        {"RECOVERABLE_ENVIRONMENT": "mars"},
        {"RECOVERABLE_CONFIG": "none.toml"},
        {"RECOVERABLE_AS_OF": "soon"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_setting_that_is_not_understood_fails(wrong: dict[str, str], tmp_path: Path) -> None:
    done = checkov(*TERRAFORM, cwd=write(tmp_path, GOOD), only="RCV001", **wrong)

    assert done.code == 1
    assert [item["resource"] for item in done.records if item["resource"] == "aws_db_instance.orders"]
    assert all(item["result"] == "failed" for item in done.records)


def test_a_python_that_is_too_old_is_a_failed_check(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    program = old_python(tmp_path)

    done = checkov("-d", ".", cwd=tmp_path, program=program, only="RCV001")

    assert done.code == 1
    assert len(reasons(done)) == 1
    assert reasons(done)[0].startswith("[error] nothing was judged: recoverable needs Python 3.11 or newer, and Checkov runs on 3.")


def test_the_checks_are_written_in_the_syntax_of_python_3_9() -> None:
    import ast

    for file in CHECKS.glob("*.py"):
        ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_a_stranger_uses_the_checks_from_another_repository(tmp_path: Path) -> None:
    """No variable, no path and no package of ours is there: Checkov's own environment and the folder are all."""
    write(tmp_path, DATABASE % (0, "prod"))
    program = set_up(TESTED)[1]
    listed = subprocess.run([program.parent / "pip", "list"], capture_output=True, text=True, check=True).stdout

    done = subprocess.run(
        [program, "-d", ".", "--external-checks-dir", CHECKS, "--compact"],
        cwd=tmp_path,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "recoverable" not in listed
    assert done.returncode == 1
    assert 'Check: RCV001: "backups-disabled: no automated backups are kept' in done.stdout
    assert sys.executable not in done.stdout
