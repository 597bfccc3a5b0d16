"""A WSGI layer in front of moto's S3: it writes down every request, says how replication went (moto replicates nothing, so it tells
nothing of it), and lets a test answer in moto's place. It imports nothing of ``recoverable``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]
STATUS = "x-amz-replication-status"


@dataclass(frozen=True)
class Request:
    """One request. ``source`` is the bucket that a copy reads from."""

    method: str
    bucket: str
    key: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    source: str = ""

    @property
    def writes(self) -> bool:
        """Whether it changes the bucket in its path; deleting many objects is the one POST that drills send."""
        return self.method not in ("GET", "HEAD")


@dataclass
class S3Front:
    """``replicas`` are buckets whose objects replication has brought; ``statuses`` says otherwise of single objects, by bucket and key.

    ``answer`` may give an error, as status and code, in moto's place; ``after`` is called when moto has answered.
    """

    app: App
    replicas: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    answer: Callable[[Request], tuple[int, str] | None] = lambda request: None
    after: Callable[[Request], None] = lambda request: None
    spoil: Callable[[Request, bytes], bytes] = lambda request, body: body
    lock: Any = field(default_factory=threading.Lock)

    def forget(self) -> None:
        """As new."""
        self.replicas, self.sources, self.statuses, self.requests = set(), set(), {}, []
        self.answer, self.after, self.spoil = (lambda request: None), (lambda request: None), (lambda request, body: body)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        request = read(environ)
        with self.lock:
            self.requests.append(request)
            refused = self.answer(request)
        if refused is not None:
            return error(request, *refused, start)
        status = self._status(request)

        told: list[Any] = []
        body = b"".join(self.app(environ, lambda *words: told.append(words)))
        with self.lock:
            self.after(request)
            spoilt = self.spoil(request, body)
        (line, headers, *more) = told[0]
        if spoilt != body:
            headers = [each for each in headers if each[0].lower() != "content-length"] + [("Content-Length", str(len(spoilt)))]
        if status and line.startswith("2"):
            headers = [*headers, (STATUS, status)]
        start(line, headers, *more)
        return [spoilt]

    def _status(self, request: Request) -> str:
        """HeadObject and GetObject alone tell it."""
        if not request.key or request.writes or set(request.query) - {"versionId", "partNumber"}:
            return ""
        said = self.statuses.get((request.bucket, request.key))
        if said is not None:
            return said
        return "REPLICA" if request.bucket in self.replicas else "COMPLETED" if request.bucket in self.sources else ""


def read(environ: dict[str, Any]) -> Request:
    """The request, with its path taken apart (buckets in the path, as for any endpoint that is an address)."""
    bucket, _, key = unquote(environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")).strip("/").partition("/")
    headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    source = unquote(headers.get("x-amz-copy-source", "")).lstrip("/").partition("/")[0]
    return Request(
        environ["REQUEST_METHOD"], bucket, key, parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True), headers, source
    )


def error(request: Request, status: int, code: str, start: Start) -> Iterable[bytes]:
    """An error as S3 writes it."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>a test says so</Message></Error>".encode()
    start(f"{status} Error", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [] if request.method == "HEAD" else [body]
