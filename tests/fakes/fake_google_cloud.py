"""Google Cloud as ``drill status --publish gcp`` meets it: the metadata server's tokens, and Cloud Monitoring's time series.

There is no emulator of either. Wire formats: https://cloud.google.com/compute/docs/metadata/overview and
https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/create.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

TOKEN = "ya29.marked-google-token"
PROJECT = "acme-prod"
FLAVOR = {"Metadata-Flavor": "Google", "Content-Type": "application/json"}
ACCOUNT = {
    "aliases": ["default"],
    "email": "drills@acme-prod.iam.gserviceaccount.com",
    "scopes": ["https://www.googleapis.com/auth/cloud-platform"],
}


@dataclass
class FakeGoogleCloud:
    """Serves on a free port while it is entered. ``answers`` are statuses for the next calls of Monitoring, then 200."""

    answers: list[int] = field(default_factory=list)
    written: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def __enter__(self) -> FakeGoogleCloud:
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """The metadata server."""
                cloud.calls.append(self.path)
                path = self.path.partition("?")[0].rstrip("/")
                answers: dict[str, Any] = {
                    "": "computeMetadata/",
                    "/computeMetadata/v1/project/project-id": PROJECT,
                    "/computeMetadata/v1/instance/service-accounts/default": ACCOUNT,
                    "/computeMetadata/v1/instance/service-accounts/default/token": {
                        "access_token": TOKEN,
                        "expires_in": 3599,
                        "token_type": "Bearer",
                    },
                    f"/computeMetadata/v1/instance/service-accounts/{ACCOUNT['email']}/token": {
                        "access_token": TOKEN,
                        "expires_in": 3599,
                        "token_type": "Bearer",
                    },
                }
                found = answers.get(path)
                self._answer(404 if found is None else 200, found if isinstance(found, str) else json.dumps(found))

            def do_POST(self) -> None:
                """Cloud Monitoring."""
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                cloud.calls.append(self.path)
                status = cloud.answers.pop(0) if cloud.answers else cloud.judge(self.path, self.headers.get("Authorization", ""), body)
                if status == 200:
                    cloud.written += body["timeSeries"]
                self._answer(status, "{}")

            def _answer(self, status: int, text: str) -> None:
                data = text.encode()
                self.send_response(status)
                for name, value in FLAVOR.items():
                    self.send_header(name, "text/plain" if name == "Content-Type" and not text.startswith("{") else value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server.server_port}"

    def judge(self, path: str, authorization: str, body: dict[str, Any]) -> int:
        """What the API would say of a request."""
        if authorization != f"Bearer {TOKEN}":
            return 401
        if path != f"/v3/projects/{PROJECT}/timeSeries":
            return 404
        for each in body["timeSeries"]:
            (point,) = each["points"]
            if each["valueType"] != "INT64" or not point["value"]["int64Value"].isdecimal() or "endTime" not in point["interval"]:
                return 400
        return 200
