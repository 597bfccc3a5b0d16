"""Extensions that only look: put into a schema of their own for as long as they are needed, and gone afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from recoverable.drill.reading.sessions import quoted, with_settings

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

SCHEMA = "recoverable_{}"
EVENT_TRIGGERS_CAN_BE_OFF = 170000
_EXTENSION = "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = %s"
_AVAILABLE = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = %s)"
_TRIGGERS = "SELECT EXISTS (SELECT FROM pg_event_trigger WHERE evtenabled IN ('A', 'R') AND evtevent <> 'login')"
_TAKEN = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = %s)"


class NoToolError(Exception):
    """The extension is not there and cannot be put there; says why."""


@contextlib.contextmanager
def installed(opened: Session, extension: str) -> Iterator[str]:
    """The quoted schema of an extension, for other sessions too. One that was not there is dropped again.

    Raises:
        NoToolError: see there.
        psycopg.Error: the server failed.
    """
    there = _schema_of(opened, extension)
    if there is not None:
        yield quoted(there)
        return
    with opened.transaction():
        opened.execute("SET TRANSACTION READ WRITE")
        schema = _create(opened, extension)
    try:
        yield schema
    finally:
        _drop(opened, extension, schema)


@contextlib.contextmanager
def passing(opened: Session, extension: str) -> Iterator[str]:
    """The same inside one transaction that is rolled back, so that nothing is ever left in the copy. Reading is all it may do.

    Raises:
        NoToolError: see there.
        psycopg.Error: the server failed.
    """
    there = _schema_of(opened, extension)
    with opened.transaction(force_rollback=True):
        opened.execute("SET TRANSACTION READ WRITE")
        yield quoted(there) if there is not None else _create(opened, extension)


def _create(opened: Session, extension: str) -> str:
    import psycopg

    schema = SCHEMA.format(extension)
    _refuse_strangers(opened, extension, schema)
    try:
        with opened.transaction():
            with_settings(opened, {"session_replication_role": "replica"})  # the copy's own event triggers stay quiet
            opened.execute(f"CREATE SCHEMA {quoted(schema)}")
            opened.execute(f"CREATE EXTENSION {quoted(extension)} SCHEMA {quoted(schema)}")
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise NoToolError(f"{extension} cannot be installed in the copy ({type(error).__name__})") from None
    return quoted(schema)


def _drop(opened: Session, extension: str, schema: str) -> None:
    import psycopg

    # Where the server died of what was read, there is nothing to drop from, and the rung has said so.
    with contextlib.suppress(psycopg.OperationalError), opened.transaction():
        opened.execute("SET TRANSACTION READ WRITE")
        opened.execute(f"DROP EXTENSION {quoted(extension)}")
        opened.execute(f"DROP SCHEMA {schema}")


def _refuse_strangers(opened: Session, extension: str, schema: str) -> None:
    if not _truth(opened, _AVAILABLE, extension):
        raise NoToolError(f"{extension} is not installed on the server (Debian has it in postgresql, others in postgresql-contrib)")
    if opened.info.server_version < EVENT_TRIGGERS_CAN_BE_OFF and _truth(opened, _TRIGGERS):
        raise NoToolError(f"{extension} cannot be installed: an event trigger of the copy is enabled always, and would run its own code")
    if _truth(opened, _TAKEN, schema):
        raise NoToolError(f"{extension} cannot be installed: there is a schema {schema} already")


def _schema_of(opened: Session, extension: str) -> str | None:
    row = opened.execute(_EXTENSION, (extension,)).fetchone()
    return row[0] if row else None


def _truth(opened: Session, query: str, *values: str) -> bool:
    row = opened.execute(query, values or None).fetchone()
    return bool(row and row[0])
