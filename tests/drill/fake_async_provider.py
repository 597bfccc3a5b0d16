"""A provider over the fake asynchronous cloud: the shape that every cloud provider has, without any real cloud."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path

from recoverable.drill import marks
from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import (
    Capabilities,
    Check,
    Clock,
    Leftover,
    Phase,
    Resource,
    Restored,
    RestoreFailedError,
    RestoreWindow,
    Run,
    Store,
    TransientError,
)
from recoverable.drill.target import RecoveryTarget, TargetKind
from recoverable.drill.verdict import RungVerdict
from tests.fakes.fake_async_cloud import CloudError, FakeAsyncCloud, Schedule, Thing

NAME = "fake"
PASSWORD = "marked-secret-of-the-fake-é/ü@x"
POLL = 10.0
TRIES = 5
REMOVAL = 600.0
BUSY = ("Throttled", "Unavailable", "TimedOut")
BROKEN = ("failed", "incompatible-network", "storage-full")


class FakeAsyncProvider:
    """Restores an instance in a network of its own; both are announced, marked, polled and removed."""

    name = NAME
    capabilities = Capabilities(
        targets=frozenset({TargetKind.LATEST, TargetKind.TIME}),
        granularity=datetime.timedelta(seconds=1),
        files=False,
        asynchronous=True,
        bills_while_idle=True,
        settle=datetime.timedelta(seconds=60),
    )

    def __init__(self, path: Path, clock: Clock, schedule: Schedule | None = None) -> None:
        self.clock = clock
        self.cloud = FakeAsyncCloud(path, lambda: clock.now().timestamp(), schedule)

    def window(self, store: Store) -> RestoreWindow:
        found = self._ask(self.cloud.window)
        return RestoreWindow(_time(found["earliest"]), _time(found["latest"]), found["backup"])

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        left = self._ask(self.cloud.quota)
        enough = isinstance(left, int) and left > 1
        yield Check("quota", RungVerdict.PASS if enough else RungVerdict.FAIL, f"{left} instances may still be made")

    @contextlib.contextmanager
    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Restored]:
        run.conceal(Secret(PASSWORD))
        network, instance = self._resource("network", run), self._resource("instance", run)
        mine = [instance, network]
        try:
            with run.phase(Phase.PROVISION):
                self._create(network, run, mine)
                self._create(instance, run, mine, network.name, str(store.settings.get("data", "good")))
            with run.phase(Phase.RESTORE):
                self._wait(instance, run)
            connection = Connection("127.0.0.1", 1, "drill", instance.name, Secret(PASSWORD))
            yield Restored(target, connection, "backup-7", versions={"fake": "1"})
        finally:
            with run.phase(Phase.DESTROY):
                for each in mine:
                    self._take_down(each, run)

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        shown = {(each["kind"], each["name"]): each for each in self._ask(self.cloud.listed)}
        for each in resources:
            found = self._shown(each)
            if found is not None:
                shown[each.kind, each.name] = found
        for (kind, name), thing in shown.items():
            mark = marks.read(kind, name, thing.get("tags") or {})
            if mark:
                yield Resource(NAME, kind, name, *mark)

    def remove(self, resource: Resource) -> Leftover | None:
        command = f"fake delete {resource.kind} {resource.name}"
        deadline = self.clock.monotonic() + REMOVAL
        while self.clock.monotonic() < deadline:
            try:
                thing = self._shown(resource)
                if thing is None:
                    return None
                if not self._is_mine(resource, thing):
                    return Leftover(resource, "it does not carry the mark of this run", command)
                if thing.get("state") != "deleting":
                    self._ask(lambda: self.cloud.delete(resource.kind, resource.name))
            except CloudError as error:
                if error.code not in ("InUse", "NotFound"):
                    return Leftover(resource, error.code, command)
            except TransientError as error:
                return Leftover(resource, str(error), command)
            self.clock.sleep(POLL)
        return Leftover(resource, "it is still being deleted", command)

    def _resource(self, kind: str, run: Run) -> Resource:
        return Resource(NAME, kind, f"{kind}-{run.id}", run.id, run.expires)

    def _create(self, resource: Resource, run: Run, mine: list[Resource], network: str = "", data: str = "") -> None:
        run.intend(resource)
        tags = marks.tags(resource.kind, resource.name, resource.run, resource.expires)
        lost = False
        for _ in range(TRIES):
            run.check_budget()
            try:
                self.cloud.create(resource.kind, resource.name, tags, network, data)
                return
            except CloudError as error:
                if error.code == "AlreadyExists" and lost:
                    return  # the answer to our own call was lost, its effect was not
                if error.code == "AlreadyExists":
                    mine.clear()  # somebody else's by this very name: nothing here is ours to take down
                if error.code not in BUSY:
                    raise RestoreFailedError(f"{resource.kind} {resource.name} cannot be made: {error.code}", "Use a new run.") from None
                lost = lost or error.code == "TimedOut"
                run.clock.sleep(POLL)
        raise TransientError(f"{resource.kind} could not be made: the cloud is busy")

    def _wait(self, resource: Resource, run: Run) -> None:
        while True:
            run.check_budget()
            try:
                state = self.cloud.describe(resource.kind, resource.name).get("state", "unknown")
            except CloudError as error:
                if error.code not in (*BUSY, "NotFound"):
                    raise RestoreFailedError(f"{resource.name} cannot be asked: {error.code}") from None
                state = "unknown"
            if state == "available":
                return
            if state in BROKEN:
                raise RestoreFailedError(f"{resource.name} is {state}", "Look at the events of the instance.")
            run.note(f"{resource.name} is {state}")
            run.clock.sleep(POLL)

    def _take_down(self, resource: Resource, run: Run) -> None:
        seen = False
        try:
            while True:
                run.check_budget()
                thing = self._shown(resource)
                if thing is None:
                    if seen:
                        run.gone(resource)
                    return  # never shown: not made, or too new; it stays announced, and the engine looks again
                seen = True
                if not self._is_mine(resource, thing):
                    return
                try:
                    self.cloud.delete(resource.kind, resource.name)
                except CloudError as error:
                    if error.code == "InUse":
                        return  # an instance that is not shown yet stands in it: the engine looks again
                run.clock.sleep(POLL)
        except Exception as error:
            run.note(f"{resource.name} is left to the engine: {type(error).__name__}")

    def _shown(self, resource: Resource) -> Thing | None:
        """A thing as it is described; None where it is not shown.

        An answer without tags says nothing about whose it is, so it is no answer.
        """
        try:
            found: Thing = self._ask(lambda: self.cloud.describe(resource.kind, resource.name))
        except CloudError as error:
            if error.code == "NotFound":
                return None
            raise
        if "tags" not in found:
            raise TransientError(f"{resource.name} was described without its tags")
        return found

    def _is_mine(self, resource: Resource, thing: Thing) -> bool:
        mark = marks.read(resource.kind, resource.name, thing.get("tags") or {})
        return mark is not None and mark[0] == resource.run

    def _ask(self, call):  # type: ignore[no-untyped-def]  # whatever the call gives
        for attempt in range(TRIES):
            try:
                return call()
            except CloudError as error:
                if error.code not in BUSY:
                    raise
                if attempt + 1 < TRIES:
                    self.clock.sleep(2.0**attempt)
        raise TransientError("the fake cloud is busy")


def _time(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
