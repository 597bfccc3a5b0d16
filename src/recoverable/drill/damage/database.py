"""Damage through SQL, to a copy that runs or to the source of a test: what people, scripts and other machines do."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from recoverable.drill.connection import Connection
from recoverable.drill.damage.injection import Artefact, CannotDamageError, Injection
from recoverable.drill.damage.victims import choose_victim, databases
from recoverable.drill.postgres.connect import connect

if TYPE_CHECKING:
    import psycopg

QUIET = "-c session_replication_role=replica -c search_path=pg_catalog"
"""The copy's own triggers are not part of the damage."""
_ROLES = """
SELECT r.rolname::text FROM pg_roles r WHERE NOT r.rolsuper AND r.rolname NOT LIKE 'pg\\_%' ORDER BY 1
"""
_GRANTS = """
SELECT DISTINCT n.nspname::text, c.relname::text, g.rolname::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) x JOIN pg_roles g ON g.oid = x.grantee
WHERE c.relkind IN ('r', 'v', 'm') AND x.grantee <> c.relowner AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3
"""
_LARGE = """
SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.oid >= 16384 AND c.reltuples >= 100
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""


def lose_role(connection: Connection, random: Random) -> str:
    """A role is not there any more (it has another name)."""
    with _open(connection) as opened:
        name = _one(opened, _ROLES, random, "there is no role but superusers")[0]
        opened.execute(f"ALTER ROLE {_quoted(name)} RENAME TO {_quoted('lost_' + name[:50])}")
    return f"the role {name} is gone"


def lose_grants(connection: Connection, random: Random) -> str:
    """Privileges on a table are revoked."""
    for database in databases(connection):
        with _open(connection, database) as opened:
            rows = opened.execute(_GRANTS).fetchall()
            if rows:
                schema, name, role = random.choice(rows)
                opened.execute(f"REVOKE ALL ON {_quoted(schema)}.{_quoted(name)} FROM {_quoted(role)}")
                return f"{role} lost its privileges on {schema}.{name}"
    raise CannotDamageError("there is no table with privileges")


def empty_table(connection: Connection, random: Random) -> str:
    """A table with rows is emptied, as by a wrong script before the backup."""
    for database in databases(connection):
        with _open(connection, database) as opened:
            rows = opened.execute(_LARGE).fetchall()
            if rows:
                schema, name = random.choice(rows)
                opened.execute(f"TRUNCATE {_quoted(schema)}.{_quoted(name)} CASCADE")
                return f"{schema}.{name} is empty"
    raise CannotDamageError("there is no table with a hundred rows")


def delete_rows(connection: Connection, random: Random) -> str:
    """One row in a thousand is changed or gone, in a table that is otherwise whole."""
    victim = choose_victim(connection, random, toast=False)
    with _open(connection, victim.database) as opened:
        done = opened.execute(f"DELETE FROM ONLY {victim.sql} WHERE ctid = (SELECT min(ctid) FROM ONLY {victim.sql})")  # noqa: S608 - quoted names
    return f"{done.rowcount} row of {victim} is gone"


def forget_collation(connection: Connection, random: Random) -> str:
    """The database was sorted by another version of its collation."""
    with _open(connection) as opened:
        opened.execute("UPDATE pg_database SET datcollversion = '0.0-other' WHERE datname = current_database()")
    return f"the collation version of {connection.dbname} is another one"


def lose_extension_files(connection: Connection, random: Random) -> str:
    """An extension has a version that no server has."""
    with _open(connection) as opened:
        name = _one(opened, "SELECT extname::text FROM pg_extension ORDER BY 1", random, "there is no extension")[0]
        opened.execute("UPDATE pg_extension SET extversion = '0.0-nosuch' WHERE extname = %s", (name,))
    return f"{name} has a version that is not installed"


def make_unlogged(connection: Connection, random: Random) -> str:
    """An unlogged table that came back empty."""
    with _open(connection) as opened:
        opened.execute(f"CREATE UNLOGGED TABLE public.{_quoted(f'lost_{random.randrange(10**6)}')} (id int)")
    return "an unlogged table is empty"


def invalidate_index(connection: Connection, random: Random) -> str:
    """An index that CREATE INDEX CONCURRENTLY left invalid."""
    victim = choose_victim(connection, random, toast=False)
    with _open(connection, victim.database) as opened:
        opened.execute("UPDATE pg_index SET indisvalid = false WHERE indrelid = %s::regclass AND NOT indisprimary", (victim.sql,))
    return f"the indexes of {victim} are invalid"


def subscribe(connection: Connection, random: Random) -> str:
    """The source subscribes to another server."""
    with _open(connection) as opened:
        opened.execute(
            "CREATE SUBSCRIPTION recoverable_damage CONNECTION 'host=127.0.0.1 port=1' PUBLICATION nothing"
            " WITH (connect = false, slot_name = NONE)"
        )
        opened.execute("UPDATE pg_subscription SET subenabled = true WHERE subname = 'recoverable_damage'")
    return "a subscription is enabled"


def _open(connection: Connection, database: str = "") -> psycopg.Connection[tuple[Any, ...]]:
    """A session that may do damage; the customer of a managed service does as much as he may, with his triggers on."""
    import psycopg

    try:
        return connect(connection, database, options=f"{QUIET} -c allow_system_table_mods=on")
    except psycopg.OperationalError as error:
        if "permission denied to set parameter" not in str(error):
            raise
    return connect(connection, database, options="-c search_path=pg_catalog")


def _one(opened: psycopg.Connection[Any], query: str, random: Random, none: str) -> Sequence[Any]:
    rows = opened.execute(query).fetchall()
    if not rows:
        raise CannotDamageError(none)
    found: Sequence[Any] = random.choice(rows)
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_WHERE = Artefact.DATABASE
INJECTIONS = (
    Injection("role-lost", 19, "a role is lost", _WHERE, lose_role),
    Injection("grants-lost", 19, "privileges are lost", _WHERE, lose_grants),
    Injection("extension-missing", 21, "an extension is not on the server", _WHERE, lose_extension_files),
    Injection("collation-changed", 23, "the collation has another version", _WHERE, forget_collation),
    Injection("unlogged-emptied", 24, "an unlogged table came back empty", _WHERE, make_unlogged),
    Injection("table-emptied", 26, "a table was emptied before the backup", _WHERE, empty_table),
    Injection("row-deleted", 26, "one row is gone", _WHERE, delete_rows),
    Injection("subscription-enabled", 27, "the source subscribes to another server", _WHERE, subscribe),
)
