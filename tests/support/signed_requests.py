"""Requests to moto's server that no AWS client has looked at."""

from __future__ import annotations

import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.support.provider import REGION


def send(endpoint: str, service: str, method: str, path: str, body: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """A signed request that no client has validated."""
    request = AWSRequest(method=method, url=f"{endpoint}{path}", data=body.encode(), headers=headers)
    SigV4Auth(Credentials("sandbox", "sandbox"), service, REGION).add_auth(request)
    return fetch(endpoint + path, method, body.encode() or None, dict(request.headers))


def fetch(url: str, method: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
    sent = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(sent) as answer:
            return answer.status, {key.lower(): value for key, value in answer.headers.items()}, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, {key.lower(): value for key, value in error.headers.items()}, error.read().decode()
