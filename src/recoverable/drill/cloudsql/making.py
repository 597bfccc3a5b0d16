"""The ways to a copy: a clone to a time or a backup in a new instance, of an instance that lives or of one that was deleted.

Every call makes an instance of the drill, or writes into one; none of them is made with any other name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recoverable.drill.cloudsql import deleted, instance_copy, instances, preflight
from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.deleted import Deleted
from recoverable.drill.cloudsql.settings import BACKUP, RETAINED, RETAINED_BACKUP
from recoverable.drill.cloudsql.times import said, time_of
from recoverable.drill.contract import Resource, RestoreFailedError, RestoreWindow, Run, Store
from recoverable.drill.rest.client import Json
from recoverable.drill.target import LATEST, RecoveryTarget, TargetKind

_COPIED = ("tier", "edition", "dataDiskType", "dataDiskSizeGb", "databaseFlags", "availabilityZone")
"""Settings that a new instance for a backup takes from the source: it must not be smaller, and PostgreSQL needs the same flags."""


@dataclass(frozen=True, slots=True)
class Making:
    """One copy. ``mine`` gets the instance as soon as it may exist."""

    api: CloudSqlApi
    store: Store
    run: Run
    resource: Resource
    mine: list[Resource]

    def __call__(self, target: RecoveryTarget) -> tuple[instance_copy.Made, Json]:
        """Begin, wait, and say what it became; with the source as it is, or as it was."""
        form = self.store.settings["restore"]
        if form in RETAINED:
            gone = deleted.find(self.api, self.store, self.run.clock.now())
            made = self._retained(gone) if form == RETAINED_BACKUP else self._clone(target, gone)
            return made, gone.instance()
        source = preflight.source_of(self.api, self.store)
        return (self._backup(source) if form == BACKUP else self._clone(target, None)), source

    def _backup(self, source: Json) -> instance_copy.Made:
        """An empty instance, and the newest backup into it."""
        project, source_name, name = self._names()
        backup = preflight.newest_backup(self.api, self.store)
        if backup is None:
            raise RestoreFailedError("there is no backup: nothing can be restored", "Look at the backups of the instance.")
        body = new_instance(self.resource, source)
        operation = instances.make(self.api, self.resource, lambda: self.api.insert(project, body), self.run, self.mine)
        instances.wait(self.api, project, operation, f"instance {name}", self.run)
        done = self.api.restore_backup(project, name, source_name, str(backup["id"]))
        instances.wait(self.api, project, str(done["name"]), f"restore of backup {backup['id']}", self.run)
        stop, start = time_of(backup["endTime"]), time_of(backup.get("startTime") or backup["endTime"])
        return instance_copy.Made(LATEST, stop, f"{project}/{source_name}/{backup['id']}", start)

    def _retained(self, gone: Deleted) -> instance_copy.Made:
        """A new instance of the newest backup that outlived its instance, marked and closed in the very call that makes it."""
        project, _, name = self._names()
        backup = gone.newest
        if backup is None:
            raise RestoreFailedError("there is no backup: nothing can be restored", deleted.FIX)
        body, named = new_instance(self.resource, gone.instance()), str(backup["name"])
        begin = lambda: self.api.restore_retained(project, name, named, body)  # noqa: E731 - begun again after a lost answer
        operation = instances.make(self.api, self.resource, begin, self.run, self.mine)
        instances.wait(self.api, project, operation, f"restore of {named}", self.run)
        return instance_copy.Made(LATEST, deleted.end_of(backup), named, deleted.start_of(backup))

    def _clone(self, target: RecoveryTarget, gone: Deleted | None) -> instance_copy.Made:
        """A clone to a time; of a deleted instance by the time of its deletion."""
        project, source_name, name = self._names()
        window = self._window(gone)
        if window.latest is None:
            raise RestoreFailedError("point-in-time recovery has no time to restore to", "Switch it on at the source.")
        moment = target.time or window.latest
        when, ended = said(moment), deleted.deletion_of(gone) if gone else ""
        begin = lambda: self.api.clone(project, source_name, name, when, ended)  # noqa: E731 - begun again after a lost answer
        operation = instances.make(self.api, self.resource, begin, self.run, self.mine)
        instances.wait(self.api, project, operation, f"clone of {source_name}", self.run)
        return instance_copy.Made(RecoveryTarget(TargetKind.TIME, time=moment), moment, window.backup_id)

    def _window(self, gone: Deleted | None) -> RestoreWindow:
        return deleted.window(self.api, self.store, self.run.clock.now()) if gone else preflight.window(self.api, self.store)

    def _names(self) -> tuple[str, str, str]:
        """Project, source, and the new instance."""
        return self.store.settings["project"], self.store.settings["instance"], instances.split(self.resource)[1]


def new_instance(resource: Resource, source: Json) -> dict[str, Any]:
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
