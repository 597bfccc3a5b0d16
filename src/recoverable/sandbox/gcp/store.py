"""What the Google Cloud of the laptop holds: one sqlite file that all provider processes, tests and the demo share.

No server stands in for Google Cloud, so this file is the cloud. It keeps each resource under its Pulumi token and its id, and a log
of the calls that were made. It keeps no secret in clear: of a password or a secret's data only a salted digest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Values = dict[str, Any]

WAIT = 30.0  # seconds that one process waits for another's write
SCHEMA = """
create table if not exists resources (type text not null, id text not null, body text not null, primary key (type, id));
create table if not exists events (number integer primary key autoincrement, verb text not null, type text not null, id text not null);
create table if not exists salt (only integer primary key check (only = 1), value text not null);
"""
DIGESTS = "__digests"


class ExistsError(Exception):
    """The store holds this type and id already."""


@dataclass(frozen=True)
class Event:
    """One call that the cloud answered. It names no values."""

    number: int
    verb: str
    type: str
    id: str


class Store:
    """The resources of one laptop cloud. Safe for many processes at once: every call is one transaction."""

    def __init__(self, path: Path | str) -> None:
        """Open the store at ``path``, made where it does not exist; its folder is made too."""
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._transaction() as link:
            for statement in SCHEMA.split(";"):
                link.execute(statement)
            link.execute("insert or ignore into salt values (1, ?)", (secrets.token_hex(16),))

    def create(self, kind: str, identity: str, body: Values) -> None:
        """Add a resource. Raises ExistsError where the type and id are taken."""
        with self._transaction() as link:
            try:
                link.execute("insert into resources values (?, ?, ?)", (kind, identity, json.dumps(body, sort_keys=True)))
            except sqlite3.IntegrityError as error:
                raise ExistsError(f"{kind} {identity}") from error
            _note(link, "create", kind, identity)

    def put(self, kind: str, identity: str, body: Values, verb: str = "put") -> None:
        """Set a resource whole, whether or not it was there."""
        with self._transaction() as link:
            link.execute("insert or replace into resources values (?, ?, ?)", (kind, identity, json.dumps(body, sort_keys=True)))
            _note(link, verb, kind, identity)

    def change(self, kind: str, identity: str, **properties: Any) -> Values:
        """Set some top-level properties behind the back of whoever manages the resource; None removes one.

        Raises KeyError where there is no such resource.
        """
        with self._transaction() as link:
            held = _get(link, kind, identity)
            if held is None:
                raise KeyError(f"{kind} {identity}")
            body = {key: value for key, value in {**held, **properties}.items() if value is not None}
            link.execute("update resources set body = ? where type = ? and id = ?", (json.dumps(body, sort_keys=True), kind, identity))
            _note(link, "change", kind, identity)
        return body

    def get(self, kind: str, identity: str) -> Values | None:
        """What is held under the type and id, or None."""
        with self._transaction() as link:
            return _get(link, kind, identity)

    def list(self, kind: str) -> dict[str, Values]:
        """All resources of a type by id, in the order of their ids."""
        with self._transaction() as link:
            rows = link.execute("select id, body from resources where type = ? order by id", (kind,)).fetchall()
        return {identity: json.loads(body) for identity, body in rows}

    def delete(self, kind: str, identity: str) -> bool:
        """Remove a resource; False where there was none."""
        with self._transaction() as link:
            gone = link.execute("delete from resources where type = ? and id = ?", (kind, identity)).rowcount > 0
            if gone:
                _note(link, "delete", kind, identity)
        return gone

    def events(self, after: int = 0) -> tuple[Event, ...]:
        """The log of calls that changed something, oldest first."""
        with self._transaction() as link:
            rows = link.execute("select number, verb, type, id from events where number > ? order by number", (after,)).fetchall()
        return tuple(Event(*row) for row in rows)

    def digest(self, value: Any) -> str:
        """The salted digest that stands for a secret value."""
        with self._transaction() as link:
            (salt,) = link.execute("select value from salt").fetchone()
        return hmac.new(bytes.fromhex(salt), json.dumps(value, sort_keys=True).encode(), hashlib.sha256).hexdigest()

    def holds_secret(self, kind: str, identity: str, name: str, value: Any) -> bool:
        """Whether a secret property has this value, as far as its digest tells."""
        held = (self.get(kind, identity) or {}).get(DIGESTS, {}).get(name)
        return held is not None and hmac.compare_digest(held, self.digest(value))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        link = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
        try:
            link.execute("pragma synchronous = off")  # a laptop cloud need not outlive a power cut
            link.execute("begin immediate")
            try:
                yield link
            except BaseException:
                link.execute("rollback")
                raise
            link.execute("commit")
        finally:
            link.close()


def _get(link: sqlite3.Connection, kind: str, identity: str) -> Values | None:
    row = link.execute("select body from resources where type = ? and id = ?", (kind, identity)).fetchone()
    if row is None:
        return None
    body: Values = json.loads(row[0])
    return body


def _note(link: sqlite3.Connection, verb: str, kind: str, identity: str) -> None:
    link.execute("insert into events (verb, type, id) values (?, ?, ?)", (verb, kind, identity))
