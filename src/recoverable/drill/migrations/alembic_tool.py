"""Alembic, through the application's own environment (``env.py``), which is told the database by a variable alone.

``env.py`` may ignore that variable and speak to production: before anything is migrated, a revision that exists nowhere is
written into an empty database, and Alembic must name it.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.drill.bounded_command import Outcome
from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.migrations.history import History
from recoverable.drill.migrations.tool import HistoryMissingError, Session, ToolMissingError, Workspace
from recoverable.drill.verdict import RungVerdict

TARGET = "migrations-target"
CHECK = "migrations-alembic-check"
NOWHERE = Connection("127.0.0.1", 1, "nobody", "nothing")
DIFFERS = "New upgrade operations detected"  # alembic.command.check; exit code 255, as for every other error
_LINE = re.compile(r"^(?P<parents>\S.*?) -> (?P<revision>[^\s,]+)")
_VERSION = re.compile(r"alembic (\S+)")


@dataclass
class Alembic:
    """Alembic over one project. ``command`` starts it (default: that of the project's ``.venv``, else of the PATH).

    ``autogenerate`` false leaves ``alembic check`` out, for projects without models.
    """

    command: tuple[str, ...] = ()
    config: str = "alembic.ini"
    table: str = "alembic_version"
    schema: str = "public"
    autogenerate: bool = True
    name: str = "alembic"
    _versions: dict[str, str] = field(default_factory=dict)

    def versions(self) -> Mapping[str, str]:
        """Of Alembic, once it was opened."""
        return self._versions

    @contextmanager
    def opened(self, space: Workspace) -> Iterator[OpenAlembic]:
        """See :class:`recoverable.drill.migrations.tool.MigrationTool`."""
        if not (space.project / self.config).is_file():
            raise ToolMissingError(f"{self.config} does not exist", "Correct config in the migrations table.")
        command = [*find_command(self.command, space.project), "--config", self.config]
        told = space.run([*command[:-2], "--version"], NOWHERE, {}, space.project)
        self._versions.update({"alembic": found[1]} if (found := _VERSION.search(told.output)) else {})
        history = space.run([*command, "history"], NOWHERE, {}, space.project)  # reads the scripts, connects to nothing
        if history.code != 0:
            raise ToolMissingError(f"alembic history: {history.ended()}", "Run it in the project to see why.")
        yield OpenAlembic(space, command, read_graph(history.output), (self.schema, self.table), autogenerate=self.autogenerate)


@dataclass(frozen=True, slots=True)
class OpenAlembic:
    """See :class:`recoverable.drill.migrations.tool.OpenTool`. ``graph`` has each revision's parents, newest first."""

    space: Workspace
    command: list[str]
    graph: Mapping[str, tuple[str, ...]]
    history_table: tuple[str, str]
    bookkeeping: tuple[str, ...] = ()
    autogenerate: bool = True

    def history(self, session: Session) -> History:
        """The recorded revisions and all before them, against the scripts. Alembic records no hashes."""
        from psycopg import errors, sql

        try:
            rows = session.execute(sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(*self.history_table))).fetchall()
        except (errors.UndefinedTable, errors.UndefinedColumn):
            raise HistoryMissingError(
                f"the database has no table {'.'.join(self.history_table)}, in which Alembic records its revision"
            ) from None
        return compare(self.graph, [str(row[0]) for row in rows])

    def goes_where_told(self, database: Connection, session: Session) -> Check | None:
        """``alembic current`` must stumble over a revision that only this empty database holds."""
        from psycopg import sql

        schema, table = self.history_table
        probe = f"drill{secrets.token_hex(8)}"
        made = session.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone()[0] == 0
        where = sql.Identifier(schema, table)
        if made:
            session.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        session.execute(sql.SQL("CREATE TABLE {} AS SELECT {}::varchar(32) AS version_num").format(where, sql.Literal(probe)))
        session.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO PUBLIC").format(sql.Identifier(schema)))
        session.execute(sql.SQL("GRANT SELECT ON {} TO PUBLIC").format(where))
        told = self._alembic(database, "current")
        session.execute(sql.SQL("DROP TABLE {}").format(where))
        if made:
            session.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(schema)))
        if probe in told.output:
            return Check(TARGET, RungVerdict.PASS, "alembic reads the database that the variable names: it stumbled over the probe")
        return Check(
            TARGET,
            RungVerdict.COULD_NOT_RUN,
            f"alembic current did not see the probe in {schema}.{table} ({told.ended()}): env.py does not read the variable, or the table has"
            " another name. Nothing was migrated, for it could have been another database",
        )

    def migrate(self, database: Connection) -> Outcome:
        """``alembic upgrade heads``."""
        return self._alembic(database, "upgrade", "heads")

    def second_opinion(self, database: Connection) -> Iterator[Check]:
        """``alembic check``: would autogenerate find anything to do in the migrated copy?"""
        if not self.autogenerate:
            return
        told = self._alembic(database, "check")
        if told.code == 0:
            yield Check(CHECK, RungVerdict.PASS, "the models and the migrated copy are alike")
        elif DIFFERS in told.output:
            yield Check(CHECK, RungVerdict.FAIL, "the models and the migrated copy differ (alembic check finds operations)")
        else:
            yield Check(
                CHECK, RungVerdict.COULD_NOT_RUN, f"alembic check: {told.ended()}. A project without models sets autogenerate = false"
            )

    def _alembic(self, database: Connection, *words: str) -> Outcome:
        return self.space.run([*self.command, *words], database, {}, self.space.project)


def read_graph(text: str) -> dict[str, tuple[str, ...]]:
    """The revisions with their parents from ``alembic history``: ``a, b -> c (head) (mergepoint), merge``."""
    graph = {}
    for line in text.splitlines():
        if found := _LINE.match(line):
            parents = re.sub(r"\([^)]*\)", "", found["parents"])
            graph[found["revision"]] = tuple(one.strip() for one in parents.split(",") if one.strip() not in ("", "<base>"))
    return graph


def compare(graph: Mapping[str, tuple[str, ...]], recorded: list[str]) -> History:
    """What the recorded revisions and their ancestors leave to do."""
    applied: dict[str, None] = {}
    waiting = [one for one in recorded if one in graph]
    while waiting:
        one = waiting.pop()
        if one not in applied:
            applied[one] = None
            waiting.extend(parent for parent in graph[one] if parent in graph)
    above = {parent for one in applied for parent in graph[one]}
    return History(
        declared=len(graph),
        applied=tuple(one for one in reversed(list(graph)) if one in applied),
        pending=tuple(one for one in reversed(list(graph)) if one not in applied),
        unknown=tuple(dict.fromkeys(one[:40] for one in recorded if one not in graph)),
        twice=tuple(sorted({one for one in recorded if recorded.count(one) > 1})),
        broken=tuple(one for one in recorded if one in above),  # recorded beside a revision that comes after it
        hashed=False,
    )


def find_command(stated: tuple[str, ...], project: Path) -> list[str]:
    """How Alembic is started; a path is below the project.

    Raises:
        ToolMissingError: it is not there.
    """
    own = project / ".venv" / "bin" / "alembic"
    first, *rest = stated or ((str(own),) if own.is_file() else ("alembic",))
    found = shutil.which(project / first if "/" in first else first)
    if not found:
        raise ToolMissingError(f"{first} is not installed", "Install the project's own environment, or state command.")
    return [found, *rest]
