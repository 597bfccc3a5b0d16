"""AlloyDB, Spanner, Firestore, Datastore and BigQuery as who only looks meets them. Imports nothing of ``recoverable``.

Written from https://cloud.google.com/alloydb/docs/reference/rest, https://cloud.google.com/spanner/docs/reference/rest,
https://cloud.google.com/firestore/docs/reference/rest and https://cloud.google.com/bigquery/docs/reference/rest. It answers GETs alone: what is there is put there by the test. A field that is false or empty is left out of
an answer, as Google's JSON does.
"""

from __future__ import annotations

from pathlib import Path

from tests.fakes.fake_google_guards import CONSUMER, PROJECT, TOKEN, disabled
from tests.fakes.fake_secret_manager import refusal
from tests.fakes.google_errors import RefusedError, error, only
from tests.fakes.json_server import Call, Faults, Json, JsonServer, Reply

PAGED = {"pageToken": None, "pageSize": None}
APIS = {"clusters": "alloydb", "instances": "spanner", "databases": "firestore", "indexes": "datastore"}


class FakeGoogleDatabases(JsonServer):
    """One project. Items by their full name: ``clusters`` and their ``instances`` of AlloyDB, ``spanner`` instances, ``databases`` of theirs and of
    Firestore, ``schedules`` of both. ``denied`` are permissions that the account lacks, ``off`` APIs that are not enabled in the consumer's project.

    ``unreachable`` locations are left out of AlloyDB's and Firestore's lists, and told.
    """

    def __init__(self, folder: Path, faults: Faults | None = None) -> None:
        super().__init__(folder, faults)
        self.clusters: dict[str, Json] = {}
        self.instances: dict[str, Json] = {}
        self.spanner: dict[str, Json] = {}
        self.databases: dict[str, Json] = {}
        self.firestore: dict[str, Json] = {}
        self.schedules: dict[str, list[Json]] = {}
        self.datasets: dict[str, Json] = {}
        """BigQuery's, by their id; ``hidden`` ones may not be seen by the account, which has no permission on the project then."""
        self.hidden: set[str] = set()
        self.indexes: list[Json] | None = None
        """Datastore's, of the default database; None where there is no such database."""
        self.denied: set[str] = set()
        self.off: set[str] = set()
        self.unreachable: set[str] = set()
        self.consumer = CONSUMER
        self.page = 50

    def refusal(self, status: int, message: str) -> Reply:
        return refusal(status, message)

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "Request had invalid authentication credentials. Expected OAuth 2 access token.")
        if call.method == "GET" and call.path[:3] == ["bigquery", "v2", "projects"] and call.path[4:5] == ["datasets"]:
            return self._bigquery(call)
        if call.method != "GET" or call.path[:2] != ["v1", "projects"] or len(call.path) < 4:
            return refusal(404, "Method not found.")
        project, rest = call.path[2], call.path[3:]
        service = f"{'alloydb' if rest[0] == 'locations' else APIS.get(rest[0], '')}.googleapis.com"
        if service in self.off:
            return disabled(service, self.consumer)
        try:
            if project != PROJECT:
                raise RefusedError(403, "PERMISSION_DENIED", f"Permission denied on resource project {project}.")
            return Reply(200, self._route(call, rest))
        except RefusedError as refused:
            return refusal(refused.status, refused.message, refused.reason)

    def _route(self, call: Call, rest: list[str]) -> Json:
        above = f"projects/{PROJECT}"
        match rest:
            case ["locations", "-", "clusters"]:
                return self._placed(call, "clusters", "alloydb.clusters.list", self.clusters, 3)
            case ["locations", "-", "clusters", "-", "instances"]:
                return self._placed(call, "instances", "alloydb.instances.list", self.instances, 3)
            case ["instances"]:
                return self._list(call, "instances", "spanner.instances.list", list(self.spanner.values()))
            case ["instances", instance, "databases"]:
                own = [item for name, item in self.databases.items() if name.startswith(f"{above}/instances/{instance}/")]
                return self._list(call, "databases", "spanner.databases.list", own)
            case ["instances", instance, "databases", name, "backupSchedules"]:
                own = self.schedules.get(f"{above}/instances/{instance}/databases/{name}", [])
                return self._list(call, "backupSchedules", "spanner.backupSchedules.list", own)
            case ["databases"]:
                return self._firestore(call)
            case ["databases", name, "backupSchedules"]:
                only(call.query, {})  # this list has no pages
                self._may("datastore.backupSchedules.list")
                if f"{above}/databases/{name}" not in self.firestore:
                    raise RefusedError(404, "NOT_FOUND", f"Database '{name}' not found")
                own = self.schedules.get(f"{above}/databases/{name}", [])
                return {"backupSchedules": own} if own else {}
            case ["indexes"]:
                self._may("datastore.indexes.list")
                if self.indexes is None:
                    words = "does not exist or it does not contain an active Cloud Datastore or Cloud Firestore database."
                    raise RefusedError(404, "NOT_FOUND", f"The project {PROJECT} {words}")
                return self._list(call, "indexes", "datastore.indexes.list", self.indexes)
        raise RefusedError(404, "NOT_FOUND", "Method not found.")

    def _bigquery(self, call: Call) -> Reply:
        """Without the permission on the project the list is shorter, and is no error."""
        if "bigquery.googleapis.com" in self.off:
            return disabled("bigquery.googleapis.com", self.consumer)
        project, rest = call.path[3], call.path[5:]
        if project != PROJECT:
            return error(404, f"Not found: Project {project}")
        denied = "bigquery.datasets.get" in self.denied
        if rest:
            if denied or (self.hidden and rest[0] not in self.datasets) or rest[0] in self.hidden:
                words = (
                    f"Access Denied: Dataset {PROJECT}:{rest[0]}: Permission bigquery.datasets.get denied on dataset (or it may not exist)."
                )
                return error(403, words, "accessDenied")
            found = self.datasets.get(rest[0])
            return Reply(200, found) if found else error(404, f"Not found: Dataset {PROJECT}:{rest[0]}")
        try:
            only(call.query, {"maxResults": None, "pageToken": None, "all": None, "filter": None})
        except RefusedError as refused:
            return error(refused.status, refused.message, refused.reason)
        seen = [] if denied else [item for name, item in self.datasets.items() if name not in self.hidden]
        start = int(call.query.get("pageToken") or 0)
        more = {"nextPageToken": str(start + self.page)} if start + self.page < len(seen) else {}
        short = [
            {key: item[key] for key in ("kind", "id", "datasetReference", "labels", "location", "type")}
            for item in seen[start : start + self.page]
        ]
        return Reply(200, {"kind": "bigquery#datasetList", "etag": "x", **({"datasets": short} if short else {}), **more})

    def _placed(self, call: Call, key: str, permission: str, items: dict[str, Json], at: int) -> Json:
        seen = [item for name, item in items.items() if name.split("/")[at] not in self.unreachable]
        places = [f"projects/{PROJECT}/locations/{each}" for each in sorted(self.unreachable)]
        return {**self._list(call, key, permission, seen), **({"unreachable": places} if places else {})}

    def _firestore(self, call: Call) -> Json:
        only(call.query, {"showDeleted": None})
        self._may("datastore.databases.list")
        seen = [item for item in self.firestore.values() if item["locationId"] not in self.unreachable]
        places = [f"projects/{PROJECT}/locations/{each}" for each in sorted(self.unreachable)]
        return {**({"databases": seen} if seen else {}), **({"unreachable": places} if places else {})}

    def _list(self, call: Call, key: str, permission: str, items: list[Json]) -> Json:
        only(call.query, PAGED)
        self._may(permission)
        start = int(call.query.get("pageToken") or 0)
        shown = items[start : start + self.page]
        more = {"nextPageToken": str(start + self.page)} if start + self.page < len(items) else {}
        return {**({key: shown} if shown else {}), **more}

    def _may(self, permission: str) -> None:
        if permission in self.denied:
            raise RefusedError(403, "PERMISSION_DENIED", f"Permission '{permission}' denied on resource (or it may not exist).")
