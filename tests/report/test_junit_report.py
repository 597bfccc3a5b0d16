"""JUnit XML."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

from recoverable.report.junit_report import render
from recoverable.report.result import Result


def test_a_case_fails_where_the_run_does(sample: Result) -> None:
    """Below --fail-on, unknown and suppressed are skipped with the reason; a crash is an error."""
    suite = ElementTree.fromstring(render(sample))[0]
    skipped = [str(mark.get("message")) for mark in suite.findall("testcase/skipped")]

    assert tuple(suite.get(key) for key in ("tests", "failures", "errors", "skipped")) == ("18", "11", "1", "3")
    assert [text.split(":")[0] for text in skipped] == [
        "unknown",
        "advice, below --fail-on medium",
        "suppressed by inline",
    ]


def test_strict_fails_the_unknown(sample: Result) -> None:
    """As the exit code does."""
    suite = ElementTree.fromstring(render(replace(sample, strict=True)))[0]

    assert suite.get("failures") == "12"


def test_there_is_a_suite_per_input_and_one_for_problems(sample: Result) -> None:
    """An input without findings has a suite too; a broken file is an error."""
    root = ElementTree.fromstring(render(replace(sample, inputs=[*sample.inputs, ("terraform-plan", "plan.json")])))

    assert [(suite.get("name"), suite.get("tests")) for suite in root] == [
        ("infra", "18"),
        ("plan.json", "0"),
        ("reading the input", "3"),
    ]
    assert root.get("errors") == "2"


def test_two_findings_of_one_rule_on_one_store_are_one_case(sample: Result) -> None:
    """The case has the worst verdict and the messages of both."""
    fail, passed = sample.findings[1], replace(sample.findings[0], rule="RCV002", name="retention-too-short")
    root = ElementTree.fromstring(render(Result(findings=[passed, fail, replace(fail, message="twice")])))
    marks = root.findall("testsuite/testcase/failure")

    assert root.get("tests") == "1"
    assert [str(line)[:16] for line in str(marks[0].text).split("\n")] == ["critical: orders", "critical: twice."]


def test_hostile_text_is_xml(hostile: Result) -> None:
    """Characters that XML forbids are escaped, and nothing breaks out of its element."""
    root = ElementTree.fromstring(render(hostile))

    assert {element.tag for element in root.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
        "skipped",
    }
