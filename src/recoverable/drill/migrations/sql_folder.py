"""A folder of SQL files with a table of what was applied: by its own tool where one is named, else by ``psql``."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from recoverable.drill.bounded_command import Outcome
from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.migrations.history import History
from recoverable.drill.migrations.sql_layouts import Digest, Key, Layout
from recoverable.drill.migrations.tool import HistoryMissingError, Session, ToolMissingError, Workspace
from recoverable.drill.temporary_roles import open_session

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class SqlFile:
    """A declared migration: the name under which it is recorded, and the digests its text may have (line ends may differ)."""

    path: Path
    key: str
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SqlFolder:
    """A folder with a layout. ``command`` is the tool's own; without it pending files are applied by ``psql`` and recorded."""

    layout: Layout
    folder: str = "migrations"
    schema: str = "public"
    command: tuple[str, ...] = ()
    name: str = "sql"

    def versions(self) -> Mapping[str, str]:
        """None: a named tool is whatever the project has."""
        return {}

    @contextmanager
    def opened(self, space: Workspace) -> Iterator[OpenSqlFolder]:
        """See :class:`recoverable.drill.migrations.tool.MigrationTool`."""
        first = self.command[0] if self.command else "psql"
        program = shutil.which(space.project / first if "/" in first else first)
        if not program:
            raise ToolMissingError(f"{first} is not installed", "Install it, or correct command in the migrations table.")
        files = read_files(space.project / self.folder, self.layout)
        yield OpenSqlFolder(
            space, [program, *self.command[1:]], files, self.layout, (self.schema, self.layout.table), own_tool=bool(self.command)
        )


@dataclass(frozen=True, slots=True)
class OpenSqlFolder:
    """See :class:`recoverable.drill.migrations.tool.OpenTool`."""

    space: Workspace
    command: list[str]
    files: list[SqlFile]
    layout: Layout
    history_table: tuple[str, str]
    own_tool: bool

    @property
    def bookkeeping(self) -> tuple[str, ...]:
        """The table of what was applied, where no tool of the project makes it."""
        schema, table = self.history_table
        return () if self.own_tool else (f"* {schema}.{table}", f"* {schema}.{table} *", f"* {schema}.{table}_*")

    def history(self, session: Session) -> History:
        """The set of recorded names, and digests where they are recorded."""
        from psycopg import errors, sql

        layout = self.layout
        digest = sql.Identifier(layout.digest_column) if layout.digest is not Digest.NONE else sql.SQL("NULL")
        query = sql.SQL("SELECT {}::text, {}, ({}) FROM {}").format(
            sql.Identifier(layout.column), digest, sql.SQL(layout.finished), sql.Identifier(*self.history_table)
        )
        try:
            rows = session.execute(query).fetchall()
        except (errors.UndefinedTable, errors.UndefinedColumn, errors.InvalidSchemaName):
            raise HistoryMissingError(f"the database has no table {'.'.join(self.history_table)} with the stated columns") from None
        return compare(self.files, [(str(key), _text(value), bool(done)) for key, value, done in rows], layout)

    def goes_where_told(self, database: Connection, session: Session) -> Check | None:
        """``psql`` gets nothing else; a tool of the project proves it by the history of the empty database, before the copy."""
        return None

    def migrate(self, database: Connection) -> Outcome:
        """The project's own tool, or ``psql`` with the pending files, each with its record in one transaction."""
        if self.own_tool:
            return self.space.run(self.command, database, {}, self.space.project)
        with open_session(database) as session:
            self._make_record(session)
            pending = set(self.history(session).pending)
            script = self._script([file for file in self.files if file.key in pending], session)
        script.write_text(script.read_text(encoding="utf-8") or "SELECT;\n", encoding="utf-8")
        arguments = [*self.command, "--no-psqlrc", "--no-password", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", str(script)]
        return self.space.run(arguments, database, database.environment(), self.space.project / ".")

    def second_opinion(self, database: Connection) -> Iterator[Check]:
        """Nothing."""
        return iter(())

    def _make_record(self, session: Session) -> None:
        from psycopg import sql

        columns = [sql.SQL("{} text").format(sql.Identifier(self.layout.column))]
        if self.layout.digest is not Digest.NONE:
            columns.append(sql.SQL("{} text").format(sql.Identifier(self.layout.digest_column)))
        session.execute(
            sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(sql.Identifier(*self.history_table), sql.SQL(", ").join(columns))
        )

    def _script(self, pending: Sequence[SqlFile], session: Session) -> Path:
        from psycopg import sql

        script = self.space.scratch / "pending.sql"
        parts = []
        for file in pending:
            names = [sql.Identifier(self.layout.column)]
            values = [sql.Literal(file.key)]
            if self.layout.digest is not Digest.NONE:
                names.append(sql.Identifier(self.layout.digest_column))
                values.append(sql.Literal(file.digests[0]))
            record = sql.SQL("INSERT INTO {} ({}) VALUES ({});").format(
                sql.Identifier(*self.history_table), sql.SQL(", ").join(names), sql.SQL(", ").join(values)
            )
            parts.append(f"BEGIN;\n{up_part(file.path, self.layout)}\n;\n{record.as_string(session)}\nCOMMIT;\n")
        script.write_text("".join(parts), encoding="utf-8")
        return script


def read_files(folder: Path, layout: Layout) -> list[SqlFile]:
    """The declared migrations in the order of their keys.

    Raises:
        ToolMissingError: the folder is not there, or two files have one key.
    """
    if not folder.is_dir():
        raise ToolMissingError(f"the migrations folder {folder.name} does not exist", "Correct folder in the migrations table.")
    files = [
        SqlFile(path, key, _digests(path, layout.digest))
        for path in folder.glob(layout.files)
        if (key := key_of(path, layout.key)) and not path.name.endswith(".down.sql")
    ]
    keys = [file.key for file in files]
    if doubled := sorted({key for key in keys if keys.count(key) > 1}):
        raise ToolMissingError(f"two files of {folder.name} are recorded as {doubled[0]}")
    return sorted(files, key=lambda file: (int(file.key), "") if layout.key is Key.NUMBER else (0, file.key))


def key_of(path: Path, key: Key) -> str:
    """The name under which a file is recorded; empty where it is no migration."""
    if key is Key.NUMBER:
        found = _NUMBER.match(path.name)
        return found[0] if found else ""
    return {Key.FILE: path.name, Key.STEM: path.stem, Key.FOLDER: path.parent.name}[key]


def up_part(path: Path, layout: Layout) -> str:
    """The text that applies a migration, without the part that undoes it."""
    text = path.read_text(encoding="utf-8")
    return layout.down.sub("", text) if layout.down else text


def compare(files: Sequence[SqlFile], recorded: Sequence[tuple[str, str, bool]], layout: Layout) -> History:
    """Sets of names; a number is compared as a number (a tool may drop leading zeros)."""
    numbers = layout.key is Key.NUMBER
    declared = {_same(file.key, numbers=numbers): file for file in files}
    rows = [(_same(key, numbers=numbers), key, digest, done) for key, digest, done in recorded]
    names = [same for same, *_ in rows]
    known = [(declared[same], digest, done) for same, _, digest, done in rows if same in declared]
    applied = {file.key for file, _, done in known if done}
    if layout.newest_only and known:
        applied |= {file.key for file in files if any(int(file.key) < int(last.key) for last, _, _ in known)}
    broken = tuple(file.key for file, _, done in known if not done)
    absent = [file.key for file in files if file.key not in applied and file.key not in broken]
    return History(
        declared=len(files),
        applied=tuple(file.key for file in files if file.key in applied),
        pending=tuple(absent),
        edited=tuple(file.key for file, digest, _ in known if layout.digest is not Digest.NONE and digest not in file.digests),
        unknown=tuple(dict.fromkeys(key[:60] for same, key, _, _ in rows if same not in declared)),
        twice=tuple(sorted({declared[same].key for same in names if same in declared and names.count(same) > 1})),
        broken=broken,
        hashed=layout.digest is not Digest.NONE,
    )


def _same(key: str, *, numbers: bool) -> str:
    return str(int(key)) if numbers and key.isdecimal() else key


def _digests(path: Path, digest: Digest) -> tuple[str, ...]:
    if digest is Digest.NONE:
        return ()
    data = path.read_bytes()
    unix = data.replace(b"\r\n", b"\n")
    return tuple(
        hashlib.new(digest.value, one, usedforsecurity=False).hexdigest()
        for one in dict.fromkeys((data, unix, unix.replace(b"\n", b"\r\n")))
    )


def _text(value: object) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value or "").lower()
