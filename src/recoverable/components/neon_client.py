"""Neon's API over HTTPS, with the standard library alone. The key is sent as a header and stands in no text of ours.

https://api-docs.neon.tech/reference: requests answer with the operations that they started; while one runs others are refused with
423; 700 requests a minute are answered, more with 429 (https://neon.com/docs/reference/api/key-concepts.md).
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

API = "https://console.neon.tech/api/v2"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
WAIT_SECONDS = 30.0
ATTEMPTS = 12
POLLS = 120
NOT_TAKEN = (423, 429)
"""Refused before anything was done: any request may be sent again."""
PASSING = (500, 502, 503, 504)
"""Only what changes nothing is sent again."""
DONE, RUNNING = ("finished", "skipped", "cancelled"), ("scheduling", "running", "cancelling", "failed")
"""https://neon.com/docs/reference/api/operations.md: a failed operation is tried again by Neon."""


class NeonError(RuntimeError):
    """Neon refused or could not be reached. ``status`` is HTTP's, 0 where there was no answer; the key is in no text."""

    def __init__(self, status: int, what: str, message: str) -> None:
        super().__init__(f"Neon: {what}: {f'HTTP {status}: ' if status else ''}{message}")
        self.status = status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to another host."""

    def redirect_request(self, *_: Any) -> None:
        return None


def checked_url(url: str) -> str:
    """An address of the API: HTTPS, or this machine. Raises ValueError."""
    parts = urllib.parse.urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("an address without user, query and fragment")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ValueError("an https:// address, or http:// on this machine")
    return url.rstrip("/")


class NeonClient:
    """Calls the API and waits for what it starts."""

    def __init__(self, key: str, url: str = API, sleep: Callable[[float], None] = time.sleep) -> None:
        """``sleep`` waits for seconds; tests give another. Raises ValueError for an address that the key must not go to."""
        self._key, self._url, self._sleep = key, checked_url(url), sleep
        self._opener = urllib.request.build_opener(_NoRedirect)

    def __repr__(self) -> str:
        return f"NeonClient({self._url})"

    def get(self, path: str) -> dict[str, Any]:
        """What is at a path. Raises NeonError."""
        return self._call("GET", path, None)

    def change(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send a change and wait until its operations are done. Raises NeonError."""
        answer = self._call(method, path, body)
        for operation in answer.get("operations") or ():
            self._wait(operation)
        return answer

    def _wait(self, operation: Mapping[str, Any]) -> None:
        status, action = operation.get("status"), operation.get("action")
        path = f"/projects/{operation.get('project_id')}/operations/{operation.get('id')}"
        for attempt in range(POLLS):
            if status in DONE:
                return
            if status not in RUNNING:
                raise NeonError(0, str(action), f"the operation is {status}, which is no state that is known")
            self._sleep(min(0.5 * 2**attempt, 5.0))
            try:
                status = self.get(path)["operation"]["status"]
            except NeonError as error:
                if error.status == 404:  # a deleted project takes its operations along
                    return
                raise
        raise NeonError(0, str(action), f"the operation is still {status} after ten minutes")

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        what = f"{method} {path}"
        for attempt in range(ATTEMPTS):
            try:
                return self._once(method, path, body)
            except urllib.error.HTTPError as error:
                status, wait = error.code, error.headers.get("Retry-After")
                message = self._message(error)
                again = status in NOT_TAKEN or (status in PASSING and method == "GET")
            except (urllib.error.URLError, OSError, ValueError) as error:
                # without an answer nobody knows whether a change was made
                status, wait, again = 0, None, method == "GET"
                message = self._clean(f"no answer ({getattr(error, 'reason', error)})")
            if not again or attempt == ATTEMPTS - 1:
                raise NeonError(status, what, message)
            self._sleep(float(wait) if wait and wait.isdigit() else min(0.5 * 2**attempt, WAIT_SECONDS))
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  the scheme is checked in the constructor
            self._url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Bearer {self._key}",
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": "recoverable",
            },
        )
        with self._opener.open(request, timeout=WAIT_SECONDS) as answer:
            found = json.loads(answer.read() or b"{}")
        if not isinstance(found, dict):
            raise ValueError("the answer is no JSON object")
        return found

    def _message(self, error: urllib.error.HTTPError) -> str:
        """What Neon says of a refusal: ``message``, and ``code`` where it has one."""
        try:
            told = json.loads(error.read())
            text = f"{told['message']}" + (f" ({told['code']})" if told.get("code") else "")
        except (ValueError, KeyError, TypeError, OSError):
            text = str(error.reason)
        return self._clean(text)

    def _clean(self, text: str) -> str:
        return text.replace(self._key, "[secret]") if self._key else text
