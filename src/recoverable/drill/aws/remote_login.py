"""The first login into a restored copy of a managed service, and closing what could lead out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Clock, RestoreFailedError
from recoverable.drill.postgres.connect import connect

PATIENCE = 900.0
"""Seconds until a copy that is available must let the new password in; RDS changes it within a minute or two."""
LOOK = 5.0
TLS, PROVEN_TLS, SAME_MACHINE = "require", "verify-full", "prefer"


def tls(ca_file: str, *, same_machine: bool) -> tuple[tuple[str, str], ...]:
    """Libpq's words for TLS. Only what never leaves this machine (a tunnel) may go without."""
    if ca_file:
        return (("sslmode", PROVEN_TLS), ("sslrootcert", ca_file))
    return (("sslmode", SAME_MACHINE if same_machine else TLS),)


def log_in(connection: Connection, clock: Clock, pause: Callable[[float], None]) -> None:
    """Wait until the password is the new one: the proof that it was changed, and that the copy can be reached from here.

    Raises:
        RestoreFailedError: it does not let us in.
    """
    import psycopg

    deadline = clock.monotonic() + PATIENCE
    while True:
        try:
            with connect(connection) as opened:
                opened.execute("SELECT 1")
                return
        except psycopg.OperationalError as error:
            why = "it refuses the password" if "authentication failed" in str(error) else f"no connection ({type(error).__name__})"
        if clock.monotonic() > deadline:
            raise RestoreFailedError(
                f"the copy is available and does not let the drill in: {why}",
                "The security groups must let in from where the drill runs, and the database must exist.",
            )
        pause(LOOK)


def close_ways_out(connection: Connection, note: Callable[[str], None]) -> None:
    """In every database that may be entered: subscriptions off, logins to foreign servers away.

    What the master user may not touch is said; the ladder looks at subscriptions once more.
    """
    import psycopg

    with connect(connection) as opened:
        rows = opened.execute(
            "SELECT datname::text FROM pg_database WHERE datallowconn AND has_database_privilege(oid, 'CONNECT') ORDER BY 1"
        ).fetchall()
    for (name,) in rows:
        with connect(connection, name) as opened:
            for order in _orders(opened):
                try:
                    opened.execute(order)
                except psycopg.errors.InsufficientPrivilege:
                    note(f"{name}: a way out could not be closed by the master user: {order.as_string(opened)}")


def _orders(opened: Any) -> list[Any]:
    from psycopg import sql

    subscriptions = opened.execute(
        "SELECT s.subname::text FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
        " WHERE s.subenabled AND d.datname = current_database()"
    ).fetchall()
    mappings = opened.execute("SELECT usename::text, srvname::text FROM pg_user_mappings").fetchall()
    found: list[Any] = [sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(sql.Identifier(name)) for (name,) in subscriptions]
    for user, server in mappings:
        who = sql.SQL("PUBLIC") if user == "public" else sql.Identifier(user)
        found.append(sql.SQL("DROP USER MAPPING FOR {} SERVER {}").format(who, sql.Identifier(server)))
    return found
