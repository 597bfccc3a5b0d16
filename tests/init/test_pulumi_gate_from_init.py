"""The gate of a Pulumi project: the workflow's own preview with the real engine, then the action over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.cli.entry import main
from recoverable.sandbox.laptop import Laptop
from tests.ci.conftest import PullRequest, commit, git
from tests.ci.fake_github import FakeGitHub
from tests.ci.workflow_runner import run_workflow
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine
ACTION = "acme/recoverable@v0.1.0"
WORKFLOW = ".github/workflows/recoverable.yml"
PROGRAM = """
import recoverable as rc

policy = rc.ProtectionPolicy("dev", alert_address="oncall@example.com", owner="web")
rc.Bucket("uploads", rc.BucketArgs(policy))
"""
LOOSE = 'import pulumi_aws as aws\naws.s3.Bucket("loose", tags={"environment": "dev", "owner": "web"})\n'


@pytest.mark.parametrize("folder", [".", "infra"])
def test_a_pulumi_project_starts_green_and_goes_red_on_the_next_breach(
    pull_request: Callable[..., PullRequest], laptop: Laptop, tmp_path: Path, github: FakeGitHub, folder: str
) -> None:
    top = tmp_path / "new"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    project = f"gate-{'top' if folder == '.' else folder}"
    stack = Stack(laptop, top / folder, PROGRAM, name=project, config={"aws:region": "eu-west-1"})
    commit(top, {".gitignore": "__pycache__/\n"})
    before = {name: (top / name).read_text() for name in git(top, "ls-files").splitlines()}
    (top / folder / "preview.json").write_text(stack.run("preview", "--json", "--show-sames").stdout)

    preview = str(top / folder / "preview.json")
    assert main(["init", str(top), "--standard", "--github", "--baseline", "--preview", preview, "--source", ACTION]) == 0
    (top / folder / "preview.json").unlink()
    files = {name: (top / name).read_text() for name in git(top, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()}
    assert "pulumi preview" in files[WORKFLOW]

    first = run_workflow(pull_request(before, files, depth=2), WORKFLOW, ACTION, stack.environment)
    assert first.green, first.log
    assert int(first.actions[0].outputs["stores"]) >= 1

    program = str(Path(folder, "__main__.py"))
    red = run_workflow(pull_request(files, {program: files[program] + LOOSE}, depth=2), WORKFLOW, ACTION, stack.environment)
    assert red.codes == [1], red.log
    assert "versioning-off" in red.log
    assert "uploads" not in "".join(line for line in red.log.splitlines() if line.startswith("::error"))

    broken = run_workflow(pull_request(files, {program: "raise SystemExit(1)\n"}, depth=2), WORKFLOW, ACTION, stack.environment)
    assert not broken.green
    assert broken.actions == []
