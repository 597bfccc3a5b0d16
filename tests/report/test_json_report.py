"""The JSON report and its schema."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from recoverable.report.json_report import json_schema, render
from recoverable.report.result import Result

VALID = Draft202012Validator(json_schema())


def test_the_schema_is_one() -> None:
    """The schema itself is valid."""
    Draft202012Validator.check_schema(json_schema())


def test_the_report_is_as_the_schema_says(sample: Result, hostile: Result) -> None:
    """Also for hostile texts and for nothing at all."""
    for result in (sample, hostile, Result(findings=[])):
        VALID.validate(json.loads(render(result)))


def test_results_hold_every_finding_with_the_promised_keys(sample: Result) -> None:
    """Passes, unknowns, errors and suppressed ones are all there, in order."""
    document = json.loads(render(sample))
    promised = [
        *("rule", "name", "verdict", "severity", "confidence", "address", "file", "line", "environment"),
        *("found", "wanted", "message", "fix"),
    ]

    assert len(document["results"]) == len(sample.findings)
    assert [list(one)[: len(promised)] for one in document["results"]] == [promised] * len(sample.findings)
    assert document["summary"]["verdicts"] == {"pass": 3, "fail": 12, "unknown": 1, "error": 1}
    assert document["summary"]["exit_code"] == 4


def test_texts_come_back_as_they_were(hostile: Result) -> None:
    """Escapes are JSON's own: a program reads the very address."""
    document = json.loads(render(hostile))

    assert [one["address"] for one in document["results"]] == [found.address for found in hostile.findings]


def test_the_schema_refuses_what_is_no_report(sample: Result) -> None:
    """A result without its verdict, or a verdict that is none, is refused."""
    document = json.loads(render(sample))
    document["results"][0]["verdict"] = "maybe"

    with pytest.raises(ValidationError, match="maybe"):
        VALID.validate(document)
