"""Runs the jobs of a written GitHub workflow for a pull request: its own scripts in bash, our action from this checkout.

``actions/checkout`` and ``pulumi/actions`` are the runner's business: the checkout is there, and so is the engine.
"""

from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.ci.composite_runner import JobResult
from tests.ci.conftest import PullRequest

_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
THEIRS = {"actions/checkout", "pulumi/actions"}


@dataclass
class WorkflowResult:
    """What became of all jobs: green only when every step of each ended with 0."""

    codes: list[int]
    actions: list[JobResult]
    log: str

    @property
    def green(self) -> bool:
        """Whether the pull request may be merged."""
        return bool(self.codes) and not any(self.codes)


def run_workflow(pull: PullRequest, file: str, action: str, environment: Mapping[str, str] | None = None) -> WorkflowResult:
    """Run every job of the workflow in ``file`` of the checkout. ``action`` is what ``uses:`` must name for ours."""
    workflow = yaml.safe_load((pull.checkout / file).read_text())
    assert "pull_request" in workflow[True]  # YAML 1.1 reads the key "on" as true
    result = WorkflowResult([], [], "")
    for name, job in workflow["jobs"].items():
        for matrix in _matrix(job.get("strategy", {}).get("matrix", {})):
            result.codes.append(_run_job(pull, name, job, matrix, action, environment or {}, result))
    return result


def _matrix(matrix: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    for values in itertools.product(*matrix.values()):
        yield {f"matrix.{name}": value for name, value in zip(matrix, values, strict=True)}


def _run_job(
    pull: PullRequest, name: str, job: Any, values: dict[str, str], action: str, environment: Mapping[str, str], result: WorkflowResult
) -> int:
    pull.more["GITHUB_JOB"] = name
    for step in job["steps"]:
        if "run" in step:
            own = {key: _text(value, values) for key, value in step.get("env", {}).items()}
            script = pull.scratch / "step.sh"
            pull.scratch.mkdir(exist_ok=True)
            assert "${{" not in step["run"]
            script.write_text(step["run"])
            folder = pull.checkout / Path(step.get("working-directory", "."))
            done = subprocess.run(
                ["bash", "-e", script],
                cwd=folder,
                env={**environment, **own},
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=600,
            )
            result.log += done.stdout
            if done.returncode:
                return done.returncode
        elif step["uses"] == action:
            given = {key.replace("-", "_"): _text(value, values) for key, value in step["with"].items()}
            acted = pull.action(**given)
            result.actions.append(acted)
            result.log += acted.log
            if acted.code:
                return acted.code
        else:
            assert step["uses"].partition("@")[0] in THEIRS
    return 0


def _text(value: object, values: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return _EXPRESSION.sub(lambda match: values.get(match[1], ""), str(value))
