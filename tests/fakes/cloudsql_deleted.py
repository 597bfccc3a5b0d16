"""What Cloud SQL keeps of an instance that was deleted: a part of ``fake_cloudsql``. Imports nothing of ``recoverable``.

Written from https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/Backups and
https://cloud.google.com/sql/docs/postgres/backup-recovery/pitr, "Perform PITR for a deleted instance". The words of refusals are this file's own where the pages show none.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from typing import Any

from tests.fakes.google_errors import RefusedError, only
from tests.fakes.json_server import Call, Json


class DeletedInstances:
    """Backups of the project, and clones of an instance by the time of its deletion."""

    instances: dict[str, Json]
    origins: dict[str, tuple[str, datetime.datetime | str | None]]
    now: Callable[[], datetime.datetime]
    earliest: datetime.datetime
    page: int
    kept: list[Json]
    """Backups of the project, as the API shows them."""
    put: Callable[..., None]
    _begin: Callable[..., Json]
    _new_name: Callable[[str], None]

    def keep(self, name: str, kind: str, start: datetime.datetime, end: datetime.datetime, **fields: Any) -> Json:
        """A backup that outlives its instance: ``kind`` is FINAL, AUTOMATED or ON_DEMAND. Not a call of the API."""
        instance = copy.deepcopy(self.instances[name])
        number = f"{len(self.kept) + 1:08d}-0000-4000-8000-000000000000"
        backup: Json = {
            "name": f"projects/{instance['project']}/backups/{number}", "kind": "sql#backup", "state": "SUCCESSFUL", "type": kind, "instance": name,
            "selfLink": f"https://sqladmin.googleapis.com/v1/projects/{instance['project']}/backups/{number}", "location": "eu",
            "backupInterval": {"startTime": _text(start), "endTime": _text(end)}, "backupKind": "SNAPSHOT", "databaseVersion": instance["databaseVersion"],
            "instanceSettings": {key: instance[key] for key in ("kind", "name", "region", "databaseVersion", "settings")}, "maxChargeableBytes": "1",
            "expiryTime": _text(self.now() + datetime.timedelta(days=30)), "satisfiesPzs": False, "satisfiesPzi": False, **fields,
        }  # fmt: skip
        self.kept.append(backup)
        return backup

    def forget(self, name: str, deleted: datetime.datetime) -> None:
        """Somebody deletes an instance; its backups say so from now on. Not a call of the API."""
        del self.instances[name]
        for each in self.kept:
            if each["instance"] == name and "instanceDeletionTime" not in each:
                each["instanceDeletionTime"] = _text(deleted)

    def was_deleted(self, name: str) -> bool:
        """Whether something is kept of it."""
        return any(each["instance"] == name and "instanceDeletionTime" in each for each in self.kept)

    def list_kept(self, call: Call) -> Json:
        """A page of backups; the list has no kind of its own."""
        only(call.query, {"pageToken": None, "pageSize": None, "filter": None})
        start = int(call.query.get("pageToken") or 0)
        more = {"nextPageToken": str(start + self.page)} if start + self.page < len(self.kept) else {}
        shown = self.kept[start : start + self.page]
        return {**({"backups": shown} if shown else {}), **more}

    def kept_backup(self, name: str) -> Json:
        """One backup."""
        found = next((each for each in self.kept if each["name"] == name), None)
        if found is None or datetime.datetime.fromisoformat(found["expiryTime"]) <= self.now():
            raise RefusedError(404, "notFound", "The backup does not exist.")
        return found

    def restore_kept(self, name: str, body: Json) -> Json:
        """A new instance of a backup. Its settings are the backup's, but for those that are given."""
        if "restoreBackupContext" in body:
            raise RefusedError(400, "invalid", "Only one of restoreBackupContext, backup, backupdrBackup can be passed to the input.")
        backup = self.kept_backup(str(body["backup"]))
        if backup["state"] != "SUCCESSFUL":
            raise RefusedError(400, "invalid", "The backup is not successful.")
        self._new_name(name)
        given, had = body.get("restoreInstanceSettings") or {}, backup["instanceSettings"]
        if given.get("name", name) != name:
            raise RefusedError(400, "invalid", "The name of the instance differs.")
        if given.get("databaseVersion", backup["databaseVersion"]) != backup["databaseVersion"]:
            raise RefusedError(400, "invalid", "The major database version of the instance can't be changed.")
        settings = {**had["settings"], **given.get("settings", {})}
        if int(settings["dataDiskSizeGb"]) < int(had["settings"]["dataDiskSizeGb"]):
            raise RefusedError(400, "invalid", "The disk size can only be increased.")
        self.put(name, settings, databaseVersion=backup["databaseVersion"], region=given.get("region", had["region"]))
        self.origins[name] = ("", datetime.datetime.fromisoformat(backup["backupInterval"]["endTime"]))
        return self._begin(name, "RESTORE_VOLUME")

    def of_deleted(self, call: Call, name: str, what: str) -> Json:
        """The times that its log reaches, or a clone to one of them."""
        if what == "getLatestRecoveryTime":
            latest = self._deletion(name, only(call.query, {"sourceInstanceDeletionTime": None}).get("sourceInstanceDeletionTime", ""))
            times = {"earliestRecoveryTime": _text(self.earliest), "latestRecoveryTime": _text(latest)}
            return {"kind": "sql#getLatestRecoveryTime", **times}
        fields = dict.fromkeys(("kind", "destinationInstanceName", "pointInTime", "sourceInstanceDeletionTime", "preferredZone"))
        context = only(call.body, {"cloneContext": fields})["cloneContext"]
        latest = self._deletion(name, context.get("sourceInstanceDeletionTime", ""))
        at = datetime.datetime.fromisoformat(context["pointInTime"])
        if at.tzinfo is None or not self.earliest <= at <= latest:
            words = "A successful backup that's required for carrying out the CLONE operation can't be found"
            raise RefusedError(400, "errorBackupNotFound", words)
        target = str(context["destinationInstanceName"])
        self._new_name(target)
        had = next(each for each in self.kept if each["instance"] == name)["instanceSettings"]
        self.put(target, had["settings"], databaseVersion=had["databaseVersion"], region=had["region"])
        self.origins[target] = ("", at)
        return self._begin(target, "CLONE")

    def _deletion(self, name: str, said: str) -> datetime.datetime:
        """Google asks for the time of the deletion where an instance was deleted."""
        known = {each["instanceDeletionTime"] for each in self.kept if each["instance"] == name and "instanceDeletionTime" in each}
        if said not in known:
            raise RefusedError(404, "notFound", "No instance with this deletion time is known.")
        return datetime.datetime.fromisoformat(said)


def _text(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
