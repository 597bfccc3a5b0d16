"""What ``recoverable init`` writes is a gate: green when it is written, red on the next breach. Its very commands are run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from recoverable.cli.entry import main
from tests.ci.conftest import PullRequest, commit, git, write
from tests.ci.fake_github import FakeGitHub
from tests.ci.workflow_runner import WorkflowResult, run_workflow
from tests.support.terraform_texts import BAD, GOOD

Make = Callable[..., PullRequest]
Files = dict[str, str | None]
ACTION = "acme/recoverable@v0.1.0"
WORKFLOW = ".github/workflows/recoverable.yml"
NEW = BAD.replace("orders", "new").partition("terraform {")[0]
# Ten databases with four findings each, the oldest way to write one.
OLD: Files = {
    f"old/db{number}.tf": f'resource "aws_db_instance" "old{number}" {{\n  engine = "postgres"\n  backup_retention_period = 5\n}}\n'
    for number in range(10)
}


def initialised(folder: Path, files: Files, *arguments: str) -> Files:
    """The files of a repository after ``recoverable init``."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, files)
    assert main(["init", str(folder), "--source", ACTION, *arguments]) == 0
    names = git(folder, "ls-files", "--cached", "--others").splitlines()
    return {name: (folder / name).read_text() for name in names}


def gate(pull_request: Make, before: Files, after: Files, event: str = "pull_request") -> WorkflowResult:
    """The workflow of a repository on a pull request, or on a push, which judges everything."""
    pull = pull_request(before, after, depth=2)
    pull.name = event
    return run_workflow(pull, WORKFLOW, ACTION)


def test_an_empty_repository_starts_green_and_goes_red_with_the_first_breach(
    pull_request: Make, tmp_path: Path, github: FakeGitHub
) -> None:
    files = initialised(tmp_path / "new", {"README.md": "new\n"}, "--standard", "--github")

    first = gate(pull_request, {"README.md": "new\n"}, files)

    assert first.green, first.log
    assert "nothing to judge was found" in first.actions[0].summary
    assert gate(pull_request, files, {"main.tf": GOOD}).green
    red = gate(pull_request, files, {"main.tf": BAD})
    assert red.codes == [1]
    assert "retention-too-short" in red.log


def test_without_its_line_the_gate_of_an_empty_repository_is_red(pull_request: Make, tmp_path: Path) -> None:
    files = initialised(tmp_path / "new", {"README.md": "new\n"}, "--standard", "--github")
    text = files[WORKFLOW]
    assert text is not None

    assert gate(pull_request, files, {WORKFLOW: text.replace("          allow-empty: true\n", "")}).codes == [3]


def test_an_old_repository_starts_green_and_goes_red_on_a_new_breach_and_on_a_number_that_gets_worse(
    pull_request: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = initialised(tmp_path / "old", OLD, "--standard", "--github", "--baseline")
    found = int(capsys.readouterr().err.partition("today: ")[2].split()[0])
    assert found >= 40
    assert "allow-empty" not in str(files[WORKFLOW])

    assert gate(pull_request, OLD, files).green
    whole = gate(pull_request, OLD, files, "push")
    assert whole.green, whole.log
    assert int(whole.actions[0].outputs["suppressed"]) >= 40

    assert gate(pull_request, files, {"new.tf": NEW}).codes == [1]
    worse = OLD["old/db3.tf"]
    assert worse is not None
    assert gate(pull_request, files, {"old/db3.tf": worse.replace("= 5", "= 4")}).codes == [1]
    assert gate(pull_request, files, {"old/db3.tf": worse.replace("= 5", "= 6")}).green


def test_an_old_repository_without_a_baseline_says_that_the_gate_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    initialised(tmp_path / "old", OLD, "--github")

    assert "The gate fails: " in capsys.readouterr().err


def shell(folder: Path, lines: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A GitLab job's script, as its runner executes it: one line after the other, the first failure ends it."""
    script = "set -eo pipefail\n" + "\n".join(lines)
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300
    )


def test_a_gitlab_job_starts_green_and_goes_red(tmp_path: Path, release: Path) -> None:
    """pip installs from a clone of this repository, as the job says."""
    origin = f"{release.as_uri()}@v1"
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    start = commit(folder, {"old/main.tf": NEW, "main.tf": GOOD})
    assert main(["init", str(folder), "--gitlab", "--standard", "--baseline", "--source", origin]) == 0
    commit(folder, {})
    pipeline = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())
    (included,) = pipeline["include"]
    job = yaml.safe_load((folder / included["local"]).read_text())["recoverable"]
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    environment = {
        **os.environ,
        **job["variables"],
        "PATH": f"{tmp_path / 'venv' / 'bin'}:{os.environ['PATH']}",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": start,
    }

    green = shell(folder, job["script"], environment)
    assert green.returncode == 0, green.stdout
    reports = job["artifacts"]["reports"]
    assert json.loads((folder / reports["codequality"]).read_text()) is not None

    # What pip has installed from a repository knows which: the same file again, without --source.
    again = shell(folder, ["recoverable init --gitlab --dry-run"], environment)
    assert again.returncode == 0, again.stdout
    assert "recoverable.gitlab-ci.yml is as it should be" in again.stdout

    commit(folder, {"main.tf": BAD})
    red = shell(folder, job["script"][1:], environment)
    assert red.returncode == 1
    issues = json.loads((folder / reports["codequality"]).read_text())
    assert [one["check_name"] for one in issues if one["severity"] == "critical"][:1] == ["RCV002 retention-too-short"]
    assert "<testsuite" in (folder / reports["junit"]).read_text()


def test_a_pre_commit_hook_from_init_refuses_the_next_breach(tmp_path: Path, release: Path) -> None:
    """The real pre-commit, with the configuration as it was written."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    commit(folder, {"main.tf": NEW})
    assert main(["init", str(folder), "--pre-commit", "--baseline", "--source", f"{release.as_uri()}@v1"]) == 0
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]

    git(folder, "add", "-A")
    assert subprocess.run(command, cwd=folder, env=environment, check=False, timeout=300).returncode == 0
    write(folder, {"main.tf": NEW + BAD})
    git(folder, "add", "-A")
    assert subprocess.run(command, cwd=folder, env=environment, check=False, timeout=300).returncode == 1
