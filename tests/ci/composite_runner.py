"""Runs the steps of a composite action as GitHub's runner does: their own text, in bash, with the environment a runner sets.

What the action itself calls with ``uses:`` is the runner's business and is handed in. Expressions are those the action has:
inputs, outputs and outcomes of steps, ``github.*``, ``always()``, ``&&``, ``==`` and ``!=``.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
# What the real runner starts for `shell: bash`.
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
Uses = Callable[[Mapping[str, str]], dict[str, str]]


@dataclass
class StepResult:
    """What became of a step: ``outcome`` is success, failure or skipped."""

    outcome: str
    code: int = 0
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""


@dataclass
class JobResult:
    """What became of the action: the code of the step that failed last, all text, and its outputs."""

    code: int
    steps: dict[str, StepResult]
    outputs: dict[str, str]
    summary: str

    @property
    def log(self) -> str:
        """Everything all steps said."""
        return "".join(step.log for step in self.steps.values())


class CompositeRunner:
    """One action with what its ``uses:`` steps do, called by name without version."""

    def __init__(self, action: Path, uses: Mapping[str, Uses], scratch: Path, environment: Mapping[str, str], token: str) -> None:
        self.action = action
        self.definition = yaml.safe_load((action / "action.yml").read_text())
        self.uses = uses
        self.scratch = scratch
        self.environment = environment
        self.token = token

    def run(self, inputs: Mapping[str, str], folder: Path) -> JobResult:
        """Run every step, in ``folder``."""
        known = self.definition["inputs"]
        assert set(inputs) <= set(known), "an input the action does not have"
        self.scratch.mkdir(parents=True, exist_ok=True)
        values = {"github.token": self.token}
        values |= {f"inputs.{name}": inputs.get(name, self.text(str(item["default"]), values)) for name, item in known.items()}
        summary = self.scratch / "summary.md"
        summary.write_text("")
        results: dict[str, StepResult] = {}
        code, failed = 0, False
        for step in self.definition["runs"]["steps"]:
            wanted = step.get("if")
            if not (self.truth(wanted, values) if wanted else not failed):
                result = StepResult("skipped")
            else:
                result = self._step(step, values, folder, summary)
            results[step["id"]] = result
            values[f"steps.{step['id']}.outcome"] = result.outcome
            values |= {f"steps.{step['id']}.outputs.{name}": value for name, value in result.outputs.items()}
            if result.outcome == "failure" and not step.get("continue-on-error"):
                failed, code = True, result.code
        outputs = {name: self.text(item["value"], values) for name, item in self.definition["outputs"].items()}
        return JobResult(code, results, outputs, summary.read_text())

    def text(self, text: str, values: Mapping[str, str]) -> str:
        """A text with its expressions replaced."""
        return _EXPRESSION.sub(lambda match: values.get(match[1], ""), text)

    def truth(self, condition: str, values: Mapping[str, str]) -> bool:
        """The value of an ``if:``."""
        return all(_holds(part.strip(), values) for part in condition.split("&&"))

    def _step(self, step: dict[str, Any], values: Mapping[str, str], folder: Path, summary: Path) -> StepResult:
        if "uses" in step:
            given = {name: self.text(str(value), values) for name, value in step.get("with", {}).items()}
            try:
                return StepResult("success", outputs=self.uses[step["uses"].partition("@")[0]](given))
            except RuntimeError as error:
                return StepResult("failure", 1, log=f"{error}\n")
        assert "${{" not in step["run"], "an expression inside of a script is an injection"
        script, output = self.scratch / f"{step['id']}.sh", self.scratch / f"{step['id']}.output"
        script.write_text(step["run"])
        output.write_text("")
        own = {name: self.text(str(value), values) for name, value in step.get("env", {}).items()}
        environment = {
            **self.environment,
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(self.scratch),
            "GITHUB_ACTION_PATH": str(self.action),
            **own,
        }
        done = subprocess.run(
            [*BASH, str(script)], cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120
        )
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return StepResult("failure" if done.returncode else "success", done.returncode, outputs, done.stdout)


def _holds(part: str, values: Mapping[str, str]) -> bool:
    if part == "always()":
        return True
    name, sign, literal = part.split()
    assert literal.startswith("'")
    return (values.get(name, "") == literal.strip("'")) is (sign == "==")
