"""The HTTP side: a server on a free port of loopback that answers as RDS, and hangs up where the schedule says so."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.fakes.rds.cloud import RdsCloud
from tests.fakes.rds.query_protocol import ApiError


class _Server(ThreadingHTTPServer):
    """Between requests what is due happens by itself: a password is changed though nobody asks."""

    cloud: RdsCloud

    def service_actions(self) -> None:
        """Called by the serving loop."""
        with self.cloud.lock:
            self.cloud.tick()


class RdsProxy:
    """Serves while it is entered; gives its address."""

    def __init__(self, cloud: RdsCloud) -> None:
        self.server = _Server(("127.0.0.1", 0), _handler(cloud))
        self.server.cloud = cloud
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def _handler(cloud: RdsCloud) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """HTTP/1.0: each answer ends its connection, so that a forked client shares none with its parent."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status, answer = cloud.handle(body, {key.lower(): value for key, value in self.headers.items()})
            except ApiError:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    return Handler
