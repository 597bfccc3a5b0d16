"""A receiver of Standard Webhooks on loopback: verifies id, time and signature as the specification tells receivers to, apart from our code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

TOLERANCE = 300  # seconds: what the specification's own libraries take


class WebhookReceiver:
    """Serves while it is entered. ``taken`` are the bodies whose signature was right, ``refused`` counts the others.

    ``answers`` are the statuses of the next requests, instead of 200; such a request is not taken. ``pings`` counts GET.
    ``logins`` are the headers that PUT came with; what is put is not kept.
    """

    def __init__(self, secret: str, context: ssl.SSLContext | None = None) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refused = 0
        self.pings = 0
        self.answers: list[int] = []
        self.paths: list[str] = []
        self.ids: list[str] = []
        self.logins: list[str] = []
        key = base64.b64decode(secret.removeprefix("whsec_"))
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.paths.append(self.path)
                status = outer.answers.pop(0) if outer.answers else 200
                outer.pings += status == 200
                self.end(status)

            def do_PUT(self) -> None:
                outer.paths.append(self.path)
                outer.logins.append(self.headers["Authorization"])
                self.rfile.read(int(self.headers["Content-Length"]))
                self.end(outer.answers.pop(0) if outer.answers else 200)

            def do_POST(self) -> None:
                outer.paths.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if outer.answers else 200
                if status == 200 and not self.verified(body):
                    outer.refused += 1
                    status = 401
                if status == 200:
                    outer.ids.append(self.headers["webhook-id"])
                    outer.taken.append(json.loads(body))
                self.end(status)

            def end(self, status: int) -> None:
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def verified(self, body: bytes) -> bool:
                identity, moment = self.headers["webhook-id"], self.headers["webhook-timestamp"]
                wanted = base64.b64encode(hmac.digest(key, f"{identity}.{moment}.".encode() + body, hashlib.sha256)).decode()
                right = any(hmac.compare_digest(each, f"v1,{wanted}") for each in self.headers["webhook-signature"].split())
                return right and abs(time.time() - int(moment)) <= TOLERANCE

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port: int = self._server.server_address[1]
        self.address = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> WebhookReceiver:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
