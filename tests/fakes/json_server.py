"""HTTPS on loopback for the fakes of cloud APIs: JSON in and out, content as it is where a fake says so, a log of calls, and faults before or after a call's effect."""

from __future__ import annotations

import json
import random
import ssl
import subprocess
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Json = dict[str, Any]
HANG = 3600.0


@dataclass
class Call:
    """One request as it came in."""

    method: str
    path: list[str]
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any
    raw: str

    @property
    def line(self) -> str:
        """For logs and schedules: ``DELETE /projects/p/branches/b``."""
        return f"{self.method} {self.raw}"


@dataclass
class Reply:
    """What is answered: JSON, or bytes as they are."""

    status: int
    data: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Faults:
    """What goes wrong at which call. ``planned`` by the call's number (from 1) or by the beginning of its line; ``seed`` and ``rate`` draw more.

    Kinds: ``throttle`` (429), ``unavailable`` (503) and ``refuse`` (the connection ends) come before the effect; ``lost`` (no answer),
    ``broken`` (half an answer), ``bodiless`` (no more than its headers) and ``hang`` after it; any other word is the business of the fake that uses it.
    """

    planned: dict[int | str, str] = field(default_factory=dict)
    seed: int | None = None
    rate: float = 0.0
    kinds: tuple[str, ...] = ("throttle", "unavailable", "refuse", "lost", "broken", "bodiless")
    on: bool = True

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def of(self, number: int, call: Call) -> str:
        """The fault of one call; "" where there is none. One that is planned by a line comes once for each time it is planned."""
        if not self.on:
            return ""
        if number in self.planned:
            return self.planned[number]
        for key in [each for each in self.planned if isinstance(each, str) and call.line.startswith(each)]:
            kind, _, left = self.planned[key].partition(" x")
            if left and int(left) <= 1:
                del self.planned[key]
            elif left:
                self.planned[key] = f"{kind} x{int(left) - 1}"
            return kind
        return self._random.choice(self.kinds) if self.rate and self._random.random() < self.rate else ""


class JsonServer:
    """A fake subclasses it: ``answer`` gives the reply to a call; ``refusal`` an error in the words of its vendor."""

    def __init__(self, folder: Path, faults: Faults | None = None) -> None:
        self.folder = folder
        self.faults = faults or Faults()
        self.calls: list[Call] = []
        self.bugs: list[str] = []
        """Mistakes of the fake itself; leaving it raises them."""
        self.lock = threading.RLock()
        self.certificate = folder / "api.crt"

    def answer(self, call: Call) -> Reply:
        """The reply."""
        raise NotImplementedError

    def refusal(self, status: int, message: str) -> Reply:
        """An error as the vendor writes it."""
        raise NotImplementedError

    def body(self, path: str, raw: bytes) -> Any:
        """The body of a request; a fake that takes uploads overrides it.

        Raises:
            ValueError: it is no JSON.
        """
        return json.loads(raw) if raw else None

    @property
    def address(self) -> str:
        """``https://127.0.0.1:port``."""
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> JsonServer:
        key = self.folder / "api.key"
        order = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        order += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(self.certificate)]
        subprocess.run(order, check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, key)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.tls = tls
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if kind is None:
            assert not self.bugs, self.bugs[0]

    def serve(self, call: Call) -> tuple[str, Reply]:
        """The fault of a call, and its reply."""
        with self.lock:
            self.calls.append(call)
            fault = self.faults.of(len(self.calls), call)
            if fault == "throttle":
                return "", self.refusal(429, "Too Many Requests")
            if fault == "unavailable":
                return "", self.refusal(503, "Service Unavailable")
            if fault == "refuse":
                return fault, Reply(503)
            try:
                return fault, self.answer(call)
            except Exception:
                self.bugs.append(f"{call.line}\n{traceback.format_exc()}")
                return "", self.refusal(500, "Internal Server Error")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    tls: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """The handshake in the thread of its connection, so that one that hangs holds up nobody."""
        try:
            request.settimeout(10)
            secured = self.tls.wrap_socket(request, server_side=True)
        except OSError:
            return
        super().finish_request(secured, client_address)
        try:
            secured.unwrap()
        except OSError:
            secured.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed ends its connection."""


def _handler(fake: JsonServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            parts = urlsplit(self.path)
            pieces = [unquote(each) for each in parts.path.strip("/").split("/")]
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                body = fake.body(parts.path, raw)
            except ValueError:
                return self._send(fake.refusal(400, "the body is no JSON"), "")
            call = Call(self.command, pieces, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body, parts.path)
            fault, reply = fake.serve(call)
            return self._send(reply, fault)

        def _send(self, reply: Reply, fault: str) -> None:
            self.close_connection = True
            if fault in ("refuse", "lost"):
                return
            if fault == "hang":
                time.sleep(HANG)
            data = reply.data if isinstance(reply.data, bytes) else json.dumps(reply.data).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: {"broken": len(data) // 2, "bodiless": 0}.get(fault, len(data))])

        def do_GET(self) -> None:
            self._any()

        def do_POST(self) -> None:
            self._any()

        def do_PATCH(self) -> None:
            self._any()

        def do_PUT(self) -> None:
            self._any()

        def do_DELETE(self) -> None:
            self._any()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler
