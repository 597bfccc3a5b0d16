"""A role that can only read, by grants and not by a setting that it could turn off; with proof that it cannot write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Run
from recoverable.drill.owner_role import temporary_login
from recoverable.drill.temporary_roles import is_superuser, open_session

# Functions of PostgreSQL by which anybody may write large objects (a superuser may take that right away).
LARGE_OBJECT_WRITERS = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_put(oid, bigint, bytea)",
    "lo_truncate(integer, integer)",
    "lo_truncate64(integer, bigint)",
    "lo_unlink(oid)",
    "lowrite(integer, bytea)",
)
_OTHERS = "nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg\\_toast%' AND nspname NOT LIKE 'pg\\_temp%'"
_WRITABLE = f"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_OTHERS}
      AND (has_table_privilege(current_user, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
           OR has_any_column_privilege(current_user, c.oid, 'INSERT, UPDATE'))
    UNION ALL
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND {_OTHERS} AND has_sequence_privilege(current_user, c.oid, 'USAGE, UPDATE')
    UNION ALL
    SELECT n.nspname, '(create in it)' FROM pg_namespace n WHERE {_OTHERS} AND has_schema_privilege(current_user, n.oid, 'CREATE')
    UNION ALL
    SELECT '(database)', p.word FROM (VALUES ('CREATE'), ('TEMPORARY')) AS p (word)
    WHERE has_database_privilege(current_user, current_database(), p.word)"""  # noqa: S608 - our own text
_TABLES = f"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND {_OTHERS} ORDER BY 1, 2"""  # noqa: S608 - our own text
MOST_TRIED = 200


@dataclass(frozen=True, slots=True)
class ReadOnlyProof:
    """What the role could still write to (names of objects), and how many tables refused a write that was tried."""

    writable: tuple[str, ...]
    refused: int
    bypasses_row_security: bool

    @property
    def holds(self) -> bool:
        """It can write nowhere."""
        return not self.writable


@contextmanager
def read_only_role(admin: Connection, run: Run) -> Iterator[tuple[Connection, ReadOnlyProof]]:
    """A login that may read everything in the restored database, proven before it is handed out; gone on exit.

    What PUBLIC may write is taken away in the copy, for a role cannot be less than PUBLIC. The copy is the drill's own.
    """
    with temporary_login(admin, "smoke", run) as (login, session):
        free = is_superuser(session)
        _let_read(session, login, superuser=free)
        _take_from_public(session, superuser=free)
        with open_session(login) as own:
            proof = _prove(own, bypasses=free)
        yield login, proof


def _let_read(session: Any, login: Connection, *, superuser: bool) -> None:
    """Everything, by the predefined role of PostgreSQL 14 and later; past row-level security where we may give that."""
    from psycopg import sql

    role = sql.Identifier(login.user)
    session.execute(sql.SQL("ALTER ROLE {} INHERIT {}").format(role, sql.SQL("BYPASSRLS" if superuser else "")))
    session.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(role))
    session.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(login.dbname), role))
    session.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(role))


def _take_from_public(session: Any, *, superuser: bool) -> None:
    """Take away what PUBLIC may write. Where we may not, the proof that follows says so."""
    from psycopg import sql

    database = sql.Identifier(str(session.execute("SELECT current_database()").fetchone()[0]))
    _try(session, sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC").format(database))
    for (name,) in session.execute(f"SELECT nspname FROM pg_namespace WHERE {_OTHERS}").fetchall():  # noqa: S608 - our own text
        schema = sql.Identifier(name)
        _try(session, sql.SQL("REVOKE CREATE ON SCHEMA {} FROM PUBLIC").format(schema))
        rights = sql.SQL("INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER")
        _try(session, sql.SQL("REVOKE {} ON ALL TABLES IN SCHEMA {} FROM PUBLIC").format(rights, schema))
        _try(session, sql.SQL("REVOKE USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA {} FROM PUBLIC").format(schema))
    for function in LARGE_OBJECT_WRITERS if superuser else ():
        _try(session, sql.SQL("REVOKE EXECUTE ON FUNCTION pg_catalog.{} FROM PUBLIC").format(sql.SQL(function)))


def _try(session: Any, statement: Any) -> None:
    from psycopg import errors

    with suppress(errors.InsufficientPrivilege):
        session.execute(statement)


def _prove(own: Any, *, bypasses: bool) -> ReadOnlyProof:
    """Ask for every right, and try to write, with the setting turned off: only grants count."""
    from psycopg import errors, sql

    writable = [f"{schema}.{name}" for schema, name in own.execute(_WRITABLE)]
    own.execute("SET default_transaction_read_only = off")
    refused = 0
    for schema, table in own.execute(_TABLES).fetchmany(MOST_TRIED):
        try:
            with own.transaction(force_rollback=True):
                own.execute(sql.SQL("DELETE FROM {} WHERE false").format(sql.Identifier(schema, table)))
        except errors.InsufficientPrivilege:
            refused += 1
            continue
        writable.append(f"{schema}.{table}")
    try:
        with own.transaction(force_rollback=True):
            own.execute("SELECT lo_create(0)")
        writable.append("(large objects)")
    except errors.InsufficientPrivilege:
        refused += 1
    return ReadOnlyProof(tuple(dict.fromkeys(writable)), refused, bypasses)
