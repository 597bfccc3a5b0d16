"""A pull request as a job meets it: a shallow checkout of the merge, the event's payload, and a stand-in for GitHub."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.ci.composite_runner import CompositeRunner, JobResult
from tests.ci.fake_github import TOKEN, FakeGitHub
from tests.support.terraform_texts import GOOD

ROOT = Path(__file__).resolve().parent.parent.parent
# The interpreter without the packages of the tests: the action must not need them.
BARE_PYTHON = getattr(sys, "_base_executable", sys.executable)
OLD = GOOD.replace("orders", "ledger").replace("= 14", "= 2").partition("terraform {")[0]


def git(folder: Path, *arguments: str) -> str:
    """Run git as somebody."""
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def write(folder: Path, files: dict[str, str | None]) -> None:
    """Write files; None deletes one."""
    for name, text in files.items():
        path = folder / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def commit(folder: Path, files: dict[str, str | None], message: str = "change") -> str:
    """Write and commit; the commit."""
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@dataclass
class PullRequest:
    """Pull request 7 of acme/shop: its origin, the job's checkout, and what the runner says."""

    origin: Path
    checkout: Path
    base: str
    head: str
    github: FakeGitHub
    scratch: Path
    name: str = "pull_request"
    fork: bool = False
    uploads: list[dict[str, str]] = field(default_factory=list)
    upload_fails: bool = False
    run_number: int = 1
    more: dict[str, str] = field(default_factory=dict)
    sha: str = "0" * 40

    def payload(self) -> dict[str, Any]:
        """What the event's file says, as far as it matters."""
        if self.name == "push":
            return {"ref": "refs/heads/main", "before": self.base, "after": self.head}
        if self.name == "merge_group":
            return {"merge_group": {"base_sha": self.base, "head_sha": self.head}}
        there = {"full_name": "mallory/shop"} if self.fork else {"full_name": "acme/shop"}
        base = {"sha": self.base, "ref": "main", "repo": {"full_name": "acme/shop"}}
        head = {"sha": self.head, "ref": "feature/$(touch pwned)", "repo": there}
        return {"action": "synchronize", "number": 7, "pull_request": {"number": 7, "base": base, "head": head}}

    def environment(self) -> dict[str, str]:
        """The runner's environment; nothing of the tests' own but PATH."""
        event = self.scratch / "event.json"
        self.scratch.mkdir(parents=True, exist_ok=True)
        event.write_text(json.dumps(self.payload()))
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.scratch),
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.url,
            "GITHUB_GRAPHQL_URL": f"{self.github.url}/graphql",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_EVENT_NAME": self.name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_WORKFLOW": "backups",
            "GITHUB_JOB": "recoverable",
            "GITHUB_RUN_ID": "99",
            "GITHUB_RUN_NUMBER": str(self.run_number),
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_SHA": self.sha,
            "no_proxy": "127.0.0.1",
            **self.more,
        }

    def action(self, action: Path = ROOT, **inputs: str) -> JobResult:
        """Run the action's steps; names of inputs with _ for -."""
        uses = {"actions/setup-python": lambda given: {"python-path": BARE_PYTHON}, "github/codeql-action/upload-sarif": self._upload}
        runner = CompositeRunner(action, uses, self.scratch, self.environment(), TOKEN)
        return runner.run({name.replace("_", "-"): value for name, value in inputs.items()}, self.checkout)

    def _upload(self, given: Any) -> dict[str, str]:
        if self.upload_fails:
            raise RuntimeError("Resource not accessible by integration")
        self.uploads.append({**given, "text": Path(given["sarif_file"]).read_text()})
        return {}


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    """The stand-in; every request it got was as GitHub wants it."""
    made = FakeGitHub()
    yield made
    made.close()
    assert made.complaints == []


@pytest.fixture
def pull_request(tmp_path: Path, github: FakeGitHub) -> Callable[..., PullRequest]:
    """``pull_request(before, after)``: two states of a repository, and the checkout of a job about going from one to the other.

    With ``depth`` 1 it is what actions/checkout makes: the merge commit alone.
    """
    made: list[Path] = []

    def make(
        before: dict[str, str | None], after: dict[str, str | None], *, depth: int = 1, meanwhile: dict[str, str | None] | None = None
    ) -> PullRequest:
        place = tmp_path / f"pull-request-{len(made) + 1}"
        origin, checkout = place / "origin", place / "shop"
        made.append(place)
        origin.mkdir(parents=True)
        git(origin, "init", "-q", "-b", "main")
        git(origin, "config", "uploadpack.allowReachableSHA1InWant", "true")
        start = commit(origin, before, "base")
        git(origin, "checkout", "-q", "-b", "feature")
        head = commit(origin, after, "head")
        git(origin, "checkout", "-q", "main")
        base = commit(origin, meanwhile, "meanwhile") if meanwhile else start
        git(origin, "checkout", "-q", "--detach", "main")
        git(origin, "merge", "-q", "--no-ff", "-m", "merge", "feature")
        git(origin, "update-ref", "refs/pull/7/merge", "HEAD")
        git(origin, "checkout", "-q", "main")
        checkout.mkdir()
        git(checkout, "init", "-q")
        git(checkout, "remote", "add", "origin", origin.as_uri())
        limit = [f"--depth={depth}"] if depth else []
        git(checkout, "fetch", "-q", "--no-tags", *limit, "origin", "+refs/pull/7/merge:refs/remotes/pull/7/merge")
        git(checkout, "checkout", "-q", "--detach", "refs/remotes/pull/7/merge")
        return PullRequest(origin, checkout, base, head, github, place / "runner")

    return make


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a release of this repository holds, as a repository of its own, with the tag v1."""
    made = tmp_path_factory.mktemp("release") / "recoverable"
    made.mkdir()
    git(made, "init", "-q")
    for name in (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, made / name)
    shutil.copytree(ROOT / "src", made / "src", ignore=shutil.ignore_patterns("__pycache__"))
    commit(made, {}, "release")
    git(made, "tag", "v1")
    return made
