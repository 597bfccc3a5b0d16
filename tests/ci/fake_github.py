"""A stand-in for GitHub's API on this machine: it keeps comments, asserts what every request must carry, and fails when told.

No real part can be had: GitHub's server is not free software. It speaks HTTP as GitHub's documentation has it
(https://docs.github.com/en/rest/issues/comments): pages with a Link header, 201 for a new comment, 204 for a deleted one.
"""

from __future__ import annotations

import json
import re
import threading
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "ghs_0123456789abcdefTOKEN"
BOT = "github-actions[bot]"
MOST = 65_536


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Trouble:
    """An answer instead of the right one, for the next ``times`` requests that fit; with ``does``, after doing what was asked."""

    method: str
    path: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "trouble"
    times: int = 1
    does: bool = False


class FakeGitHub:
    """The server: ``comments`` by id, the requests it got, and what is wrong with them."""

    def __init__(self, per_page: int = 100) -> None:
        self.comments: dict[int, dict[str, Any]] = {}
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.troubles: list[Trouble] = []
        self.viewer = BOT
        self.per_page = per_page
        self.next_link: str | None = None
        self._next = 1
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                """Say nothing: tests read what was asked."""

            def _serve(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(size)
                status, headers, data = fake.answer(self.command, self.path, dict(self.headers.items()), raw)
                body = b"" if data is None else json.dumps(data).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        for method in ("GET", "POST", "PATCH", "DELETE", "PUT"):
            setattr(Handler, f"do_{method}", Handler._serve)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()

    def add(self, body: str, login: str | None = BOT) -> int:
        """Somebody writes a comment; None is a user who has left."""
        identity, self._next = self._next, self._next + 1
        self.comments[identity] = {
            "id": identity,
            "body": body,
            "user": login and {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"},
        }
        return identity

    def bodies(self, login: str = BOT) -> list[str]:
        """What one user has written, the oldest first."""
        return [one["body"] for one in self.comments.values() if one["user"] and one["user"]["login"] == login]

    def asked(self, method: str) -> list[str]:
        """The paths of the requests with this method."""
        return [one.path for one in self.requests if one.method == method]

    def answer(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> tuple[int, dict[str, str], Any]:
        """Look at a request, keep it, and answer it."""
        self._look_at(method, path, headers, raw)
        body = json.loads(raw) if raw else None
        self.requests.append(Request(method, path, headers, body))
        for trouble in self.troubles:
            if trouble.times > 0 and trouble.method == method and re.search(trouble.path, path):
                trouble.times -= 1
                if trouble.does:
                    self._right(method, path, body)
                return trouble.status, trouble.headers, {"message": trouble.message}
        return self._right(method, path, body)

    def _look_at(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> None:
        wanted = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {TOKEN}",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "recoverable",
        }
        given = {name.lower(): value for name, value in headers.items()}
        for name, value in wanted.items():
            if given.get(name.lower()) != value:
                self.complaints.append(f"{method} {path}: {name} is {given.get(name.lower())!r}")
        if raw and given.get("content-type") != "application/json":
            self.complaints.append(f"{method} {path}: a body that is not said to be JSON")
        if TOKEN in path or TOKEN.encode() in raw:
            self.complaints.append(f"{method} {path}: the token is where it must not be")

    def _right(self, method: str, path: str, body: Any) -> tuple[int, dict[str, str], Any]:
        split = urllib.parse.urlsplit(path)
        query = urllib.parse.parse_qs(split.query)
        if (method, split.path) == ("POST", "/graphql") and body == {"query": "{viewer{login}}"}:
            return 200, {}, {"data": {"viewer": {"login": self.viewer}}}
        if split.path == "/repos/acme/shop/issues/7/comments":
            if method == "GET":
                return self._page(split.path, int(query.get("page", ["1"])[0]), int(query.get("per_page", ["30"])[0]))
            if method == "POST" and set(body) == {"body"}:
                return self._take(body["body"]) or (201, {}, self.comments[self.add(body["body"], self.viewer)])
        single = re.fullmatch(r"/repos/acme/shop/issues/comments/(\d+)", split.path)
        if single and int(single[1]) in self.comments:
            identity = int(single[1])
            if method == "DELETE":
                del self.comments[identity]
                return 204, {}, None
            if method == "PATCH" and set(body) == {"body"}:
                refused = self._take(body["body"])
                if not refused:
                    self.comments[identity]["body"] = body["body"]
                return refused or (200, {}, self.comments[identity])
        return 404, {}, {"message": "Not Found"}

    def _take(self, body: str) -> tuple[int, dict[str, str], Any] | None:
        if len(body) > MOST:
            return 422, {}, {"message": "Body is too long (maximum is 65536 characters)"}
        return None

    def _page(self, path: str, page: int, asked: int) -> tuple[int, dict[str, str], Any]:
        size = min(asked, self.per_page)
        items = list(self.comments.values())
        shown = items[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(items):
            address = self.next_link or f"{self.url}{path}?per_page={size}&page={page + 1}"
            headers["Link"] = f'<{self.url}{path}?page=1>; rel="first", <{address}>; rel="next"'
        return 200, headers, shown
