"""Heartbeats: rows written at the source at a steady pace, the only honest measure of how much a restore lost.

An idle database restored exactly to its end looks stale without them, and a hole at the end of the log looks like idleness.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recoverable.drill.contract import Clock, TransientError
from recoverable.drill.target import parse_lsn
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    import psycopg

TABLE = "public.recoverable_heartbeat"
INTERVAL = datetime.timedelta(seconds=30)
"""Half of the common archive_timeout of 60 s: one lost beat does not look like a lost segment."""
KEEP = datetime.timedelta(days=7)
PATIENCE = 10
"""Seconds until a connection is given up."""
LONGEST_WAIT = 60.0
"""Seconds between tries while the source cannot be reached."""

CREATE = f"""CREATE TABLE IF NOT EXISTS {TABLE} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lsn pg_lsn NOT NULL DEFAULT pg_current_wal_insert_lsn()
);"""
_BEAT = f"INSERT INTO {TABLE} DEFAULT VALUES"
_PRUNE = f"DELETE FROM {TABLE} WHERE at < clock_timestamp() - interval '{{seconds}} seconds'"  # noqa: S608 - a constant name and a whole number
_LAST = f"SELECT id, at, lsn::text FROM {TABLE} ORDER BY id DESC LIMIT 1"  # noqa: S608 - a constant name
_THERE = f"SELECT to_regclass('{TABLE}') IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One row. ``at`` is the source's clock, ``lsn`` where its log stood."""

    number: int
    at: datetime.datetime
    lsn: int


def last_heartbeat(connection: psycopg.Connection[Any]) -> Heartbeat | None:
    """The newest one in a database; None where there is no table or no row."""
    if not (connection.execute(_THERE).fetchone() or (False,))[0]:
        return None
    row = connection.execute(_LAST).fetchone()
    return Heartbeat(row[0], row[1].astimezone(datetime.UTC), parse_lsn(row[2])) if row else None


def lost(heartbeat: Heartbeat, disaster: datetime.datetime) -> datetime.timedelta:
    """How much may be lost: from the last row that was restored to the moment up to which data must be there; never negative."""
    return max(datetime.timedelta(), disaster - heartbeat.at)


def beat(connection: psycopg.Connection[Any], keep: datetime.timedelta = KEEP) -> None:
    """Write one row in a transaction of its own, and remove those older than ``keep``. The connection is in autocommit."""
    connection.execute(_BEAT)
    connection.execute(_PRUNE.format(seconds=int(keep.total_seconds())))


def cron_sql(interval: datetime.timedelta, keep: datetime.timedelta) -> str:
    """What an administrator runs once at the source, to let pg_cron write the rows (its finest pace is one second, from 1.5 on)."""
    seconds = max(1, int(interval.total_seconds()))
    pace = f"{seconds} seconds" if seconds < 60 else "* * * * *" if seconds < 120 else f"*/{min(59, seconds // 60)} * * * *"
    prune = _PRUNE.format(seconds=int(keep.total_seconds()))
    return (
        f"{CREATE}\n"
        f"SELECT cron.schedule('recoverable-heartbeat', '{pace}', $$ {_BEAT} $$);\n"
        f"SELECT cron.schedule('recoverable-heartbeat-prune', '17 * * * *', $$ {prune} $$);\n"
    )


def write_heartbeats(
    connect: Callable[[], psycopg.Connection[Any]],
    clock: Clock,
    say: Callable[[str], None],
    *,
    interval: datetime.timedelta = INTERVAL,
    keep: datetime.timedelta = KEEP,
    times: int | None = None,
) -> int:
    """Write rows until interrupted, or ``times`` of them; the number written.

    A lost connection is made anew, with growing pauses. What says that it will never work (no right to create the table,
    no such database) is raised at the first connection.

    Raises:
        TransientError: the source does not answer the first time, or refuses the login.
        InputError: the table cannot be made or written.
    """
    import psycopg

    written, wait = 0, 0.0
    connection: psycopg.Connection[Any] | None = None
    try:
        while times is None or written < times:
            due = clock.monotonic() + interval.total_seconds()
            try:
                if connection is None:
                    connection = _prepared(connect)
                beat(connection, keep)
            except psycopg.OperationalError as error:
                if written == 0:
                    raise TransientError(f"the source does not answer, or refuses the login: {_first_line(error)}") from None
                if connection is not None:
                    connection.close()
                connection = None
                wait = min(LONGEST_WAIT, max(1.0, wait * 2))
                say(f"no heartbeat was written: {_first_line(error)}; next try in {wait:.0f} s")
                clock.sleep(wait)
                continue
            except psycopg.Error as error:
                fix = "The role needs CREATE in schema public once, and INSERT and DELETE later."
                raise InputError(f"the heartbeat cannot be written: {_first_line(error)}", "source", fix) from None
            written, wait = written + 1, 0.0
            if times is None or written < times:
                clock.sleep(max(0.0, due - clock.monotonic()))
    finally:
        if connection is not None:
            connection.close()
    return written


def connect_source(url: str, where: str) -> psycopg.Connection[Any]:
    """By a connection string, which is never shown, or for an empty one by libpq's own variables. ``where`` says whose string it is.

    Raises:
        InputError: psycopg is not installed, or the text is no connection string.
        psycopg.OperationalError: nobody answers.
    """
    try:
        import psycopg
        import psycopg.conninfo
    except ImportError:
        raise InputError("psycopg is not installed", "", "pip install 'recoverable[drill]'.") from None
    try:
        psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:  # its text quotes the string
        raise InputError("the value is no connection string", where, "Write postgresql://user:password@host:port/database.") from None
    return psycopg.connect(url, autocommit=True, connect_timeout=PATIENCE, application_name="recoverable heartbeat")


def _prepared(connect: Callable[[], psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    """A connection to a database that has the table. It is made only where it is missing: CREATE asks for more rights than INSERT."""
    connection = connect()
    connection.autocommit = True
    if not (connection.execute(_THERE).fetchone() or (False,))[0]:
        connection.execute(CREATE)
    return connection


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
