"""The audit of what a key of Neon reaches, in the fake that drills use: it finds exactly what was seeded, says what it may not read, and only reads."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.alerts.facts import read_facts
from recoverable.audit.neon.calls import TABLE
from recoverable.audit.neon.sweep import CODE_ONLY
from recoverable.rules.registry.load import load_rules
from tests.audit.conftest import Run
from tests.audit.google.answers import unknown
from tests.audit.google.conftest import KINDS, LONG, told
from tests.audit.neon.conftest import STANDARD, TOOLS, TWINS, NeonTwin, now
from tests.audit.test_aws_account import failing
from tests.fakes.fake_neon import KEY
from tests.fakes.fake_neon_account import FakeNeonAccount
from tests.fakes.json_server import Faults
from tests.support.judging import judge_code

pytestmark = pytest.mark.xdist_group("audit-neon")
Audit = Callable[..., Run]
SEEDED = {each.address: set(each.wrong | each.only_live) for each in TWINS if each.wrong or each.only_live}
OF_CODE = {item.rule.id for item in load_rules() if item.rule.name in CODE_ONLY}
LINES = {
    "organizations": "GET /api/v2/users/me/organizations",
    "projects": "GET /api/v2/projects",
    "project": "GET /api/v2/projects/good-prod",
    "branches": "GET /api/v2/projects/good-prod/branches",
    "schedule": "GET /api/v2/projects/good-prod/branches/br-good-prod-0/backup_schedule",
    "snapshots": "GET /api/v2/projects/snap-prod/snapshots",
}
"""A call of each kind."""
LOSSES = [(name, kind) for number, name in enumerate(sorted(LINES)) for kind in (KINDS if LONG else (KINDS[number % 4],))]
"""How each call goes wrong for good: in one way, or in all where there is time."""


def about_stores(run: Run) -> dict[str, set[str]]:
    return {name: rules for name, rules in failing(run.results).items() if name.startswith("neon:")}


def test_it_finds_exactly_the_seeded_defects(audit: Audit, sick: FakeNeonAccount) -> None:
    run = audit("--format", "json")

    assert about_stores(run) == SEEDED
    assert unknown(run) == set()
    assert run.code == 1
    environments = {item["address"]: item["environment"] for item in run.results if item["rule"] == "RCV002"}
    assert (environments["neon:tools-dev"], environments["neon:tools-prod"]) == ("dev", "prod")


@pytest.mark.parametrize("each", TWINS, ids=lambda each: each.name)
def test_the_same_defect_in_code_breaks_the_same_rules(each: NeonTwin, tmp_path: Path) -> None:
    folder = tmp_path / each.name.rpartition("-")[2]
    folder.mkdir()
    findings = judge_code(each.code, folder, STANDARD)

    found = {item.rule for item in findings if item.verdict.value == "fail" and item.address == f"neon_project.{each.name}"}
    assert found - OF_CODE == each.wrong


def test_lines_say_the_same_as_the_report(audit: Audit, sick: FakeNeonAccount) -> None:
    *rows, last = told(audit("--json-lines"))

    assert {item["address"] for item in rows if item["verdict"] == "fail" and item["address"] in SEEDED} == SEEDED.keys()
    assert last["summary"]["exit_code"] == 1


def test_a_branch_that_is_not_protected_is_a_copy_and_a_protected_one_a_store(audit: Audit, sick: FakeNeonAccount) -> None:
    run = audit("--format", "json", "--verbose", "--rule", "RCV002")

    assert {item["address"] for item in run.results if "branched-prod/" in item["address"]} == {"neon:branched-prod/frozen"}


def test_only_gets_of_the_table_are_made_and_each_of_them_is_needed(audit: Audit, sick: FakeNeonAccount) -> None:
    audit()
    paths = [call.raw.removeprefix("/api/v2") for call in sick.calls]

    assert {call.method for call in sick.calls} == {"GET"}
    assert all(any(call.fits(path) for call in TABLE.calls.values()) for path in paths)
    assert all(any(call.fits(path) for path in paths) for call in TABLE.calls.values())


def test_all_pages_and_organisations_are_looked_at_and_of_a_named_one_only_its_own(
    audit: Audit, sick: FakeNeonAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sick, "page", 1)
    everything = audit("--format", "json")
    tools = audit("--format", "json", "--org-id", TOOLS)

    assert about_stores(everything) == SEEDED
    assert about_stores(tools) == {"neon:tools-prod": SEEDED["neon:tools-prod"]}


def test_a_key_of_an_organisation_needs_not_name_it(audit: Audit, sick: FakeNeonAccount) -> None:
    sick.personal_key = False
    run = audit("--format", "json")

    assert unknown(run) == set()
    assert about_stores(run) == {name: rules for name, rules in SEEDED.items() if name != "neon:tools-prod"}


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("project", {"RCV200"}),
        ("branches", {"RCV200", "RCV030", "RCV201"}),
        ("schedule", {"RCV200", "RCV201"}),
        ("snapshots", {"RCV200", "RCV201"}),
    ],
)
def test_what_may_not_be_read_is_unknown_and_says_what(name: str, rules: set[str], audit: Audit, sick: FakeNeonAccount) -> None:
    sick.denied.add(LINES[name])
    run = audit("--format", "json")

    assert {rule for rule, _ in unknown(run)} >= {"RCV200"}
    assert {rule for rule, _ in unknown(run)} <= rules
    (gap,) = [item for item in run.results if item["verdict"] == "unknown" and item["rule"] == "RCV200"]
    assert gap["found"] == f"unknown: {TABLE.calls['neon', name].action} (403)"
    assert "--iam-policy" not in gap["fix"]
    assert {place: broken for place, broken in about_stores(run).items() if not broken <= SEEDED.get(place, set())} == {}


def test_projects_that_may_not_be_listed_are_not_taken_for_none(audit: Audit, sick: FakeNeonAccount) -> None:
    sick.denied.add(LINES["projects"])
    run = audit("--format", "json")

    assert ("RCV200", "unknown: neon:ListProjects (403)") in unknown(run)
    assert run.code == 3
    assert audit("--strict", "--allow-empty").code == 1


@pytest.mark.parametrize(("name", "kind"), LOSSES)
def test_a_call_that_is_never_answered_is_exit_5_and_still_a_report(
    name: str, kind: str, audit: Audit, sick: FakeNeonAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recoverable.audit.web.client.TRIES", 2)
    sick.faults = Faults(planned={LINES[name]: kind})
    run = audit("--format", "json")

    assert run.code == 5
    assert any(rule == "RCV200" for rule, _ in unknown(run))
    assert {place: broken for place, broken in about_stores(run).items() if not broken <= SEEDED.get(place, set())} == {}


@pytest.mark.parametrize("seed", range(3))
def test_faults_that_pass_are_not_noticed(seed: int, audit: Audit, sick: FakeNeonAccount) -> None:
    sick.faults = Faults(seed=seed, rate=0.2)
    run = audit("--format", "json")

    assert (about_stores(run), unknown(run)) == (SEEDED, set())


def test_what_the_plan_allows_is_said_beside_a_retention_that_is_too_short(audit: Audit, sick: FakeNeonAccount) -> None:
    sick.projects["kept-prod"]["owner"]["subscription_type"] = "launch_v3"
    run = audit("--format", "json", "--rule", "RCV002")
    sick.projects["kept-prod"]["owner"]["subscription_type"] = "scale"

    (found,) = [item for item in run.results if item["address"] == "neon:kept-prod" and item["verdict"] == "fail"]
    assert "7 days at most on the Launch plan" in found["message"]


def test_alerts_are_told_what_the_audit_saw(audit: Audit, sick: FakeNeonAccount, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    audit("--facts", str(facts))
    read = read_facts(facts, now())
    stores = {store.store: store for store in read.stores}

    assert read.problems == ()
    assert {name for name, store in stores.items() if store.last_backup} == {
        "neon:snap-prod", "neon:short-prod", "neon:stale-prod", "neon:weekly-prod",
    }  # fmt: skip
    assert {store.environment for store in stores.values()} == {"prod"}
    assert json.loads(next(line for line in facts.read_text().splitlines() if "never-prod" in line))["last_backup"] is None


def test_the_key_is_said_nowhere(audit: Audit, sick: FakeNeonAccount, tmp_path: Path) -> None:
    """In no format, on no stream, and not where calls are refused."""
    sick.denied.add(LINES["snapshots"])
    formats = ("text", "sarif", "html", "markdown", "junit")
    run = audit("--verbose", *(word for name in formats for word in ("--format", f"{name}={tmp_path / name}")))

    said = [run.out, run.err, *((tmp_path / name).read_text(encoding="utf-8") for name in formats)]
    assert all(len(text) > 500 for text in said[2:])
    assert [text for text in said if KEY in text or "marked" in text] == []


@pytest.mark.parametrize(
    ("key", "said"),
    [(None, "NEON_API_KEY is not set"), ("napi_marked_wrong", "does not take the API key"), ("napi marked\n", "characters")],
)
def test_without_a_good_key_nothing_is_looked_at(
    key: str | None, said: str, audit: Audit, sick: FakeNeonAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEON_API_KEY") if key is None else monkeypatch.setenv("NEON_API_KEY", key)
    run = audit()

    assert (run.code, said in run.err, "marked" in run.err + run.out) == (2, True, False)
    assert os.environ.get("NEON_API_KEY") == key


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--org-id", "../x"], "no id of an organisation"),
        (["--rule", "password-in-code"], "is not asked of an account"),
        (["--json-lines", "--format", "json"], "a report of its own"),
        (["--iam-policy"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], said: str, audit: Audit, sick: FakeNeonAccount) -> None:
    run = audit(*words)

    assert (run.code, said in run.err, sick.calls) == (2, True, [])
