"""The audit of all projects below a folder or an organization."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.audit.conftest import Run
from tests.audit.google.answers import SEEDED, unknown
from tests.audit.google.conftest import GoogleCloud
from tests.audit.test_aws_account import failing
from tests.fakes.fake_google_guards import PROJECT

pytestmark = pytest.mark.xdist_group("audit-google")
Audit = Callable[..., Run]
ORGANIZATION, FOLDER, EMPTY = "organizations/1", "folders/2", "folders/3"


def child(name: str, state: str = "ACTIVE", project: str = "") -> dict[str, str]:
    """A project or folder as Resource Manager lists it."""
    return {"name": name, "state": state, **({"projectId": project} if project else {})}


@pytest.fixture
def tree(sick: GoogleCloud) -> Iterator[GoogleCloud]:
    """The project lies in a folder of the organization, beside one that waits for its deletion and a folder that is empty."""
    sick.guards.children = {
        ORGANIZATION: [child(EMPTY), child(FOLDER), child("folders/9", "DELETE_REQUESTED")],
        FOLDER: [child("projects/11", "DELETE_REQUESTED", "acme-gone"), child("projects/12", project=PROJECT)],
        EMPTY: [],
    }
    yield sick
    sick.guards.children = {}


@pytest.mark.parametrize(
    "where", [("--organization", "1"), ("--folder", "2"), ("--folder", "2", "--organization", "1", "--project", PROJECT)]
)
def test_every_project_below_is_judged_once(
    where: tuple[str, ...], audit: Audit, tree: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree.guards, "page", 1)
    run = audit("--format", "json", *where)

    assert failing(run.results) == SEEDED
    assert unknown(run) == set()
    assert run.err.count(f"project {PROJECT}") == 1
    assert "acme-gone" not in run.err


@pytest.mark.parametrize("permission", ["resourcemanager.projects.list", "resourcemanager.folders.list"])
def test_what_may_not_be_listed_is_unknown_and_no_empty_folder(permission: str, audit: Audit, tree: GoogleCloud) -> None:
    tree.guards.denied.add(permission)
    run = audit("--format", "json", "--organization", "1")

    assert unknown(run) == {("RCV200", f"unknown: {permission} (forbidden)")}
    assert run.code == 3
    assert audit("--organization", "1", "--strict", "--allow-empty").code == 1


def test_a_folder_that_may_not_be_looked_into_is_unknown_and_the_others_are_judged(audit: Audit, tree: GoogleCloud) -> None:
    del tree.guards.children[EMPTY]
    run = audit("--format", "json", "--organization", "1")

    assert {rule for rule, _ in unknown(run)} == {"RCV200"}
    assert failing(run.results) == SEEDED


def test_a_list_that_nobody_answers_is_exit_5(audit: Audit, tree: GoogleCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recoverable.audit.web.client.TRIES", 2)
    tree.guards.faults.planned["GET /v3/folders"] = "unavailable"
    run = audit("--format", "json", "--organization", "1")

    assert (run.code, {rule for rule, _ in unknown(run)}) == (5, {"RCV200"})
