"""Checkov with our checks says what ``recoverable check`` says: on every example, in code and in real plans, and on real code.

There is no deviation, so there is no list of reasons: Checkov's report carries what Checkov itself cannot see, too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.golden.corpus_summary import inputs, judge, name_of
from tests.parity.checkov_verdicts import Cell
from tests.support.checkov_runs import ORDER, CheckovServer, Verdicts, verdicts

CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))


def different(cells: list[Cell]) -> dict[str, list[tuple[tuple[str, str], str, str]]]:
    """What the two sides do not agree on, by example."""
    found = {cell.name: differences(cell.all_ours, cell.all_theirs) for cell in cells}
    return {name: wrong for name, wrong in found.items() if wrong}


def differences(ours: Verdicts, theirs: Verdicts) -> list[tuple[tuple[str, str], str, str]]:
    """Rule and address, our verdict and Checkov's, where they are not the same."""
    keys = sorted(ours.keys() | theirs.keys())
    return [(key, ours.get(key, ""), theirs.get(key, "")) for key in keys if ours.get(key) != theirs.get(key)]


@pytest.mark.xdist_group("terraform")
def test_every_example_read_as_code_gets_the_same_verdicts(checkov_hcl_cells: list[Cell]) -> None:
    assert different(checkov_hcl_cells) == {}
    assert [cell.name for cell in checkov_hcl_cells if cell.theirs in ("", "error")] == []
    assert {cell.theirs for cell in checkov_hcl_cells} == {"pass", "fail", "unknown"}


@pytest.mark.terraform
@pytest.mark.xdist_group("terraform")
def test_every_example_gets_the_same_verdicts_in_a_real_plan(checkov_plan_cells: list[Cell]) -> None:
    assert different(checkov_plan_cells) == {}
    assert [cell.name for cell in checkov_plan_cells if cell.theirs in ("", "error")] == []
    assert {cell.theirs for cell in checkov_plan_cells} == {"pass", "fail", "unknown"}


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus of real code and plans at {CORPUS}; set RECOVERABLE_CORPUS")
def test_every_input_of_the_corpus_gets_the_same_verdicts(checkov_server: CheckovServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)
    targets = [path for path in inputs(CORPUS) if path.is_dir() or not name_of(CORPUS, path).startswith("previews")]

    wrong = {}
    for path in targets:
        name = name_of(CORPUS, path)
        records = checkov_server.scan(CORPUS, root=name) if path.is_dir() else checkov_server.scan(CORPUS, files=[name])
        wrong[name] = differences(reported(judge(CORPUS, path)[1]), verdicts(records))
    assert {name: found for name, found in wrong.items() if found} == {}
    assert any(path.is_file() for path in targets)


def reported(report: dict[str, Any]) -> Verdicts:
    """The worst verdict by rule and address in our own JSON report."""
    found: Verdicts = {}
    for item in report["results"]:
        key = (item["rule"], item["address"] or "(the run)")
        verdict = "suppressed" if item.get("suppressed") else item["verdict"]
        found[key] = min(found.get(key, verdict), verdict, key=ORDER.index)
    return found
