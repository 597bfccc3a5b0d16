"""What stands around stores in Google Cloud, as far as it can be read: Cloud KMS, alert policies of Monitoring, log metrics, jobs of the
Storage Transfer Service, the project itself. Imports nothing of ``recoverable``.

Written from https://cloud.google.com/kms/docs/reference/rest, https://cloud.google.com/monitoring/api/ref_v3/rest,
https://cloud.google.com/logging/docs/reference/v2/rest, https://cloud.google.com/storage-transfer/docs/reference/rest and
https://cloud.google.com/resource-manager/reference/rest. It answers GETs alone: what is there is put there by the test.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes.google_errors import RefusedError, error, only
from tests.fakes.json_server import Call, Faults, Json, JsonServer, Reply

TOKEN = "ya29.marked-google-token"
PROJECT, NUMBER = "acme-prod", "123456789012"
CONSUMER = f"projects/{NUMBER}"
PAGED = {"pageToken": None, "pageSize": None, "filter": None}
LISTS = {
    "alertPolicies": ("v3", "monitoring.alertPolicies.list", "monitoring.googleapis.com"),
    "metrics": ("v2", "logging.logMetrics.list", "logging.googleapis.com"),
}


class FakeGoogleGuards(JsonServer):
    """One project, and keys of any. ``denied`` are permissions that the account lacks, ``off`` APIs that are not enabled in the consumer's project."""

    def __init__(self, folder: Path, faults: Faults | None = None) -> None:
        super().__init__(folder, faults)
        self.keys: dict[str, Json] = {}
        self.versions: dict[str, str] = {}
        """States of key versions, by their full name."""
        self.lists: dict[str, list[Json]] = {"alertPolicies": [], "metrics": [], "transferJobs": []}
        self.denied: set[str] = set()
        self.off: set[str] = set()
        self.consumer = CONSUMER
        self.page = 50
        self.children: dict[str, list[Json]] = {}
        """Projects and folders by their parent, as Resource Manager lists them."""

    def refusal(self, status: int, message: str) -> Reply:
        return error(status, message)

    def put_key(self, name: str, *, state: str = "ENABLED", version: int = 1, **fields: str) -> None:
        """A key by its full name, with its primary version."""
        own = f"{name}/cryptoKeyVersions/{version}"
        self.versions[own] = state
        primary = {"name": own, "state": state, "protectionLevel": "SOFTWARE", "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION"}
        times = {"createTime": "2025-01-01T00:00:00.123456789Z", "destroyScheduledDuration": "2592000s"}
        self.keys[name] = {"name": name, "primary": primary, "purpose": "ENCRYPT_DECRYPT", **times, **fields}

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return error(401, "Request had invalid authentication credentials. Expected OAuth 2 access token.")
        if call.method != "GET":
            return error(404, "Not Found")
        try:
            return self._route(call)
        except RefusedError as refused:
            return error(refused.status, refused.message, refused.reason)

    def _route(self, call: Call) -> Reply:
        match call.path:
            case ["v1", "projects", _, "locations", _, "keyRings", _, "cryptoKeys", _, *more]:
                return self._key(call, more)
            case ["v1", "transferJobs"]:
                asked = json.loads(only(call.query, PAGED).get("filter", "{}"))
                if asked.get("projectId") != PROJECT:
                    raise RefusedError(403, "forbidden", "The caller does not have permission")
                return self._list(call, "transferJobs", "storagetransfer.jobs.list", "storagetransfer.googleapis.com")
            case [version, "projects", project, name] if name in LISTS and LISTS[name][0] == version:
                if project != PROJECT:
                    raise RefusedError(403, "forbidden", "The caller does not have permission")
                return self._list(call, name, *LISTS[name][1:])
            case ["v3", ("projects" | "folders") as kind]:
                return self._below(call, kind)
            case ["v3", "projects", project]:
                self._may("resourcemanager.projects.get")
                if project not in (PROJECT, NUMBER):
                    raise RefusedError(403, "forbidden", "The caller does not have permission")
                return Reply(200, {"name": CONSUMER, "projectId": PROJECT, "state": "ACTIVE", "displayName": "Acme"})
        raise RefusedError(404, "notFound", "Not Found")

    def _key(self, call: Call, more: list[str]) -> Reply:
        only(call.query, {})
        name = "/".join(call.path[1:])
        self._may("cloudkms.cryptoKeyVersions.get" if more else "cloudkms.cryptoKeys.get")
        if more and more[0] == "cryptoKeyVersions" and name in self.versions:
            return Reply(200, {"name": name, "state": self.versions[name], "protectionLevel": "SOFTWARE"})
        if more or name not in self.keys:
            raise RefusedError(404, "notFound", f"CryptoKey {name} not found.")
        return Reply(200, self.keys[name])

    def _list(self, call: Call, key: str, permission: str, service: str) -> Reply:
        only(call.query, PAGED)
        if service in self.off:
            return disabled(service, self.consumer)
        self._may(permission)
        start = int(call.query.get("pageToken") or 0)
        items = self.lists[key]
        more = {"nextPageToken": str(start + self.page)} if start + self.page < len(items) else {}
        shown = items[start : start + self.page]
        return Reply(200, {**({key: shown} if shown else {}), **more})

    def _below(self, call: Call, kind: str) -> Reply:
        """Direct children alone; deleted ones only where ``showDeleted`` asks for them, but those whose deletion is requested."""
        self._may(f"resourcemanager.{kind}.list")
        parent = only(call.query, {"parent": None, "pageToken": None, "pageSize": None, "showDeleted": None}).get("parent")
        if parent not in self.children:
            raise RefusedError(403, "forbidden", "The caller does not have permission")
        items = [each for each in self.children[parent] if each["name"].startswith(f"{kind}/")]
        start = int(call.query.get("pageToken") or 0)
        more = {"nextPageToken": str(start + self.page)} if start + self.page < len(items) else {}
        return Reply(200, {kind: items[start : start + self.page], **more})

    def _may(self, permission: str) -> None:
        if permission in self.denied:
            raise RefusedError(403, "forbidden", f"Permission '{permission}' denied on resource (or it may not exist).")


def disabled(service: str, consumer: str) -> Reply:
    """As Google says that an API is not enabled (https://cloud.google.com/apis/design/errors, ErrorInfo)."""
    number = consumer.partition("/")[2]
    words = f"{service} has not been used in project {number} before or it is disabled. Enable it, then retry."
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "domain": "googleapis.com",
        "metadata": {"service": service, "consumer": consumer},
    }  # fmt: skip
    return Reply(403, {"error": {"code": 403, "message": words, "status": "PERMISSION_DENIED", "details": [info]}})
