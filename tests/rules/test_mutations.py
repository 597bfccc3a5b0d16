"""Turning any decision of a rule around is noticed by one of its examples.

A mutant that no example notices stands in surviving_mutants.json; that list may shrink, and must not grow.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import Check, LoadedRule
from tests.rules.asking import asked
from tests.rules.mutants import mutants

HERE = Path(__file__).parent


def verdicts(item: LoadedRule, check: Check) -> list[list[str]]:
    """What a check says about every example, in order."""
    return [[answer.verdict.value for answer in one.answers(check)] for one in asked(item.rule.id)]


def survivors(item: LoadedRule) -> list[str]:
    """Mutants of a rule that no example notices."""
    original = verdicts(item, item.check)
    module = importlib.import_module(f"recoverable.rules.{item.rule.name.replace('-', '_')}")
    return sorted(mutant.name for mutant in mutants(module) if verdicts(item, mutant.check) == original)


@pytest.mark.parametrize("item", [pytest.param(item, id=item.rule.id) for item in load_rules()])
def test_every_decision_of_a_rule_is_noticed_by_an_example(item: LoadedRule) -> None:
    listed = json.loads((HERE / "surviving_mutants.json").read_text(encoding="utf-8")).get(item.rule.id, [])

    new = sorted(set(survivors(item)) - set(listed))

    assert new == []


def test_the_list_of_survivors_speaks_of_rules() -> None:
    listed = json.loads((HERE / "surviving_mutants.json").read_text(encoding="utf-8"))

    assert listed.keys() <= {item.rule.id for item in load_rules()}
