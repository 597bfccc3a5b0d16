"""Login roles that exist on the restored copy alone, for one step of one drill."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from recoverable.drill.connection import Connection, Secret
from recoverable.drill.postgres.connect import connect

PREFIX = "recoverable_drill_"
LOCK_PATIENCE = 10_000  # milliseconds that dropping a role may wait for a lock


@contextmanager
def open_session(connection: Connection, dbname: str = "") -> Iterator[Any]:
    """A ``psycopg`` session with autocommit; exceptions carry no connection string."""
    with connect(connection, dbname, application_name="recoverable drill") as session:
        yield session


def new_login(connection: Connection, purpose: str, dbname: str = "") -> Connection:
    """A connection of a role that is still to be made: a name of its own, a password that was never used before."""
    return replace(
        connection,
        user=f"{PREFIX}{purpose}_{secrets.token_hex(6)}",
        dbname=dbname or connection.dbname,
        password=Secret(secrets.token_urlsafe(24)),
    )


def create_login(session: Any, login: Connection, attributes: str) -> None:
    """Make the role with these attributes (``NOINHERIT``, ``BYPASSRLS`` …)."""
    from psycopg import sql

    role, verifier = sql.Identifier(login.user), sql.Literal(scram(session, login))
    with session.transaction():
        superuser = is_superuser(session)
        if superuser:  # only a superuser may keep a statement out of the server's log
            session.execute("SET LOCAL log_statement = 'none'")
            session.execute("SET LOCAL log_min_duration_statement = -1")
        session.execute(sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(role, sql.SQL(attributes), verifier))
        if not superuser:  # or it could not be dropped again
            session.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))


@contextmanager
def cleaned_up(action: Callable[[], None]) -> Iterator[None]:
    """Run ``action`` on the way out; when already something else went wrong, that is what is told."""
    import psycopg

    try:
        yield
    except BaseException:
        with suppress(psycopg.Error):
            action()
        raise
    action()


def is_superuser(session: Any) -> bool:
    """Whether the session's role is one."""
    return bool(session.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0])


def scram(session: Any, login: Connection) -> str:
    """The password as the verifier that the server stores: the password itself never travels to it or into its log."""
    return str(session.pgconn.encrypt_password(login.password.reveal().encode(), login.user.encode(), b"scram-sha-256").decode())


def drop_login(session: Any, login: Connection) -> None:
    """Take the role away again with whatever it holds in this database."""
    from psycopg import sql

    role = sql.Identifier(login.user)
    session.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (login.user,))
    with session.transaction():
        session.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_PATIENCE)))
        session.execute(sql.SQL("DROP OWNED BY {}").format(role))
        session.execute(sql.SQL("DROP ROLE {}").format(role))
