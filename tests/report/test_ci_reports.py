"""GitHub annotations and GitLab code quality."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from jsonschema import Draft202012Validator

from recoverable.model.finding import Verdict
from recoverable.report import github_report, gitlab_report
from recoverable.report.result import Result

SCHEMA = json.loads((Path(__file__).parent / "data" / "gitlab-codequality.schema.json").read_text())


def test_an_annotation_is_escaped(hostile: Result) -> None:
    """No text of the input ends a property, a command or a line."""
    lines = github_report.render(hostile).splitlines()
    first = next(line for line in lines if "RCV002" in line)
    properties, _, message = first.removeprefix("::error ").partition("::")

    assert [part.split("=")[0] for part in properties.split(",")] == ["file", "line", "title"]
    assert "%25@octocat" in message
    assert "http%3A/evil" in properties


def test_ten_of_a_level_and_the_rest_in_the_log(sample: Result) -> None:
    """GitHub drops the eleventh, so it is a plain line, and the notice says how many."""
    fail = sample.findings[1]
    many = [replace(fail, message=f"number {at}", address=f"a{at}") for at in range(25)]
    lines = github_report.render(replace(sample, findings=many, problems=[], exit_code=1)).splitlines()

    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("error: infra/main.tf:5 RCV002 a") for line in lines) == 15
    assert lines[10].startswith("::notice title=recoverable::failed: 25 findings")
    assert "15 annotations more than GitHub shows" in lines[10]


def test_levels_follow_the_gate(sample: Result) -> None:
    """What fails the run is an error, what does not is a warning, advice is a notice."""
    lines = github_report.render(sample).splitlines()
    level = {line.split("title=")[1].split("::")[0]: line.split(" ")[0] for line in lines if line.startswith("::")}

    assert level["medium%3A deletion-protection-off (RCV005)"] == "::error"
    assert level["unknown%3A retention-too-short (RCV002)"] == "::warning"
    assert level["advice%3A object-lock-missing (RCV102)"] == "::notice"
    assert level["input%3A error"] == "::error"


def test_gitlab_is_as_its_documentation_says(sample: Result, hostile: Result) -> None:
    """Every issue has what GitLab reads; also for hostile texts and for nothing at all."""
    for result in (sample, hostile, replace(sample, strict=True), Result(findings=[])):
        Draft202012Validator(SCHEMA).validate(json.loads(gitlab_report.render(result)))


def test_gitlab_fingerprints_are_unique(sample: Result, hostile: Result) -> None:
    """GitLab drops an issue whose fingerprint it has seen."""
    for result in (sample, hostile):
        prints = [one["fingerprint"] for one in json.loads(gitlab_report.render(result))]
        assert len(prints) == len(set(prints))


def test_gitlab_leaves_out_passes_and_suppressed(sample: Result) -> None:
    """The format has no word for them."""
    issues = json.loads(gitlab_report.render(sample))
    live = [found for found in sample.findings if found.verdict is not Verdict.PASS and not found.suppressed]

    assert len(issues) == len(live) + len(sample.problems)
    assert [one["severity"] for one in issues if one["description"].startswith("unknown:")] == ["info"]
