"""Cloud Storage's JSON API, version 1 (https://cloud.google.com/storage/docs/json_api/v1): the calls that a drill makes."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from recoverable.drill.cloudsql.api import words
from recoverable.drill.contract import Clock, TransientError
from recoverable.drill.rest.client import Json, RefusedError, RestClient, bearer, part

ADDRESS = "https://storage.googleapis.com/"
OVERRIDE = "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE"
"""gcloud's own variable for another endpoint, there with the version of the API at its end."""
VERSION = "/storage/v1"
SCOPE = "https://www.googleapis.com/auth/devstorage.full_control"
MOST_PAGES = 1_000_000
MOST_CALLS = 100_000
"""Of one copy: a terabyte, a megabyte for each call, as slow as Cloud Storage would make it."""
WHOLE_BUCKET = ("name", "location", "iamConfiguration", "metageneration", "projectNumber")
WHOLE_OBJECT = ("name", "generation", "size", "timeCreated", "crc32c")


class GcsApi:
    """``token`` gives an access token, anew for each call; ``check`` is called before every try."""

    def __init__(self, token: Callable[[], str], clock: Clock, check: Callable[[], None] = lambda: None, timeout: float = 30.0) -> None:
        self._check = check
        base = (os.environ.get(OVERRIDE) or ADDRESS).rstrip("/").removesuffix(VERSION)
        self._rest = RestClient(base, lambda: bearer(token(), "Google's token"), clock, "Cloud Storage", words, timeout)

    def bucket(self, name: str, *, lists: bool = False) -> Json:
        """A bucket; with its access ``lists``, which asks for one more permission."""
        return self._bucket(self._call("GET", _bucket(name), {"projection": "full"} if lists else {}))

    def policy(self, name: str) -> list[Json]:
        """Who may do what with a bucket: the bindings of its policy."""
        found = self._call("GET", f"{_bucket(name)}/iam", {})
        if found.get("kind") != "storage#policy":
            raise TransientError("Cloud Storage gave no whole policy")
        return _objects(found.get("bindings", []))

    def buckets(self, project: str, prefix: str) -> list[Json]:
        """The buckets of a project whose names begin so."""
        pages = self._pages(f"{VERSION}/b", "storage#buckets", {"project": project, "prefix": prefix})
        return [self._bucket(each) for page in pages for each in page]

    def make_bucket(self, project: str, body: Json) -> Json:
        """A new bucket.

        Raises:
            LostAnswerError: it may have been made.
        """
        return self._bucket(self._rest.call("POST", f"{VERSION}/b", query={"project": project}, body=body, check=self._check))

    def delete_bucket(self, name: str, metageneration: str) -> None:
        """Delete an empty bucket that is as it was when it was looked at."""
        self._call("DELETE", _bucket(name), {"ifMetagenerationMatch": metageneration})

    def pages(self, bucket: str, prefix: str, **more: str) -> Iterator[list[Json]]:
        """Objects by their names; with ``versions="true"`` or ``softDeleted="true"`` generations that are no objects any more."""
        for page in self._pages(f"{_bucket(bucket)}/o", "storage#objects", {"prefix": prefix, "projection": "noAcl", **more}):
            yield [self._object(each) for each in page]

    def generation(self, bucket: str, name: str, number: str = "") -> Json:
        """One generation of an object, or the live one."""
        return self._object(self._call("GET", _object(bucket, name), _of(number)))

    def content(self, bucket: str, name: str, take: Callable[[], Callable[[bytes], object]], generation: str = "") -> int:
        """What a generation holds, to its end; how many bytes."""
        return self._rest.content(_object(bucket, name), {"alt": "media", **_of(generation)}, take, self._check)

    def copy(self, bucket: str, name: str, generation: str, target: str, place: str) -> None:
        """Copy a generation, in as many calls as Cloud Storage wants. What it overwrites at ``place`` it may overwrite twice."""
        query = {"sourceGeneration": generation, "projection": "noAcl"} if generation else {"projection": "noAcl"}
        path = f"{_object(bucket, name)}/rewriteTo{_object(target, place).removeprefix(VERSION)}"
        for _ in range(MOST_CALLS):
            found = self._rest.call("POST", path, query=query, body={}, twice=True, check=self._check)
            if found.get("kind") != "storage#rewriteResponse" or not (found.get("done") or found.get("rewriteToken")):
                raise TransientError("Cloud Storage gave half an answer to a copy")
            if found["done"]:
                return
            query = {**query, "rewriteToken": str(found["rewriteToken"])}
        raise TransientError("Cloud Storage's copy has no end")

    def write(self, bucket: str, name: str, content: bytes) -> None:
        """Put an object."""
        path = f"/upload{_bucket(bucket)}/o"
        query = {"uploadType": "media", "name": name}
        self._object(self._rest.call("POST", path, query=query, body=content, twice=True, check=self._check))

    def insert(self, bucket: str, name: str, content: bytes, metadata: Mapping[str, str], *, only_if_absent: bool, key: str = "") -> Json:
        """Put an object with its metadata, under a Cloud KMS ``key`` or the bucket's own; what came of it.

        Raises:
            LostAnswerError: ``only_if_absent``, and it may have been put; a second try would be refused by the first.
        """
        query = {
            "uploadType": "multipart",
            **({"ifGenerationMatch": "0"} if only_if_absent else {}),
            **({"kmsKeyName": key} if key else {}),
        }
        kind, body = _related({"name": name, "metadata": dict(metadata)}, content)
        path = f"/upload{_bucket(bucket)}/o"
        return self._object(self._rest.call("POST", path, query=query, body=body, kind=kind, twice=not only_if_absent, check=self._check))

    def delete(self, bucket: str, name: str, generation: str) -> None:
        """Delete one generation for good."""
        self._call("DELETE", _object(bucket, name), _of(generation))

    def delete_live(self, bucket: str, name: str, matching: str = "") -> None:
        """Delete an object as clients do: where versions are kept it becomes a noncurrent one. ``matching``: only if it is this generation."""
        self._call("DELETE", _object(bucket, name), {"ifGenerationMatch": matching} if matching else {})

    def _call(self, method: str, path: str, query: Mapping[str, str]) -> Json:
        return self._rest.call(method, path, query=query, check=self._check)

    def _pages(self, path: str, kind: str, query: Mapping[str, str]) -> Iterator[list[Json]]:
        token = ""
        for _ in range(MOST_PAGES):
            page = self._call("GET", path, {**query, **({"pageToken": token} if token else {})})
            if page.get("kind") != kind:
                raise TransientError("Cloud Storage gave half a list")
            yield _objects(page.get("items", []))
            token = str(page.get("nextPageToken") or "")
            if not token:
                return
        raise TransientError("Cloud Storage's list has no end")

    @staticmethod
    def _bucket(found: Json) -> Json:
        if found.get("kind") != "storage#bucket" or not all(found.get(each) for each in WHOLE_BUCKET):
            raise TransientError("Cloud Storage gave no whole bucket")
        return found

    @staticmethod
    def _object(found: Json) -> Json:
        if found.get("kind") != "storage#object" or not all(found.get(each) for each in WHOLE_OBJECT):
            raise TransientError("Cloud Storage gave no whole object")
        return found


def _bucket(name: str) -> str:
    return f"{VERSION}/b/{part(name)}"


def _object(bucket: str, name: str) -> str:
    return f"{_bucket(bucket)}/o/{part(name)}"


def _of(generation: str) -> dict[str, str]:
    return {"generation": generation} if generation else {}


def _related(fields: Json, content: bytes) -> tuple[str, bytes]:
    """Content type and body of an upload in one request: https://cloud.google.com/storage/docs/uploading-objects#rest-upload-objects."""
    edge = secrets.token_hex(16)
    head = f"--{edge}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(fields)}\r\n--{edge}\r\n"
    middle = "Content-Type: application/json\r\n\r\n"
    return f"multipart/related; boundary={edge}", f"{head}{middle}".encode() + content + f"\r\n--{edge}--".encode()


def _objects(found: Any) -> list[Json]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise TransientError("Cloud Storage gave half a list")
    return found


def is_missing(refused: RefusedError) -> bool:
    """There is no such bucket, object or generation."""
    return refused.status == 404
