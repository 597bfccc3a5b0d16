"""One door to every service of AWS in every region, with a log of who asked where; a region that is lost hangs up, whatever is asked."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.rds.query_protocol import ApiError, scope

PASSED_ON = ("authorization", "content-type", "x-amz-target", "x-amz-date")


@dataclass
class Regions:
    """Passes requests on by their service: to ``services``, else to ``others``. Serves while it is entered; gives its address.

    ``asked`` holds region, service and action of every request, also of those that had no answer.
    """

    services: dict[str, str]
    others: str
    lost: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    lose: Callable[[int], str] = lambda number: ""
    """By a request's number, from 1: "before" hangs up before its effect, "after" after it."""

    def __enter__(self) -> str:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes] | None:
        """Status, type and body; None where nobody answers. What is not signed for a region is nobody's business here."""
        try:
            region, service = scope(headers.get("authorization", ""))
        except ApiError:
            return 403, "text/plain", b"not signed"
        self.asked.append((region, service, _action(headers, body)))
        when = self.lose(len(self.asked))
        if region in self.lost or when == "before":
            return None
        connection = http.client.HTTPConnection(urlsplit(self.services.get(service, self.others)).netloc, timeout=60)
        try:
            connection.request(method, path, body, {name: headers[name] for name in PASSED_ON if name in headers})
            found = connection.getresponse()
            answer = found.status, found.getheader("Content-Type") or "text/xml", found.read()
            return None if when == "after" else answer
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def _action(headers: dict[str, str], body: bytes) -> str:
    """What is asked: JSON services say it in a header, those of the query protocol in the body."""
    named = headers.get("x-amz-target", "").rpartition(".")[2]
    return named or parse_qs(body.decode(errors="replace")).get("Action", [""])[0]


def _handler(regions: Regions) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found = regions.answer(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.close_connection = True
            if found is None:
                return
            status, kind, answer = found
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    return Handler
