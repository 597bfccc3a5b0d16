"""The run journal: what a drill is about to make, on the disk before it is made, so that a killed drill can be cleaned up.

``STATE/runs/RUN/`` holds ``journal.jsonl`` (a line per event), ``lock`` (held while the drill lives; the kernel lets go of
it when the process dies, however it dies) and ``work/``, the run's own folder.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from recoverable.drill.contract import Resource
from recoverable.drill.durable import append_line, make_folder, sync_folder
from recoverable.system.processes import started

RUNS = "runs"
JOURNAL = "journal.jsonl"
LOCK = "lock"
WORK = "work"
PATIENCE = 10.0
RUN_ID = re.compile(r"[a-z][a-z0-9-]{0,29}\Z")


def new_run_id(now: datetime.datetime) -> str:
    """``drill-261201180402-3f9a1c``: 25 characters, unique, in the order of time."""
    return f"drill-{now:%y%m%d%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True, slots=True)
class Begun:
    """The first line of a journal: who runs what, and until when its resources are its own."""

    run: str
    store: str
    provider: str
    expires: datetime.datetime
    host: str
    pid: int
    start: str


@dataclass(frozen=True, slots=True)
class Intent:
    """A resource that was about to be made at a time, and whether it is known to be gone."""

    resource: Resource
    at: datetime.datetime
    gone: bool


class Journal:
    """The journal of one run, written by the run, read by the reaper."""

    def __init__(self, state: Path, run: str) -> None:
        if not RUN_ID.match(run):
            raise ValueError(f"{run!r} is no id of a run")
        self.run = run
        self.folder = state / RUNS / run
        self._file = self.folder / JOURNAL
        self._lock = FileLock(str(self.folder / LOCK), mode=0o600)

    @property
    def work(self) -> Path:
        """The run's own folder."""
        return self.folder / WORK

    def begin(self, store: str, provider: str, now: datetime.datetime, expires: datetime.datetime) -> None:
        """Make the folder, take the lock, and write the first line.

        Raises:
            FileExistsError: the run id was used already.
        """
        make_folder(self.folder.parent)
        self.folder.mkdir(mode=0o700)
        sync_folder(self.folder.parent)
        self._lock.acquire(timeout=PATIENCE)  # somebody who looks for dead runs may hold it for a moment
        self.work.mkdir(mode=0o700)
        pid = os.getpid()
        self.write(
            now, "begin", store=store, provider=provider, expires=expires.isoformat(), host=platform.node(), pid=pid, start=started(pid)
        )

    def intend(self, resource: Resource, now: datetime.datetime) -> None:
        """A resource is about to be made; on the disk on return."""
        self.write(now, "intend", resource=_resource_as_json(resource))

    def gone(self, resource: Resource, now: datetime.datetime) -> None:
        """A resource is known not to exist; on the disk on return."""
        self.write(now, "gone", resource=_resource_as_json(resource))

    def write(self, now: datetime.datetime, event: str, **fields: Any) -> None:
        """Any other event."""
        append_line(self._file, json.dumps({"at": now.isoformat(), "event": event, **fields}, ensure_ascii=False, sort_keys=True))

    def events(self) -> Iterator[Mapping[str, Any]]:
        """All lines that were written whole, in their order."""
        try:
            lines = self._file.read_text(encoding="utf-8", errors="replace").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # cut off by a crash before it was on the disk: what it announced was never begun
            if isinstance(event, dict):
                yield event

    def begun(self) -> Begun | None:
        """The first line; None where the run died before it was written, and so before it made anything."""
        for event in self.events():
            if event.get("event") == "begin":
                expires = datetime.datetime.fromisoformat(event["expires"])
                return Begun(self.run, event["store"], event["provider"], expires, event["host"], event["pid"], event["start"])
        return None

    def intents(self) -> tuple[Intent, ...]:
        """Every resource that was announced, in order, the last word on each."""
        found: dict[tuple[str, str, str], Intent] = {}
        for event in self.events():
            if event.get("event") not in ("intend", "gone"):
                continue
            resource = _resource_from_json(event["resource"])
            key = (resource.provider, resource.kind, resource.name)
            at = datetime.datetime.fromisoformat(event["at"])
            before = found.get(key)
            found[key] = Intent(resource, before.at if before and event["event"] == "gone" else at, event["event"] == "gone")
        return tuple(found.values())

    def open_intents(self) -> tuple[Intent, ...]:
        """What may still exist."""
        return tuple(intent for intent in self.intents() if not intent.gone)

    def take(self) -> bool:
        """Take the lock of a run that has ended; False where it lives, as far as this machine can see."""
        if not self.folder.is_dir():
            return False  # it has just ended; taking the lock would make its folder anew
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        begun = self.begun()
        if begun and begun.host != platform.node():  # a shared folder: locks of another machine may not be seen here
            self._lock.release()
            return False
        return True

    def release(self) -> None:
        """Let go of the lock; the notes stay for the reaper."""
        self._lock.release()

    def remove(self) -> None:
        """Forget the run: everything it made is gone. Files that it handed out go, too, where they still hold what it wrote."""
        for event in list(self.events()):
            if event.get("event") == "file":
                _remove_file(Path(event["path"]), event["sha256"])
        shutil.rmtree(self.work, ignore_errors=True)
        self._file.unlink(missing_ok=True)
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=False)
        sync_folder(self.folder.parent)


def journals(state: Path) -> list[Journal]:
    """The journals of all runs that left one, the oldest first."""
    folder = state / RUNS
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return [Journal(state, name) for name in names if RUN_ID.match(name)]


def _remove_file(path: Path, digest: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        if not path.is_symlink() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            path.unlink()


def _resource_as_json(resource: Resource) -> dict[str, Any]:
    return {
        "provider": resource.provider,
        "kind": resource.kind,
        "name": resource.name,
        "run": resource.run,
        "expires": resource.expires.isoformat(),
        "details": dict(resource.details),
    }


def _resource_from_json(data: Mapping[str, Any]) -> Resource:
    return Resource(
        data["provider"], data["kind"], data["name"], data["run"], datetime.datetime.fromisoformat(data["expires"]), dict(data["details"])
    )
