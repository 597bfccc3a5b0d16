"""A cloud that makes things slowly, shows them late and fails in many ways. It imports nothing of ``recoverable``.

Its things live in one sqlite file, so that a process that is killed leaves them behind and another finds them. Time is
whatever the caller says it is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CREATING = 120.0  # seconds until an instance is available
DELETING = 40.0
SHOWN_AFTER = 15.0  # seconds until something new is listed and described
Thing = dict[str, Any]


class CloudError(Exception):
    """What the cloud answers instead: ``code`` is its name for it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


@dataclass
class Schedule:
    """What goes wrong, decided by a test: called with the operation and the number of the call, before and after its effect."""

    before: Callable[[str, int], None] = lambda operation, number: None
    after: Callable[[str, int], None] = lambda operation, number: None
    answer: Callable[[str, int, Any], Any] = lambda operation, number, answer: answer
    born: Callable[[str], str] = lambda kind: "available"


class FakeAsyncCloud:
    """Instances and networks; an instance stands in a network, and a network with an instance cannot be deleted."""

    def __init__(self, path: Path, time: Callable[[], float], schedule: Schedule | None = None) -> None:
        self.path = path
        self.time = time
        self.schedule = schedule or Schedule()
        self.calls = 0
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous = OFF")  # a killed process loses nothing by it, only a lost machine would
        self._database.execute("CREATE TABLE IF NOT EXISTS things (kind TEXT, name TEXT, body TEXT, PRIMARY KEY (kind, name))")

    def window(self) -> Thing:
        """What can be restored, in the cloud's time."""
        return self._call("window", lambda: {"earliest": self.time() - 35 * 86400, "latest": self.time() - 60, "backup": "backup-7"})

    def quota(self) -> int:
        """How many instances may still be made."""
        return int(self._call("quota", lambda: 1000 - len(self.truth())))

    def create(self, kind: str, name: str, tags: dict[str, str], network: str = "", data: str = "") -> Thing:
        """Begin to make a thing; it is available later, or never."""
        return self._call("create", lambda: self._create(kind, name, tags, network, data))

    def describe(self, kind: str, name: str) -> Thing:
        """One thing, as far as it is shown yet."""
        return self._call("describe", lambda: self._shown(kind, name))

    def listed(self) -> list[Thing]:
        """All things that are shown yet."""
        return self._call("list", lambda: [each for each in self.truth() if self._visible(each)])

    def delete(self, kind: str, name: str) -> None:
        """Begin to delete a thing."""
        self._call("delete", lambda: self._delete(kind, name))

    def truth(self) -> list[Thing]:
        """Everything that exists, whether it is shown or not: for tests, not a call of the cloud."""
        things = [json.loads(body) for (body,) in self._database.execute("SELECT body FROM things ORDER BY kind, name")]
        return [each for each in things if not (each["deleted_at"] is not None and self.time() >= each["deleted_at"] + DELETING)]

    def plant(self, kind: str, name: str, tags: dict[str, str]) -> None:
        """Put a thing there that no drill has made."""
        self._write(
            {"kind": kind, "name": name, "tags": tags, "network": "", "data": "", "made_at": -1e9, "deleted_at": None, "ends": "available"}
        )

    def _create(self, kind: str, name: str, tags: dict[str, str], network: str, data: str) -> Thing:
        if any((each["kind"], each["name"]) == (kind, name) for each in self.truth()):
            raise CloudError("AlreadyExists", f"{kind} {name} exists")
        if network and not any((each["kind"], each["name"]) == ("network", network) for each in self.truth()):
            raise CloudError("InvalidNetwork", f"network {network} does not exist")
        thing = {
            "kind": kind, "name": name, "tags": tags, "network": network, "data": data,
            "made_at": self.time(), "deleted_at": None, "ends": self.schedule.born(kind),
        }  # fmt: skip
        self._write(thing)
        return self._with_state(thing)

    def _delete(self, kind: str, name: str) -> None:
        thing = next((each for each in self.truth() if (each["kind"], each["name"]) == (kind, name)), None)
        if thing is None:
            raise CloudError("NotFound", f"{kind} {name}")
        if kind == "network" and any(each["network"] == name for each in self.truth()):
            raise CloudError("InUse", f"an instance stands in {name}")
        if thing["deleted_at"] is None:
            self._write({**thing, "deleted_at": self.time()})

    def _shown(self, kind: str, name: str) -> Thing:
        thing = next((each for each in self.truth() if (each["kind"], each["name"]) == (kind, name)), None)
        if thing is None or not self._visible(thing):
            raise CloudError("NotFound", f"{kind} {name}")
        return self._with_state(thing)

    def _with_state(self, thing: Thing) -> Thing:
        if thing["deleted_at"] is not None:
            return {**thing, "state": "deleting"}
        made = thing["kind"] == "network" or self.time() >= thing["made_at"] + CREATING
        return {**thing, "state": thing["ends"] if made else "creating"}

    def _visible(self, thing: Thing) -> bool:
        return bool(self.time() >= thing["made_at"] + SHOWN_AFTER)

    def _write(self, thing: Thing) -> None:
        self._database.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?)", (thing["kind"], thing["name"], json.dumps(thing)))

    def _call(self, operation: str, effect: Callable[[], Any]) -> Any:
        self.calls += 1
        number = self.calls
        self.schedule.before(operation, number)
        try:
            answer = effect()
        finally:
            self.schedule.after(operation, number)
        return self.schedule.answer(operation, number, answer)
