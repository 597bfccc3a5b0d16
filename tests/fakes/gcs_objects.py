"""The methods on objects of the fake Cloud Storage: conditions, lists, uploads, copies in pieces."""

from __future__ import annotations

import datetime
import email
import gzip
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.gcs_checksums import crc32c, md5
from tests.fakes.gcs_errors import invalid, no_condition
from tests.fakes.gcs_fields import CLASSES, OBJECT
from tests.fakes.gcs_resources import object_resource
from tests.fakes.gcs_store import Generation, StoredBucket, own_retention
from tests.fakes.google_errors import RefusedError, only

Json = dict[str, Any]
MOST = 1000
"""Items of a page at most, whatever maxResults says."""


def conditions(query: Mapping[str, str], found: Generation | None, prefix: str = "if") -> None:
    """Raises: RefusedError: a precondition does not hold. A generation of 0 means that there must be no live object."""
    numbers = (0, 0) if found is None else (found.number, found.metageneration)
    for name, number in (("Generation", numbers[0]), ("Metageneration", numbers[1])):
        for ending, wanted in (("Match", True), ("NotMatch", False)):
            said = query.get(f"{prefix}{name}{ending}")
            if said is not None and (int(said) == number) is not wanted:
                raise no_condition()


def of_bucket(query: Mapping[str, str], bucket: StoredBucket) -> None:
    """The same for the metageneration of a bucket."""
    for name, wanted in (("ifMetagenerationMatch", True), ("ifMetagenerationNotMatch", False)):
        if name in query and (int(query[name]) == bucket.metageneration) is not wanted:
            raise no_condition()


def fields_of(body: Any) -> Json:
    """The fields of an object that somebody writes."""
    found = only(body or {}, {name: None if (body or {}).get(name) is None else known for name, known in OBJECT.items()})
    if found.get("storageClass") is not None and found["storageClass"] not in CLASSES:
        raise invalid(f"Invalid argument: {found['storageClass']} is no storage class.")
    if found.get("retention") and (
        found["retention"].get("mode") not in ("Locked", "Unlocked") or "retainUntilTime" not in found["retention"]
    ):
        raise invalid("retention needs a mode (Locked or Unlocked) and a retainUntilTime")
    return found


def upload(query: Mapping[str, str], headers: Mapping[str, str], raw: bytes) -> tuple[Json, bytes]:
    """Fields and content of an upload in one request.

    Raises:
        RefusedError: it is not whole, or its checksum is another.
    """
    kind = query.get("uploadType", "")
    if kind == "media":
        fields: Json = {"name": query.get("name", ""), "contentType": headers.get("content-type", "application/octet-stream")}
        content = raw
    elif kind == "multipart":
        fields, content = _parts(headers.get("content-type", ""), raw)
        fields.setdefault("name", query.get("name", ""))
    else:
        raise invalid(f"the fake takes no uploadType {kind!r}")
    if not fields["name"]:
        raise invalid("Required parameter: name", "required")
    for key, wanted in (("md5Hash", md5(content)), ("crc32c", crc32c(content))):
        said = fields.pop(key, wanted)
        if said != wanted:
            raise invalid(f'Provided {key} "{said}" doesn\'t match calculated {key} "{wanted}".')
    return fields, content


def _parts(kind: str, raw: bytes) -> tuple[Json, bytes]:
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\nMIME-Version: 1.0\r\n\r\n" + raw)
    parts = message.get_payload()
    if not kind.startswith("multipart/related") or not isinstance(parts, list) or len(parts) != 2:
        raise invalid("Malformed multipart body.", "badContent")
    head = parts[0].get_payload(decode=True)
    boundary = str(message.get_boundary()).encode()
    content = raw.split(b"--" + boundary)[2].split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")  # as it is: e-mail would change line ends
    fields = fields_of(json.loads(head if isinstance(head, bytes) else b"{}"))
    fields.setdefault("contentType", parts[1].get_content_type())
    return fields, content


def page(bucket: StoredBucket, query: Mapping[str, str], longest: int) -> Json:
    """A page of a list: names ascend, generations of a name, too."""
    versions, soft = query.get("versions") == "true", query.get("softDeleted") == "true"
    if versions and soft:
        raise invalid("You cannot specify both versions and softDeleted.")
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    entries: list[tuple[str, int, Generation]] = []
    prefixes: set[str] = set()
    for name in sorted(bucket.objects, key=str.encode):
        if not name.startswith(prefix) or name < query.get("startOffset", "") or ("endOffset" in query and name >= query["endOffset"]):
            continue
        rest = name[len(prefix) :]
        shown = [each for each in bucket.generations(name, soft=soft) if soft or versions or each.deleted is None]
        if delimiter and delimiter in rest:
            prefixes |= {prefix + rest[: rest.index(delimiter) + len(delimiter)]} if shown else set()
            continue
        entries += [(name, each.number, each) for each in shown]
    start = int(query.get("pageToken") or 0)
    size = min(int(query.get("maxResults") or longest), longest, MOST)
    chosen = entries[start : start + size]
    full = query.get("projection") == "full"
    found: Json = {"kind": "storage#objects"}
    found |= {"items": [object_resource(bucket, each, full=full) for _, _, each in chosen]} if chosen else {}
    found |= {"prefixes": sorted(prefixes)} if prefixes else {}
    return found | ({"nextPageToken": str(start + size)} if start + size < len(entries) else {})


@dataclass
class Copies:
    """Copies that are done in pieces. ``chunk`` is how many bytes one call copies."""

    chunk: int = 1 << 20
    begun: dict[str, tuple[tuple[str, ...], int]] = field(default_factory=dict)

    def go_on(self, query: Mapping[str, str], what: tuple[str, ...], size: int) -> Json | None:
        """The answer of a copy that is not done yet; None where it is.

        Raises:
            RefusedError: the token belongs to another copy.
        """
        done, token = 0, query.get("rewriteToken", "")
        if token:
            known, done = self.begun.pop(token, ((), 0))
            if known != what:
                raise invalid("Invalid rewriteToken.")
        done += max(1, min(self.chunk, int(query.get("maxBytesRewrittenPerCall") or self.chunk)))
        if done >= size:
            return None
        token = secrets.token_hex(12)
        self.begun[token] = (what, done)
        return {
            "kind": "storage#rewriteResponse",
            "totalBytesRewritten": str(done),
            "objectSize": str(size),
            "done": False,
            "rewriteToken": token,
        }


KEPT = ("contentType", "contentEncoding", "contentDisposition", "contentLanguage", "cacheControl", "customTime", "metadata")
"""What a copy keeps of its source where the request says nothing; holds and retention it does not."""


def copied(
    source: Generation, target: StoredBucket, name: str, body: Json, key: str, number: Callable[[], int], now: datetime.datetime
) -> Generation:
    """A copy of a generation as a new object, written with ``key`` or with what the target bucket says."""
    fields = dict(body) if body else {each: source.fields[each] for each in KEPT if each in source.fields}
    fields |= {"componentCount": source.fields["componentCount"]} if "componentCount" in source.fields else {}
    return target.put(name, source.content, number(), now, {**fields, **encryption(target, key)})


def encryption(bucket: StoredBucket, key: str) -> Json:
    """``kmsKeyName`` of what is written: the version of the key that was used."""
    used = key or bucket.fields.get("encryption", {}).get("defaultKmsKeyName", "")
    return {"kmsKeyName": f"{used}/cryptoKeyVersions/1"} if used else {}


def may_change_retention(
    bucket: StoredBucket, found: Generation, wanted: Json | None, query: Mapping[str, str], now: datetime.datetime
) -> None:
    """Raises: RefusedError: an object's retention would become weaker, and is locked or nobody says that it may."""
    if bucket.fields.get("objectRetention", {}).get("mode") != "Enabled":
        raise invalid("Object retention is not enabled for the bucket.")
    old = own_retention(found)
    if old is None or old <= now:
        return
    weaker = not wanted or datetime.datetime.fromisoformat(wanted["retainUntilTime"]) < old
    if weaker and (found.fields["retention"]["mode"] == "Locked" or query.get("overrideUnlockedRetention") != "true"):
        raise RefusedError(403, "forbidden", "The object's retention cannot be shortened or removed.")


def served(found: Generation, headers: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """Content and headers of a download: what is kept compressed is unpacked for who does not say that gzip is welcome
    (https://cloud.google.com/storage/docs/transcoding).
    """
    kind = {"Content-Type": str(found.fields.get("contentType", "application/octet-stream"))}
    if found.fields.get("contentEncoding") != "gzip":
        return found.content, kind
    if "gzip" in headers.get("accept-encoding", ""):
        return found.content, {**kind, "Content-Encoding": "gzip"}
    return gzip.decompress(found.content), {**kind, "Warning": "214 UploadServer gunzipped"}
