"""The fake Cloud SQL with a past: many instances, each with runs of backups and times of its own, read by somebody who may lack rights."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.fake_cloudsql import LINK, FakeCloudSql, text
from tests.fakes.google_errors import RefusedError
from tests.fakes.json_server import Call, Faults, Json
from tests.fakes.postgres_history import Databases

PERMISSIONS = {
    "getLatestRecoveryTime": "cloudsql.instances.get",
    "backupRuns": "cloudsql.backupRuns.list",
    "instances": "cloudsql.instances.list",
}


class FakeCloudSqlPast(FakeCloudSql):
    """No instance at first. ``times`` are the earliest and latest times to restore to; ``unreachable`` regions are left out of lists."""

    def __init__(self, folder: Path, databases: Databases, now: Callable[[], datetime.datetime], faults: Faults | None = None) -> None:
        super().__init__(folder, databases, now, faults)
        self.instances.clear()
        self.backups.clear()
        self.times: dict[str, tuple[datetime.datetime, datetime.datetime]] = {}
        self.denied: set[str] = set()
        self.unreachable: set[str] = set()

    def run(self, instance: str, minutes: int, status: str = "SUCCESSFUL", **fields: Any) -> None:
        """A run of a backup that ended so many minutes ago; the newest is first, as in the API."""
        ended = self.now() - datetime.timedelta(minutes=minutes)
        number = str(int(ended.timestamp() * 1000))
        times = {"windowStartTime": text(ended), "startTime": text(ended), "endTime": text(ended), "enqueuedTime": text(ended)}
        own: Json = {"kind": "sql#backupRun", "id": number, "status": status, "type": "AUTOMATED", "instance": instance, **times}
        self.backups.append({**own, "location": "eu", "selfLink": f"{LINK}/instances/{instance}/backupRuns/{number}", **fields})
        self.backups.sort(key=lambda each: str(each["id"]), reverse=True)

    def _route(self, call: Call, rest: list[str]) -> Json:
        permission = PERMISSIONS.get(rest[-1], "")
        if permission in self.denied:
            raise RefusedError(403, "notAuthorized", "The client is not authorized to make this request.")
        if rest != ["instances"] or not self.unreachable:
            return super()._route(call, rest)
        hidden = {name: self.instances.pop(name) for name in list(self.instances) if self.instances[name]["region"] in self.unreachable}
        try:
            words = [{"code": "REGION_UNREACHABLE", "message": "The region is unreachable.", "region": each} for each in self.unreachable]
            return {**super()._route(call, rest), "warnings": words}
        finally:
            self.instances |= hidden

    def _of_instance(self, call: Call, method: str, name: str, more: list[str]) -> Json:
        if (method, more) == ("GET", ["getLatestRecoveryTime"]) and name in self.times:
            self._needs_recovery(name)
            earliest, latest = self.times[name]
            return {"kind": "sql#getLatestRecoveryTime", "earliestRecoveryTime": text(earliest), "latestRecoveryTime": text(latest)}
        return super()._of_instance(call, method, name, more)
