"""The sums of a run, and its sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recoverable.model.finding import Severity, Verdict
from recoverable.report.result import Result, RuleInfo, counts, environments, sentence, summary, worst_first


def test_counts_keep_suppressed_apart(sample: Result) -> None:
    """A suppressed finding is counted once, and not as a fail."""
    total = counts(sample)

    assert (
        total.fails,
        total.unknowns,
        total.errors,
        total.passes,
        total.suppressed,
        total.blocking,
    ) == (12, 1, 1, 3, 1, 11)
    assert {severity.value: number for severity, number in total.severities.items()} == {
        "critical": 8,
        "high": 2,
        "medium": 1,
        "low": 0,
        "advice": 1,
    }


def test_the_summary_names_what_was_not_decided(sample: Result) -> None:
    """The footer counts fails, unknowns, suppressed ones and errors, and what was looked at."""
    expected = "12 findings (8 critical, 2 high, 1 medium, 1 advice), 1 unknown, 1 suppressed, 1 error; 10 stores, 3 passes, 3 files"

    assert expected == summary(sample)
    assert summary(Result(findings=[])) == "0 findings, 0 unknown, 0 suppressed, 0 errors; 0 stores, 0 passes, 0 files"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, "passed: nothing at or above medium"),
        (1, "failed: 11 findings at or above medium"),
        (2, "incomplete: part of the input could not be read; 11 findings at or above medium"),
        (99, "incomplete; 11 findings at or above medium"),
    ],
)
def test_the_sentence_follows_the_exit_code(sample: Result, code: int, said: str) -> None:
    """What the report says and what the process returns are one."""
    assert said == sentence(replace(sample, exit_code=code))


def test_strict_names_the_unknowns(sample: Result) -> None:
    """With --strict the unknowns are a reason to fail."""
    strict = replace(sample, strict=True, exit_code=1)
    assert sentence(strict) == "failed: 11 findings at or above medium and 1 unknown (strict)"


def test_environments_come_in_order_of_weight(sample: Result) -> None:
    """Prod, staging, then what has no environment."""
    assert [(one.name, one.judged) for one in environments(sample)] == [("prod", 8), ("staging", 1), ("", 1)]


def test_worst_first_puts_a_grave_unknown_before_advice(sample: Result) -> None:
    """What must be cut is cut from the end."""
    order = [(found.verdict.value, found.severity.value) for found in worst_first(sample)]

    assert order[0] == ("error", "medium")
    assert order[1] == ("fail", "critical")
    assert order[-2:] == [("unknown", "critical"), ("fail", "advice")]


def test_a_rule_that_is_not_listed_is_made_from_the_finding(sample: Result) -> None:
    """A report never crashes on a rule it does not know."""
    found = next(one for one in sample.findings if one.verdict is Verdict.FAIL)
    made = replace(sample, rules={}).rule(found)

    assert RuleInfo("RCV002", "retention-too-short", "retention too short", Severity.CRITICAL) == made
