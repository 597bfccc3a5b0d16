"""Every example of every rule gets the verdict its rule promises, read as code."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import Example, Rule
from tests.support.judging import about, judge_code

CASES = [
    pytest.param(item.rule, example, id=f"{item.rule.id}-{number}-{example.case}-{example.verdict.value}")
    for item in load_rules()
    for number, example in enumerate(item.rule.examples)
    if not example.only or "hcl" in example.only
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_an_example_read_as_code_gets_its_verdict(rule: Rule, example: Example, tmp_path: Path) -> None:
    findings = judge_code(example.code, tmp_path, example.standard, example.files)

    answers = about(findings, rule.id, example)

    assert {item.verdict for item in answers} == {example.verdict}, [(item.address, item.verdict, item.message) for item in answers]
