"""The ``DATABASE_URL`` that a program of the application gets: with the scheme and the parameters that its driver wants."""

from __future__ import annotations

from recoverable.drill.connection import Connection, Secret


def database_url(connection: Connection, scheme: str = "", query: str = "") -> Secret:
    """The URL; ``scheme`` replaces ``postgresql`` (``postgresql+psycopg``), ``query`` is added (``sslmode=disable``: Go's drivers ask for TLS)."""
    usual, _, rest = connection.url().reveal().partition("://")
    joint = "&" if "?" in rest else "?"
    return Secret(f"{scheme or usual}://{rest}" + (f"{joint}{query.lstrip('?&')}" if query else ""))
