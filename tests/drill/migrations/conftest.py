"""A server for all tests of migrations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.bounded_command import Outcome
from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.hooks import Copy
from recoverable.drill.migrations.drizzle import Drizzle
from recoverable.drill.migrations.history import History
from recoverable.drill.migrations.registry import read
from recoverable.drill.migrations.tool import Workspace
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.server import Server
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.support.drill_copies import copy_of, execute, new_database, running_server
from tests.support.drizzle_projects import TIMES, DrizzleProject


@pytest.fixture(scope="session", name="server")
def server_fixture() -> Iterator[Server]:
    """An empty cluster with a role that owns what applications make."""
    with running_server() as server:
        execute(server.connection(), "CREATE ROLE app LOGIN")
        yield server


def give_to_app(database: Connection) -> None:
    """Let the role app own what a tool has made as the superuser, as where the application migrates itself."""
    owned = (
        "SELECT format('ALTER %s %I OWNER TO app', 'SCHEMA', nspname) FROM pg_namespace WHERE nspname = 'drizzle' UNION ALL SELECT format("
    )
    owned += "'ALTER TABLE %I.%I OWNER TO app', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'drizzle')"
    for (statement,) in execute(database, owned):
        execute(database, statement)


@pytest.fixture(scope="session", name="templates")
def templates_fixture(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Databases to which the real drizzle-kit has applied the first two and all three migrations."""
    found = {}
    for number in (2, 3):
        project = DrizzleProject.create(tmp_path_factory.mktemp("made") / "app").declare(*tuple(TIMES)[:number])
        database = new_database(server, owner="app")
        project.migrate(database)
        give_to_app(database)
        found[number] = database.dbname
    return found


@pytest.fixture(name="project")
def project_fixture(tmp_path: Path) -> DrizzleProject:
    """A project that declares all three."""
    return DrizzleProject.create(tmp_path / "app").declare(*TIMES)


@pytest.fixture(name="restored")
def restored_fixture(server: Server, templates: dict[int, str], project: DrizzleProject) -> Copy:
    """A copy to which all three were applied."""
    return copy_of(new_database(server, templates[3], "app"), project.folder, server)


def checks(copy: Copy, settings: dict[str, Any]) -> dict[str, Check]:
    """The answers for a table of recoverable.toml, by name; every name is answered once."""
    problems = Problems("recoverable.toml", {})
    migrations = read(Table(settings, ("drill", "stores", "orders", "migrations"), problems))
    problems.stop_if_any()
    assert migrations is not None
    answers = list(migrations.check(copy))
    found = {answer.name: answer for answer in answers}
    assert len(found) == len(answers)
    return found


def verdicts(found: dict[str, Check]) -> dict[str, str]:
    """The verdicts by the last part of the names."""
    return {name.removeprefix("migrations-"): check.verdict.value for name, check in found.items()}


def drizzle(copy: Copy, **settings: object) -> dict[str, Check]:
    """The answers for this table."""
    return checks(copy, {"tool": "drizzle", **settings})


def history(copy: Copy) -> History:
    """What the comparison alone says, without running anything."""
    tool = Drizzle(out="drizzle", table="__drizzle_migrations", schema="drizzle")

    def run(arguments: list[str], database: Connection, added: Mapping[str, str], folder: Path) -> Outcome:
        raise AssertionError(arguments)

    with tool.opened(Workspace(copy.store.folder, copy.run.folder, run)) as opened, connect(copy.restored.connection) as session:
        return opened.history(session)
