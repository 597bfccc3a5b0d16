"""Calls of the fake Cloud Storage as curl would send them."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tests.fakes.fake_gcs import PROJECT, TOKEN, FakeGcs

BEARER = {"Authorization": f"Bearer {TOKEN}"}
API = "/storage/v1/b"


def ask(
    fake: FakeGcs,
    method: str,
    path: str,
    query: Mapping[str, str] | None = None,
    body: Any = None,
    headers: Mapping[str, str] = BEARER,
    kind: str = "application/json",
) -> tuple[int, Any]:
    """Status, and the JSON or the bytes of an answer. Bytes are sent as they are."""
    host, port = fake.address.removeprefix("https://").split(":")
    tls = ssl.create_default_context(cafile=str(fake.certificate))
    connection = http.client.HTTPSConnection(host, int(port), timeout=10, context=tls)
    try:
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {**headers, **({"Content-Type": kind} if raw is not None else {})}
        connection.request(method, path + (f"?{urlencode(query)}" if query else ""), raw, sent)
        answer = connection.getresponse()
        data = answer.read()
        is_json = (answer.getheader("Content-Type") or "").startswith("application/json") and data
        return answer.status, json.loads(data) if is_json else data
    finally:
        connection.close()


def make(fake: FakeGcs, body: Mapping[str, Any]) -> tuple[int, Any]:
    """A bucket by the API."""
    return ask(fake, "POST", API, {"project": PROJECT}, body)


def reason(answer: Any) -> str:
    """The reason of an error's body."""
    return str(answer["error"]["errors"][0]["reason"])
