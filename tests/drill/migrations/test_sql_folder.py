"""Folders of SQL files: by psql where no tool is named, by the real dbmate where it is."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from platformdirs import user_cache_path

from recoverable.drill.contract import Check
from recoverable.drill.hooks import Copy
from recoverable.drill.migrations.history import History
from recoverable.drill.migrations.registry import SCHEMA, read
from recoverable.drill.migrations.sql_folder import compare, read_files
from recoverable.drill.migrations.sql_layouts import LAYOUTS, Digest, Key, Layout
from recoverable.drill.migrations.tool import ToolMissingError
from recoverable.drill.postgres.server import Server
from recoverable.drill.verdict import RungVerdict
from recoverable.standard.problems import Problems, StandardError
from recoverable.standard.typed import Table
from tests.drill.migrations.conftest import checks, verdicts
from tests.support.drill_copies import copy_of, execute, new_database
from tests.support.node_programs import node_and_npm

DBMATE = "2.36.0"
GREEN = {"history": "pass", "from-scratch": "pass", "migrate": "pass", "history-after": "pass", "schema": "pass"}
FILES = {
    "001_customers.sql": "CREATE TABLE customers (id int PRIMARY KEY, name text);\n",
    "002_orders.sql": "CREATE TABLE orders (id int PRIMARY KEY);\n-- a remark\nCREATE INDEX orders_id ON orders (id)",
    "003_paid.sql": "ALTER TABLE orders ADD COLUMN paid boolean;\n",
}
PLAIN = {"tool": "sql", "table": "applied", "column": "name", "digest": "sha256", "digest_column": "hash"}


def write(folder: Path, files: dict[str, str]) -> Path:
    """The application's folder with these migrations."""
    (folder / "migrations").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / "migrations" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(name="restored")
def restored_fixture(server: Server, tmp_path: Path) -> Copy:
    """A copy to which the first two were applied, of a project that has three."""
    folder = write(tmp_path / "app", FILES)
    database = new_database(server, owner="app")
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in FILES.items()}
    rows = ", ".join(f"('{name}', '{hashes[name]}')" for name in list(FILES)[:2])
    execute(
        database,
        "SET ROLE app",
        *list(FILES.values())[:2],
        "CREATE TABLE applied (name text PRIMARY KEY, hash text)",
        f"INSERT INTO applied VALUES {rows}",
    )
    return copy_of(database, folder, server)


def sql(copy: Copy, **settings: Any) -> dict[str, Check]:
    """The answers for the plain layout."""
    return checks(copy, {**PLAIN, **settings})


def test_pending_files_are_applied_with_their_record_and_the_schema_is_compared(restored: Copy) -> None:
    found = sql(restored)

    assert verdicts(found) == GREEN
    assert "2 of 3 applied; contents compared; 1 pending" in found["migrations-history"].detail
    assert execute(restored.restored.connection, "SELECT count(*) FROM applied") == [(3,)]
    assert execute(restored.restored.connection, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == [("app",)]


def test_an_edited_file_is_caught_by_its_hash_and_by_the_schema(restored: Copy) -> None:
    write(restored.store.folder, {"001_customers.sql": "CREATE TABLE customers (id int PRIMARY KEY, name varchar);\n"})

    found = sql(restored)

    assert verdicts(found) == {**GREEN, "history": "fail", "history-after": "fail", "schema": "fail"}
    assert "1 edited after they were applied: 001_customers.sql" in found["migrations-history"].detail


def test_a_file_that_fails_leaves_nothing_of_itself_and_fails_the_check(restored: Copy) -> None:
    write(restored.store.folder, {"003_paid.sql": "ALTER TABLE orders ADD COLUMN half int;\nSELECT 1/0;\n"})

    found = sql(restored)

    assert verdicts(found) == {**GREEN, "from-scratch": "fail", "migrate": "fail", "history-after": "fail"}
    assert "003_paid.sql" in found["migrations-history-after"].detail
    assert execute(restored.restored.connection, "SELECT count(*) FROM pg_attribute WHERE attname = 'half'") == [(0,)]


def test_a_lost_table_is_no_pending_deploy(restored: Copy) -> None:
    execute(restored.restored.connection, "ALTER TABLE applied RENAME TO elsewhere")

    assert sql(restored)["migrations-history"].verdict is RungVerdict.FAIL


@pytest.mark.parametrize("settings", [{"folder": "nowhere"}, {"command": ["no-such-tool"]}])
def test_what_is_missing_is_never_green(restored: Copy, settings: dict[str, Any]) -> None:
    assert set(verdicts(sql(restored, **settings)).values()) == {"could not run"}


def test_a_tool_that_goes_elsewhere_is_not_run_on_the_copy(restored: Copy) -> None:
    """It does not read the variable: the empty database stays empty, and that ends it."""
    script = f"echo run >> {restored.store.folder}/runs"

    found = sql(restored, command=["sh", "-c", script])

    assert verdicts(found) == {name: "pass" if name == "history" else "could not run" for name in (*GREEN, "target")}
    assert "it went elsewhere" in found["migrations-from-scratch"].detail
    assert (restored.store.folder / "runs").read_text() == "run\n"


def dbmate() -> Path:
    """The real dbmate, brought by npm once into the user's cache; skips where it cannot be had."""
    _, npm = node_and_npm()
    folder = user_cache_path("recoverable") / "npm" / f"dbmate-{DBMATE}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / ".complete").exists():
            print(f"installing dbmate {DBMATE} from npm (a few seconds, once) …", file=sys.__stderr__, flush=True)
            (folder / "package.json").write_text(json.dumps({"name": "x", "private": True}), encoding="utf-8")
            made = subprocess.run(
                [npm, "install", "--no-audit", "--no-fund", f"dbmate@{DBMATE}"], cwd=folder, capture_output=True, text=True
            )
            if made.returncode:
                pytest.skip(f"npm cannot install dbmate: {made.stderr[-300:]}")
            (folder / ".complete").touch()
    return folder / "node_modules" / ".bin" / "dbmate"


def test_the_real_dbmate_is_run_and_not_believed(server: Server, tmp_path: Path) -> None:
    """Its record is names alone: an edited file is told by the schema. A ``.env`` in the project does not lead it elsewhere."""
    up = {
        f"{at}_{name[4:]}": f"-- migrate:up\n{text}\n-- migrate:down\nDROP TABLE nothing_of_this;\n"
        for at, (name, text) in enumerate(FILES.items(), 20260101)
    }
    first, second, _ = up
    folder = write(tmp_path / "app", {first: up[first]})
    (folder / ".env").write_text("DATABASE_URL=postgresql://prod:marked@db.prod.example/app\n", encoding="utf-8")
    database = new_database(server, owner="app")
    command = [str(dbmate()), "--no-dump-schema", "--migrations-dir", "migrations", "up"]
    settings = {"tool": "sql", "layout": "dbmate", "command": command, "url_query": "sslmode=disable"}
    checks(copy_of(database, folder, server), settings)

    behind = checks(copy_of(database, write(folder, {second: up[second]}), server), settings)
    edited = checks(
        copy_of(database, write(folder, {first: "-- migrate:up\nCREATE TABLE customers (other int);\n-- migrate:down\n"}), server), settings
    )

    assert verdicts(behind) == GREEN
    assert "1 of 2 applied; names compared (this tool records no hashes); 1 pending" in behind["migrations-history"].detail
    assert verdicts(edited) == {**GREEN, "schema": "fail"}


def history(layout: Layout, files: list[str], rows: list[tuple[str, str, bool]], tmp_path: Path) -> History:
    """The comparison of a layout over empty files."""
    folder = write(tmp_path, dict.fromkeys(files, "SELECT 1;\n")) / "migrations"
    return compare(read_files(folder, layout), rows, layout)


def test_golang_migrate_has_one_row_that_implies_those_before(tmp_path: Path) -> None:
    files = ["000001_a.up.sql", "000001_a.down.sql", "000002_b.up.sql", "000003_c.up.sql"]
    layout = LAYOUTS["golang-migrate"]

    sound = history(layout, files, [("2", "", True)], tmp_path)
    dirty = history(layout, files, [("2", "", False)], tmp_path)
    foreign = history(layout, files, [("9", "", True)], tmp_path)

    assert (sound.applied, sound.pending, sound.faults()) == (("000001", "000002"), ("000003",), [])
    assert dirty.broken == ("000002",)
    assert foreign.unknown == ("9",)


def test_sqlx_and_prisma_record_a_hash_of_the_file(tmp_path: Path) -> None:
    text = b"SELECT 1;\n"
    sqlx = history(
        LAYOUTS["sqlx"], ["1_a.sql", "2_b.sql"], [("1", hashlib.sha384(text).hexdigest(), True), ("2", "00", True)], tmp_path / "sqlx"
    )
    rows = [("20260101_a", hashlib.sha256(text).hexdigest(), True), ("20260102_b", hashlib.sha256(text).hexdigest(), False)]
    prisma = history(LAYOUTS["prisma"], ["20260101_a/migration.sql", "20260102_b/migration.sql"], rows, tmp_path / "prisma")

    assert (sqlx.applied, sqlx.edited) == (("1", "2"), ("2",))
    assert (prisma.applied, prisma.broken) == (("20260101_a",), ("20260102_b",))


def test_two_files_under_one_name_are_refused(tmp_path: Path) -> None:
    layout = Layout("*.sql", Key.NUMBER, "applied", "version", Digest.NONE)
    folder = write(tmp_path, {"1_a.sql": "", "1_b.sql": ""}) / "migrations"

    with pytest.raises(ToolMissingError, match="two files"):
        read_files(folder, layout)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"project": "app"}, "names no tool"),
        ({"tool": "liquibase"}, "tool"),
        ({"tool": "sql"}, "does not say the table"),
        ({"tool": "sql", "table": "t", "column": "c", "digest": "sha256"}, "without its column"),
        ({"tool": "sql", "layout": "rails"}, "layout"),
        ({"tool": "drizzle", "column": "c"}, "is not a key"),
        ({"tool": "alembic", "timeout_seconds": 0}, "timeout_seconds"),
        ({"tool": "alembic", "autogenerate": "no"}, "true or false"),
    ],
)
def test_a_table_that_cannot_work_is_refused(data: dict[str, Any], said: str) -> None:
    problems = Problems("recoverable.toml", {})
    read(Table(data, ("migrations",), problems))

    with pytest.raises(StandardError, match=said):
        problems.stop_if_any()


def test_no_table_is_no_tool_and_the_schema_knows_every_key() -> None:
    from recoverable.drill.migrations.registry import COMMON, TOOLS

    assert read(Table({}, ("migrations",), Problems("recoverable.toml", {}))) is None
    assert set(SCHEMA["properties"]) == {*COMMON, *(key for keys, _ in TOOLS.values() for key in keys)}
