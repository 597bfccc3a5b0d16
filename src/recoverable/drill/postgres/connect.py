"""Connect to a server that a drill runs, and to no other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from recoverable.drill.connection import Connection
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    import psycopg

PATIENCE = 10  # seconds until a connection is given up
_DEFAULTED = ("options", "sslmode", "sslcert", "sslkey", "target_session_attrs", "channel_binding")
"""libpq keywords that a variable of the environment would fill in; PGHOSTADDR would even lead to another server."""


def connect(connection: Connection, dbname: str = "", **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
    """A psycopg connection with autocommit, uninfluenced by ``PG*`` variables.

    Raises:
        InputError: psycopg is not installed, or PGSERVICE would fill in what is not said here.
        psycopg.OperationalError: nobody answers; its text holds no password.
    """
    try:
        import psycopg
    except ImportError:
        raise InputError("psycopg is not installed", "", "pip install 'recoverable[drill]'.") from None
    if os.environ.get("PGSERVICE"):
        raise InputError("PGSERVICE would lead a drill's connections elsewhere", "environment", "Unset it for this command.")
    words = connection.keywords(dbname)
    quiet = {word: "disable" if word == "sslmode" else "" for word in _DEFAULTED}
    quiet |= {"channel_binding": "prefer", "target_session_attrs": "any"}
    address = {} if os.environ.get("PGHOSTADDR") is None else {"hostaddr": "" if connection.host.startswith("/") else connection.host}
    return psycopg.connect(**{**quiet, **address, "connect_timeout": PATIENCE, "autocommit": True, **words, **more})
