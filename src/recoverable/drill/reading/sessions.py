"""Sessions on a copy that trust nothing in it.

What was restored may hold functions, operators and settings made to fool whoever looks: names are looked up in ``pg_catalog``
alone, nothing is written, output has one fixed form, and settings that make PostgreSQL overlook damage are switched off.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from recoverable.drill.connection import Connection
from recoverable.drill.postgres.connect import connect

if TYPE_CHECKING:
    import psycopg

    Session = psycopg.Connection[tuple[Any, ...]]

STATEMENT_SECONDS = 7200
"""How long one statement may take where the settings do not say; the counting of one table of about 1 TB."""

PINNED = {
    "search_path": "pg_catalog,pg_temp",
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "read committed",
    "row_security": "off",  # an error instead of rows that are silently left out
    "lock_timeout": "60s",
    "idle_in_transaction_session_timeout": "0",
    "DateStyle": "ISO,YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmlbinary": "base64",
    "lc_monetary": "C",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "synchronize_seqscans": "off",
    "quote_all_identifiers": "off",
    "standard_conforming_strings": "on",
    "client_min_messages": "error",
}
"""Given at the start of a session, so that they win over what ALTER ROLE and ALTER DATABASE left behind in the copy."""

BLINDING = ("zero_damaged_pages", "ignore_checksum_failure", "ignore_system_indexes")
"""Settings under which PostgreSQL reads past damage. The source may have had them on."""

NO_EVENT_TRIGGERS = {"event_triggers": "off"}
"""PostgreSQL 17 and newer, superusers only: triggers on login are the copy's own code."""

_takes_event_triggers: dict[tuple[str, int, str], bool] = {}


class BlindedError(Exception):
    """The server reads past damage, and this session may not change that."""


@contextlib.contextmanager
def session(connection: Connection, dbname: str = "", *, statement_seconds: float = STATEMENT_SECONDS) -> Iterator[Session]:
    """A read-only session with autocommit.

    Raises:
        psycopg.Error: nobody answers, or the database refuses.
        BlindedError: a setting of :data:`BLINDING` is on and cannot be switched off.
    """
    opened = _open(connection, dbname, {**PINNED, "statement_timeout": f"{round(statement_seconds * 1000)}ms"})
    try:
        if opened.info.parameter_status("server_encoding") == "SQL_ASCII":
            opened.execute("SET client_encoding TO 'LATIN1'")  # any byte is a letter, and comes back as the same byte
        _unblind(opened)
        yield opened
    finally:
        opened.close()


def options_for_programs(connection: Connection, *, superuser: bool) -> str:
    """``PGOPTIONS`` for PostgreSQL's own programs, which connect by themselves: the same settings, with no limit per statement."""
    settings = {**PINNED, "statement_timeout": "0"}
    return _options(connection, {**settings, **(dict.fromkeys(BLINDING, "off") if superuser else {})})


def setting(opened: Session, name: str) -> str:
    """One setting of the server as this session sees it; empty where there is none of that name."""
    row = opened.execute("SELECT current_setting(%s, true)", (name,)).fetchone()
    return str(row[0]) if row and row[0] is not None else ""


def with_settings(opened: Session, settings: Mapping[str, str]) -> None:
    """Change settings of the session."""
    for name, value in settings.items():
        opened.execute("SELECT set_config(%s, %s, false)", (name, value))


def quoted(name: str) -> str:
    """An identifier between quotes."""
    return '"' + name.replace('"', '""') + '"'


def full_name(schema: str, name: str) -> str:
    """Schema and name of a relation, as SQL takes it."""
    return f"{quoted(schema)}.{quoted(name)}"


def _open(connection: Connection, dbname: str, settings: Mapping[str, str]) -> Session:
    import psycopg

    who = (connection.host, connection.port, connection.user)
    if _takes_event_triggers.get(who, True):
        try:
            opened = connect(connection, dbname, options=_options(connection, {**settings, **NO_EVENT_TRIGGERS}), client_encoding="UTF8")
        except psycopg.OperationalError as error:
            if "event_triggers" not in str(error):
                raise
            _takes_event_triggers[who] = False
        else:
            return opened
    return connect(connection, dbname, options=_options(connection, settings), client_encoding="UTF8")


def _options(connection: Connection, settings: Mapping[str, str]) -> str:
    """For libpq's ``options``: spaces and backslashes are escaped there."""
    own = dict(connection.options).get("options", "")
    ours = " ".join(f"-c {name}={_escaped(value)}" for name, value in settings.items())
    return f"{own} {ours}".strip()


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def _unblind(opened: Session) -> None:
    import psycopg

    on = [row[0] for row in opened.execute("SELECT name FROM pg_settings WHERE setting = 'on' AND name = ANY(%s)", (list(BLINDING),))]
    for name in on:
        try:
            with_settings(opened, {name: "off"})
        except psycopg.Error:
            raise BlindedError(f"{name} is on, so that the server reads past damage") from None
