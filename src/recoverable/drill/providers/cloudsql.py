"""The provider ``cloudsql``: a clone to a time, or a backup in a new instance, over the Admin API."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from typing import Any

from recoverable.drill.clocks import SystemClock
from recoverable.drill.cloudsql import instance_copy, instances, preflight
from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.permissions import role as permissions
from recoverable.drill.cloudsql.refusals import explain, explained
from recoverable.drill.cloudsql.settings import BACKUP, SCHEMA, read
from recoverable.drill.cloudsql.tokens import DefaultToken
from recoverable.drill.connection import Secret
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
from recoverable.drill.rest.client import TIMEOUT, Json, RefusedError
from recoverable.drill.target import LATEST, RecoveryTarget, TargetKind

__all__ = ["PROVIDER", "SCHEMA", "permissions", "read"]
NAME = "cloudsql"
_COPIED = ("tier", "edition", "dataDiskType", "dataDiskSizeGb", "databaseFlags", "availabilityZone")
"""Settings that a new instance for a backup takes from the source: it must not be smaller, and PostgreSQL needs the same flags."""


class CloudSqlProvider:
    """Every restore makes a new instance; the calls that overwrite are made with an instance of the drill alone."""

    name = NAME
    capabilities = Capabilities(
        targets=frozenset({TargetKind.LATEST, TargetKind.TIME}),
        granularity=datetime.timedelta(seconds=1),
        files=False,
        asynchronous=True,
        bills_while_idle=True,
        settle=instances.SETTLE,
    )

    def __init__(self, clock: Clock | None = None, timeout: float = TIMEOUT, token: Callable[[], str] | None = None) -> None:
        self._clock = clock or SystemClock()
        self._timeout = timeout
        self._default = DefaultToken()
        self._token = token or self._default

    def window(self, store: Store) -> RestoreWindow:
        """From the earliest to the latest time of point-in-time recovery, or the newest backup's own."""
        return preflight.window(self._api(), store)

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """The instance, its network, its backups and the database."""
        return preflight.checks(self._api(run), store, target)

    @contextlib.contextmanager
    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Restored]:
        """The instance, while it stands."""
        api = self._api(run)
        mine: list[Resource] = []
        project, source_name = store.settings["project"], store.settings["instance"]
        try:
            with run.phase(Phase.PROVISION), explained(f"{source_name} cannot be restored"):
                source = preflight.source_of(api, store)
                self._refuse_twice(api, project, run)
                resource = instances.resource_of(run, NAME, project)
                copy = instance_copy.CloudSqlCopy(api, store, run, resource)
                made = self._make(api, store, target, run, resource, mine, source)
                copy.settle(source)
            with run.phase(Phase.RESTORE), explained("the copy cannot be used"):
                found = copy.restored(made, str(source.get("databaseVersion")))
            yield found
        finally:
            with run.phase(Phase.DESTROY):
                for each in reversed(mine):
                    instance_copy.take_down(self._api(), each, run)

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        """Instances that are ours in the projects that are spoken of, else in the one of the environment."""
        announced = {each.name: each for each in resources if each.kind == instances.KIND}
        projects = {instances.split(each)[0] for each in announced.values()} or ({self._own_project()} if not resources else set())
        for project in sorted(projects):
            try:
                yield from instances.existing(self._api(), NAME, project, announced)
            except RefusedError as error:
                raise TransientError(str(explain("Cloud SQL could not be asked for instances", error))) from None

    def remove(self, resource: Resource) -> Leftover | None:
        """An instance, after its labels were read once more."""
        return instances.remove(self._api(), resource, self._clock)

    def _make(
        self, api: CloudSqlApi, store: Store, target: RecoveryTarget, run: Run, resource: Resource, mine: list[Resource], source: Json
    ) -> instance_copy.Made:
        """Begin, wait, and say what it became."""
        project, source_name = store.settings["project"], store.settings["instance"]
        name = instances.split(resource)[1]
        if store.settings["restore"] == BACKUP:
            backup = preflight.newest_backup(api, store)
            if backup is None:
                raise RestoreFailedError("there is no backup: nothing can be restored", "Look at the backups of the instance.")
            body = _empty_instance(resource, source)
            operation = instances.make(api, resource, lambda: api.insert(project, body), run, mine)
            instances.wait(api, project, operation, f"instance {name}", run)
            done = api.restore_backup(project, name, source_name, str(backup["id"]))
            instances.wait(api, project, str(done["name"]), f"restore of backup {backup['id']}", run)
            stop, start = preflight.time_of(backup["endTime"]), preflight.time_of(backup.get("startTime") or backup["endTime"])
            return instance_copy.Made(LATEST, stop, f"{project}/{source_name}/{backup['id']}", start)
        window = preflight.window(api, store)
        if window.latest is None:
            raise RestoreFailedError("point-in-time recovery has no time to restore to", "Switch it on at the source.")
        moment = target.time or window.latest
        text = f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        operation = instances.make(api, resource, lambda: api.clone(project, source_name, name, text), run, mine)
        instances.wait(api, project, operation, f"clone of {source_name}", run)
        return instance_copy.Made(RecoveryTarget(TargetKind.TIME, time=moment), moment, window.backup_id)

    @staticmethod
    def _refuse_twice(api: CloudSqlApi, project: str, run: Run) -> None:
        try:
            there = [str(each.get("name")) for each in api.instances(project)]
        except RefusedError as error:
            raise explain("the instances of the project cannot be listed", error) from None
        if any(name.startswith(f"{instances.PREFIX}{run.id}-") for name in there):
            raise RestoreFailedError(f"an instance of run {run.id} is there already", "Run `recoverable drill reap`, or begin a new drill.")

    def _api(self, run: Run | None = None) -> CloudSqlApi:
        check = run.check_budget if run else lambda: None

        def token() -> str:
            found = self._token()
            if run:
                run.conceal(Secret(found))
            return found

        return CloudSqlApi(token, run.clock if run else self._clock, check, self._timeout)

    def _own_project(self) -> str:
        project = self._default.project()
        if not project:
            raise TransientError("no Google Cloud project is set: set GOOGLE_CLOUD_PROJECT")
        return project


def _empty_instance(resource: Resource, source: Json) -> dict[str, Any]:
    """An instance of the source's version and size, marked from the first moment."""
    private = instance_copy.is_on_a_private_network(source)
    settings = instance_copy.settings_of_copy(resource, private=private)
    if private:
        network = source["settings"]["ipConfiguration"]
        settings["ipConfiguration"] = {"ipv4Enabled": False, "privateNetwork": network["privateNetwork"]}
    return {
        "name": instances.split(resource)[1],
        "region": source["region"],
        "databaseVersion": source["databaseVersion"],
        "settings": {**{key: source["settings"][key] for key in _COPIED if key in source["settings"]}, **settings},
    }


PROVIDER = CloudSqlProvider()
