"""A PostgreSQL server that a drill runs: its own account, loopback and a private socket only, and never left behind."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from recoverable.drill.connection import Connection, Secret
from recoverable.drill.postgres import guardian
from recoverable.drill.postgres.account import Account, can_enter, hand_over, server_account
from recoverable.drill.postgres.configuration import HBA, as_text, basic_settings
from recoverable.drill.postgres.programs import Programs
from recoverable.drill.postgres.running import LINES, environment, run_program
from recoverable.system.processes import is_same, started

SUPERUSER = "recoverable_drill"
"""The role that a drill makes for itself in a copy; baselines and comparisons of roles leave it out."""

LOOK = 0.02
PATIENCE = 60.0
TRIES = 5
READY = "ready"
_LINE_OF_STATUS = 7  # of postmaster.pid, counted from 0 (LOCK_FILE_LINE_PM_STATUS of PostgreSQL's pidfile.h is 8)
_SERIOUS = re.compile(r"\b(FATAL|PANIC|ERROR)\b")
_TAKEN = "Address already in use"
SOCKET_LIMIT = 100
"""Of the path of a Unix socket: 107 bytes on Linux, 103 on macOS, less a few."""


class ServerFailedError(Exception):
    """The server did not start, or ended by itself; with the last serious lines of its log."""


@dataclass
class Server:
    """One server over ``folder/data``. Use as a context manager: gone on exit, and also when this process dies.

    ``folder`` belongs to ``account``. ``settings`` come after our own ones and so win. A server that is stopped can be started again.
    """

    programs: Programs
    folder: Path
    account: Account = field(default_factory=server_account)
    settings: Mapping[str, str] = field(default_factory=dict)
    password: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(24)))
    superuser: str = SUPERUSER
    port: int = 0
    fixed_port: bool = False
    socket_folder: Path | None = None
    hba: str = HBA
    _process: subprocess.Popen[str] | None = None
    _pid: int = 0
    _start: str = ""

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.folder / "server.log"

    @property
    def sockets(self) -> Path:
        """The folder of the Unix socket, which only the account (and root) can enter."""
        return self.socket_folder or self.folder / "s"

    @property
    def pid(self) -> int:
        """The postmaster's process id; 0 where it does not run."""
        return self._pid if self.running else 0

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self, *, timeout: float = PATIENCE, check: Callable[[], None] = lambda: None) -> None:
        """Start and wait until it takes connections (in recovery with hot_standby off: until it is promoted). ``check`` is called while waiting.

        Raises:
            ServerFailedError: it ended, or was not ready in time.
        """
        if len(os.fsencode(self.sockets / ".s.PGSQL.65535")) > SOCKET_LIMIT:
            raise ServerFailedError(f"the path of its socket is longer than {SOCKET_LIMIT} bytes: {self.sockets}")
        self.programs = reachable(self.programs, self.account, self.folder)
        for attempt in range(TRIES):
            if not (self.fixed_port and self.port):
                self.port = free_port()
            self._write_settings()
            offset = self.log.stat().st_size if self.log.exists() else 0
            self._launch()
            try:
                self._wait(timeout, check)
            except ServerFailedError:
                self.stop("immediate")
                if _TAKEN in self._log_from(offset) and attempt + 1 < TRIES:
                    continue  # somebody took the free port first
                raise ServerFailedError(self.serious_lines(offset)) from None
            except BaseException:
                self.stop("immediate")
                raise
            return

    def stop(self, how: str = "fast", *, timeout: float = PATIENCE) -> None:
        """Stop it (``fast``: clean; ``immediate``: without a checkpoint) and wait until it is gone; nothing where it does not run."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if self._pid and is_same(self._pid, self._start, ()):
                os.kill(self._pid, signal.SIGINT if how == "fast" else signal.SIGQUIT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        self._end_guardian()

    def crash(self) -> None:
        """Kill it as a power cut would: no shutdown, no last checkpoint. Its children notice and end."""
        if self._process is None:
            return
        children = list(_children(self._pid))
        with contextlib.suppress(ProcessLookupError):
            if is_same(self._pid, self._start, ()):
                os.kill(self._pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while any(started(pid) for pid in children) and time.monotonic() < deadline:
            time.sleep(LOOK)
        self._end_guardian()

    def connection(self, dbname: str = "postgres") -> Connection:
        """On loopback, with the password; what may be handed on."""
        return Connection("127.0.0.1", self.port, self.superuser, dbname, self.password)

    def socket(self, dbname: str = "postgres", user: str = "") -> Connection:
        """On the private socket, which trusts whoever can enter its folder."""
        return Connection(str(self.sockets), self.port, user or self.superuser, dbname)

    def serious_lines(self, offset: int = 0) -> str:
        """The last serious lines of the log, on one line."""
        lines = self._log_from(offset).splitlines()
        found = [line.strip() for line in lines if _SERIOUS.search(line)] or [line.strip() for line in lines]
        return " | ".join(found[-LINES:]) or "the server wrote nothing"

    def _log_from(self, offset: int) -> str:
        try:
            with self.log.open("rb") as stream:
                stream.seek(offset)
                return stream.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def _write_settings(self) -> None:
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        ours = basic_settings(self.data, self.folder, self.sockets, self.port)
        for name, text in (("postgresql.conf", as_text({**ours, **self.settings})), ("pg_hba.conf", self.hba), ("pg_ident.conf", "")):
            path = self.folder / name
            path.touch(mode=0o600)
            path.write_text(text, encoding="utf-8")
            hand_over(path, self.account)
        hand_over(self.sockets, self.account)

    def _launch(self) -> None:
        order = [self.programs.path("postgres"), "-D", self.data, "-c", f"config_file={self.folder / 'postgresql.conf'}"]
        watcher = [sys.executable, "-I", "-S", guardian.__file__, guardian.SERVER, str(self.account.uid), str(self.account.gid)]
        with open(os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own file, and a program of a PostgreSQL installation
                [*watcher, *(str(each) for each in order)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(),
                cwd=self.folder,
                start_new_session=True,
                text=True,
            )
        hand_over(self.log, self.account)
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: it was asked for above
        said = self._process.stdout.readline().strip()
        self._pid = int(said) if said else 0
        self._start = started(self._pid) if said else ""

    def _wait(self, timeout: float, check: Callable[[], None]) -> None:
        deadline = time.monotonic() + timeout
        while self._status() != READY:
            check()
            if not self.running:
                raise ServerFailedError(self.serious_lines())
            if time.monotonic() > deadline:
                raise ServerFailedError(f"it was not ready within {timeout:.0f} s: {self.serious_lines()}")
            time.sleep(LOOK)

    def _status(self) -> str:
        """What the postmaster says of itself; empty where the file is of an earlier process."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return lines[_LINE_OF_STATUS].strip() if len(lines) > _LINE_OF_STATUS and lines[0].strip() == str(self._pid) else ""

    def _end_guardian(self) -> None:
        """Close its standard input, at which it ends what is left."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        process.wait(3 * guardian.PATIENCE)
        if process.stdout:
            process.stdout.close()


def initialise(server: Server, *more: str) -> None:
    """``initdb``: an empty cluster with checksums whose superuser has the server's password.

    Raises:
        ProgramFailedError: it failed.
    """
    server.programs = reachable(server.programs, server.account, server.folder)
    file = server.folder / "initial-password"
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(server.password.reveal() + "\n")
    hand_over(file, server.account)
    order: list[str | Path] = [server.programs.path("initdb"), "-D", server.data, "-U", server.superuser, f"--pwfile={file}"]
    try:
        run_program(
            [*order, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--data-checksums", "--no-sync", *more],
            account=server.account,
            folder=server.folder,
            tethered=True,
        )
    finally:
        file.unlink()


def make_server_folder(path: Path, account: Account) -> Path:
    """A folder that only the account can enter.

    Raises:
        FileExistsError: something is there already.
    """
    path.mkdir(mode=0o700)
    hand_over(path, account)
    return path


def reachable(programs: Programs, account: Account, folder: Path) -> Programs:
    """The same programs where the account can run them: a copy in ``folder`` where they lie in somebody's private folder."""
    if can_enter(programs.folder / "postgres", account):
        return programs
    root = programs.folder.parent
    libraries = root.parent.with_name(f"{root.parent.name}.libs")  # of a wheel: its programs look for them there, relative to themselves
    inside = Path(root.parent.name, root.name) if libraries.is_dir() else Path()
    copied = folder / "programs"
    if not copied.exists():
        part = folder / "programs.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(root, part / inside, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        hand_over(part, account)
        part.rename(copied)
    return Programs(copied / inside / programs.folder.name, programs.version, programs.major)


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _children(pid: int) -> Iterator[int]:
    """The children of a process, where there is a /proc."""
    for file in Path("/proc").glob(f"{pid}/task/*/children"):
        with contextlib.suppress(OSError):
            yield from (int(each) for each in file.read_text().split())
