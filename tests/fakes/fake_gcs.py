"""Google Cloud Storage's JSON API, version 1. Imports nothing of ``recoverable``.

Written from https://cloud.google.com/storage/docs/json_api/v1: buckets with preconditions, labels and every protection they can have,
objects with generations, soft delete, holds and retention, copies in pieces. Fields and parameters that the API has not are refused.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes import gcs_buckets, gcs_objects
from tests.fakes.gcs_errors import gcs_error, invalid, no_bucket
from tests.fakes.gcs_fields import ALWAYS, PARAMETERS, PERMISSIONS
from tests.fakes.gcs_resources import bucket_resource, object_resource
from tests.fakes.gcs_store import Generation, StoredBucket
from tests.fakes.google_errors import RefusedError, only
from tests.fakes.json_server import Call, Faults, Json, JsonServer, Reply

TOKEN = "ya29.marked-google-token"
PROJECT, NUMBER = "acme-prod", "123456789012"
ACCOUNT = "drills@acme-prod.iam.gserviceaccount.com"


class FakeGcs(JsonServer):
    """One project. Names of buckets in ``others`` belong to somebody else: they may be neither made nor looked at.

    ``denied`` are permissions that the account lacks, ``used`` those that calls asked for. ``broken`` maps bucket, object and generation
    to status, reason and message by which the content cannot be read, as with a disabled key.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime.datetime], faults: Faults | None = None, project: str = PROJECT) -> None:
        super().__init__(folder, faults)
        self.now, self.project = now, project
        self.buckets: dict[str, StoredBucket] = {}
        self.others: set[str] = set()
        self.denied: set[str] = set()
        self.used: set[str] = set()
        self.ignores: set[str] = set()
        """Fields of a new bucket that are taken and not kept."""
        self.broken: dict[tuple[str, str, str], tuple[int, str, str]] = {}
        self.copies = gcs_objects.Copies()
        self.page = gcs_objects.MOST
        self._last = 0

    def refusal(self, status: int, message: str) -> Reply:
        return gcs_error(status, message)

    def body(self, path: str, raw: bytes) -> Any:
        return raw if path.startswith("/upload/") else super().body(path, raw)

    def truth(self) -> set[str]:
        """Names of all buckets: for tests, not a call of the API."""
        with self.lock:
            return set(self.buckets)

    def make(
        self, name: str, body: Json | None = None, *, at: datetime.datetime | None = None, object_retention: bool = False
    ) -> StoredBucket:
        """A bucket, by whomever."""
        made = gcs_buckets.made(name, gcs_buckets.checked(body or {}), at or self.now(), self.project, object_retention=object_retention)
        self.buckets[name] = made
        return made

    def put(self, bucket: str, name: str, content: bytes, *, at: datetime.datetime | None = None, **fields: Any) -> Generation:
        """An object, by whomever; ``at`` is when, which must not be before what was written last. ``componentCount`` makes it a composite."""
        own = self.buckets[bucket]
        moment = at or self.now()
        return own.put(name, content, self.number(moment), moment, {**fields, **gcs_objects.encryption(own, "")})

    def number(self, moment: datetime.datetime | None = None) -> int:
        """The next generation number: microseconds, and always another one."""
        self._last = max(self._last + 1, int((moment or self.now()).timestamp() * 1_000_000))
        return self._last

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            if "authorization" in call.headers:
                return gcs_error(401, "Invalid Credentials", "authError", "Authorization")
            return gcs_error(401, "Login Required", "required", "Authorization")
        if isinstance(call.body, dict) and call.headers.get("content-type", "").partition(";")[0] != "application/json":
            return gcs_error(400, "This API does not support parsing form-encoded input.", "parseError")
        for bucket in self.buckets.values():
            bucket.expire(self.now())
        try:
            return self._route(call)
        except RefusedError as refused:
            return gcs_error(refused.status, refused.message, refused.reason)

    def _route(self, call: Call) -> Reply:
        match call.method, call.path:
            case "POST", ["upload", "storage", "v1", "b", name, "o"]:
                return self._upload(call, name)
            case "GET", ["download", "storage", "v1", "b", name, "o", key]:
                return self._object_get(call, name, key)
            case method, ["storage", "v1", "b", *rest]:
                return self._of_buckets(call, method, rest)
        raise RefusedError(404, "notFound", "Not Found")

    def _of_buckets(self, call: Call, method: str, rest: list[str]) -> Reply:
        match method, rest:
            case "GET", []:
                return self._bucket_list(call)
            case "POST", []:
                return self._bucket_insert(call)
            case "GET", [name]:
                bucket = self._asks(call, "buckets.get", name)
                gcs_objects.of_bucket(call.query, bucket)
                return self._shown(call, bucket)
            case "PATCH", [name]:
                bucket = self._asks(call, "buckets.patch", name)
                gcs_objects.of_bucket(call.query, bucket)
                gcs_buckets.patch(bucket, gcs_buckets.checked(call.body or {}), self.now())
                return self._shown(call, bucket)
            case "DELETE", [name]:
                return self._bucket_delete(call, name)
            case "GET", [name, "iam"]:
                bucket = self._asks(call, "buckets.getIamPolicy", name)
                words = {"kind": "storage#policy", "resourceId": f"projects/_/buckets/{name}", "version": 1, "etag": "CAE="}
                return Reply(200, {**words, "bindings": json.loads(json.dumps(bucket.policy))})
            case "POST", [name, "lockRetentionPolicy"]:
                bucket = self._asks(call, "buckets.lockRetentionPolicy", name)
                if "ifMetagenerationMatch" not in call.query:
                    raise invalid("Required parameter: ifMetagenerationMatch", "required")
                gcs_objects.of_bucket(call.query, bucket)
                gcs_buckets.lock(bucket, self.now())
                return self._shown(call, bucket)
            case "GET", [name, "o"]:
                return Reply(200, gcs_objects.page(self._asks(call, "objects.list", name), call.query, self.page))
            case "GET", [name, "o", key]:
                return self._object_get(call, name, key)
            case "PATCH", [name, "o", key]:
                return self._object_patch(call, name, key)
            case "DELETE", [name, "o", key]:
                return self._object_delete(call, name, key)
            case "POST", [name, "o", key, "restore"]:
                return self._object_restore(call, name, key)
            case "POST", [name, "o", key, ("rewriteTo" | "copyTo") as verb, "b", target, "o", place]:
                return self._copy(call, name, key, verb, target, place)
        raise RefusedError(404, "notFound", "Not Found")

    def _asks(self, call: Call, method: str, name: str = "") -> StoredBucket:
        """The bucket, after parameters and permissions were looked at."""
        only(call.query, dict.fromkeys((*PARAMETERS[method], *ALWAYS)))
        self._may(PERMISSIONS[method])
        if name in self.others:
            raise RefusedError(
                403, "forbidden", f"{ACCOUNT} does not have {PERMISSIONS[method][0]} access to the Google Cloud Storage bucket."
            )
        if name not in self.buckets and name:
            raise no_bucket()
        return self.buckets[name] if name else StoredBucket("", {}, self.now())

    def _may(self, wanted: tuple[str, ...]) -> None:
        self.used |= set(wanted)
        for each in wanted:
            if each in self.denied:
                words = (
                    f"{ACCOUNT} does not have {each} access to the Google Cloud Storage resource. Permission '{each}' denied on resource."
                )
                raise RefusedError(403, "forbidden", words)

    def _shown(self, call: Call, bucket: StoredBucket) -> Reply:
        full = call.query.get("projection") == "full"
        if full:
            self._may(("storage.buckets.getIamPolicy",))
        return Reply(200, bucket_resource(bucket, NUMBER, full=full))

    def _bucket_list(self, call: Call) -> Reply:
        self._asks(call, "buckets.list")
        self._in_project(call)
        names = sorted(each for each in self.buckets if each.startswith(call.query.get("prefix", "")))
        start = int(call.query.get("pageToken") or 0)
        size = min(int(call.query.get("maxResults") or self.page), self.page)
        full = call.query.get("projection") == "full"
        items = [bucket_resource(self.buckets[name], NUMBER, full=full) for name in names[start : start + size]]
        more = {"nextPageToken": str(start + size)} if start + size < len(names) else {}
        return Reply(200, {"kind": "storage#buckets", **({"items": items} if items else {}), **more})

    def _bucket_insert(self, call: Call) -> Reply:
        self._asks(call, "buckets.insert")
        self._in_project(call)
        body = gcs_buckets.checked(call.body or {})
        name = str(body.get("name", ""))
        if name in self.buckets or name in self.others:
            raise gcs_buckets.taken(name in self.buckets)
        kept = {key: value for key, value in body.items() if key not in self.ignores}
        return self._shown(call, self.make(name, kept, object_retention=call.query.get("enableObjectRetention") == "true"))

    def _in_project(self, call: Call) -> None:
        if "project" not in call.query:
            raise invalid("Required parameter: project", "required")
        if call.query["project"] not in (self.project, NUMBER):
            raise RefusedError(403, "forbidden", "Forbidden")

    def _bucket_delete(self, call: Call, name: str) -> Reply:
        bucket = self._asks(call, "buckets.delete", name)
        gcs_objects.of_bucket(call.query, bucket)
        if not bucket.is_empty():
            raise RefusedError(409, "conflict", "The bucket you tried to delete is not empty.")
        del self.buckets[name]
        return Reply(204, b"")

    def _object_get(self, call: Call, name: str, key: str) -> Reply:
        bucket = self._asks(call, "objects.get", name)
        found = bucket.one(key, call.query.get("generation"), soft=call.query.get("softDeleted") == "true")
        gcs_objects.conditions(call.query, found)
        if call.query.get("alt") != "media":
            return Reply(200, object_resource(bucket, found, full=call.query.get("projection") == "full"))
        self._readable(bucket, found)
        content, headers = gcs_objects.served(found, call.headers)
        hashes = f"crc32c={found.crc}" + ("" if "componentCount" in found.fields else f",md5={found.md5}")
        return Reply(200, content, {**headers, "X-Goog-Generation": str(found.number), "X-Goog-Hash": hashes})

    def _readable(self, bucket: StoredBucket, found: Generation) -> None:
        trouble = self.broken.get((bucket.name, found.name, str(found.number)))
        if trouble:
            raise RefusedError(*trouble)

    def _upload(self, call: Call, name: str) -> Reply:
        bucket = self._asks(call, "objects.insert", name)
        fields, content = gcs_objects.upload(call.query, call.headers, call.body)
        return self._written(call, bucket, str(fields.pop("name")), fields, content, call.query.get("kmsKeyName", ""))

    def _written(self, call: Call, bucket: StoredBucket, key: str, fields: Json, content: bytes, kms: str) -> Reply:
        live = bucket.live(key)
        gcs_objects.conditions(call.query, live)
        if live is not None:
            self._may(("storage.objects.delete",))
        made = bucket.put(key, content, self.number(), self.now(), {**fields, **gcs_objects.encryption(bucket, kms)})
        return Reply(200, object_resource(bucket, made))

    def _object_patch(self, call: Call, name: str, key: str) -> Reply:
        bucket = self._asks(call, "objects.patch", name)
        found = bucket.one(key, call.query.get("generation"))
        gcs_objects.conditions(call.query, found)
        body = gcs_objects.fields_of(call.body)
        if "retention" in body:
            gcs_objects.may_change_retention(bucket, found, body["retention"], call.query, self.now())
        for field, value in body.items():
            if value is None:
                found.fields.pop(field, None)
            else:
                found.fields[field] = value
        found.metageneration += 1
        found.updated = self.now()
        return Reply(200, object_resource(bucket, found))

    def _object_delete(self, call: Call, name: str, key: str) -> Reply:
        bucket = self._asks(call, "objects.delete", name)
        generation = call.query.get("generation")
        found = bucket.one(key, generation)
        gcs_objects.conditions(call.query, found)
        if generation is None:
            bucket.drop_live(key, self.now())
        else:
            bucket.remove(found, self.now())
        return Reply(204, b"")

    def _object_restore(self, call: Call, name: str, key: str) -> Reply:
        bucket = self._asks(call, "objects.restore", name)
        found = bucket.one(key, call.query.get("generation"), soft=True)
        fields = {each: value for each, value in found.fields.items() if each != "kmsKeyName"}
        return self._written(call, bucket, key, fields, found.content, "")

    def _copy(self, call: Call, name: str, key: str, verb: str, target: str, place: str) -> Reply:
        method = "objects.rewrite" if verb == "rewriteTo" else "objects.copy"
        source_bucket, bucket = self._asks(call, method, name), self._asks(call, method, target)
        source = source_bucket.one(key, call.query.get("sourceGeneration"))
        gcs_objects.conditions(call.query, source, "ifSource")
        live = bucket.live(place)
        gcs_objects.conditions(call.query, live)
        self._readable(source_bucket, source)
        body = gcs_objects.fields_of(call.body)
        if verb == "rewriteTo":
            what = (name, key, str(source.number), target, place)
            unfinished = self.copies.go_on(call.query, what, len(source.content))
            if unfinished is not None:
                return Reply(200, unfinished)
        if live is not None:
            self._may(("storage.objects.delete",))
        kms = call.query.get("destinationKmsKeyName", "")
        made = gcs_objects.copied(source, bucket, place, body, kms, self.number, self.now())
        shown = object_resource(bucket, made)
        if verb == "copyTo":
            return Reply(200, shown)
        size = str(len(source.content))
        words = {"kind": "storage#rewriteResponse", "totalBytesRewritten": size, "objectSize": size, "done": True}
        return Reply(200, {**words, "resource": shown})
