"""The same verdict through a plan of the real Terraform as through the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.rules.registry.rule import Example, Rule
from tests.parity.batches import CHANGING, STEADY, Case, split
from tests.support.judging import about, judge_document

pytestmark = [pytest.mark.terraform, pytest.mark.xdist_group("terraform")]


@pytest.mark.parametrize(("name", "rule", "example"), [pytest.param(*case, id=case[0]) for case in STEADY])
def test_a_plan_gets_the_verdict_of_the_code(name: str, rule: Rule, example: Example, steady_plan: dict[str, Any], tmp_path: Path) -> None:
    assert_verdict((name, rule, example), split(steady_plan, name), tmp_path)


@pytest.mark.parametrize(("name", "rule", "example"), [pytest.param(*case, id=case[0]) for case in CHANGING])
def test_a_plan_that_changes_things_gets_its_verdict(
    name: str, rule: Rule, example: Example, changing_plan: dict[str, Any], tmp_path: Path
) -> None:
    assert_verdict((name, rule, example), split(changing_plan, name), tmp_path)


def assert_verdict(case: Case, plan: dict[str, Any], folder: Path) -> None:
    """The rule's answers about the example's subject are what the example promises."""
    _, rule, example = case
    answers = about(judge_document(plan, "plan.json", folder, example, code=True), rule.id, example)

    if example.before:
        assert example.verdict in {item.verdict for item in answers}, _told(answers)
    else:
        assert {item.verdict for item in answers} == {example.verdict}, _told(answers)


def _told(answers: list[Any]) -> list[tuple[str, str, str]]:
    return [(item.address, item.verdict.value, item.message) for item in answers]
