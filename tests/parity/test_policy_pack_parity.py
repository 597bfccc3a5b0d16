"""The policy pack says what `recoverable check` says, about every example and every resource in it."""

from __future__ import annotations

import pytest

from recoverable.model.estate import RepositoryFile, StateBackend, StoreChange
from recoverable.model.run import Run
from recoverable.rules.registry.load import gate_rules
from tests.parity.policy_pack_verdicts import (
    REASONS,
    all_cases,
    checked,
    policy_pack_cells,
    recorded,
    silent_rules,
    told_about,
    told_verdicts,
)

NAMES = [name for name, _, example in all_cases() if name in recorded(example)]


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_says_of_every_resource_what_check_says(name: str) -> None:
    silent = told_about(name).not_applicable
    wanted = {key: verdict for key, verdict in checked(name).items() if key[0] not in silent}

    assert told_verdicts(name) == wanted


def test_the_matrix_has_the_verdict_of_the_example_or_a_reason_from_the_closed_list() -> None:
    expected = {(name, rule.id): example.verdict.value for name, rule, example in all_cases()}
    cells = policy_pack_cells()
    silent = {key: cell for key, cell in cells.items() if cell.reason}

    assert cells.keys() == {key for key in expected if key[0] in NAMES}
    assert {key: cell.verdict for key, cell in cells.items() if not cell.reason and cell.verdict != expected[key]} == {}
    assert all(cell.reason.startswith(REASONS) for cell in silent.values())


def test_a_pack_that_sees_the_project_is_silent_only_about_changes_and_what_is_terraforms() -> None:
    with_project = next(
        name for name, _, example in all_cases() if name in NAMES and any(file == "Pulumi.yaml" for file, _ in example.files)
    )
    by_name = {item.rule.name: item.rule for item in gate_rules()}
    silent = [by_name[name] for name in told_about(with_project).not_applicable]

    assert {rule.name for rule in silent if rule.applies_to is not StoreChange} == {"lock-table-unprotected", "module-not-read"}
    assert {rule.id for rule in silent if rule.applies_to is StoreChange} == {r.id for r in by_name.values() if r.applies_to is StoreChange}


def test_a_pack_without_the_project_says_that_it_cannot_judge_state_and_files() -> None:
    about = {item.rule.applies_to for item in gate_rules() if item.rule.name in silent_rules()}
    silent = {key[1] for key, cell in policy_pack_cells().items() if cell.reason}

    assert about == {StoreChange, StateBackend, RepositoryFile, Run}
    assert silent == {item.rule.id for item in gate_rules() if item.rule.applies_to is StoreChange} | {"RCV154"}
