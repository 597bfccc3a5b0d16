"""action.yml as a file: what GitHub demands of it, and what we do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from jsonschema import Draft7Validator

from tests.ci.conftest import ROOT

DATA = Path(__file__).parent / "data"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())


def test_it_is_as_its_published_schema_says() -> None:
    Draft7Validator(json.loads((DATA / "github-action.schema.json").read_text())).validate(ACTION)


def test_no_script_holds_an_expression() -> None:
    """What a branch or a path is called must not become part of a script."""
    assert [step["id"] for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")] == []


def test_every_input_is_used_and_every_use_is_an_input() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text()))

    assert used == set(ACTION["inputs"])


def test_every_output_is_one_the_judging_step_writes() -> None:
    source = (ROOT / "src/recoverable/ci/github_check.py").read_text()
    named = {re.fullmatch(r"\$\{\{ steps\.check\.outputs\.([\w-]+) \}\}", item["value"])[1] for item in ACTION["outputs"].values()}  # type: ignore[index]

    assert named == set(ACTION["outputs"])
    assert [name for name in named if f'"{name}"' not in source] == []


def test_other_actions_are_named_with_a_version() -> None:
    assert [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step and not re.search(r"@v\d+$", step["uses"])] == []


def test_only_python_with_safe_path_is_started() -> None:
    starts = [line.strip() for step in ACTION["runs"]["steps"] for line in step.get("run", "").splitlines() if "PYTHON" in line]

    assert starts
    assert all(line.startswith('PYTHONPATH="$GITHUB_ACTION_PATH/src" "$PYTHON" -P -m recoverable.ci.') for line in starts)
