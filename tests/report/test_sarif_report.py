"""SARIF, against the schema of the standard and the rules that the schema cannot say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from recoverable.model.finding import Verdict
from recoverable.model.values import Location
from recoverable.report.result import Result
from recoverable.report.sarif_report import render

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text())
VALID = Draft7Validator(SCHEMA)


def run(result: Result, **options: Any) -> dict[str, Any]:
    """The only run of the log, after it was found valid."""
    log = json.loads(render(result, **options))
    VALID.validate(log)
    said: dict[str, Any] = log["runs"][0]
    return said


def test_the_log_is_valid(sample: Result, hostile: Result) -> None:
    """Against the official schema; also for hostile texts, strict runs and nothing at all."""
    for result in (sample, hostile, replace(sample, strict=True), Result(findings=[]), replace(sample, rules={})):
        run(result)


def test_passes_are_left_out_and_levels_follow_severity(sample: Result) -> None:
    """A fail is error, warning or note; what is undecided is of kind open and level none (§3.27.10)."""
    said = [(one["ruleId"], one["kind"], one["level"]) for one in run(sample)["results"]]

    assert len(said) == 15
    assert ("RCV002", "fail", "error") in said
    assert ("RCV005", "fail", "warning") in said
    assert ("RCV102", "fail", "note") in said
    assert ("RCV002", "open", "none") in said
    assert ("RCV005", "open", "none") in said


def test_strict_makes_an_unknown_a_fail(sample: Result) -> None:
    """As the exit code does."""
    said = run(replace(sample, strict=True))["results"]

    assert [(one["kind"], one["level"]) for one in said if one["properties"]["verdict"] == "unknown"] == [("fail", "error")]


def test_rules_carry_help_and_are_pointed_at(sample: Result) -> None:
    """The index names the rule of the same id; the first reference is the help link."""
    said = run(sample)
    rules = said["tool"]["driver"]["rules"]

    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in said["results"])
    assert all(rule["help"]["text"] and rule["fullDescription"]["text"] for rule in rules)
    assert rules[0]["helpUri"].startswith("https://docs.aws.amazon.com/")
    assert rules[0]["properties"]["security-severity"] == "9.5"
    assert "security-severity" not in rules[-1]["properties"]


def test_suppressions_are_on_all_results_or_none(sample: Result) -> None:
    """§3.27.23: a suppressed result carries its justification, the others an empty list."""
    results = run(sample)["results"]
    excused = [one["suppressions"] for one in results if one["suppressions"]]

    assert len(excused) == 1
    assert excused[0][0]["kind"] == "inSource"
    assert "logical dumps every hour, owner data@example.com, until 2027-01-31" in excused[0][0]["justification"]
    without = run(sample, suppressed=False)["results"]
    assert len(without) == len(results) - 1
    assert all("suppressions" not in one for one in without)


def test_fingerprints_do_not_move_with_the_line(sample: Result) -> None:
    """A line added above changes no fingerprint, and no two are alike."""
    moved = [replace(found, where=Location(found.where.file, found.where.line + 10) if found.where else None) for found in sample.findings]
    before = [one["partialFingerprints"] for one in run(sample)["results"]]

    assert before == [one["partialFingerprints"] for one in run(replace(sample, findings=moved))["results"]]
    assert len({one["primaryLocationLineHash"] for one in before}) == len(before)


def test_places_are_relative_uris(sample: Result) -> None:
    """Blanks and bytes that are no UTF-8 are percent-encoded; a line is never below one."""
    first = sample.findings[1]
    odd = [
        replace(first, where=Location("a b/ü#?%\udcff.tf", 0)),
        replace(first, where=Location(str(Path.cwd() / "infra/main.tf"), 5)),
        replace(first, where=Location("/else where/main.tf", 5)),
        replace(first, where=None, source=""),
    ]
    places = [one["locations"][0]["physicalLocation"] for one in run(replace(sample, findings=odd))["results"]]

    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        ("a%20b/%C3%BC%23%3F%25%FF.tf", 1),
        ("infra/main.tf", 5),
        ("file:///else%20where/main.tf", 5),
        (".", 1),
    ]


def test_problems_are_notifications(sample: Result) -> None:
    """A broken file and a crashed rule make the invocation unsuccessful; findings do not."""
    said = run(sample)["invocations"][0]
    clean = [found for found in sample.findings if found.verdict is not Verdict.ERROR]
    fine = run(replace(sample, findings=clean, problems=[], exit_code=1))["invocations"][0]

    assert said["executionSuccessful"] is False
    assert [one["level"] for one in said["toolExecutionNotifications"]] == ["error", "warning", "note", "error"]
    assert fine["executionSuccessful"] is True
    assert fine["toolExecutionNotifications"] == []


def test_no_text_becomes_a_link(hostile: Result) -> None:
    """Viewers make links of bracketed text, also in plain text."""
    texts = [one["message"]["text"] for one in run(hostile)["results"]]

    assert not any(re.search(r"\]\(", text) for text in texts)
