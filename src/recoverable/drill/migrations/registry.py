"""The migration tools by the word in ``recoverable.toml``, and their table there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from recoverable.drill.hooks import Migrations
from recoverable.drill.migrations.alembic_tool import Alembic
from recoverable.drill.migrations.drizzle import Drizzle
from recoverable.drill.migrations.procedure import CheckedMigrations, MigrationSettings
from recoverable.drill.migrations.sql_folder import SqlFolder
from recoverable.drill.migrations.sql_layouts import LAYOUTS, Digest, Key
from recoverable.drill.migrations.tool import MigrationTool
from recoverable.standard.typed import Table

COMMON = ("tool", "project", "timeout_seconds", "environment", "ignore", "prepare")
URL = ("url_variable", "url_scheme", "url_query")
LONGEST = 24 * 3600


def read(table: Table) -> Migrations | None:
    """The tool that ``[drill.stores.NAME.migrations]`` names; None for an empty table. Mistakes go to the table's problems."""
    if not table.data:
        return None
    tool = table.choice("tool", tuple(TOOLS), next(iter(TOOLS))) if "tool" in table.data else ""
    if not tool:
        table.problems.add(table.path, "names no tool", f'Add tool = "drizzle". Known: {", ".join(TOOLS)}.')
        return None
    keys, make = TOOLS[tool]
    table.only((*COMMON, *keys))
    settings = MigrationSettings(
        project=table.text("project", "."),
        timeout_seconds=table.whole("timeout_seconds", 1, LONGEST, 600),
        environment=table.texts("environment"),
        ignore=table.texts("ignore"),
        prepare=table.texts("prepare"),
        url_variable=table.text("url_variable", "DATABASE_URL"),
        url_scheme=table.text("url_scheme", "postgresql"),
        url_query=table.text("url_query"),
    )
    return CheckedMigrations(make(table), settings)


def _drizzle(table: Table) -> MigrationTool:
    return Drizzle(table.text("config"), table.text("out"), table.text("table"), table.text("schema"), table.text("node"))


def _alembic(table: Table) -> MigrationTool:
    return Alembic(
        table.texts("command"),
        table.text("config", "alembic.ini"),
        table.text("table", "alembic_version"),
        table.text("schema", "public"),
        autogenerate=table.switch("autogenerate", default=True),
    )


def _sql(table: Table) -> MigrationTool:
    layout = LAYOUTS[table.choice("layout", tuple(LAYOUTS), "plain")]
    digest = Digest(table.choice("digest", tuple(each.value for each in Digest), layout.digest.value))
    stated = replace(
        layout,
        files=table.text("files", layout.files),
        key=Key(table.choice("key", tuple(each.value for each in Key), layout.key.value)),
        table=table.text("table", layout.table),
        column=table.text("column", layout.column),
        digest=digest,
        digest_column=table.text("digest_column", layout.digest_column),
    )
    for key, said in (("table", stated.table), ("column", stated.column)):
        if not said:
            table.problems.add(table.path, f"does not say the {key} of what was applied", f'Add {key} = "…", or layout = "dbmate".')
    if digest is not Digest.NONE and not stated.digest_column:
        table.wrong("digest", "is stated without its column", 'Add digest_column = "…".')
    return SqlFolder(stated, table.text("folder", "migrations"), table.text("schema", "public"), table.texts("command"))


TOOLS: dict[str, tuple[tuple[str, ...], Callable[[Table], MigrationTool]]] = {
    "drizzle": (("config", "out", "table", "schema", "node"), _drizzle),
    "alembic": (("command", "config", "table", "schema", "autogenerate", *URL), _alembic),
    "sql": (("layout", "folder", "files", "key", "table", "schema", "column", "digest", "digest_column", "command", *URL), _sql),
}


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


def _texts(description: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": description}


_WHAT: dict[str, dict[str, Any]] = {
    "tool": {"enum": list(TOOLS), "description": "What applies the migrations."},
    "project": _text("The application's folder, from here.", default="."),
    "timeout_seconds": {
        "type": "integer",
        "minimum": 1,
        "maximum": LONGEST,
        "default": 600,
        "description": "How long one run of the tool may take.",
    },
    "environment": _texts("Names of variables that the tool gets beside PATH, HOME, LANG and the database's URL."),
    "ignore": _texts('Objects that the schema comparison leaves out: globs such as "EXTENSION *" or "TABLE public.events_p*".'),
    "prepare": _texts("SQL for the empty database that is migrated from scratch: what the platform makes, not a migration."),
    "url_variable": _text("The variable in which the tool finds the database's URL.", default="DATABASE_URL"),
    "url_scheme": _text("The scheme of that URL, such as postgresql+psycopg.", default="postgresql"),
    "url_query": _text("Parameters of that URL, such as sslmode=disable (Go's drivers ask a local server for TLS)."),
    "config": _text("drizzle.config.ts or alembic.ini, in the project."),
    "out": _text("drizzle: the folder of migrations; default: what drizzle.config says."),
    "node": _text("drizzle: the program of Node.js; default: that of the PATH."),
    "table": _text("The table that records what was applied."),
    "schema": _text("The schema of that table."),
    "command": {**_texts("How the tool is started; a path is below the project."), "minItems": 1},
    "autogenerate": {"type": "boolean", "default": True, "description": "alembic: run alembic check, too (needs models)."},
    "layout": {"enum": list(LAYOUTS), "default": "plain", "description": "sql: whose way of keeping migrations it is."},
    "folder": _text("sql: the folder of migrations.", default="migrations"),
    "files": _text("sql: which files of it are migrations (a glob)."),
    "key": {"enum": [each.value for each in Key], "description": "sql: what of a file's path is recorded."},
    "column": _text("sql: the column of recorded names."),
    "digest": {"enum": [each.value for each in Digest], "description": "sql: the hash of the file's bytes that is recorded."},
    "digest_column": _text("sql: the column of recorded hashes."),
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "The application's migrations, which must fit the restored data.",
    "properties": _WHAT,
    "required": ["tool"],
    "additionalProperties": False,
}
