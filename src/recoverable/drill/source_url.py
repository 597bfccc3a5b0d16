"""The source's ``DATABASE_URL``, from the environment: never from an argument, and never shown."""

from __future__ import annotations

import os

from recoverable.drill.connection import Connection, Secret
from recoverable.model.errors import InputError

VARIABLE = "DATABASE_URL"
_OWN = ("host", "port", "user", "dbname", "password")


def source_connection(variable: str = VARIABLE) -> Connection:
    """The connection that a variable of the environment holds, as a URL or as keywords.

    Raises:
        InputError: the variable is not set, or no connection string; its text is not repeated.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    text = os.environ.get(variable, "")
    if not text:
        raise InputError(f"{variable} is not set", "environment", "Export the connection string of a role that may only read.")
    try:
        words = {name: str(value) for name, value in conninfo_to_dict(text).items() if value is not None}
    except psycopg.ProgrammingError:
        raise InputError(
            f"{variable} holds no connection string", "environment", "Write postgresql://user:password@host:5432/db."
        ) from None
    user = words.get("user", "")
    return Connection(
        words.get("host", "localhost"),
        _port(words.get("port", "5432"), variable),
        user,
        words.get("dbname", user),
        Secret(words.get("password", "")),
        tuple((name, value) for name, value in words.items() if name not in _OWN),
    )


def _port(text: str, variable: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise InputError(f"{variable} names several hosts or no port", "environment", "Name one host and one port.")
