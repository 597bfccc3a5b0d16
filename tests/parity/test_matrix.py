"""Every gate says the same about every example, or has a reason from the closed list; docs/parity.md is what this run found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.parity import checkov_verdicts, matrix
from tests.parity.batches import cases
from tests.parity.policy_pack_verdicts import policy_pack_cells
from tests.parity.test_preview_parity import LEFT_OUT, judged, recorded

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"

pytestmark = [pytest.mark.terraform, pytest.mark.xdist_group("terraform")]


@pytest.fixture(scope="session")
def found(checkov_hcl_cells: list[checkov_verdicts.Cell], checkov_plan_cells: list[checkov_verdicts.Cell]) -> matrix.Matrix:
    """The matrix of this run."""
    pack = policy_pack_cells()
    said = {
        "HCL": {cell.name: cell.ours_said for cell in checkov_hcl_cells},
        "plan": {cell.name: cell.ours_said for cell in checkov_plan_cells},
        "preview": previewed(),
        "policy pack": {name: frozenset({cell.verdict}) for (name, _), cell in pack.items() if not cell.reason},
        "Checkov HCL": {cell.name: cell.theirs_said for cell in checkov_hcl_cells},
        "Checkov plan": {cell.name: cell.theirs_said for cell in checkov_plan_cells},
    }
    return matrix.matrix(said, {"policy pack": {name: cell.reason for (name, _), cell in pack.items() if cell.reason}})


def previewed() -> dict[str, frozenset[str]]:
    """What ``recoverable check`` says about the recorded previews, unchanged resources shown."""
    found = {}
    for changes, recording in ((False, "previews.json"), (True, "changes-sames.json")):
        documents = recorded(recording)
        for name, rule, example in cases("preview", changes=changes):
            if name not in LEFT_OUT:
                found[name] = frozenset(item.verdict.value for item in judged(documents[name], name, rule, example))
    return found


def test_every_gate_gives_the_promised_verdict_or_a_reason_of_the_list(found: matrix.Matrix) -> None:
    assert matrix.different(found) == []
    assert {letter for row in found.values() for cell in row.values() for letter, _ in cell.silent.values()} == matrix.LETTERS.keys()


def test_at_most_five_per_cent_of_the_rules_cells_have_a_reason_only(found: matrix.Matrix) -> None:
    cells, silent = matrix.of_rules(found)

    assert cells == len(found) * len(matrix.COLUMNS)
    assert 0 < 100 * silent / cells <= matrix.MOST_SILENT


def test_retention_recovery_encryption_and_versioning_have_a_verdict_everywhere(found: matrix.Matrix) -> None:
    assert matrix.silent_though_never(found) == []


def test_the_page_is_what_this_run_found(found: matrix.Matrix) -> None:
    text = matrix.page(found)
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(text, encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == text, "run UPDATE_GOLDEN=1 make test PYTEST=tests/parity/test_matrix.py"
