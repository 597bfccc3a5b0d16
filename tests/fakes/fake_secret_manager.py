"""Google Secret Manager, version 1, and the keys of Cloud KMS that guard it. Imports nothing of ``recoverable``.

Written from https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets and
https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys: versions with their states, ``latest`` and
aliases, replication with keys, expiry, delayed destruction. Names in answers begin with the project's number, as Google's do, and what is
empty is left out of an answer, as Google's JSON does. What Google says where a key cannot be used its pages do not show: a 400
FAILED_PRECONDITION stands here.
"""

from __future__ import annotations

import base64
import binascii
import copy
import datetime
import re
import secrets as randomness
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.google_errors import RefusedError, only
from tests.fakes.json_server import Call, Faults, Json, JsonServer, Reply

TOKEN = "ya29.marked-google-token-of-secrets"
PROJECT, NUMBER = "acme-prod", "123456789012"
KEY = f"projects/{PROJECT}/locations/global/keyRings/ring/cryptoKeys/secrets"
STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip
PAGE = 25000
DENIED = "PERMISSION_DENIED"
ENCRYPTION = {"customerManagedEncryption": {"kmsKeyName": None}}
SECRET: dict[str, Any] = {
    "replication": {"automatic": ENCRYPTION, "userManaged": {"replicas": None}},
    "labels": None, "annotations": None, "expireTime": None, "ttl": None, "topics": None, "versionAliases": None, "versionDestroyTtl": None,
    "rotation": {"nextRotationTime": None, "rotationPeriod": None},
}  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
_LABEL = re.compile(r"[a-z0-9_-]{0,63}\Z")


class FakeSecretManager(JsonServer):
    """One project. ``denied`` holds permissions that the caller lacks, or ``PERMISSION RESOURCE`` for one secret or key alone."""

    def __init__(self, folder: Path, now: Callable[[], datetime.datetime], faults: Faults | None = None) -> None:
        super().__init__(folder, faults)
        self.now = now
        self.secrets: dict[str, Json] = {}
        self.versions: dict[str, list[Json]] = {}
        self.keys: dict[str, list[str]] = {KEY: ["ENABLED"]}
        """States of the versions of each key, from version 1 on; the last one is the primary."""
        self.denied: set[str] = set()
        self.page = PAGE
        self.spoilt: set[str] = set()
        """Secrets whose payload is spoilt on its way."""

    def refusal(self, status: int, message: str) -> Reply:
        return refusal(status, message)

    # What somebody else does: not calls of the API.

    def put(self, name: str, *payloads: str | bytes, **fields: Any) -> None:
        """A secret with versions, an hour apart, the last one half an hour old."""
        with self.lock:
            born = self.now() - datetime.timedelta(hours=len(payloads), minutes=30)
            self.secrets[name] = {"replication": {"automatic": {}}, "createTime": text(born), "etag": '"1"', **copy.deepcopy(fields)}
            self.versions[name] = []
            for number, each in enumerate(payloads, 1):
                self.add(name, each, born + datetime.timedelta(hours=number))

    def add(self, name: str, payload: str | bytes, created: datetime.datetime | None = None) -> Json:
        """A further version."""
        data = payload.encode() if isinstance(payload, str) else payload
        version = {"data": data, "state": "ENABLED", "createTime": text(created or self.now()), "etag": f'"{randomness.token_hex(4)}"'}
        self.versions[name].append({**version, "replicationStatus": self._status(self.secrets[name])})
        return self._version(name, len(self.versions[name]))

    def set_state(self, name: str, number: int, state: str, **fields: str) -> None:
        """``DISABLED`` (with ``scheduledDestroyTime`` where the destruction is delayed), ``ENABLED`` or ``DESTROYED``."""
        with self.lock:
            version = self.versions[name][number - 1]
            version.update(state=state, **fields)
            if state == "DESTROYED":
                version.update(data=b"", destroyTime=text(self.now()))

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "Request had invalid authentication credentials. Expected OAuth 2 access token.")
        if call.body is not None and call.headers.get("content-type", "").partition(";")[0] != "application/json":
            return refusal(400, "the body must be application/json")
        if call.path[:2] != ["v1", "projects"] or len(call.path) < 4:
            return refusal(404, "Method not found.")
        try:
            if call.path[3] == "locations":
                return Reply(200, self._key(call, call.path[1:]))
            if call.path[2] not in (PROJECT, NUMBER):
                raise RefusedError(403, DENIED, f"Permission denied on resource project {call.path[2]}.")
            return Reply(200, self._secret(call, call.path[4:]))
        except RefusedError as refused:
            return refusal(refused.status, refused.message, refused.reason)

    def _secret(self, call: Call, rest: list[str]) -> Json:
        if call.path[3].partition(":")[0] != "secrets":
            raise RefusedError(404, "NOT_FOUND", "Method not found.")
        match call.method, rest:
            case "GET", []:
                self._needs("secretmanager.secrets.list")
                only(call.query, {"pageSize": None, "pageToken": None, "filter": None})
                return self._page(call, "secrets", [self._shown(name) for name in sorted(self.secrets)])
            case "POST", []:
                return self._create(only(call.query, {"secretId": None}), only(call.body, SECRET))
            case "GET", [name]:
                self._needs("secretmanager.secrets.get", name)
                self._is_there(name)
                return self._shown(name)
            case "DELETE", [name]:
                self._needs("secretmanager.secrets.delete", name)
                self._is_there(name)
                etag = only(call.query, {"etag": None}).get("etag")
                if etag and etag != self.secrets[name]["etag"]:
                    raise RefusedError(400, "FAILED_PRECONDITION", "The etag does not match.")
                del self.secrets[name], self.versions[name]
                return {}
            case "POST", [action] if action.endswith(":addVersion"):
                return self._add(action.partition(":")[0], only(call.body, {"payload": {"data": None, "dataCrc32c": None}}))
            case "GET", [name, "versions"]:
                self._needs("secretmanager.versions.list", name)
                self._is_there(name)
                only(call.query, {"pageSize": None, "pageToken": None, "filter": None})
                return self._page(call, "versions", [self._version(name, each) for each in range(len(self.versions[name]), 0, -1)])
            case "GET", [name, "versions", which]:
                return self._of_version(name, *which.partition(":")[::2])
        raise RefusedError(404, "NOT_FOUND", "Method not found.")

    def _create(self, query: Json, body: Json) -> Json:
        self._needs("secretmanager.secrets.create")
        name = query.get("secretId", "")
        if not _ID.match(name):
            raise RefusedError(400, "INVALID_ARGUMENT", "The provided Secret ID [secretId] does not match the expected format.")
        if len(body.get("replication", {})) != 1:
            raise RefusedError(400, "INVALID_ARGUMENT", "The secret.replication field is required.")
        for key, value in body.get("labels", {}).items():
            if not key or not _LABEL.match(key) or not _LABEL.match(value):
                raise RefusedError(400, "INVALID_ARGUMENT", f"The label {key} is invalid.")
        if name in self.secrets:
            raise RefusedError(409, "ALREADY_EXISTS", f"Secret [projects/{NUMBER}/secrets/{name}] already exists.")
        self.secrets[name] = {**copy.deepcopy(body), "createTime": text(self.now()), "etag": f'"{randomness.token_hex(4)}"'}
        self.versions[name] = []
        return self._shown(name)

    def _add(self, name: str, body: Json) -> Json:
        self._needs("secretmanager.versions.add", name)
        self._is_there(name)
        try:
            data = base64.b64decode(str(body["payload"]["data"]), validate=True)
        except (KeyError, binascii.Error):
            raise RefusedError(400, "INVALID_ARGUMENT", "Invalid value at 'payload.data' (TYPE_BYTES)") from None
        said = body["payload"].get("dataCrc32c")
        if said is not None and str(said) != str(crc32c(data)):
            raise RefusedError(400, "INVALID_ARGUMENT", "The data_crc32c does not match the data.")
        return self.add(name, data)

    def _of_version(self, name: str, which: str, action: str) -> Json:
        if action not in ("", "access"):
            raise RefusedError(404, "NOT_FOUND", "Method not found.")
        self._needs(f"secretmanager.versions.{action or 'get'}", name)
        number = self._numbered(name, which)
        if not action:
            return self._version(name, number)
        version = self.versions[name][number - 1]
        full = f"projects/{NUMBER}/secrets/{name}/versions/{number}"
        if version["state"] != "ENABLED":
            raise RefusedError(400, "FAILED_PRECONDITION", f"Secret Version [{full}] is in {version['state']} state.")
        for key in key_versions(version["replicationStatus"]):
            resource, _, each = key.partition("/cryptoKeyVersions/")
            if resource not in self.keys or self.keys[resource][int(each) - 1] != "ENABLED":
                raise RefusedError(400, "FAILED_PRECONDITION", f"{key} is not enabled.")
        data = version["data"]
        sent = bytes((data[0] ^ 1, *data[1:])) if name in self.spoilt and data else data
        payload = {"data": base64.b64encode(sent).decode(), "dataCrc32c": str(crc32c(data))}
        return {"name": full, "payload": {key: value for key, value in payload.items() if value}}

    def _numbered(self, name: str, which: str) -> int:
        """A number, ``latest``, or an alias."""
        self._is_there(name)
        if which == "latest":
            number = len(self.versions[name])
        elif which.isdecimal():
            number = int(which)
        else:
            number = int(self.secrets[name].get("versionAliases", {}).get(which, 0))
        if not 1 <= number <= len(self.versions[name]):
            raise RefusedError(404, "NOT_FOUND", f"Secret [projects/{NUMBER}/secrets/{name}] not found or has no versions.")
        return number

    def _is_there(self, name: str) -> None:
        """What has expired is gone."""
        ends = self.secrets.get(name, {}).get("expireTime")
        if ends and datetime.datetime.fromisoformat(ends) <= self.now():
            del self.secrets[name], self.versions[name]
        if name not in self.secrets:
            raise RefusedError(404, "NOT_FOUND", f"Secret [projects/{NUMBER}/secrets/{name}] not found.")

    def _shown(self, name: str) -> Json:
        return {"name": f"projects/{NUMBER}/secrets/{name}", **self.secrets[name]}

    def _version(self, name: str, number: int) -> Json:
        found = {key: value for key, value in self.versions[name][number - 1].items() if key != "data"}
        return {"name": f"projects/{NUMBER}/secrets/{name}/versions/{number}", **found}

    def _status(self, secret: Json) -> Json:
        """The key versions of the moment, as they stay with a version."""
        replication = secret["replication"]
        if "automatic" in replication:
            return {"automatic": self._encrypted(replication["automatic"])}
        replicas = replication["userManaged"]["replicas"]
        return {"userManaged": {"replicas": [{"location": each["location"], **self._encrypted(each)} for each in replicas]}}

    def _encrypted(self, replica: Json) -> Json:
        key = replica.get("customerManagedEncryption", {}).get("kmsKeyName")
        if not key:
            return {}
        return {"customerManagedEncryption": {"kmsKeyVersionName": f"{key}/cryptoKeyVersions/{len(self.keys[key])}"}}

    def _key(self, call: Call, rest: list[str]) -> Json:
        """A key with its primary version, or a version."""
        name = "/".join(rest)
        resource, _, number = name.partition("/cryptoKeyVersions/")
        if call.method != "GET":
            raise RefusedError(404, "NOT_FOUND", "Method not found.")
        self._needs(f"cloudkms.{'cryptoKeyVersions' if number else 'cryptoKeys'}.get", resource)
        if resource not in self.keys or (number and not 1 <= int(number) <= len(self.keys[resource])):
            raise RefusedError(404, "NOT_FOUND", f"CryptoKey {name} not found.")
        states = self.keys[resource]
        if number:
            return {"name": name, "state": states[int(number) - 1], "protectionLevel": "SOFTWARE"}
        primary = {"name": f"{resource}/cryptoKeyVersions/{len(states)}", "state": states[-1], "protectionLevel": "SOFTWARE"}
        return {"name": resource, "primary": primary, "purpose": "ENCRYPT_DECRYPT"}

    def _needs(self, permission: str, resource: str = "") -> None:
        if permission in self.denied or f"{permission} {resource}" in self.denied:
            words = f"Permission '{permission}' denied for resource '{resource}' (or it may not exist)."
            raise RefusedError(403, DENIED, words)

    def _page(self, call: Call, what: str, items: list[Json]) -> Json:
        start = int(call.query.get("pageToken") or 0)
        size = min(int(call.query.get("pageSize") or self.page), self.page)
        shown = items[start : start + size]
        more = {"nextPageToken": str(start + size)} if start + size < len(items) else {}
        return {**({what: shown} if shown else {}), **more, **({"totalSize": len(items)} if items else {})}


def refusal(status: int, message: str, code: str = "") -> Reply:
    """An error as Google's newer APIs write it, without a list of errors."""
    return Reply(
        status, {"error": {"code": status, "message": message, "status": code if code.isupper() else STATUS.get(status, "UNKNOWN")}}
    )


def key_versions(status: Json) -> list[str]:
    """The key versions of a version's replication status."""
    replicas = [status.get("automatic", {}), *status.get("userManaged", {}).get("replicas", [])]
    found = [each.get("customerManagedEncryption", {}).get("kmsKeyVersionName") for each in replicas]
    return [each for each in found if each]


def crc32c(data: bytes) -> int:
    """Bit by bit, unlike the table of who is tested."""
    found = 0xFFFFFFFF
    for each in data:
        found ^= each
        for _ in range(8):
            found = (found >> 1) ^ (0x82F63B78 * (found & 1))
    return found ^ 0xFFFFFFFF


def text(moment: datetime.datetime) -> str:
    """A time as Google writes it."""
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
