"""The audit of a project of Google Cloud, in the fakes that drills use: it finds exactly what was seeded, and only reads."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.alerts.facts import read_facts
from recoverable.audit.google.calls import ABOVE, TABLE
from recoverable.audit.google.sweep import CODE_ONLY
from tests.audit.conftest import Run
from tests.audit.google.answers import OF_CODE, SEEDED, address, unknown
from tests.audit.google.conftest import GoogleCloud, now, told
from tests.audit.google.database_twins import DATABASE_TWINS
from tests.audit.google.twins import TWINS, common
from tests.audit.test_aws_account import failing
from tests.audit.twins import Twin
from tests.fakes.fake_google_guards import TOKEN
from tests.support.judging import judge_code

pytestmark = pytest.mark.xdist_group("audit-google")
Audit = Callable[..., Run]


def test_it_finds_exactly_the_seeded_defects(whole: tuple[Run, list[str]]) -> None:
    run, _ = whole
    found = failing(run.results)
    wrong = {name: (found.get(name), SEEDED.get(name)) for name in found.keys() | SEEDED.keys()}
    assert {name: pair for name, pair in wrong.items() if pair[0] != pair[1]} == {}
    assert unknown(run) == set()
    assert [item for item in run.results if item["verdict"] == "error"] == []
    assert run.code == 1


@pytest.mark.parametrize("twin", [*TWINS, *DATABASE_TWINS], ids=lambda twin: twin.name)
def test_the_same_defect_in_code_breaks_the_same_rules(twin: Twin, tmp_path: Path) -> None:
    findings = judge_code(common() + twin.code, tmp_path, "schema = 1\n")

    found = {item.rule for item in findings if item.verdict.value == "fail" and item.address == twin.address}
    assert found - OF_CODE == twin.wrong


def test_what_only_code_answers_is_not_asked_of_a_project() -> None:
    assert len(OF_CODE) == len(CODE_ONLY)


@pytest.mark.parametrize("batch", [1, 3, 200])
def test_lines_say_the_same_as_the_report(whole: tuple[Run, list[str]], audit: Audit, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """However many buckets are judged together: a copy's other end and a bucket of logs may be in another batch."""
    monkeypatch.setattr("recoverable.audit.parts.BATCH", batch)
    lines = audit("--json-lines")
    *rows, last = told(lines)

    def key(item: dict[str, Any]) -> str:
        """Ages grow between the two runs."""
        return json.dumps([item[name] for name in ("rule", "address", "verdict", "severity")])

    report = whole[0]
    assert sorted(key(item) for item in rows if item["kind"] != "gate") == sorted(
        key(item) for item in report.results if item["kind"] != "gate"
    )
    assert last["summary"]["exit_code"] == lines.code == report.code


def test_only_gets_of_the_table_are_made_and_each_of_them_is_needed(whole: tuple[Run, list[str]]) -> None:
    made = {key for line in whole[1] for key, call in TABLE.calls.items() if call.fits(line.removeprefix("GET "))}
    assert all(line.startswith("GET ") for line in whole[1])
    assert all(any(call.fits(line.removeprefix("GET ")) for call in TABLE.calls.values()) for line in whole[1])
    assert TABLE.calls.keys() - made == {
        ("storage", "bucket"),  # no bucket has access lists
        ("resourcemanager", "project"),  # no API is off
        ("datastore", "indexes"),  # Firestore's API is on
        ("resourcemanager", "projects"),  # no folder or organization is named
        ("resourcemanager", "folders"),
    }


def test_pages_are_followed_to_their_end(audit: Audit, sick: GoogleCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for server in sick.servers:
        monkeypatch.setattr(server, "page", 1)
    run = audit("--format", "json")

    assert unknown(run) == set()
    assert failing(run.results) == SEEDED


def test_alerts_are_told_what_the_audit_saw(audit: Audit, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    audit("--facts", str(facts))
    moment = now()
    read = read_facts(facts, moment)
    stores = {store.store.rsplit("/", 1)[-1]: store for store in read.stores}

    assert read.problems == ()
    assert {store.environment for store in read.stores} == {"prod"}
    late = {name for name, store in stores.items() if store.last_backup and moment - store.last_backup > datetime.timedelta(hours=32)}
    assert (late, {name for name, store in stores.items() if store.failed_jobs}) == ({"sql-stale"}, {"sql-failed"})
    assert json.loads(next(line for line in facts.read_text().splitlines() if "sql-never" in line))["last_backup"] is None


def test_facts_stay_as_they_were_where_instances_may_not_be_listed(audit: Audit, sick: GoogleCloud, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text("as it was", encoding="utf-8")
    sick.sql.denied.add("cloudsql.instances.list")

    assert "stays as it was" in audit("--facts", str(facts)).err
    assert facts.read_text(encoding="utf-8") == "as it was"


def test_no_secret_is_said(audit: Audit, sick: GoogleCloud, tmp_path: Path) -> None:
    """In no format, on no stream, and not where calls are refused."""
    sick.guards.denied.add("cloudkms.cryptoKeys.get")
    formats = ("text", "sarif", "html", "markdown", "junit")
    run = audit(
        "--verbose", "--facts", str(tmp_path / "facts"), *(word for name in formats for word in ("--format", f"{name}={tmp_path / name}"))
    )

    said = [run.out, run.err, *((tmp_path / name).read_text(encoding="utf-8") for name in (*formats, "facts"))]
    assert all(len(text) > 500 for text in said[2:])
    assert [text for text in said if TOKEN in text or "marked" in text] == []


@pytest.mark.parametrize(
    ("lists", "entity", "open_to_all"),
    [("acl", "allUsers", True), ("default_acl", "allAuthenticatedUsers", True), ("acl", "user-ann@example.com", False)],
)
def test_a_bucket_without_uniform_access_is_open_by_its_lists(
    lists: str, entity: str, open_to_all: bool, audit: Audit, sick: GoogleCloud
) -> None:
    bucket = sick.gcs.make("bucket-lists", {"location": "EU"})
    getattr(bucket, lists).append({"kind": "storage#bucketAccessControl", "entity": entity, "role": "READER"})
    run = audit("--format", "json", "--rule", "RCV055")
    sick.gcs.denied.add("storage.buckets.getIamPolicy")
    denied = audit("--format", "json", "--rule", "RCV055")
    del sick.gcs.buckets["bucket-lists"]

    place = address("bucket-lists")
    assert (place in failing(run.results)) is open_to_all
    assert {item["verdict"] for item in denied.results if item["address"] == place} == {"unknown"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--project", "../other"], "is no id of a project"),
        (["--folder", "folders/1"], "is no number of a folder"),
        (["--organization", "acme"], "is no number of an organization"),
        (["--project", ""], "is no id of a project"),
        (["--rule", "password-in-code"], "is not asked of an account"),
        (["--rule", "deletion-protection-off"], "api-deletion-protection-off"),
        (["--json-lines", "--format", "json"], "a report of its own"),
        (["--region", "eu-west-1"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], said: str, audit: Audit, sick: GoogleCloud) -> None:
    run = audit(*words)

    assert (run.code, said in run.err) == (2, True)
    assert sick.lines == []


def test_the_role_allows_what_the_table_asks_for_and_no_more(audit: Audit, google: GoogleCloud) -> None:
    role = json.loads(audit("--iam-policy").out)
    above = json.loads(audit("--iam-policy", "--folder", "1").out)

    assert above["includedPermissions"] == sorted({call.action for call in TABLE.calls.values()})
    assert role["includedPermissions"] == sorted({call.action for call in TABLE.calls.values()} - ABOVE)
    assert {each.rsplit(".", 1)[-1] for each in role["includedPermissions"]} == {"get", "list", "getIamPolicy"}
    assert not [each for each in role["includedPermissions"] if "versions.access" in each or "objects" in each or "users" in each]
    assert role.keys() == {"title", "description", "stage", "includedPermissions"}
