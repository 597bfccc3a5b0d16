"""Turning any decision of a rule around is noticed by one of its examples: its verdict or its severity differs.

That an example's own verdict and severity are what they have to be, ``test_examples.py`` and
``test_meta.py`` hold. A mutant that no example notices stands in surviving_mutants.json with the
reason why none can: it means the same, it changes words only, or another test notices it. All
mutants of all rules take some seconds, so that every run tries every one.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import Check, LoadedRule
from tests.rules.asking import asked, severities
from tests.rules.mutants import mutants

EXCUSED: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "surviving_mutants.json").read_text(encoding="utf-8"))
REASONS = ("the same:", "words only:", "noticed by tests/")


def told(item: LoadedRule, check: Check) -> list[tuple[list[str], set[str]]]:
    """Verdicts and severities of a check about every example, in order."""
    answers = [one.answers(check) for one in asked(item.rule.id)]
    return [([answer.verdict.value for answer in each], severities(each, item.rule.severity)) for each in answers]


@pytest.mark.parametrize("item", [pytest.param(item, id=item.rule.id) for item in load_rules()])
def test_every_decision_of_a_rule_is_noticed_by_an_example_or_excused(item: LoadedRule) -> None:
    original = told(item, item.check)

    survivors = {mutant.name for mutant in mutants(module_of(item)) if told(item, mutant.check) == original}

    assert survivors == EXCUSED.get(item.rule.id, {}).keys()


@pytest.mark.parametrize("item", [pytest.param(item, id=item.rule.id) for item in load_rules()])
def test_every_rule_has_decisions_to_turn_around(item: LoadedRule) -> None:
    """So that a change of the mutator cannot make it skip a rule without a word."""
    assert list(mutants(module_of(item)))


def test_every_excuse_is_of_a_known_kind_and_says_why() -> None:
    reasons = [reason for mutants_ in EXCUSED.values() for reason in mutants_.values()]

    assert EXCUSED.keys() <= {item.rule.id for item in load_rules()}
    assert [reason for reason in reasons if not reason.startswith(REASONS) or len(reason) < 40] == []


def test_a_test_that_an_excuse_names_is_there() -> None:
    root = Path(__file__).parents[2]
    named = {
        word.rstrip(",.:")
        for mutants_ in EXCUSED.values()
        for reason in mutants_.values()
        for word in reason.split()
        if word.startswith("tests/")
    }

    assert [name for name in sorted(named) if not (root / name).exists()] == []


def module_of(item: LoadedRule) -> ModuleType:
    """The rule's file."""
    return importlib.import_module(item.check.__module__)
