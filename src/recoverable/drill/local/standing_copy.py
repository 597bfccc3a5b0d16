"""The restored copy as the contract gives it: its connection, its files, stopping it, and cloning it for the negative control."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from recoverable.drill.backups.backup_label import BackupLabel
from recoverable.drill.backups.base_backup import BaseBackup
from recoverable.drill.backups.placing import place_files
from recoverable.drill.contract import Files, Phase, Resource, Restored, RestoreFailedError, Run
from recoverable.drill.local import resources
from recoverable.drill.postgres.server import Server, ServerFailedError, make_server_folder
from recoverable.drill.target import RecoveryTarget

ROOM = 1.3
"""How much more space than the restored files there must be (the failure catalogue's row 30)."""
START_PATIENCE = 12 * 3600.0
"""Seconds; the phase's own budget ends it sooner."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the backup says, for the ladder to compare with what the server says."""

    target: RecoveryTarget
    backup_id: str
    system_identifier: int | None = None
    timeline: int | None = None
    backup_stop: datetime.datetime | None = None
    backup: Path | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def made_folder(run: Run, provider: str, root: Path, suffix: str = "") -> Iterator[Path]:
    """A folder of the run's, announced before, gone after, whatever happens in between.

    Raises:
        RestoreFailedError: there is one of that name already; it is another restore's, and stays.
    """
    if os.path.lexists(resources.path_of(run, root, suffix)):
        raise RestoreFailedError(f"{resources.path_of(run, root, suffix)} is there already", "Run `recoverable drill reap`.")
    resource: Resource | None = None
    try:
        resource = resources.announce(run, provider, root, suffix)
        yield resources.make(resource)
    finally:
        if resource is not None:
            left = resources.remove(resource)
            if left is None:
                run.gone(resource)
            else:
                run.note(f"left over: {left.resource.name}: {left.reason}")


@contextlib.contextmanager
def destroying(run: Run) -> Iterator[contextlib.ExitStack]:
    """A stack of what must be undone; it is undone in :attr:`Phase.DESTROY`."""
    stack = contextlib.ExitStack()
    try:
        yield stack
    finally:
        with run.phase(Phase.DESTROY):
            stack.close()


def start(server: Server, check: Callable[[], None]) -> None:
    """Start a server whose time is the phase's budget.

    Raises:
        RestoreFailedError: it did not start.
    """
    try:
        server.start(timeout=START_PATIENCE, check=check)
    except ServerFailedError as error:
        raise RestoreFailedError(f"the server did not start: {error}", "") from None


def restored(server: Server, facts: Facts, database: str, run: Run, provider: str, root: Path) -> Restored:
    """The running copy."""
    copies = iter(range(1, 1000))
    found = Restored(
        target=facts.target,
        server=server.connection(database),
        backup_id=facts.backup_id,
        files=Files(server.data, server.programs.folder, facts.backup, server.log),
        system_identifier=facts.system_identifier,
        timeline=facts.timeline,
        backup_stop=facts.backup_stop,
        versions=facts.versions,
    )

    @contextlib.contextmanager
    def stopped() -> Iterator[None]:
        server.stop()
        try:
            yield
        finally:
            start(server, run.check_budget)

    @contextlib.contextmanager
    def scratch() -> Iterator[Clone]:
        wanted = int(size_of(server.folder) * ROOM)
        if free_space(root) < wanted:
            raise RestoreFailedError(f"no room for a clone: {free_space(root) / 1e9:.1f} GB free, {wanted / 1e9:.1f} GB wanted", "")
        with made_folder(run, provider, root, f"-{next(copies)}") as folder:
            home = make_server_folder(folder / resources.SERVER, server.account)
            with stopped():
                copy_cluster(server, home, run.check_budget)
            clone = Server(server.programs, home, server.account, server.settings, server.password)
            try:
                yield Clone(clone, found, run)
            finally:
                clone.stop("immediate")

    return replace(found, stopped=stopped, scratch=scratch)


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone that may be damaged (:class:`recoverable.drill.contract.Scratch`)."""

    server: Server
    original: Restored
    run: Run

    @property
    def files(self) -> Files | None:
        """Its own data directory."""
        mine = self.original.files
        return replace(mine, data=self.server.data, log=self.server.log) if mine else None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """Run it."""
        start(self.server, self.run.check_budget)

        @contextlib.contextmanager
        def stopped() -> Iterator[None]:
            self.server.stop()
            try:
                yield
            finally:
                start(self.server, self.run.check_budget)

        try:
            database = self.original.connection.dbname
            yield replace(self.original, server=self.server.connection(database), files=self.files, stopped=stopped, scratch=None)
        finally:
            self.server.stop("immediate")


def copy_cluster(server: Server, home: Path, check: Callable[[], None]) -> None:
    """The files of a stopped server into another server's folder."""
    nothing = BackupLabel(0, "", 0)
    place_files(BaseBackup(server.data, None, server.data, nothing, 0), home / "data", home / "ts", server.account, check)


def root_for(scratch: str, folder: Path) -> Path:
    """Where copies are put."""
    return (folder / Path(scratch).expanduser()).absolute() if scratch else resources.default_roots()[0]


def size_of(folder: Path) -> int:
    """Bytes of all files."""
    return sum(os.lstat(os.path.join(place, name)).st_size for place, _, names in os.walk(folder) for name in names)


def free_space(root: Path) -> int:
    """Bytes that are free there."""
    return shutil.disk_usage(root).free
