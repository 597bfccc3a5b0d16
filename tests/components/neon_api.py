"""A server that speaks the part of Neon's API that we use, and refuses what the real one refuses.

Shapes and limits: https://api-docs.neon.tech/reference, https://neon.com/docs/reference/api/key-concepts.md; the refusal of too much
history as https://github.com/kislerdm/terraform-provider-neon/issues/140 shows it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "napi_not-a-real-key"
LIMITS = {"free": 21600, "launch": 604800, "scale": 2592000}


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass
class Neon:
    """What the account holds, and the faults that the next requests meet: (method, status, retry-after)."""

    plan: str = "scale"
    url: str = ""
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    polls: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[str, int, str]] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)
    slow: int = 1
    outcome: str = "finished"

    def answer(self, method: str, path: str, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One request. Raises Refused."""
        self.seen.append((method, path))
        if key != f"Bearer {KEY}":
            raise Refused(401, "authentication failed, invalid Bearer token", "UNAUTHORIZED")
        if method != "GET" and any(left > 0 for left in self.polls.values()):
            raise Refused(423, "project already has running operations, scheduling of new ones is prohibited")
        if (method, path) == ("POST", "/projects"):
            return 201, self._create(body["project"])
        found = re.fullmatch(r"/projects/([^/]+)(?:/(branches|endpoints|operations)(?:/([^/]+))?)?", path)
        if found is None:
            raise Refused(404, "this route does not exist")
        return 200, self._about(method, *found.groups(), body)

    def _about(self, method: str, identity: str, part: str | None, inner: str | None, body: dict[str, Any]) -> dict[str, Any]:
        project = self.projects.get(identity)
        if project is None:
            raise Refused(404, "project not found")
        if part == "operations" and inner:
            return {"operation": self._operation(inner, identity)}
        if part == "branches" and inner:
            project["branch"].update(body["branch"])
            return {"branch": project["branch"], "operations": []}
        if part == "branches":
            return {"branches": [{"id": "br-other", "name": "old", "default": False}, project["branch"]]}
        if part == "endpoints":
            return {"endpoints": [project["endpoint"]]}
        if method == "PATCH":
            self._history(body["project"])
            project["project"].update(body["project"])
            return {"project": project["project"], "operations": [self._begin("apply_storage_config", identity)]}
        if method == "DELETE":
            if project["branch"]["protected"]:
                raise Refused(422, "project has protected branches and cannot be deleted")
            return {"project": self.projects.pop(identity)["project"]}
        return {"project": project["project"]}

    def _create(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self._history(wanted)
        if not wanted["region_id"].startswith(("aws-", "azure-")):
            raise Refused(400, f"region {wanted['region_id']} is not supported")
        identity = f"quiet-sun-{len(self.projects) + 1:08}"
        settings = {name: value for name, value in wanted.items() if name != "branch"}
        branch = {"id": "br-main", "name": wanted["branch"]["name"], "default": True, "protected": False, "project_id": identity}
        host = {"id": "ep-1", "host": f"ep-1.{wanted['region_id'].partition('-')[2]}.aws.neon.tech", "branch_id": "br-main"}
        held = {"project": {"id": identity, **settings}, "branch": branch, "endpoint": {**host, "type": "read_write"}}
        self.projects[identity] = held
        uri = {"connection_uri": f"postgresql://{wanted['branch']['role_name']}:s3cret-not-real@{host['host']}/db"}
        return {
            "project": held["project"],
            "branch": branch,
            "endpoints": [held["endpoint"]],
            "connection_uris": [uri],
            "operations": [self._begin("create_timeline", identity)],
        }

    def _history(self, wanted: dict[str, Any]) -> None:
        asked, most = wanted.get("history_retention_seconds", 0), LIMITS[self.plan]
        if asked > most:
            raise Refused(
                400,
                f'requested history retention seconds exceeds allowed maximum; requested_history_retention_seconds:"{asked}", max:"{most}"',
            )

    def _begin(self, action: str, identity: str) -> dict[str, Any]:
        name = f"op-{len(self.polls)}"
        self.polls[name] = self.slow
        return {"id": name, "project_id": identity, "action": action, "status": "running"}

    def _operation(self, name: str, identity: str) -> dict[str, Any]:
        self.polls[name] -= 1
        return {"id": name, "project_id": identity, "status": self.outcome if self.polls[name] <= 0 else "running"}


@contextmanager
def serving(neon: Neon) -> Iterator[Neon]:
    """The server, with its address in ``url``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            path = self.path.removeprefix("/api/v2")
            fault = next((each for each in neon.faults if each[0] == self.command), None)
            if fault is not None:
                neon.faults.remove(fault)
                neon.seen.append((self.command, path))
                self._send(fault[1], {"message": f"fault with {self.headers.get('Authorization')}", "code": ""}, fault[2])
                return
            try:
                self._send(*neon.answer(self.command, path, self.headers.get("Authorization", ""), body))
            except Refused as refused:
                self._send(refused.status, {"request_id": "1", "code": refused.code, "message": refused.message})

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815  the names that http.server calls

        def _send(self, status: int, body: dict[str, Any], more: str = "") -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            if more:
                self.send_header("Location" if status in (301, 302, 307) else "Retry-After", more)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    neon.url = f"http://127.0.0.1:{server.server_port}/api/v2"
    try:
        yield neon
    finally:
        server.shutdown()
        server.server_close()
