"""The audit of a project of Google Cloud, in the fakes that drills use: it finds exactly what was seeded, says what it may not read, and only reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.audit.google.sweep import CODE_ONLY
from recoverable.rules.registry.load import load_rules
from tests.audit.conftest import Run
from tests.audit.google.conftest import GoogleCloud
from tests.audit.google.twins import TWINS, common
from tests.audit.test_aws_account import failing
from tests.audit.twins import Twin
from tests.support.judging import judge_code

pytestmark = pytest.mark.xdist_group("audit-google")
Audit = Callable[..., Run]
OF_CODE = {item.rule.id for item in load_rules() if item.rule.name in CODE_ONLY}
KMS = "//cloudkms.googleapis.com/projects/acme-prod/locations/europe-west1/keyRings/main/cryptoKeys"


def address(name: str) -> str:
    """What the project calls a twin."""
    if name.startswith("sql-"):
        return f"//cloudsql.googleapis.com/projects/acme-prod/instances/{name}"
    return f"//storage.googleapis.com/{name}" if name.startswith("bucket-") else f"{KMS}/{name}"


SEEDED = {address(twin.name): set(twin.wrong | twin.only_live) for twin in TWINS if twin.wrong or twin.only_live}


def unknown(run: Run) -> set[tuple[str, str]]:
    """Rule and what was found, of all that is not known."""
    return {(item["rule"], item["found"]) for item in run.results if item["verdict"] == "unknown"}


@pytest.fixture(scope="module")
def whole(audit: Audit, google: GoogleCloud) -> tuple[Run, list[str]]:
    """One audit of everything, and its calls."""
    google.forget()
    run = audit("--format", "json")
    return run, google.lines


def test_it_finds_exactly_the_seeded_defects(whole: tuple[Run, list[str]]) -> None:
    run, _ = whole
    found = failing(run.results)
    wrong = {name: (found.get(name), SEEDED.get(name)) for name in found.keys() | SEEDED.keys()}
    assert {name: pair for name, pair in wrong.items() if pair[0] != pair[1]} == {}
    assert unknown(run) == set()
    assert [item for item in run.results if item["verdict"] == "error"] == []
    assert run.code == 1


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_the_same_defect_in_code_breaks_the_same_rules(twin: Twin, tmp_path: Path) -> None:
    findings = judge_code(common() + twin.code, tmp_path, "schema = 1\n")

    found = {item.rule for item in findings if item.verdict.value == "fail" and item.address == twin.address}
    assert found - OF_CODE == twin.wrong
