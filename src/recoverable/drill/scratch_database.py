"""An empty database on the temporary server, beside the restored one, for a migration from scratch."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from recoverable.drill.connection import Connection
from recoverable.drill.temporary_roles import PREFIX, cleaned_up, open_session


@contextmanager
def scratch_database(admin: Connection, session: Any, owner: str, prepare: Sequence[str]) -> Iterator[Connection]:
    """Make it, run the statements that the platform would have run before any migration, and drop it on the way out.

    It starts from template0 with the encoding and locale of the restored database, owned by ``owner``.
    """
    from psycopg import sql

    name = f"{PREFIX}scratch_{secrets.token_hex(6)}"
    encoding, collate, ctype = session.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    session.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {} ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
            sql.Identifier(name), sql.Identifier(owner), sql.Literal(encoding), sql.Literal(collate), sql.Literal(ctype)
        )
    )
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    made = replace(admin, dbname=name)
    with cleaned_up(lambda: session.execute(drop)):
        with open_session(made) as inside:
            for statement in prepare:
                inside.execute(statement)
        yield made
