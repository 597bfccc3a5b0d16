"""A restored copy for the parts that work on one: a real server, and a run that writes down what it is told."""

from __future__ import annotations

import contextlib
import datetime
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Files, Phase, Resource, Restored, Store
from recoverable.drill.hooks import Copy
from recoverable.drill.postgres.account import server_account
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.programs import find_programs
from recoverable.drill.postgres.server import Server, initialise, make_server_folder
from recoverable.drill.redaction import Redactor
from recoverable.drill.target import LATEST


class SystemClock:
    """The real time."""

    def now(self) -> datetime.datetime:
        """Now, in UTC."""
        return datetime.datetime.now(datetime.UTC)

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass
class RecordingRun:
    """Fits ``recoverable.drill.contract.Run``; ``budget`` is raised by every look at the budget while it is set."""

    folder: Path
    id: str = "run-1"
    notes: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    budget: Exception | None = None
    clock: SystemClock = field(default_factory=SystemClock)

    @property
    def expires(self) -> datetime.datetime:
        """In an hour."""
        return self.clock.now() + datetime.timedelta(hours=1)

    def intend(self, resource: Resource) -> None:
        """Nothing is made outside the copy."""
        raise AssertionError(resource)

    def gone(self, resource: Resource) -> None:
        """Nothing is made outside the copy."""
        raise AssertionError(resource)

    def phase(self, phase: Phase) -> AbstractContextManager[None]:
        """Parts do not enter phases."""
        raise AssertionError(phase)

    def note(self, text: str) -> None:
        """Keep it as it would be shown."""
        known = Redactor()
        for secret in self.secrets:
            known.add(secret)
        self.notes.append(known.text(text))

    def conceal(self, secret: Secret) -> None:
        """Learn a secret."""
        self.secrets.append(secret.reveal())

    def check_budget(self) -> None:
        """Raise what the test has set."""
        if self.budget:
            raise self.budget


@contextlib.contextmanager
def running_server(major: int | None = None) -> Iterator[Server]:
    """An empty cluster in a folder of its own, with a short path for its socket."""
    account = server_account()
    with tempfile.TemporaryDirectory(prefix="rcv", dir="/tmp", ignore_cleanup_errors=True) as root:
        Path(root).chmod(0o755)
        folder = make_server_folder(Path(root) / "c", account)
        server = Server(find_programs(major), folder, account, settings={"fsync": "off", "full_page_writes": "off"})
        initialise(server)
        with server:
            yield server
            server.stop("immediate")  # nobody needs its data any more


def new_database(server: Server, template: str = "", owner: str = "") -> Connection:
    """A database of its own; of ``template``'s content where one is named."""
    name = f"t{secrets.token_hex(6)}"
    with connect(server.connection()) as session:
        session.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "") + (f" OWNER {owner}" if owner else ""))  # type: ignore[call-overload]  # put together from our own names
    return server.connection(name)


def execute(connection: Connection, *statements: str) -> list[tuple[Any, ...]]:
    """Run SQL; the rows of the last statement that has some."""
    rows: list[tuple[Any, ...]] = []
    with connect(connection) as session:
        for statement in statements:
            cursor = session.execute(statement)  # type: ignore[call-overload]  # a test's own text
            rows = cursor.fetchall() if cursor.description else rows
    return rows


def copy_of(connection: Connection, folder: Path, server: Server | None = None, settings: Mapping[str, Any] | None = None) -> Copy:
    """A copy with this connection; ``folder`` is the application's."""
    work = Path(tempfile.mkdtemp(dir=folder.parent))
    files = Files(server.data, server.programs.folder) if server else None
    store = Store("orders", "prod", "local", settings or {}, folder)
    return Copy(store, Restored(LATEST, connection, "backup-1", files), RecordingRun(work))


def unreachable(connection: Connection) -> Connection:
    """The same where nobody listens."""
    return replace(connection, port=1)
