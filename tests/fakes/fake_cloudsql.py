"""Cloud SQL's Admin API, version 1, over a real PostgreSQL. Imports nothing of ``recoverable``.

Written from https://cloud.google.com/sql/docs/postgres/admin-api/rest: instances with clone, insert and restoreBackup, operations that
take their time and may be DONE with an error, one operation at a time per instance, deletion protection, names that stay taken.
"""

from __future__ import annotations

import copy
import datetime
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.cloudsql_deleted import DeletedInstances
from tests.fakes.cloudsql_logins import Logins
from tests.fakes.google_errors import RefusedError, error, only
from tests.fakes.json_server import Call, Faults, Json, JsonServer, Reply
from tests.fakes.postgres_history import Customer, Databases

TOKEN = "ya29.marked-google-token"
PROJECT = "acme-prod"
SOURCE = "orders"
NETWORK = f"projects/{PROJECT}/global/networks/default"
LINK = f"https://sqladmin.googleapis.com/v1/projects/{PROJECT}"
LOOKS = 2
PAGE = 50
ROLES = """
CREATE ROLE cloudsqlsuperuser CREATEDB CREATEROLE NOLOGIN;
GRANT pg_read_all_data, pg_write_all_data, pg_monitor, pg_signal_backend TO cloudsqlsuperuser WITH ADMIN OPTION;
CREATE ROLE postgres LOGIN CREATEDB CREATEROLE PASSWORD 'secret-of-production' IN ROLE cloudsqlsuperuser;
"""
CUSTOMER = Customer("postgres", "shop", ROLES)
SETTINGS: dict[str, Any] = {
    "userLabels": None, "deletionProtectionEnabled": None, "tier": None, "edition": None, "dataDiskType": None, "dataDiskSizeGb": None,
    "databaseFlags": None, "availabilityZone": None, "availabilityType": None, "activationPolicy": None, "settingsVersion": None,
    "backupConfiguration": {"enabled": None, "pointInTimeRecoveryEnabled": None, "transactionLogRetentionDays": None},
    "ipConfiguration": {"ipv4Enabled": None, "privateNetwork": None, "authorizedNetworks": None, "sslMode": None},
}  # fmt: skip
CLONE = {"cloneContext": dict.fromkeys(("kind", "destinationInstanceName", "pointInTime", "sourceInstanceDeletionTime", "preferredZone"))}
INSERT = {"name": None, "region": None, "databaseVersion": None, "settings": SETTINGS}
RESTORE: dict[str, Any] = {
    "restoreBackupContext": dict.fromkeys(("kind", "backupRunId", "instanceId", "project")), "backup": None, "restoreInstanceSettings": INSERT,
}  # fmt: skip


class FakeCloudSql(DeletedInstances, Logins, JsonServer):
    """One project with the instance ``orders``. Operations go on whenever somebody looks."""

    def __init__(
        self,
        folder: Path,
        databases: Databases,
        now: Callable[[], datetime.datetime],
        faults: Faults | None = None,
        customer: Customer = CUSTOMER,
    ) -> None:
        super().__init__(folder, faults)
        self.databases, self.now, self.customer = databases, now, customer
        self.instances: dict[str, Json] = {}
        self.operations: list[Json] = []
        self.origins: dict[str, tuple[str, datetime.datetime | str | None]] = {}
        self.served: dict[str, Any] = {}
        self.kept = []
        self.taken: set[str] = set()
        self.earliest = now() - datetime.timedelta(days=7)
        self.page = PAGE
        self.errors: dict[str, tuple[str, str]] = {}
        """Operation types that are DONE with an error: code and message."""
        self.ignores: set[str] = set()
        """Settings that a patch takes and does not change."""
        labels = {"env": "prod", "owner": "orders-team"}
        self.put(SOURCE, {"userLabels": labels, "deletionProtectionEnabled": True}, state="RUNNABLE")
        start, end = now() - datetime.timedelta(hours=2), now() - datetime.timedelta(hours=1)
        self.backups = [{
            "kind": "sql#backupRun", "id": "1733050000000", "status": "SUCCESSFUL", "type": "AUTOMATED", "instance": SOURCE,
            "windowStartTime": text(start), "startTime": text(start), "endTime": text(end), "enqueuedTime": text(start),
            "selfLink": f"{LINK}/instances/{SOURCE}/backupRuns/1733050000000", "location": "eu",
        }]  # fmt: skip

    def refusal(self, status: int, message: str) -> Reply:
        return error(status, message)

    def put(self, name: str, settings: Json, *, state: str = "PENDING_CREATE", **fields: Any) -> None:
        """An instance, by whomever."""
        own: Json = {
            "tier": "db-custom-2-7680", "edition": "ENTERPRISE", "dataDiskType": "PD_SSD", "dataDiskSizeGb": "10", "settingsVersion": "1",
            "deletionProtectionEnabled": False, "userLabels": {}, "backupConfiguration": {"enabled": True, "pointInTimeRecoveryEnabled": True},
            "ipConfiguration": {"ipv4Enabled": True, "privateNetwork": NETWORK, "authorizedNetworks": []},
        }  # fmt: skip
        self.instances[name] = {
            "kind": "sql#instance", "name": name, "project": PROJECT, "state": state, "databaseVersion": "POSTGRES_18", "region": "europe-west3",
            "backendType": "SECOND_GEN", "instanceType": "CLOUD_SQL_INSTANCE", "createTime": text(self.now()), "connectionName": f"{PROJECT}:europe-west3:{name}",
            "serverCaCert": {"kind": "sql#sslCert", "cert": "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----"},
            "settings": {**copy.deepcopy(own), **copy.deepcopy(settings)}, **fields,
        }  # fmt: skip

    def truth(self) -> set[str]:
        """Names of all instances but the source, as ``project/name``: for tests, not a call of the API."""
        with self.lock:
            return {f"{PROJECT}/{name}" for name in self.instances if name != SOURCE}

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "Request is missing required authentication credential. Expected OAuth 2 access token.")
        if call.body is not None and call.headers.get("content-type", "").partition(";")[0] != "application/json":
            return error(400, "the body must be application/json")
        if call.path[:3] != ["v1", "projects", PROJECT]:
            return error(403, "The client is not authorized to make this request.")
        self._go_on()
        try:
            return Reply(200, self._route(call, call.path[3:]))
        except RefusedError as refused:
            return error(refused.status, refused.message, refused.reason)

    def _route(self, call: Call, rest: list[str]) -> Json:
        match call.method, rest:
            case "GET", ["instances"]:
                return self._page(call, "sql#instancesList", [self._shown(name) for name in self.instances])
            case "POST", ["instances"]:
                return self._insert(only(call.body, INSERT))
            case "GET", ["backups"]:
                return self.list_kept(call)
            case "GET", ["backups", name]:
                return self.kept_backup(f"projects/{PROJECT}/backups/{name}")
            case "POST", ["instances", name, "restoreBackup"] if "backup" in (call.body or {}):
                return self.restore_kept(name, only(call.body, RESTORE))
            case method, ["instances", name, "clone" | "getLatestRecoveryTime" as what] if name not in self.instances and self.was_deleted(
                name
            ):
                return self.of_deleted(call, name, what)
            case "GET", ["operations"]:
                name = call.query.get("instance", "")
                return self._page(
                    call, "sql#operationsList", [_clean(each) for each in reversed(self.operations) if each["targetId"] == name]
                )
            case "GET", ["operations", name]:
                found = next((each for each in self.operations if each["name"] == name), None)
                if found is None:
                    raise RefusedError(404, "operationDoesNotExist", "The Cloud SQL instance operation does not exist.")
                return _clean(found)
            case method, ["instances", name, *more]:
                if name not in self.instances:
                    raise RefusedError(404, "instanceDoesNotExist", "The Cloud SQL instance does not exist.")
                return self._of_instance(call, method, name, more)
        raise RefusedError(404, "notFound", "Not Found")

    def _of_instance(self, call: Call, method: str, name: str, more: list[str]) -> Json:
        match method, more:
            case "GET", []:
                return self._shown(name)
            case "GET", ["getLatestRecoveryTime"]:
                self._needs_recovery(name)
                times = {"earliestRecoveryTime": text(self.earliest), "latestRecoveryTime": text(self.now())}
                return {"kind": "sql#getLatestRecoveryTime", **times}
            case "GET", ["backupRuns"]:
                return self._page(call, "sql#backupRunsList", [each for each in self.backups if each["instance"] == name])
            case "GET", ["databases"]:
                names = ("postgres", self.customer.database)
                return {"kind": "sql#databasesList", "items": [{"kind": "sql#database", "name": each, "instance": name} for each in names]}
            case "POST", ["clone"]:
                return self._clone(name, only(call.body, CLONE)["cloneContext"])
            case "POST", ["restoreBackup"]:
                return self._restore(
                    name, only(call.body, {"restoreBackupContext": RESTORE["restoreBackupContext"]})["restoreBackupContext"]
                )
            case "PATCH", []:
                return self._patch(name, only(call.body, {"settings": SETTINGS}))
            case "PUT", ["users"]:
                return self.set_password(
                    name, only(call.query, {"name": None, "host": None}), only(call.body, {"name": None, "password": None})
                )
            case "DELETE", []:
                only(call.query, {"enableFinalBackup": None})
                self._free(name, ("RUNNABLE", "FAILED"))
                if self.instances[name]["settings"]["deletionProtectionEnabled"] and self.instances[name]["state"] == "RUNNABLE":
                    words = "The instance is protected. Please disable the deletion protection and try again."
                    raise RefusedError(400, "invalid", words)
                self.instances[name]["state"] = "PENDING_DELETE"
                return self._begin(name, "DELETE")
        raise RefusedError(404, "notFound", "Not Found")

    def _clone(self, name: str, context: Json) -> Json:
        self._free(name)
        source = self.instances[name]
        target = str(context["destinationInstanceName"])
        self._new_name(target)
        at: datetime.datetime | str | None = None
        if "pointInTime" in context:
            self._needs_recovery(name)
            at = datetime.datetime.fromisoformat(context["pointInTime"])
            if at.tzinfo is None or not self.earliest <= at <= self.now():
                words = "A successful backup that's required for carrying out the CLONE operation can't be found"
                raise RefusedError(400, "errorBackupNotFound", words)
        self.put(target, source["settings"], databaseVersion=source["databaseVersion"])
        self.origins[target] = ("" if name == SOURCE else name, at or self.databases.head("" if name == SOURCE else name))
        return self._begin(target, "CLONE", holds=(name,))

    def _insert(self, body: Json) -> Json:
        self._new_name(body["name"])
        self.put(body["name"], body["settings"], databaseVersion=body["databaseVersion"], region=body["region"])
        return self._begin(body["name"], "CREATE")

    def _restore(self, name: str, context: Json) -> Json:
        self._free(name)
        backup = next(
            (each for each in self.backups if each["id"] == str(context["backupRunId"]) and each["instance"] == context["instanceId"]), None
        )  # JSON may hold an int64 as text or as a number
        if backup is None:
            raise RefusedError(404, "errorBackupNotFound", "The backup run does not exist.")
        self.origins[name] = ("", datetime.datetime.fromisoformat(str(backup["endTime"])))
        return self._begin(name, "RESTORE_VOLUME")

    def _patch(self, name: str, body: Json) -> Json:
        self._free(name)
        settings = self.instances[name]["settings"]
        for key, value in body["settings"].items():
            if key not in self.ignores:
                settings[key] = {**settings.get(key, {}), **value} if isinstance(value, dict) else value
        return self._begin(name, "UPDATE")

    def _shown(self, name: str) -> Json:
        self.let_iam_in(name)
        found = copy.deepcopy(self.instances[name])
        network = found["settings"]["ipConfiguration"]
        host = self.served[name].host if name in self.served else "127.0.0.1"
        addresses = [{"type": "PRIVATE", "ipAddress": host}] if network.get("privateNetwork") else []
        addresses += [{"type": "PRIMARY", "ipAddress": "203.0.113.7"}] if network.get("ipv4Enabled") else []
        return {**found, "ipAddresses": addresses} if found["state"] == "RUNNABLE" else found

    def _free(self, name: str, states: tuple[str, ...] = ("RUNNABLE",)) -> None:
        if any(name in each["holds"] and each["status"] != "DONE" for each in self.operations):
            raise RefusedError(409, "operationInProgress", "Operation failed because another operation was already in progress.")
        if self.instances[name]["state"] not in states:
            raise RefusedError(409, "invalidState", "The instance or operation is not in an appropriate state to handle the request.")

    def _needs_recovery(self, name: str) -> None:
        if not self.instances[name]["settings"]["backupConfiguration"].get("pointInTimeRecoveryEnabled"):
            raise RefusedError(400, "invalidOperation", "Point-in-time recovery is not enabled for the instance.")

    def _new_name(self, name: str) -> None:
        if name in self.instances or name in self.taken:
            raise RefusedError(409, "instanceAlreadyExists", "The Cloud SQL instance already exists.")

    def _begin(self, name: str, kind: str, holds: tuple[str, ...] = ()) -> Json:
        own = f"{secrets.token_hex(4)}-0000-4000-8000-{secrets.token_hex(6)}"
        operation = {
            "kind": "sql#operation", "name": own, "targetId": name, "targetLink": f"{LINK}/instances/{name}", "selfLink": f"{LINK}/operations/{own}",
            "targetProject": PROJECT, "operationType": kind, "status": "PENDING", "user": "drills@acme-prod.iam.gserviceaccount.com",
            "insertTime": text(self.now()), "looks": 0, "holds": (name, *holds),
        }  # fmt: skip
        self.operations.append(operation)
        return _clean(operation)

    def _go_on(self) -> None:
        for each in self.operations:
            if each["status"] == "DONE":
                continue
            each["looks"] += 1
            each["status"] = "RUNNING" if each["looks"] < LOOKS else "DONE"
            if each["status"] == "DONE":
                self._finish(each)

    def _finish(self, operation: Json) -> None:
        name, kind = operation["targetId"], operation["operationType"]
        failed = self.errors.get(kind)
        if failed:
            listed = [{"kind": "sql#operationError", "code": failed[0], "message": failed[1]}]
            operation["error"] = {"kind": "sql#operationErrors", "errors": listed}
        if kind == "DELETE" and not failed:
            self.instances.pop(name, None)
            self.databases.close(name)
            self.taken.add(name)
        elif name in self.instances:
            self.instances[name]["state"] = "FAILED" if failed and kind in ("CLONE", "CREATE") else "RUNNABLE"

    def _page(self, call: Call, kind: str, items: list[Json]) -> Json:
        only(call.query, {"pageToken": None, "maxResults": None, "instance": None, "filter": None})
        start = int(call.query.get("pageToken") or 0)
        more = {"nextPageToken": str(start + self.page)} if start + self.page < len(items) else {}
        return {"kind": kind, "items": items[start : start + self.page], **more}


def _clean(operation: Json) -> Json:
    return {name: value for name, value in operation.items() if name not in ("looks", "holds")}


def text(moment: datetime.datetime) -> str:
    """A time as Google writes it."""
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
