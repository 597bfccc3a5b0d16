"""Closes the ways out of a managed copy, by SQL: subscriptions of the source must not go on in it, nor logins to other servers."""

from __future__ import annotations

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.postgres.connect import connect
from recoverable.drill.verdict import RungVerdict

NAME = "ways-out-closed"
_SUBSCRIPTIONS = (
    "SELECT subname FROM pg_subscription WHERE subenabled AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
_DATABASES = (
    "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate AND has_database_privilege(datname, 'CONNECT') ORDER BY 1"
)


def close_ways_out(connection: Connection) -> Check:
    """Disable subscriptions and drop user mappings in every database that the role may enter; what it may not change is told."""
    import psycopg

    closed: list[str] = []
    open_: list[str] = []
    with connect(connection) as session:
        names = [row[0] for row in session.execute(_DATABASES).fetchall()]
    for name in names:
        try:
            with connect(connection, name) as session:
                _one(session, name, closed, open_)
        except psycopg.Error as error:
            open_.append(f"{name} ({type(error).__name__})")
    if open_:
        return Check(NAME, RungVerdict.COULD_NOT_RUN, f"could not be closed: {', '.join(open_[:5])}", {"open": len(open_)})
    detail = f"{len(closed)} subscriptions and logins to foreign servers closed in {len(names)} databases"
    return Check(NAME, RungVerdict.PASS, detail, {"closed": len(closed), "databases": len(names)})


def _one(session: object, name: str, closed: list[str], open_: list[str]) -> None:
    import psycopg
    from psycopg import sql

    assert isinstance(session, psycopg.Connection)  # noqa: S101 - psycopg is imported late
    orders = [
        (f"subscription {each} of {name}", sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(sql.Identifier(each)))
        for (each,) in session.execute(_SUBSCRIPTIONS).fetchall()
    ]
    for user, server in session.execute("SELECT usename, srvname FROM pg_user_mappings").fetchall():
        who = sql.SQL("PUBLIC") if user == "public" else sql.Identifier(user)
        orders.append((f"login to {server} in {name}", sql.SQL("DROP USER MAPPING FOR {} SERVER {}").format(who, sql.Identifier(server))))
    for what, order in orders:
        try:
            session.execute(order)
        except psycopg.errors.InsufficientPrivilege:
            open_.append(what)
        else:
            closed.append(what)
