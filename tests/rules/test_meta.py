"""What every rule promises about itself: its id and name, its examples, its facts, its answers, its page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.rules.registry.load import find_rule, load_rules
from recoverable.rules.registry.rule import LoadedRule
from tests.rules.asking import Asked, asked, severities

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RULES = load_rules()
CASES = ("stated", "absent", "default", "unknown")
OTHER = "other"
ORDERS = ("ensure-", "enable-", "must-", "require-", "check-", "avoid-", "use-", "should-", "no-unsafe-")
each_rule = pytest.mark.parametrize("item", [pytest.param(item, id=item.rule.id) for item in RULES])


def table(name: str) -> dict[str, Any]:
    """A committed table beside this file."""
    found: dict[str, Any] = json.loads((HERE / name).read_text(encoding="utf-8"))
    return found


def answered(item: LoadedRule) -> list[tuple[Asked, list[Answer]]]:
    """A rule's answers about each of its examples."""
    return [(one, one.answers(item.check)) for one in asked(item.rule.id)]


# --- ids and names


def test_ids_are_the_committed_ones_and_none_is_used_again() -> None:
    """A new rule adds its id to ids.json; a rule that goes leaves its id there with null."""
    committed = table("ids.json")

    assert {item.rule.id: item.rule.name for item in RULES} == {key: name for key, name in committed.items() if name is not None}
    assert list(committed) == sorted(committed)


def test_ids_have_one_form() -> None:
    assert [key for key in table("ids.json") if not re.fullmatch(r"RCV\d{3}", key)] == []
    assert len({item.rule.id for item in RULES}) == len({item.rule.name for item in RULES}) == len(RULES)


@each_rule
def test_a_name_is_the_defect_and_the_name_of_the_file(item: LoadedRule) -> None:
    name = item.rule.name

    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", name)
    assert not name.startswith(ORDERS)
    assert (ROOT / "src/recoverable/rules" / f"{name.replace('-', '_')}.py").is_file()
    assert item.check.__module__ == f"recoverable.rules.{name.replace('-', '_')}"
    assert find_rule(name) is item
    assert find_rule(item.rule.id.lower()) is item


# --- examples


@each_rule
def test_a_rule_has_an_accepted_and_a_rejected_example_or_says_why_not(item: LoadedRule) -> None:
    verdicts = {example.verdict for example in item.rule.examples}
    excused = table("missing_cases.json").get(item.rule.id, {})

    missing = {word for word, verdict in (("accepted", Verdict.PASS), ("rejected", Verdict.FAIL)) if verdict not in verdicts}

    assert missing == excused.keys() & {"accepted", "rejected"}


@each_rule
def test_a_rule_shows_every_origin_of_a_value_or_says_why_not(item: LoadedRule) -> None:
    shown = {example.case for example in item.rule.examples}
    excused = table("missing_cases.json").get(item.rule.id, {})

    assert shown <= {*CASES, OTHER}
    assert set(CASES) - shown == excused.keys() & set(CASES)


def test_the_excuses_speak_of_rules_and_give_reasons() -> None:
    excuses = table("missing_cases.json")

    assert excuses.keys() <= {item.rule.id for item in RULES}
    assert list(excuses) == sorted(excuses)
    for excused in excuses.values():
        assert excused
        assert excused.keys() <= {*CASES, "accepted", "rejected"}
        assert all(len(reason) > 20 for reason in excused.values())


@each_rule
def test_no_example_is_there_twice(item: LoadedRule) -> None:
    texts = [
        (example.code, example.before, example.standard, example.files, example.subject, example.only) for example in item.rule.examples
    ]
    twice = {text for text in texts if texts.count(text) > 1}

    # What is absent or the default can be the same code: a provider says what it is by not saying it.
    assert all(example.case != "stated" for example, text in zip(item.rule.examples, texts, strict=True) if text in twice)


@each_rule
def test_an_example_for_some_readers_only_says_why(item: LoadedRule) -> None:
    assert [example.code for example in item.rule.examples if bool(example.only) != bool(example.why_only)] == []
    assert {reader for example in item.rule.examples for reader in example.only} <= {"hcl", "plan", "preview"}


# --- answers


@each_rule
def test_every_rejection_says_what_was_found_what_is_wanted_and_what_mends_it(item: LoadedRule) -> None:
    fails = [(one.name, answer) for one, answers in answered(item) for answer in answers if answer.verdict is Verdict.FAIL]

    assert [name for name, answer in fails if not (answer.message and answer.found and answer.wanted and answer.fix)] == []


@each_rule
def test_what_cannot_be_known_is_named(item: LoadedRule) -> None:
    doubts = [(one.name, answer) for one, answers in answered(item) for answer in answers if answer.verdict is Verdict.UNKNOWN]

    assert [(name, answer.message) for name, answer in doubts if not answer.found.removeprefix("unknown: ").strip()] == []


@each_rule
def test_a_rejection_is_as_bad_as_the_rule_says_or_as_the_table_says(item: LoadedRule) -> None:
    usual = item.rule.severity
    told = {one.name: sorted(found) for one, answers in answered(item) if (found := severities(answers, usual)) - {usual.value}}

    assert told == {key: value for key, value in table("severities.json").items() if key.startswith(item.rule.id.lower())}


# --- texts


@each_rule
def test_a_rule_says_what_must_be_true_and_why(item: LoadedRule) -> None:
    rule = item.rule

    assert rule.title.strip() == rule.title != ""
    assert not rule.title.endswith(".")
    assert rule.why.strip().endswith((".", "?", "!"))
    assert isinstance(rule.severity, Severity)
    assert re.fullmatch(r"\d+\.\d+", rule.since)


@each_rule
def test_a_rule_rests_on_facts_with_an_address(item: LoadedRule) -> None:
    assert item.rule.facts
    assert [(text, url) for text, url in item.rule.facts if not text.strip() or not re.fullmatch(r"https://[\w.-]+\.\w+(/\S*)?", url)] == []


@each_rule
def test_a_rule_has_its_page(item: LoadedRule) -> None:
    page = ROOT / "docs/rules" / f"{item.rule.id}-{item.rule.name}.md"

    assert page.is_file()
    assert f"({page.name})" in (ROOT / "docs/rules/README.md").read_text(encoding="utf-8")
