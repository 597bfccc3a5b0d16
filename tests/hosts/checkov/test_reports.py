"""Our findings in every format that Checkov writes."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest

from tests.hosts.checkov.samples import DATABASE, write
from tests.support.checkov_runs import checkov

SAID = (
    "backups-disabled: no automated backups are kept",
    "Found: 0 days.",
    "Wanted: automated backups, kept at least 14 days.",
    "Environment: dev (tag environment=dev).",
    "Fix: Set backup_retention_period = 14.",
)
PAGES = {"RECOVERABLE_RULE_PAGES": "https://docs.example.com/rules"}
PAGE = "https://docs.example.com/rules/RCV001-backups-disabled.md"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One run, written in every format."""
    folder = tmp_path_factory.mktemp("reports")
    waived = DATABASE.replace("orders", "waived").replace("{\n", "{\n  # checkov:skip=RCV001:rebuilt nightly\n", 1) % (0, "dev")
    write(folder, DATABASE.replace("  tags", '  password = "hunter2hunter2"\n  tags') % (0, "dev") + waived)
    names = {"sarif": "r.sarif", "junitxml": "r.xml", "gitlab_sast": "r.gitlab.json", "json": "r.json", "cli": "r.txt"}
    words = [word for name in names for word in ("-o", name)]
    chosen = "RCV001,RCV016"
    # Checkov takes the paths in the order of the formats. Its csv format writes three files into a folder.
    where = ("--output-file-path", ",".join(names.values()))
    done = checkov("-d", ".", "--framework", "terraform", *words, *where, cwd=folder, only=chosen, **PAGES)
    table = checkov("-d", ".", "--framework", "terraform", "-o", "csv", "--output-file-path", ".", cwd=folder, only=chosen, **PAGES)
    assert (done.code, table.code) == (1, 1), done.stderr[-2000:]
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file() and path.suffix != ".tf"}


def told(text: str) -> list[str]:
    """What of the finding is missing in a text."""
    return [part for part in SAID if part not in text]


def test_sarif_has_the_whole_message_the_level_the_page_and_the_suppression(reports: dict[str, str]) -> None:
    run = json.loads(reports["r.sarif"])["runs"][0]
    results = [item for item in run["results"] if item["ruleId"] == "RCV001"]
    live, waived = sorted(results, key=lambda item: "suppressions" in item)

    assert told(live["message"]["text"]) == []
    assert live["level"] == "error"
    assert live["locations"][0]["physicalLocation"]["region"]["startLine"] == 1
    assert waived["suppressions"][0]["justification"] == "rebuilt nightly"
    assert next(item for item in run["tool"]["driver"]["rules"] if item["id"] == "RCV001")["helpUri"] == PAGE


def test_junit_has_a_failure_with_the_whole_message_and_a_skipped_case(reports: dict[str, str]) -> None:
    cases = ElementTree.fromstring(reports["r.xml"]).iter("testcase")
    ours = {case.get("classname"): case for case in cases if "RCV001" in (case.get("name") or "")}

    failure = ours["/main.tf.aws_db_instance.orders"].find("failure")
    skipped = ours["/main.tf.aws_db_instance.waived"].find("skipped")
    assert failure is not None
    assert skipped is not None
    assert told(failure.get("message") or "") == []
    assert skipped.get("message") == "rebuilt nightly"
    assert "[CRITICAL][RCV001]" in (ours["/main.tf.aws_db_instance.orders"].get("name") or "")


def test_gitlab_has_the_whole_message_the_severity_and_the_page(reports: dict[str, str]) -> None:
    found = [item for item in json.loads(reports["r.gitlab.json"])["vulnerabilities"] if item["identifiers"][0]["value"] == "RCV001"]

    assert len(found) == 1
    assert told(found[0]["name"]) == []
    assert found[0]["severity"] == "Critical"
    assert found[0]["links"][0]["url"] == PAGE


def test_json_has_the_parts_one_by_one(reports: dict[str, str]) -> None:
    found = next(item for item in json.loads(reports["r.json"])["results"]["failed_checks"] if item["check_id"] == "RCV001")

    assert told(found["check_name"]) == []
    assert found["details"][0] == "found: 0 days"
    assert found["severity"] == "CRITICAL"
    assert found["guideline"] == PAGE


def test_the_terminal_has_the_parts_one_by_one(reports: dict[str, str]) -> None:
    text = reports["r.txt"]

    assert told(text) == []
    for line in ("FAILED for resource: aws_db_instance.orders", "Details: found: 0 days", "Severity: CRITICAL", f"Guide: {PAGE}"):
        assert line in text
    assert "Suppress comment: rebuilt nightly" in text


def test_csv_has_a_row_with_the_whole_message(reports: dict[str, str]) -> None:
    rows = [row for name, text in reports.items() if name.endswith(".csv") for row in csv.DictReader(io.StringIO(text))]
    found = [row for row in rows if row.get("Misconfigurations") == "RCV001"]

    assert len(found) == 1
    assert told(found[0]["Check name"] if "Check name" in found[0] else json.dumps(found[0])) == []


def test_no_report_tells_the_password_that_a_rule_has_found(reports: dict[str, str]) -> None:
    assert any("RCV016" in text for text in reports.values())
    assert [name for name, text in reports.items() if "hunter2hunter2" in text] == []
