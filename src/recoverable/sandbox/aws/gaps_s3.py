"""S3 settings of which moto's server loses a part, or that it does not know: kept as they were sent, and returned so.

Moto still judges every request that it knows; what it refuses is not kept, and where it returns all of it, the answer is its own. In S3 the body that sets a configuration and the body
that returns it are the same document, so any client reads back what was written.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

from recoverable.sandbox.aws.gaps_table import GAPS, Gap
from recoverable.sandbox.aws.gaps_wire import MARK, Answer, Environ, Start, body_of, forwarded, signed_for

App = Callable[[Environ, Start], Iterable[bytes]]
LACKING = {
    "GetBucketVersioning": "moto drops MFADelete",
    "GetBucketEncryption": "moto drops BlockedEncryptionTypes",
    "GetBucketLifecycleConfiguration": "moto drops object sizes, NewerNoncurrentVersions on expiry and the minimum size",
    "GetBucketReplication": "moto drops selection criteria and existing objects, says that delete markers are not replicated, and adds a filter to a rule of the first version",
    "GetBucketNotificationConfiguration": "moto drops EventBridgeConfiguration",
    "GetObjectLockConfiguration": "moto says 0 days where years are set, and 0 years where days are",
    "GetBucketLogging": "moto drops TargetObjectKeyFormat",
} | {
    f"{verb}Bucket{kind}Configuration{s}": "moto takes it for a call about the bucket itself"
    for kind in ("Metrics", "IntelligentTiering")
    for verb, s in (("Put", ""), ("Get", ""), ("Delete", ""), ("List", "s"))
}
GAPS.update({("s3", operation): Gap("s3", operation, why) for operation, why in LACKING.items()})
SETTINGS = ("versioning", "encryption", "lifecycle", "object-lock", "replication", "notification", "logging")
NAMED = {"metrics": "MetricsConfiguration", "intelligent-tiering": "IntelligentTieringConfiguration"}  # one bucket has many, by id
MINIMUM = "x-amz-transition-default-minimum-object-size"
RESET = "/moto-api/reset"
CONDITION = "HTTP_IF_NONE_MATCH"
"""Moto looks whether there is an object, and then writes: two threads at once both find none. S3 lets one win."""
SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Place(NamedTuple):
    """Where a configuration belongs."""

    bucket: str
    setting: str
    id: str = ""


class Kept:
    """What was sent, by place. Safe for the server's threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held: dict[Place, Answer] = {}

    def put(self, place: Place, answer: Answer) -> None:
        """Keep it, in the place of what was there."""
        with self.lock:
            self.held[place] = answer

    def get(self, place: Place) -> Answer | None:
        """What is kept there."""
        with self.lock:
            return self.held.get(place)

    def of(self, bucket: str, setting: str) -> list[Answer]:
        """All of one kind that a bucket has, by id."""
        with self.lock:
            return [answer for place, answer in sorted(self.held.items()) if place[:2] == (bucket, setting)]

    def forget(self, bucket: str, setting: str = "", identity: str = "") -> None:
        """Forget one place, all of a kind, or all of a bucket."""
        wanted = [part for part in (bucket, setting, identity) if part]
        with self.lock:
            self.held = {place: answer for place, answer in self.held.items() if list(place[: len(wanted)]) != wanted}

    def clear(self) -> None:
        """Forget everything."""
        with self.lock:
            self.held.clear()


def wrap(app: App) -> App:
    """Moto's application with these gaps filled."""
    kept, conditional = Kept(), threading.Lock()

    def serve(environ: Environ, start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT" and CONDITION in environ:
            with conditional:
                return forwarded(app, environ, body_of(environ)).give(start)
        if environ["PATH_INFO"] == RESET:
            kept.clear()
        place = place_of(environ) if (signed_for(environ) or ("", "", ""))[2] == "s3" else None
        if place is None:
            return app(environ, start)
        return (named if place.setting in NAMED else settled)(app, environ, kept, place).give(start)

    return serve


def place_of(environ: Environ) -> Place | None:
    """The bucket and the setting that a request is about; only a deletion is about a bucket as a whole."""
    bucket, _, key = unquote(environ["PATH_INFO"]).strip("/").partition("/")
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if not bucket or key:
        return None
    for setting in (*SETTINGS, *NAMED):
        if setting in query:
            return Place(bucket, setting, query.get("id", [""])[0])
    return Place(bucket, "") if environ["REQUEST_METHOD"] == "DELETE" else None


def settled(app: App, environ: Environ, kept: Kept, place: Place) -> Answer:
    """A setting that moto has in part: it answers, and where it says yes, the document is the one that was sent."""
    method, sent = environ["REQUEST_METHOD"], body_of(environ)
    answer = forwarded(app, environ, sent)
    if not answer.well:
        return answer
    if method == "PUT" and place.setting:
        minimum = environ.get("HTTP_" + MINIMUM.upper().replace("-", "_"))
        kept.put(place, ours(sent, "200 OK", [(MINIMUM, minimum)] if minimum else []))
    elif method == "DELETE":
        kept.forget(place.bucket, place.setting)
    held = kept.get(place) if method == "GET" else None
    return held if held and (invents(place, held) or lost(held, answer)) else answer


def invents(place: Place, held: Answer) -> bool:
    """Whether moto adds what nobody sent: a zero to object locks, a filter and a priority to replications of the first version."""
    return place.setting == "object-lock" or (place.setting == "replication" and b"<Filter" not in held.body)


def lost(sent: Answer, returned: Answer) -> bool:
    """Whether what moto returns lacks a part of what was sent, or has it otherwise."""
    said = {name.lower(): value for name, value in returned.headers}
    return bool(leaves(sent.body) - leaves(returned.body)) or any(
        said.get(name) != value for name, value in sent.headers if name == MINIMUM
    )


def leaves(document: bytes) -> Counter[tuple[str, str]]:
    """Name and text of every element that has no others inside."""
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 - as below
    except ElementTree.ParseError:
        return Counter()
    return Counter((each.tag.rpartition("}")[2], (each.text or "").strip()) for each in root.iter() if not len(each))


def named(app: App, environ: Environ, kept: Kept, place: Place) -> Answer:
    """A configuration with an id, of which moto knows nothing."""
    bucket = forwarded(app, {**environ, "REQUEST_METHOD": "GET", "QUERY_STRING": "versioning"}, b"")
    if not bucket.well:
        return bucket
    method, root = environ["REQUEST_METHOD"], NAMED[place.setting]
    if method == "PUT":
        document = body_of(environ)
        if identity_in(document, root) != place.id or not place.id:
            return refused("400 Bad Request", "MalformedXML", f"The XML you provided is no {root} with the id of the request")
        kept.put(place, ours(document))
        return ours(b"")
    if method == "GET" and not place.id:
        inner = b"".join(answer.body for answer in kept.of(place.bucket, place.setting))
        listing = f"List{root}sResult" if place.setting == "metrics" else f"List{root}sOutput"
        return ours(f'<{listing} xmlns="{SPACE}"><IsTruncated>false</IsTruncated>'.encode() + inner + f"</{listing}>".encode())
    held = kept.get(place)
    if held is None:
        return refused("404 Not Found", "NoSuchConfiguration", "The specified configuration does not exist.")
    if method == "DELETE":
        kept.forget(*place)
        return ours(b"", "204 No Content")
    return held


def ours(body: bytes, status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """An answer of our own, marked as such."""
    return Answer(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body))), MARK, *headers], body)


def identity_in(document: bytes, root: str) -> str:
    """The id in a configuration, or "" where the text is no such configuration."""
    try:
        found = ElementTree.fromstring(document)  # noqa: S314 - the body of a request of this machine's own user
    except ElementTree.ParseError:
        return ""
    space, _, name = found.tag.rpartition("}")
    return (found.findtext(f"{space}}}Id" if space else "Id") or "") if name == root else ""


def refused(status: str, code: str, message: str) -> Answer:
    """An error as S3 writes it."""
    return ours(f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode(), status)
