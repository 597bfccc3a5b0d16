"""Reads JSON over HTTPS, and does nothing else: verified TLS, a limit to tries and time, pauses with jitter, no secret in any error."""

from __future__ import annotations

import contextlib
import http.client
import random
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from recoverable.audit.web.calls import Table
from recoverable.drill.contract import TransientError
from recoverable.drill.rest.bodies import object_of, seconds_of
from recoverable.model.errors import InputError

Json = dict[str, Any]
TIMEOUT = 60.0
"""Seconds for each read of an answer."""
TRIES = 8
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 32.0
DEADLINE = 180.0
"""Seconds for one call with all its tries: Google counts most of its quotas by the minute."""
LARGEST = 64 * 1024 * 1024
"""Bytes of an answer."""
BUSY = frozenset({408, 429, 500, 502, 503, 504})
THROTTLED = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})
"""Reasons by which Google throttles with other statuses than 429, too."""
DENIED = frozenset({401, 403})


class NoAnswerError(Exception):
    """No answer to a call. ``why`` is denied, throttled, unreachable or failed; ``code`` the error's code, never its text.

    ``off`` names the project in which the API is not enabled, where that is why.
    """

    def __init__(self, why: str, code: str, off: str = "") -> None:
        super().__init__(why, code)
        self.why, self.code, self.off = why, code, off


@dataclass(frozen=True, slots=True)
class Said:
    """An error in its vendor's words: a short code, and the project in which the API is not enabled."""

    code: str
    off: str = ""


class ReadingClient:
    """GETs below one address. ``login`` gives the headers that prove who asks, anew for each try; ``words`` reads an error's body."""

    def __init__(
        self,
        service: str,
        base: str,
        table: Table,
        login: Callable[[], Mapping[str, str]],
        words: Callable[[int, Json], Said],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise InputError(f"the address of {service} is no https:// address", "environment", "Write https://host/path.")
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path.rstrip("/")
        self._service, self._table, self._login, self._words, self._sleep = service, table, login, words, sleep
        self._tls = ssl.create_default_context()
        self._own = threading.local()

    def get(self, path: str, query: Mapping[str, str]) -> Json:
        """The answer's object.

        Raises:
            NoAnswerError: there is none.
            InputError: there is no login.
        """
        until = time.monotonic() + DEADLINE
        trouble = NoAnswerError("unreachable", "NoAnswer")
        for attempt in range(TRIES):
            asked = None
            try:
                status, data, asked = self._once("GET", path, query)
            except TransientError:
                trouble = NoAnswerError("unreachable", "NoToken")
            except ssl.SSLCertVerificationError:
                raise NoAnswerError("unreachable", "CertificateNotTrusted") from None
            except (OSError, http.client.HTTPException, ValueError) as error:
                trouble = NoAnswerError("unreachable", type(error).__name__)
            else:
                if status < 300:
                    return data
                trouble = self._refused(status, data)
                if trouble.why not in ("throttled", "unreachable"):
                    raise trouble
            pause = random.uniform(0.5, 1.0) * min(FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE)  # noqa: S311 - no secret, a pause
            pause = max(pause, min(asked or 0.0, LONGEST_PAUSE))
            if attempt + 1 == TRIES or time.monotonic() + pause > until:
                break
            self._sleep(pause)
        raise trouble

    def _refused(self, status: int, data: Json) -> NoAnswerError:
        said = self._words(status, data)
        code = said.code[:80] or str(status)
        if status == 429 or code in THROTTLED:
            return NoAnswerError("throttled", code)
        if status in BUSY:
            return NoAnswerError("unreachable", code)
        return NoAnswerError("denied" if status in DENIED else "failed", code, said.off)

    def _once(self, method: str, path: str, query: Mapping[str, str]) -> tuple[int, Json, float | None]:
        """Send one request, over the connection of this thread where it is still open."""
        self._table.guard(self._service, method, path)
        headers = {"Accept": "application/json", "User-Agent": "recoverable-audit", **self._login()}
        target = f"{self._path}{path}" + (f"?{urlencode(query)}" if query else "")
        while True:
            kept = getattr(self._own, "connection", None)
            connection = kept or http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=self._tls)
            self._own.connection = None
            try:
                connection.request(method, target, None, headers)
                response = connection.getresponse()
                raw = response.read(LARGEST + 1)
            except ssl.SSLCertVerificationError:
                raise
            except (OSError, http.client.HTTPException):
                with contextlib.suppress(OSError):
                    connection.close()
                if kept is not None:  # it was closed meanwhile: a new one is no further try
                    continue
                raise
            if len(raw) > LARGEST or len(raw) < int(response.getheader("Content-Length") or 0):
                connection.close()
                raise ValueError("not whole, or too long")
            if response.will_close:
                connection.close()
            else:
                self._own.connection = connection
            return response.status, object_of(raw, response.status), seconds_of(response.getheader("Retry-After"))
