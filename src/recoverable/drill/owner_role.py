"""A role on the copy that acts as the application's own role: what it makes belongs to that one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Run
from recoverable.drill.temporary_roles import cleaned_up, create_login, drop_login, new_login, open_session

_OWNER_OF_TABLE = """
    SELECT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = %s"""
_OWNER_OF_DATABASE = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"


@contextmanager
def temporary_login(admin: Connection, purpose: str, run: Run) -> Iterator[tuple[Connection, Any]]:
    """A login without any right, gone on exit, and a session of the copy's own superuser."""
    login = new_login(admin, purpose)
    run.conceal(login.password)
    run.conceal(login.url())
    with open_session(admin) as session:
        create_login(session, login, "NOINHERIT")
        with cleaned_up(lambda: drop_login(session, login)):
            yield login, session


def owner_of(session: Any, table: tuple[str, str] | None = None) -> str:
    """The owner of a table (schema, name), else of the database."""
    row = session.execute(_OWNER_OF_TABLE, table).fetchone() if table else None
    return str((row or session.execute(_OWNER_OF_DATABASE).fetchone())[0])


def act_as(session: Any, login: Connection, owner: str) -> None:
    """Let a login become the owner as soon as it logs in."""
    from psycopg import sql

    role = sql.Identifier(login.user)
    session.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(owner), role))
    session.execute(sql.SQL("ALTER ROLE {} SET role = {}").format(role, sql.Identifier(owner)))
