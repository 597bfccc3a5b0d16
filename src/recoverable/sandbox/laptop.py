"""The laptop cloud: Pulumi's real engine, moto's AWS and a store for Google Cloud on this machine; no account, nothing leaves it."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import http.client
import os
import selectors
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from recoverable.sandbox import server
from recoverable.sandbox.engine import SOURCE, Engine, own, ready, require_packages
from recoverable.sandbox.errors import MisuseError, SetupError
from recoverable.sandbox.laptop_folder import LaptopFolder, Running, versions
from recoverable.sandbox.laptop_settings import FOLDER, settings
from recoverable.sandbox.toolchain import COMPLAINT_LINES, Say, cache_folder, tell
from recoverable.system import processes

SERVER_MODULE = "recoverable.sandbox.server"
PATIENCE = 120.0  # seconds for the server to come up; 2 to 5 on an idle machine
ANSWER = 10.0  # seconds for one answer of a server that is up
PROBE = "/moto-api/"


@dataclass(frozen=True)
class Status:
    """What is known of a laptop cloud. ``state``: up, down (never started, or removed), gone (it ended by itself), deaf (no answer)."""

    state: str
    folder: Path
    running: Running | None = None


class Laptop:
    """One laptop cloud, in one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        """The user's own, or the one in ``folder``; nothing is started or made here."""
        self.folder = LaptopFolder(folder or default_folder())

    def up(self, say: Say | None = None, port: int = 0) -> Running:
        """Start the server unless it runs, and wait until it answers. ``port`` 0 takes a free one.

        Raises MisuseError for a folder that is not ours, a port that is taken and missing packages, SetupError where the engine cannot
        be had or the server does not come up. Whatever is raised, Ctrl-C too, leaves no process.
        """
        told = say or tell
        require_packages()
        with self._locked(told):  # another `up` may have made the folder and not marked it yet
            self.folder.refuse_foreign()
        engine = ready(told)
        with self._locked(told):
            self.folder.refuse_foreign()
            status = self.status()
            if status.state == "up" and status.running:
                told(f"sandbox: is up already at {status.running.endpoint}")
                return self._as_now(self._same_port(status.running, port), engine)
            self._clear(status, told)
            return self._start(engine, port, told)

    def down(self, say: Say | None = None) -> bool:
        """Stop the server that ``up`` started and remove what it made; False where there was nothing.

        Raises MisuseError for a folder that is not ours.
        """
        told = say or tell
        require_packages()
        with self._locked(told):
            if not self.folder.path.exists():
                return False
            running = self.folder.read() if self.folder.is_ours else None
            if running and self._is_ours(running):
                processes.stop(running.pid, running.start)
            left = self.folder.remove()
        if left:
            told(f"sandbox: {self.folder.path} is kept, for what is in it and not ours: {', '.join(left)}")
        return True

    def status(self) -> Status:
        """What the folder and the list of processes say; the server is asked, too."""
        running = self.folder.read() if self.folder.is_ours else None
        if running is None:
            return Status("down", self.folder.path)
        if not self._is_ours(running):
            return Status("gone", self.folder.path, running)
        return Status("up" if answers(running.port) else "deaf", self.folder.path, running)

    def settings(self) -> dict[str, str]:
        """The variables that point Pulumi and every AWS client at this laptop cloud. Raises MisuseError where it is not up."""
        status = self.status()
        if status.state != "up" or status.running is None:
            raise MisuseError(f"no sandbox is up in {self.folder.path}: start it with `recoverable sandbox up`")
        return settings(self.folder, status.running)

    def environment(self) -> dict[str, str]:
        """This process's environment with ``settings``, and with nothing of the user's own accounts."""
        return own(os.environ) | self.settings()

    def _is_ours(self, running: Running) -> bool:
        return processes.is_same(running.pid, running.start, (SERVER_MODULE, str(self.folder.path)))

    def _same_port(self, running: Running, port: int) -> Running:
        if port not in (0, running.port):
            raise MisuseError(f"the sandbox runs on port {running.port}, not {port}: stop it first with `recoverable sandbox down`")
        return running

    def _as_now(self, running: Running, engine: Engine) -> Running:
        """Engine, SDKs and plugins may be others since the server came up."""
        self.folder.make(engine.python)
        found = replace(running, pulumi=str(engine.pulumi), engine=engine.version, versions=versions())
        self.folder.write(found)
        return found

    def _clear(self, status: Status, say: Say) -> None:
        """Make room for a new server after one that ended by itself or no longer answers."""
        if status.running is None:
            return
        if status.state == "deaf":
            say("sandbox: the server does not answer; stopping it")
            processes.stop(status.running.pid, status.running.start)
        say("sandbox: the last server is gone, and what its AWS held with it; `pulumi refresh` tells your stacks")

    def _start(self, engine: Engine, port: int, say: Say) -> Running:
        new = self.folder.make(engine.python)
        try:
            with self.folder.log.open("wb") as log:
                process = subprocess.Popen(  # noqa: S603 - our own server
                    [str(engine.python), "-P", "-c", _SERVE, str(self.folder.path), str(port)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env={key: value for key, value in own(os.environ).items() if not key.startswith("MOTO_")},
                    start_new_session=True,  # Ctrl-C in the shell that started it is not meant for it
                )
            with _until_it_stays(process) as stay:
                say("sandbox: starting the server (a few seconds)")
                running = self._running(engine, process, self._port(process, port))
                self.folder.write(running)
                stay()
        except BaseException:
            if new:
                self.folder.remove()
            raise
        say(f"sandbox: up at {running.endpoint}")
        return running

    def _running(self, engine: Engine, process: subprocess.Popen[bytes], port: int) -> Running:
        since = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        start = processes.started(process.pid)
        return Running(process.pid, start, port, since, str(engine.pulumi), engine.version, versions())

    def _port(self, process: subprocess.Popen[bytes], wanted: int) -> int:
        """The port that the server prints once it serves, and that answers."""
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            line = process.stdout.readline() if waiting.select(PATIENCE) else b""
        if line.strip().isdigit() and answers(int(line)):
            return int(line)
        if process.poll() is None:
            process.kill()
        complaint = "\n".join(self.folder.log.read_text(errors="replace").strip().splitlines()[-COMPLAINT_LINES:])
        if process.wait() == server.TAKEN:
            raise MisuseError(f"{complaint}; name another port, or none to take a free one" if wanted else complaint)
        raise SetupError(f"the server of the sandbox did not come up:\n{complaint or f'no answer in {PATIENCE:.0f} s'}")

    @contextlib.contextmanager
    def _locked(self, say: Say) -> Iterator[None]:
        """One `up` or `down` at a time on one folder. The lock stands in the cache: the folder itself comes and goes."""
        import filelock

        locks = cache_folder() / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(locks / f"{hashlib.sha256(str(self.folder.path).encode()).hexdigest()[:16]}.lock")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            say("sandbox: another process is starting or stopping it; waiting")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


def default_folder() -> Path:
    """The one that this shell was pointed at, else the user's own: in the cache, as nothing in it is worth keeping."""
    pointed = os.environ.get(FOLDER)
    if pointed:
        return Path(pointed)
    require_packages()
    return cache_folder() / "sandbox"


def answers(port: int) -> bool:
    """Whether a server on this machine answers on a port. No proxy is asked."""
    deadline = time.monotonic() + ANSWER
    connection = http.client.HTTPConnection(server.HOST, port, timeout=ANSWER)
    try:
        connection.request("GET", PROBE)
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR and time.monotonic() < deadline
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def _until_it_stays(process: subprocess.Popen[bytes]) -> Iterator[Callable[[], None]]:
    """End the server unless it was told that it may stay. It ends by itself, too, when this process dies before saying so."""
    assert process.stdin is not None  # noqa: S101 - they are pipes
    assert process.stdout is not None  # noqa: S101
    stays = False

    def stay() -> None:
        nonlocal stays
        assert process.stdin is not None  # noqa: S101
        process.stdin.write(f"{server.STAY}\n".encode())
        process.stdin.flush()
        stays = True

    try:
        yield stay
    finally:
        if not stays:
            process.kill()
            process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.stdout.close()


_SERVE = f"import sys; sys.path.append({str(SOURCE)!r}); from {SERVER_MODULE} import main; main()"
