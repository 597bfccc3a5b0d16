"""How every migration tool is checked: compare as sets, migrate from scratch, migrate the copy, compare again, compare schemas.

No tool is believed: after each run the history is read again, and the schema is compared object by object.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recoverable.drill.bounded_command import Outcome, ProgramMissingError, run_bounded, small_environment
from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.database_url import database_url
from recoverable.drill.heartbeat import TABLE as HEARTBEAT
from recoverable.drill.hooks import Copy
from recoverable.drill.migrations.history import History, named
from recoverable.drill.migrations.schema_comparison import compare_schemas, dump_schema, find_pg_dump
from recoverable.drill.migrations.tool import HistoryMissingError, MigrationTool, OpenTool, ToolMissingError, Workspace
from recoverable.drill.owner_role import act_as, owner_of, temporary_login
from recoverable.drill.redaction import LEAST_OF_ENVIRONMENT, Redactor
from recoverable.drill.scratch_database import scratch_database
from recoverable.drill.temporary_roles import open_session
from recoverable.drill.verdict import RungVerdict

HISTORY = "migrations-history"
TARGET = "migrations-target"
SCRATCH = "migrations-from-scratch"
MIGRATE = "migrations-migrate"
AFTER = "migrations-history-after"
SCHEMA = "migrations-schema"
ORDER = (HISTORY, TARGET, SCRATCH, MIGRATE, AFTER, SCHEMA)
# What the drill itself puts into a source: its heartbeat.
OURS = (f"* {HEARTBEAT}", f"* {HEARTBEAT} *", f"* {HEARTBEAT}_*")


@dataclass(frozen=True, slots=True)
class MigrationSettings:
    """What ``[drill.stores.NAME.migrations]`` says beside what a tool alone understands.

    ``project`` is the application's folder, below that of ``recoverable.toml``; ``environment`` names variables that the
    tool gets too; ``ignore`` are globs over ``TYPE schema.name`` that the schema comparison leaves out; ``url_*`` say how the
    tool is told its database. ``prepare`` are SQL
    statements for the empty database, for what the platform and not a migration makes (extensions, roles).
    """

    project: str = "."
    timeout_seconds: int = 600
    environment: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    url_variable: str = "DATABASE_URL"
    url_scheme: str = "postgresql"
    url_query: str = ""


class CheckedMigrations:
    """The engine's ``Migrations`` over one tool."""

    def __init__(self, tool: MigrationTool, settings: MigrationSettings) -> None:
        self.name = tool.name
        self.tool = tool
        self.settings = settings

    def versions(self) -> Mapping[str, str]:
        """The tool's version."""
        return self.tool.versions()

    def check(self, copy: Copy) -> Iterator[Check]:
        """See :class:`recoverable.drill.hooks.Migrations`. A question that cannot be asked any more is "could not run", by name."""
        import psycopg

        asked: set[str] = set()
        try:
            for answer in self._answers(copy):
                asked.add(answer.name)
                yield answer
            return
        except (ToolMissingError, ProgramMissingError) as error:
            why = str(error)
        except psycopg.Error as error:
            why = f"the restored database does not answer as it should ({type(error).__name__}{f', SQLSTATE {error.sqlstate}' if error.sqlstate else ''})"
        except OSError as error:
            why = f"a file could not be read or written: {error.strerror or type(error).__name__}"
        for name in ORDER:
            if name not in asked:
                yield Check(name, RungVerdict.COULD_NOT_RUN, why)

    def _answers(self, copy: Copy) -> Iterator[Check]:
        admin = copy.restored.connection
        with ExitStack() as stack:
            login, session = stack.enter_context(temporary_login(admin, "migrate", copy.run))
            space = self._workspace(copy, login)
            tool = stack.enter_context(self.tool.opened(space))
            owner = owner_of(session, tool.history_table)
            act_as(session, login, owner)
            scratch = stack.enter_context(scratch_database(admin, session, owner, self.settings.prepare))
            yield from _Procedure(
                self, copy, tool, session, replace(scratch, user=login.user, password=login.password), login, space
            ).answers(scratch)

    def _workspace(self, copy: Copy, login: Connection) -> Workspace:
        known = Redactor()
        for connection in (login, copy.restored.connection):
            known.add(connection.password)
            known.add(connection.url())
        for value in (os.environ.get(name, "") for name in self.settings.environment):
            if len(value) >= LEAST_OF_ENVIRONMENT:  # whatever its name, it may be a token
                known.add(value)
        project = (copy.store.folder / self.settings.project).resolve()
        if not project.is_dir():
            raise ToolMissingError(
                f"the folder {self.settings.project} of the migrations does not exist", "Correct project in the migrations table."
            )
        scratch = copy.run.folder / "migrations"
        scratch.mkdir(mode=0o700, exist_ok=True)

        def run(arguments: list[str], database: Connection, added: Mapping[str, str], folder: Path) -> Outcome:
            url = database_url(database, self.settings.url_scheme, self.settings.url_query)
            copy.run.conceal(url)
            told = {self.settings.url_variable: url.reveal()}
            outcome = run_bounded(
                arguments,
                environment=small_environment({**told, **added}, self.settings.environment),
                folder=folder,
                timeout=self.settings.timeout_seconds,
                poll=copy.run.check_budget,
                strike=known.text,
            )
            if outcome.code != 0:
                copy.run.note(f"{self.name} {outcome.ended()}; the end of what it said:\n{outcome.last_lines()}")
            return outcome

        return Workspace(project, scratch, run)


@dataclass(frozen=True, slots=True)
class _Procedure:
    """The questions in their order, for one open tool."""

    migrations: CheckedMigrations
    copy: Copy
    tool: OpenTool
    session: Any
    scratch: Connection
    login: Connection
    space: Workspace

    def answers(self, scratch_admin: Connection) -> Iterator[Check]:
        before = self._history(HISTORY, self.session)
        yield before
        with open_session(scratch_admin) as inside:
            told = self.tool.goes_where_told(self.scratch, inside)
            if told:
                yield told
                if told.verdict is not RungVerdict.PASS:
                    raise ToolMissingError("the tool was not run, for it does not go where it is told")
            yield self._migrated(SCRATCH, self.scratch, inside)
        yield self._run(self.login)
        yield self._history(AFTER, self.session, finished=True)
        yield self._schema(scratch_admin)
        yield from self.tool.second_opinion(self.login)

    def _history(self, name: str, session: Any, *, finished: bool = False) -> Check:
        try:
            history = self.tool.history(session)
        except HistoryMissingError as error:
            return Check(name, RungVerdict.FAIL, str(error))
        return judge(name, history, finished=finished)

    def _run(self, database: Connection) -> Check:
        outcome = self.tool.migrate(database)
        verdict = RungVerdict.PASS if outcome.code == 0 else RungVerdict.FAIL
        return Check(MIGRATE, verdict, f"{self.migrations.name}: {outcome.ended()}", {"seconds": round(outcome.seconds, 3)})

    def _migrated(self, name: str, database: Connection, session: Any) -> Check:
        """An empty database must come to the declared end by the migrations alone."""
        outcome = self.tool.migrate(database)
        if outcome.code != 0:
            return Check(name, RungVerdict.FAIL, f"on an empty database {self.migrations.name} ended with {outcome.ended()}")
        try:
            read = judge(name, self.tool.history(session), finished=True)
        except HistoryMissingError:
            what = f"{self.migrations.name} reported success and left no record in the empty database that it was told: it went elsewhere"
            raise ToolMissingError(
                what, f"Nothing more was run. It must take its database from {self.migrations.settings.url_variable} alone."
            ) from None
        return replace(read, detail=f"empty database: {read.detail}")

    def _schema(self, scratch: Connection) -> Check:
        program = find_pg_dump(self.copy.restored.files.programs if self.copy.restored.files else None)
        admin = self.copy.restored.connection

        def dump(database: Connection) -> dict[str, list[str]]:
            return dump_schema(self.space.run, program, database, self.space.scratch / "schema.sql")

        found = compare_schemas(dump(admin), dump(scratch), (*OURS, *self.tool.bookkeeping, *self.migrations.settings.ignore))
        figures = {
            "objects": found.compared,
            "ignored": found.ignored,
            "extra": len(found.extra),
            "missing": len(found.missing),
            "different": len(found.different),
        }
        if found.alike:
            return Check(
                SCHEMA, RungVerdict.PASS, f"{found.compared} objects as the migrations make them, {found.ignored} ignored", figures
            )
        return Check(SCHEMA, RungVerdict.FAIL, f"the restored schema is not what the migrations make: {found}", figures)


def judge(name: str, history: History, *, finished: bool = False) -> Check:
    """The verdict over a history; ``finished`` is after the tool's own migrate, when nothing may be pending any more."""
    figures = history.figures()
    faults = history.faults()
    if finished and history.pending:
        faults.append(f"{len(history.pending)} still not applied after the tool has run: {named(history.pending)}")
    if faults:
        return Check(name, RungVerdict.FAIL, "; ".join(faults), figures)
    if not history.declared:
        return Check(name, RungVerdict.COULD_NOT_RUN, "the project declares no migration", figures)
    if not history.applied:
        return Check(name, RungVerdict.FAIL, f"not one of {history.declared} declared migrations is recorded as applied", figures)
    said = [
        f"{len(history.applied)} of {history.declared} applied",
        "contents compared" if history.hashed else "names compared (this tool records no hashes)",
    ]
    if history.pending:
        said.append(f"{len(history.pending)} pending, as after a restore from before a deploy: {named(history.pending)}")
    return Check(name, RungVerdict.PASS, "; ".join([*said, *history.remarks]), figures)
