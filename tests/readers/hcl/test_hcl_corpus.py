"""The reader on code that nobody on this project wrote, and against real plans of the same code."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.model.values import Unknown
from recoverable.readers.hcl.hcl_reader import HclOptions, read_hcl
from tests.readers.hcl.hcl_case import by_address

CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS", Path(__file__).parents[4] / "shared" / "corpus"))
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here; set RECOVERABLE_CORPUS")
HCL = sorted(path for path in (CORPUS / "hcl").glob("*")) if CORPUS.is_dir() else []
PAIRS = sorted((CORPUS / "pairs").glob("*")) if CORPUS.is_dir() else []
# The Google provider plans null for the type it takes anyway.
NORMALISED = {
    f"module.mysql.google_sql_user.additional_users[\"{name}\"].type: 'BUILT_IN', None in the plan" for name in ("tftest2", "tftest3")
}


@pytest.mark.parametrize("folder", HCL, ids=[path.name for path in HCL])
def test_real_code_is_read_without_errors(folder: Path) -> None:
    readings = read_hcl(folder, options=HclOptions(base=CORPUS), wanted=lambda _: True)
    assert readings
    assert [problem for reading in readings for problem in reading.problems if problem.kind == "error"] == []
    again = read_hcl(folder, options=HclOptions(base=CORPUS), wanted=lambda _: True)
    assert repr(readings) == repr(again)


@pytest.mark.parametrize("pair", PAIRS, ids=[path.name for path in PAIRS])
def test_evaluation_agrees_with_the_real_plan(pair: Path) -> None:
    plan = json.loads((pair / "plan.json").read_text("utf-8"))
    root = pair if (pair / "main.tf").is_file() else pair / "examples" / pair.name
    given = {name: item.get("value") for name, item in plan.get("variables", {}).items()}
    variables = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items() if value is not None}
    (reading,) = read_hcl(root, options=HclOptions(variables=variables, base=pair), wanted=lambda _: True)
    planned = {item["address"]: item["values"] for item in _resources(plan["planned_values"]["root_module"])}
    found = by_address(reading)
    assert reading.problems == []
    assert set(found) == set(planned)
    wrong = [line for address, resource in found.items() for line in _differences(address, resource.attrs, planned[address])]
    assert [line for line in wrong if line not in NORMALISED] == []


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (item for item in module.get("resources", []) if item["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from _resources(child)


def _differences(path: str, ours: Any, theirs: Any) -> Iterator[str]:
    """Known values of ours that the plan has otherwise. What it leaves out is known after apply."""
    if isinstance(ours, Unknown):
        if theirs is not None:
            yield f"{path}: {ours.expression} is {theirs!r} in the plan"
    elif isinstance(ours, dict) and isinstance(theirs, dict):
        for key, value in ours.items():
            if key in theirs and not (value == "" and theirs[key] is None):
                yield from _differences(f"{path}.{key}", value, theirs[key])
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        # Providers keep sets in an order of their own.
        plain = all(isinstance(item, str | int) for item in ours + theirs)
        pairs = zip(sorted(ours, key=str), sorted(theirs, key=str), strict=True) if plain else zip(ours, theirs, strict=True)
        for index, (one, other) in enumerate(pairs):
            yield from _differences(f"{path}.{index}", one, other)
    elif ours != theirs and str(ours).lower() != str(theirs).lower() and ours not in ([], {}):
        yield f"{path}: {ours!r}, {theirs!r} in the plan"
