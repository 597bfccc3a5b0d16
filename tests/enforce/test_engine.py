"""The engine: a crash is an error with its place and without its text, and never a pass."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest

from recoverable.enforce.engine import Evaluation
from recoverable.model.estate import Database, Estate
from recoverable.model.finding import Answer, Finding, Severity, Verdict
from recoverable.model.run import Run
from recoverable.rules.registry.rule import LoadedRule, Rule
from recoverable.standard.load import built_in

TODAY = datetime.date(2026, 11, 23)


def rule(check: Any, applies_to: type[Any] = Database) -> LoadedRule:
    """A rule around a check."""
    return LoadedRule(Rule("RCV900", "a-defect", "No defect", Severity.HIGH, applies_to, "why", (), ()), check)


def findings(check: Any, estate: Estate | None = None, applies_to: type[Any] = Database) -> list[Finding]:
    """What a rule says about an estate of two databases."""
    databases = [Database(address=f"aws_db_instance.{name}", kind="rds-instance", tags={"environment": "prod"}) for name in ("a", "b")]
    return list(Evaluation(estate or Estate("main.tf", databases=databases), built_in(), TODAY).run([rule(check, applies_to)]))


def test_a_crash_is_an_error_with_type_and_place_and_without_its_text() -> None:
    def check(subject: Any, context: Any) -> Any:
        raise ValueError("password=hunter2")

    [first, second] = findings(check)

    assert first.verdict is second.verdict is Verdict.ERROR
    assert re.search(r"rule RCV900 crashed: ValueError at test_engine\.py:\d+", first.message)
    assert "hunter2" not in repr(first)
    assert "report" in first.fix


def test_a_crash_on_one_subject_leaves_the_others_judged() -> None:
    def check(subject: Database, context: Any) -> Iterator[Answer]:
        if subject.address.endswith("a"):
            raise KeyError("x")
        yield Answer(Verdict.PASS, "fine")

    assert [item.verdict for item in findings(check)] == [Verdict.ERROR, Verdict.PASS]


def test_a_crash_half_way_takes_back_the_answers_before_it() -> None:
    """Half an answer would be read as a whole one."""

    def check(subject: Database, context: Any) -> Iterator[Answer]:
        yield Answer(Verdict.PASS, "fine so far")
        raise IndexError

    assert {item.verdict for item in findings(check)} == {Verdict.ERROR}


def test_what_is_no_answer_is_an_error() -> None:
    assert {item.verdict for item in findings(lambda subject, context: None)} == {Verdict.ERROR}


def test_endless_recursion_is_an_error() -> None:
    def check(subject: Any, context: Any) -> Any:
        return check(subject, context)

    assert {item.verdict for item in findings(check)} == {Verdict.ERROR}


def test_an_interrupt_is_not_taken_for_a_crash() -> None:
    def check(subject: Any, context: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        findings(check)


def test_a_traceback_is_shown_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def check(subject: Any, context: Any) -> Any:
        raise ValueError("all of it")

    monkeypatch.setenv("RECOVERABLE_TRACEBACK", "1")
    findings(check)

    assert "ValueError: all of it" in capsys.readouterr().err


def test_a_rule_about_the_whole_input_is_asked_once() -> None:
    def check(estate: Estate, context: Any) -> Iterator[Answer]:
        yield Answer(Verdict.FAIL, "nothing listens", address="")

    [only] = findings(check, applies_to=Estate)

    assert (only.environment, only.source) == ("", "main.tf")


def test_a_rule_about_the_run_is_not_asked_of_an_estate() -> None:
    assert findings(lambda *_: [Answer(Verdict.FAIL, "x")], applies_to=Run) == []


def test_every_finding_names_the_environment_and_why_it_is_that_one() -> None:
    [first, _] = findings(lambda *_: [Answer(Verdict.PASS, "x")])

    assert (first.environment, first.environment_source) == ("prod", "tag environment=prod")


def test_where_no_environment_is_found_the_strictest_holds_and_the_store_is_noted() -> None:
    database = Database(address="aws_db_instance.a", kind="rds-instance")
    evaluation = Evaluation(Estate("main.tf", databases=[database]), built_in(), TODAY)

    [answer] = evaluation.run([rule(lambda *_: [Answer(Verdict.PASS, "x")])])

    assert answer.environment == "strictest"
    assert evaluation.not_found == ["aws_db_instance.a"]
