"""Cloud SQL's Admin API, version 1 (https://cloud.google.com/sql/docs/postgres/admin-api/rest): the calls that a drill makes."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from recoverable.drill.contract import Clock, TransientError
from recoverable.drill.rest.client import Json, RefusedError, RestClient, bearer, part

ADDRESS = "https://sqladmin.googleapis.com/"
OVERRIDE = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL"
"""gcloud's own variable for another endpoint."""
IN_PROGRESS = "operationInProgress"
PATIENCE = 1800.0
"""Seconds to wait while another operation runs on an instance: a backup of the source, say."""
MOST_PAGES = 1000


class CloudSqlApi:
    """``token`` gives an access token, anew for each call; ``check`` is called before every try."""

    def __init__(self, token: Callable[[], str], clock: Clock, check: Callable[[], None] = lambda: None, timeout: float = 30.0) -> None:
        self._check = check
        base = f"{(os.environ.get(OVERRIDE) or ADDRESS).rstrip('/')}/v1/projects"
        self._rest = RestClient(base, lambda: bearer(token(), "Google's token"), clock, "Cloud SQL", words, timeout)

    def instance(self, project: str, name: str) -> Json:
        """One instance."""
        return self._object(self._call("GET", f"/{part(project)}/instances/{part(name)}"), "sql#instance")

    def instances(self, project: str) -> list[Json]:
        """All instances.

        Raises:
            TransientError: an answer was not whole.
        """
        return self._pages(f"/{part(project)}/instances", {})

    def recovery_times(self, project: str, name: str, deleted: str = "") -> Json:
        """``earliestRecoveryTime`` and ``latestRecoveryTime``; of an instance that was deleted by the time of that."""
        query = {"sourceInstanceDeletionTime": deleted} if deleted else None
        return self._call("GET", f"/{part(project)}/instances/{part(name)}/getLatestRecoveryTime", query=query)

    def backups(self, project: str, name: str) -> list[Json]:
        """The runs of backups, the newest first."""
        return self._pages(f"/{part(project)}/instances/{part(name)}/backupRuns", {})

    def retained_backups(self, project: str) -> list[Json]:
        """All backups of the project, those of deleted instances, too."""
        return self._pages(f"/{part(project)}/backups", {}, "backups")

    def databases(self, project: str, name: str) -> list[str]:
        """Names of the databases."""
        return [str(each.get("name")) for each in self._pages(f"/{part(project)}/instances/{part(name)}/databases", {})]

    def clone(self, project: str, source: str, name: str, time: str, deleted: str = "") -> Json:
        """Begin to clone an instance, to a time where one is given; one that was deleted by the time of that. Gives the operation."""
        context = {"kind": "sql#cloneContext", "destinationInstanceName": name, **({"pointInTime": time} if time else {})}
        context |= {"sourceInstanceDeletionTime": deleted} if deleted else {}
        return self._operation("POST", f"/{part(project)}/instances/{part(source)}/clone", {"cloneContext": context})

    def insert(self, project: str, body: Json) -> Json:
        """Begin to make an empty instance; gives the operation."""
        return self._operation("POST", f"/{part(project)}/instances", body)

    def restore_backup(self, project: str, name: str, source: str, backup: str) -> Json:
        """Begin to put a backup of ``source`` into ``name``, which is overwritten: only ever an instance of the drill."""
        context = {"kind": "sql#restoreBackupContext", "backupRunId": backup, "instanceId": source, "project": project}
        return self._operation("POST", f"/{part(project)}/instances/{part(name)}/restoreBackup", {"restoreBackupContext": context})

    def restore_retained(self, project: str, name: str, backup: str, settings: Json) -> Json:
        """Begin to make the instance ``name`` of a backup, by the backup's full name. An instance of this name would be overwritten: only
        ever one of the drill. ``settings`` take the place of those in the backup.
        """
        body = {"backup": backup, "restoreInstanceSettings": settings}
        return self._operation("POST", f"/{part(project)}/instances/{part(name)}/restoreBackup", body)

    def patch(self, project: str, name: str, settings: Mapping[str, Any]) -> Json:
        """Begin to change settings of an instance of the drill."""
        return self._operation("PATCH", f"/{part(project)}/instances/{part(name)}", {"settings": dict(settings)})

    def set_password(self, project: str, name: str, user: str, password: str) -> Json:
        """Begin to give a user of the drill's instance a new password."""
        return self._operation(
            "PUT", f"/{part(project)}/instances/{part(name)}/users", {"name": user, "password": password}, {"name": user}
        )

    def delete(self, project: str, name: str) -> Json:
        """Begin to delete an instance, without a last backup."""
        return self._operation("DELETE", f"/{part(project)}/instances/{part(name)}", None, {"enableFinalBackup": "false"})

    def operation(self, project: str, name: str) -> Json:
        """One operation."""
        return self._object(self._call("GET", f"/{part(project)}/operations/{part(name)}"), "sql#operation")

    def operations(self, project: str, instance: str) -> list[Json]:
        """The operations of an instance, the newest first."""
        return self._pages(f"/{part(project)}/operations", {"instance": instance})

    def _operation(self, method: str, path: str, body: Json | None, query: Mapping[str, str] | None = None) -> Json:
        return self._object(self._call(method, path, body, query), "sql#operation")

    def _call(self, method: str, path: str, body: Json | None = None, query: Mapping[str, str] | None = None) -> Json:
        return self._rest.call(method, path, query=query, body=body, check=self._check, wait_for=_is_in_progress, patience=PATIENCE)

    def _pages(self, path: str, query: Mapping[str, str], what: str = "items") -> list[Json]:
        found: list[Json] = []
        token = ""
        for _ in range(MOST_PAGES):
            page = self._call("GET", path, query={**query, **({"pageToken": token} if token else {})})
            items = page.get(what, [])
            half = "kind" not in page if what == "items" else bool(page.get("warnings"))  # a region that did not answer
            if half or not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
                raise TransientError("Cloud SQL gave half a list")
            found += items
            token = str(page.get("nextPageToken") or "")
            if not token:
                return found
        raise TransientError("Cloud SQL's list has no end")

    @staticmethod
    def _object(answer: Json, kind: str) -> Json:
        if answer.get("kind") != kind or not answer.get("name"):
            raise TransientError(f"Cloud SQL gave no whole {kind.partition('#')[2]}")
        return answer


def words(status: int, body: Json) -> tuple[str, str]:
    """Reason and message of Google's error body."""
    error = body.get("error")
    if not isinstance(error, dict):
        return "", ""
    listed = error.get("errors")
    reason = listed[0].get("reason") if isinstance(listed, list) and listed and isinstance(listed[0], dict) else error.get("status")
    return str(reason or ""), str(error.get("message") or "")


def _is_in_progress(refused: RefusedError) -> bool:
    return refused.code == IN_PROGRESS
