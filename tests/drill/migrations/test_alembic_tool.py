"""The real Alembic against a real server, through the application's own environment."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from pathlib import Path

import pytest

from recoverable.drill.bounded_command import Outcome
from recoverable.drill.contract import Check
from recoverable.drill.database_url import database_url
from recoverable.drill.hooks import Copy
from recoverable.drill.migrations.alembic_tool import OpenAlembic, compare, read_graph
from recoverable.drill.migrations.tool import HistoryMissingError, Workspace
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.server import Server
from recoverable.drill.verdict import RungVerdict
from tests.drill.migrations.conftest import checks, give_to_app, verdicts
from tests.support.alembic_projects import alembic_program, alembic_project
from tests.support.drill_copies import RecordingRun, copy_of, execute, new_database, unreachable

GREEN = {
    "history": "pass",
    "target": "pass",
    "from-scratch": "pass",
    "migrate": "pass",
    "history-after": "pass",
    "schema": "pass",
    "alembic-check": "pass",
}


def alembic(copy: Copy, **settings: object) -> dict[str, Check]:
    """The answers for this table."""
    return checks(copy, {"tool": "alembic", "command": [str(alembic_program())], "url_scheme": "postgresql+psycopg", **settings})


@pytest.fixture(scope="module", name="template")
def template_fixture(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database to which the real Alembic has applied the first two revisions."""
    database = new_database(server, owner="app")
    project = alembic_project(tmp_path_factory.mktemp("made") / "app", "a1", "b2")
    url = database_url(database, "postgresql+psycopg").reveal()
    subprocess.run(
        [alembic_program(), "upgrade", "heads"], cwd=project, check=True, capture_output=True, env={**os.environ, "DATABASE_URL": url}
    )
    give_to_app(database)
    return database.dbname


@pytest.fixture(name="restored")
def restored_fixture(server: Server, template: str, tmp_path: Path) -> Copy:
    """A copy that is one deploy behind its project."""
    return copy_of(new_database(server, template, "app"), alembic_project(tmp_path / "app", "a1", "b2", "c3"), server)


def test_a_copy_that_is_behind_is_migrated_and_passes(restored: Copy) -> None:
    found = alembic(restored)

    assert verdicts(found) == GREEN
    assert "2 of 3 applied" in found["migrations-history"].detail
    assert "1 pending" in found["migrations-history"].detail
    assert found["migrations-history-after"].figures["pending"] == 0


def test_an_edited_script_and_drift_are_found_by_the_schema_and_by_alembics_own_check(restored: Copy) -> None:
    """Alembic records no hashes: only the comparison with a database from scratch tells of an edit."""
    edited = 'op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True), sa.Column("edited", sa.Integer))'
    alembic_project(restored.store.folder, "a1", "b2", "c3", upgrades={"b2": ('"a1"', edited)})
    execute(restored.restored.connection, "ALTER TABLE customers ADD COLUMN by_hand integer")

    found = alembic(restored)

    assert verdicts(found) == {**GREEN, "schema": "fail", "alembic-check": "fail"}
    assert "names compared" in found["migrations-history"].detail
    assert "2 different: TABLE public.customers, TABLE public.orders" in found["migrations-schema"].detail


def test_a_revision_that_the_project_does_not_have_is_caught(restored: Copy) -> None:
    execute(restored.restored.connection, "UPDATE alembic_version SET version_num = 'f9'")

    found = alembic(restored)

    assert found["migrations-history"].verdict is RungVerdict.FAIL
    assert "1 unknown to the project: f9" in found["migrations-history"].detail
    assert found["migrations-migrate"].detail.startswith("alembic: exit code 255")


def test_an_environment_that_goes_to_another_database_is_never_run(server: Server, restored: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """env.py reads a variable of its own, which leads to production: nothing there may change."""
    production = new_database(server, owner="app")
    monkeypatch.setenv("PRODUCTION_URL", f"postgresql+psycopg{production.url().reveal().removeprefix('postgresql')}")
    alembic_project(restored.store.folder, "a1", "b2", "c3", variable="PRODUCTION_URL")

    found = alembic(restored, environment=["PRODUCTION_URL"])

    assert found["migrations-target"].verdict is RungVerdict.COULD_NOT_RUN
    assert "did not see the probe" in found["migrations-target"].detail
    assert {found[f"migrations-{name}"].verdict.value for name in ("from-scratch", "migrate", "history-after", "schema")} == {
        "could not run"
    }
    assert execute(production, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_project_without_models_says_so_and_its_variable_can_have_another_name(restored: Copy) -> None:
    alembic_project(restored.store.folder, "a1", "b2", "c3", models=False, variable="APP_DB")

    found = alembic(restored, url_variable="APP_DB")

    assert verdicts(found) == {**GREEN, "alembic-check": "could not run"}
    assert "autogenerate = false" in found["migrations-alembic-check"].detail


def test_a_lost_table_is_no_pending_deploy(restored: Copy) -> None:
    execute(restored.restored.connection, "DROP TABLE alembic_version")

    def run(*words: object) -> Outcome:
        raise AssertionError(words)

    opened = OpenAlembic(Workspace(restored.store.folder, restored.run.folder, run), [], {"a1": ()}, ("public", "alembic_version"))
    with connect(restored.restored.connection) as session, pytest.raises(HistoryMissingError, match=r"no table public\.alembic_version"):
        opened.history(session)


@pytest.mark.parametrize("settings", [{"command": ["no-such-alembic"]}, {"config": "elsewhere.ini"}])
def test_what_is_missing_is_never_green(restored: Copy, settings: dict[str, object]) -> None:
    assert set(verdicts(alembic(restored, **settings)).values()) == {"could not run"}


def test_scripts_that_cannot_be_read_are_not_green(restored: Copy) -> None:
    (restored.store.folder / "versions_of_app" / "versions" / "a1.py").write_text("raise SystemExit(7)", encoding="utf-8")

    assert set(verdicts(alembic(restored)).values()) == {"could not run"}


def test_a_database_that_is_down_is_not_green(restored: Copy) -> None:
    down = dataclasses.replace(restored, restored=dataclasses.replace(restored.restored, server=unreachable(restored.restored.connection)))

    assert set(verdicts(alembic(down)).values()) == {"could not run"}


def test_what_a_failing_migration_says_is_shown_without_its_password_and_declared_variables(
    restored: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANT", "marked-without-a-telling-name")
    leak = "import os; print(os.environ['DATABASE_URL']); raise RuntimeError(os.environ['DATABASE_URL'] + os.environ['TENANT'])"
    alembic_project(restored.store.folder, "a1", "b2", "c3", upgrades={"c3": ('"b2"', leak)})

    found = alembic(restored, environment=["TENANT"])

    run = restored.run
    assert isinstance(run, RecordingRun)
    assert found["migrations-migrate"].verdict is RungVerdict.FAIL
    said = "".join(run.notes)
    assert "RuntimeError" in said
    assert "marked" not in said + str(found)
    assert not [secret for secret in run.secrets if secret in said + str(found)]


def test_the_graph_of_revisions_is_read_with_merges_and_branches() -> None:
    text = "b2, c3 -> d4 (head) (mergepoint), merge\na1 -> c3, right\na1 (branchpoint) -> b2, left -> right\n<base> -> a1 (branchpoint), first\n"

    graph = read_graph(text)

    assert graph == {"d4": ("b2", "c3"), "c3": ("a1",), "b2": ("a1",), "a1": ()}
    assert compare(graph, ["b2"]).pending == ("c3", "d4")
    assert compare(graph, ["b2", "c3"]).pending == ("d4",)
    assert compare(graph, ["b2", "a1"]).broken == ("a1",)
    assert compare(graph, ["d4", "d4"]).twice == ("d4",)
