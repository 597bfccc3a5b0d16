"""Stands in for the Pulumi Cloud in tests of publishing: only the calls that `pulumi policy publish` and `validate-config` make.

No such server can be had; the client is the real CLI, and what it uploads is kept as it came.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ORGANIZATION = "acme"


class FakePulumiCloud:
    """One organization. ``published`` is the metadata of the last pack, ``archive`` its .tgz, ``calls`` every request."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.published: dict[str, Any] = {}
        self.archive = b""
        self.completed = False
        self.calls: list[str] = []

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and document of one call."""
        self.calls.append(f"{method} {path}")
        packs = f"/api/orgs/{ORGANIZATION}/policypacks"
        match method, path:
            case "GET", "/api/user":
                member = {"githubLogin": ORGANIZATION, "name": ORGANIZATION}
                return 200, {**member, "organizations": [member], "identities": []}
            case "GET", "/api/user/organizations/default":
                return 200, {"gitHubLogin": ORGANIZATION}
            case "GET", "/api/capabilities":
                return 200, {"capabilities": []}
            case "POST", found if found == packs:
                self.published = json.loads(body)
                return 200, {"version": 1, "uploadURI": f"{self.address}/upload", "requiredHeaders": {}}
            case "PUT", "/upload":
                self.archive = body
                return 200, {}
            case "POST", found if found == f"{packs}/recoverable/versions/{self.published.get('versionTag')}/complete":
                self.completed = True
                return 200, {}
            case "GET", found if found == f"{packs}/recoverable/versions/{self.published.get('versionTag')}/schema":
                return 200, {"configSchema": {item["name"]: item["configSchema"] for item in self.published["policies"]}}
        return 404, {"code": 404, "message": f"the fake has no {method} {path}"}


@contextmanager
def fake_pulumi_cloud() -> Iterator[FakePulumiCloud]:
    """Serve on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            body = (
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if "chunked" not in self.headers.get("Transfer-Encoding", "")
                else self.chunks()
            )
            status, document = cloud.answer(self.command, self.path.partition("?")[0], body)
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def chunks(self) -> bytes:
            found = b""
            while size := int(self.rfile.readline().strip() or b"0", 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found

        do_GET = do_POST = do_PUT = do_PATCH = respond  # noqa: N815 - http.server asks for these names

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    cloud = FakePulumiCloud(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
