"""What is remembered from run to run: alerts that fire, messages that wait, stores that were reported.

All of it is one file, written in one step: a message that was decided on is in it before it is sent, and leaves it for each destination
that took it. So a crash between two steps neither loses a message nor tells two stories; at worst the very message that was under way is
sent once more, under the same id.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from recoverable.alerts.alert import Kind
from recoverable.drill.contract import TransientError
from recoverable.drill.durable import make_folder, replace_file
from recoverable.model.errors import InputError

SCHEMA = 1
FILE, LOCK = "alerts.json", "alerts.lock"
PATIENCE = 60.0  # seconds for another run to end
MOST_WAITING = 500
"""Messages that wait; beyond, the oldest are given up, and that is told. At one a day, more than a year of a receiver that is down."""


@dataclass(slots=True)
class Noted:
    """An alert that fires. Moments are Unix time; ``told`` is None as long as nobody was."""

    kind: str
    summary: str
    store: str
    environment: str
    owner: str
    fix: str
    since: float
    told: float | None


@dataclass(slots=True)
class Waiting:
    """A message, and the keys of the destinations that have not taken it yet."""

    message: dict[str, Any]
    pending: list[str]


@dataclass(slots=True)
class Notes:
    """Everything. ``stores`` are those of which facts spoke (name and environment); ``given_up`` counts messages nobody ever took."""

    alerts: dict[str, Noted] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    stores: list[tuple[str, str]] = field(default_factory=list)
    given_up: int = 0
    last_whole_run: float = 0.0
    last_taken: dict[str, float] = field(default_factory=dict)

    def pending_for(self, destination: str) -> list[Waiting]:
        """The messages that wait for one destination, oldest first."""
        return [each for each in self.waiting if destination in each.pending]

    def add(self, message: dict[str, Any], destinations: list[str]) -> int:
        """Let a message wait; gives how many older ones are given up for it."""
        self.waiting.append(Waiting(message, destinations))
        lost = max(0, len(self.waiting) - MOST_WAITING)
        del self.waiting[:lost]
        self.given_up += lost
        return lost

    def taken(self, waiting: Waiting, destination: str, moment: float) -> None:
        """A destination took a message."""
        waiting.pending.remove(destination)
        self.last_taken[destination] = moment
        self.waiting = [each for each in self.waiting if each.pending]


class UnusableNotesError(InputError):
    """The notes cannot be locked or read: a folder or disk is not as it should be."""


class NotesFile:
    """The file in a state folder. ``trouble`` says, after :meth:`load`, what was wrong with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / FILE
        self.trouble = ""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out.

        Raises:
            TransientError: another run does not end.
            UnusableNotesError: the folder cannot be made.
        """
        try:
            make_folder(self.folder)
            lock = FileLock(str(self.folder / LOCK), timeout=PATIENCE, mode=0o600)
            lock.acquire()
        except Timeout:
            raise TransientError(f"another run of recoverable alerts holds {self.folder / LOCK} for more than {PATIENCE:.0f} s") from None
        except OSError as error:
            raise UnusableNotesError(
                f"the notes of alerts cannot be kept: {error.strerror}", str(self.folder), "Name a folder: --state-dir."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def load(self, *, only_look: bool = False) -> Notes:
        """What was noted; nothing before the first run. Notes that cannot be understood are set aside (not to ``only_look``), for
        silence would be worse.

        Raises:
            InputError: they are of a newer version.
            UnusableNotesError: they cannot be read.
        """
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return Notes()
        except OSError as error:
            raise UnusableNotesError(
                f"the notes of alerts cannot be read: {error.strerror}", str(self.path), "Name a folder: --state-dir."
            ) from None
        try:
            data = json.loads(raw)
            if type(data["schema"]) is int and data["schema"] > SCHEMA:
                raise InputError(f"the notes of alerts are of schema {data['schema']}", str(self.path), "Update recoverable.")
            return _notes(data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            aside = self.path.with_suffix(".broken")
            if not only_look:
                self._set_aside(aside)
            self.trouble = (
                f"the notes of earlier runs cannot be read (kept as {aside.name}): what fires is told anew, what waited may be lost"
            )
            return Notes()

    def _set_aside(self, aside: Path) -> None:
        try:
            self.path.replace(aside)
        except OSError as error:
            what = f"the notes of alerts cannot be read, nor set aside: {error.strerror}"
            raise UnusableNotesError(what, str(self.path), f"Remove {aside}.") from None

    def save(self, notes: Notes) -> None:
        """Write all of it in one step; on the disk on return.

        Raises:
            OSError: it cannot be written.
        """
        data = {"schema": SCHEMA, **asdict(notes)}
        replace_file(self.path, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def _whole(message: dict[str, Any]) -> dict[str, Any]:
    """A message that can be sent: one that cannot would end every run, and hold up all behind it."""
    for key in ("id", "title"):
        if not isinstance(message[key], str):
            raise TypeError(key)
    datetime.datetime.fromisoformat(message["at"])
    for key in ("alerts", "remarks"):
        if not isinstance(message[key], list):
            raise TypeError(key)
    _ = message["left_out"], message["firing"]
    return message


def _notes(data: dict[str, Any]) -> Notes:
    return Notes(
        alerts={str(key): Noted(**{**each, "kind": Kind(each["kind"]).value}) for key, each in data["alerts"].items()},
        waiting=[Waiting(_whole(dict(each["message"])), [str(name) for name in each["pending"]]) for each in data["waiting"]],
        stores=[(str(store), str(environment)) for store, environment in data["stores"]],
        given_up=int(data["given_up"]),
        last_whole_run=float(data["last_whole_run"]),
        last_taken={str(key): float(moment) for key, moment in data["last_taken"].items()},
    )
