"""A layer in front of moto that denies, breaks or leaves out what a test names: what no bucket's settings can bring about there."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
EMPTY = b'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated></ListBucketResult>'


@dataclass
class Meddling:
    """What the next requests meet. ``log`` is every request as ``METHOD path?query``."""

    denied: list[tuple[str, str]] = field(default_factory=list)
    """Method, and a part of the address with its query: answered with 403."""
    broken: list[tuple[str, str]] = field(default_factory=list)
    """The same, answered with 503 SlowDown."""
    dropped: list[tuple[str, str, int]] = field(default_factory=list)
    """The beginning of a header's name (as WSGI has it), a part of the address, and so many requests that lose it."""
    unconditional: list[tuple[str, int]] = field(default_factory=list)
    """A part of a row's LockID, and so many PutItems of such rows that lose their condition."""
    lost: list[tuple[str, str]] = field(default_factory=list)
    """The same: done, and then answered with 503, once for each."""
    unlisted: str = ""
    """Listings of what has this in its prefix come back empty."""
    owner: str = ""
    """Whose the bucket is, where a call expects an owner; "" is everybody's. moto does not look."""
    held: str = ""
    """A part of an address: requests for it wait until ``go``."""
    go: threading.Event = field(default_factory=threading.Event)
    log: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    ordered: threading.Lock = field(default_factory=threading.Lock)
    """Moto looks and then writes; and who loses its condition must be the first."""

    def calm(self) -> None:
        """Meddle with nothing any more."""
        self.denied, self.broken, self.dropped, self.lost, self.unconditional = [], [], [], [], []
        self.unlisted, self.held, self.owner, self.log = "", "", "", []
        self.go.clear()

    def around(self, app: App) -> App:
        """The layer."""

        def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            if environ.get("HTTP_X_AMZ_TARGET", "").endswith(".PutItem") or "HTTP_IF_NONE_MATCH" in environ:
                with self.ordered:
                    return answer(environ, start)
            return answer(environ, start)

        def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            method = environ["REQUEST_METHOD"]
            address = f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}"
            target = environ.get("HTTP_X_AMZ_TARGET", "")
            with self.lock:
                self.log.append(f"{method} {address} {target}".strip())
                self._drop(environ, address)
                if self.unconditional and target.endswith(".PutItem"):
                    self._drop_condition(environ)
            if self.held and self.held in address:
                self.go.wait(60)
            for rules, status, code in ((self.denied, "403 Forbidden", "AccessDenied"), (self.broken, "503 Slow Down", "SlowDown")):
                if any(method == wanted and part in address + target for wanted, part in rules):
                    return self._refuse(environ, start, status, code)
            expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER", "")
            if self.owner and expected and expected != self.owner:
                return self._refuse(environ, start, "403 Forbidden", "AccessDenied")
            if self.unlisted and method == "GET" and "list-type=2" in address and self.unlisted in address.replace("%2F", "/"):
                start("200 OK", [("Content-Type", "application/xml"), ("Content-Length", str(len(EMPTY)))])
                return [EMPTY]
            for each in [each for each in self.lost if method == each[0] and each[1] in address]:
                self.lost.remove(each)
                list(app(environ, lambda *_: None))
                return self._refuse({"REQUEST_METHOD": method}, start, "503 Service Unavailable", "ServiceUnavailable")
            return app(environ, start)

        return serve

    def _drop(self, environ: dict[str, Any], address: str) -> None:
        for number, (header, part, left) in enumerate(self.dropped):
            names = [name for name in environ if name.startswith(header)]
            if names and part in address and left:
                for name in names:
                    del environ[name]
                self.dropped[number] = (header, part, left - 1)

    def _drop_condition(self, environ: dict[str, Any]) -> None:
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        for number, (part, left) in enumerate(self.unconditional):
            if left and part in body["Item"]["LockID"]["S"]:
                del body["ConditionExpression"]
                self.unconditional[number] = (part, left - 1)
        data = json.dumps(body).encode()
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(data), str(len(data))

    @staticmethod
    def _refuse(environ: dict[str, Any], start: Callable[..., Any], status: str, code: str) -> Iterable[bytes]:
        if "wsgi.input" in environ:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ.get("HTTP_X_AMZ_TARGET"):
            body, kind = f'{{"__type": "com.amazon#{code}Exception", "message": "no"}}'.encode(), "application/x-amz-json-1.0"
        else:
            body, kind = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), "application/xml"
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else body
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]
