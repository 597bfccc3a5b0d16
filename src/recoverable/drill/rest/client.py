"""JSON, and content as it is, over HTTPS for the cloud APIs that drills ask: verified TLS, time limits, bounded retries, and no secret in any error."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from recoverable.drill.contract import Clock, TransientError
from recoverable.drill.rest.bodies import object_of, seconds_of
from recoverable.model.errors import InputError

TIMEOUT = 30.0
"""Seconds for each read and write of a call."""
TRIES = 5
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
LARGEST = 64 * 1024 * 1024
"""Bytes of an answer; a listing of 10,000 branches has about 8 MB."""
BUSY = frozenset({408, 429, 500, 502, 503, 504})
NO_EFFECT = frozenset({429})
"""Refused before anything was done, so that even a call that makes something can be repeated."""
PIECE = 1 << 20
AS_STORED: Mapping[str, str] = {"Accept-Encoding": "gzip"}
"""Content that is kept compressed comes as it is kept, so that its checksum fits; without it Cloud Storage would unpack it on the way."""
NOTHING: Mapping[str, str] = {}
_TOKEN = re.compile(r"[\x21-\x7e]+\Z")

Json = dict[str, Any]


class RefusedError(Exception):
    """The API understood the call and refuses it. ``code`` and ``message`` are its own words, shortened."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.status} {self.code} {self.message}".replace("  ", " ").strip()


class LostAnswerError(TransientError):
    """A call that makes something got no answer: whether it had its effect is not known. Look before it is repeated."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, data, and how long the API asks to wait."""

    status: int
    data: Json
    retry_after: float | None


class RestClient:
    """Calls below one address. ``login`` gives the headers that prove who asks, anew for each call; ``words`` reads an error's body."""

    def __init__(
        self,
        base: str,
        login: Callable[[], Mapping[str, str]],
        clock: Clock,
        name: str,
        words: Callable[[int, Json], tuple[str, str]],
        timeout: float = TIMEOUT,
    ) -> None:
        parts = urlsplit(base)
        if parts.scheme != "https" or not parts.hostname or parts.username:
            raise InputError(
                f"the address of {name} is no https:// address", "environment", f"Write https://host/path, not {parts.scheme}."
            )
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path.rstrip("/")
        self._login, self._clock, self._name, self._words, self._timeout = login, clock, name, words, timeout
        self._tls = ssl.create_default_context()

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | bytes | None = None,
        kind: str = "",
        twice: bool = False,
        check: Callable[[], None] = lambda: None,
        wait_for: Callable[[RefusedError], bool] = lambda refused: False,
        patience: float = 0.0,
    ) -> Json:
        """The data of a successful answer.

        What only reads or is idempotent (all but POST) is repeated after any trouble; a POST only where it had no effect for
        certain, or may have it ``twice``. Bytes are sent as they are, as ``kind`` of content. ``wait_for`` says which refusals mean "not now"; these are repeated for ``patience`` seconds. ``check`` is called before
        every try.

        Raises:
            RefusedError: the API says no.
            LostAnswerError: a POST whose effect is not known.
            TransientError: nobody answered, or not wholly, after all tries.
        """
        until = self._clock.monotonic() + patience
        trouble = "nobody answered"
        attempt = 0
        while attempt < TRIES:
            check()
            try:
                answer = self._once(method, path, query or {}, body, {"Content-Type": kind} if kind else NOTHING)
            except _NeverSentError as error:
                trouble = str(error)
            except (OSError, http.client.HTTPException, ValueError) as error:
                trouble = f"no whole answer ({type(error).__name__})"
                if method == "POST" and not twice:
                    raise LostAnswerError(f"{self._name}: {trouble} to {method}") from None
            else:
                if answer.status < 300:
                    return answer.data
                trouble = f"it answers {answer.status}"
                if answer.status not in BUSY:
                    refused = self._refused(answer)
                    if not wait_for(refused) or self._clock.monotonic() >= until:
                        raise refused
                    self._clock.sleep(min(answer.retry_after or 5.0, LONGEST_PAUSE))
                    continue
                if method == "POST" and not twice and answer.status not in NO_EFFECT:
                    raise LostAnswerError(f"{self._name} answers {answer.status} to {method}")
                if answer.retry_after is not None:
                    self._clock.sleep(min(answer.retry_after, LONGEST_PAUSE))
            attempt += 1
            if attempt < TRIES:
                self._clock.sleep(FIRST_PAUSE * 2.0 ** (attempt - 1))
        raise TransientError(f"{self._name}: {trouble} after {TRIES} tries")

    def _refused(self, answer: Answer) -> RefusedError:
        code, message = self._words(answer.status, answer.data)
        return RefusedError(answer.status, code[:80], message[:400])

    def content(
        self, path: str, query: Mapping[str, str], take: Callable[[], Callable[[bytes], object]], check: Callable[[], None] = lambda: None
    ) -> int:
        """Read what is no JSON to its end, piece by piece, and say how many bytes it had. ``take`` is called for each try and gives who takes
        the pieces: one that broke off begins anew.

        Raises:
            RefusedError: the API says no.
            TransientError: nobody answered, or not wholly, after all tries.
        """
        trouble = "nobody answered"
        for attempt in range(TRIES):
            check()
            try:
                with self._asked("GET", path, query, None, AS_STORED) as response:
                    if response.status < 300:
                        return _whole(response, take())
                    answer = _answer(response)
            except _NeverSentError as error:
                trouble = str(error)
            except (OSError, http.client.HTTPException, ValueError) as error:
                trouble = f"no whole answer ({type(error).__name__})"
            else:
                trouble = f"it answers {answer.status}"
                if answer.status not in BUSY:
                    raise self._refused(answer)
            if attempt + 1 < TRIES:
                self._clock.sleep(FIRST_PAUSE * 2.0**attempt)
        raise TransientError(f"{self._name}: {trouble} after {TRIES} tries")

    def _once(self, method: str, path: str, query: Mapping[str, str], body: Json | bytes | None, more: Mapping[str, str]) -> Answer:
        with self._asked(method, path, query, body, more) as response:
            return _answer(response, empty=method != "GET")

    @contextlib.contextmanager
    def _asked(
        self, method: str, path: str, query: Mapping[str, str], body: Json | bytes | None, more: Mapping[str, str] = NOTHING
    ) -> Iterator[http.client.HTTPResponse]:
        headers = {"Accept": "application/json", "User-Agent": "recoverable-drill", **more, **self._login()}
        data = body if isinstance(body, bytes) else None
        if body is not None:
            headers.setdefault("Content-Type", "application/octet-stream" if data is not None else "application/json")
            data = data if data is not None else json.dumps(body).encode()
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)
        try:
            try:
                connection.connect()
            except ssl.SSLCertVerificationError:
                raise _NeverSentError("its certificate is not trusted here") from None
            except OSError as error:
                raise _NeverSentError(f"it cannot be reached ({type(error).__name__})") from None
            connection.request(method, f"{self._path}{path}" + (f"?{urlencode(query)}" if query else ""), data, headers)
            yield connection.getresponse()
        finally:
            connection.close()


def _answer(response: http.client.HTTPResponse, *, empty: bool = True) -> Answer:
    """The whole answer. An ``empty`` one says that something was done; to a question it would pass for a list of nothing.

    Raises:
        ValueError, HTTPException: it broke off, is too long, or is no object.
    """
    raw = response.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise ValueError("too long")
    if len(raw) < int(response.getheader("Content-Length") or 0):  # read(n) does not say so itself
        raise ValueError("broke off")
    data = {} if empty and not raw.strip() else object_of(raw, response.status)
    return Answer(response.status, data, seconds_of(response.getheader("Retry-After")))


def _whole(response: http.client.HTTPResponse, take: Callable[[bytes], object]) -> int:
    """Raises: ValueError: it broke off, or does not say how long it is."""
    wanted, size = response.getheader("Content-Length"), 0
    while piece := response.read(PIECE):
        take(piece)
        size += len(piece)
    if wanted is None and not response.chunked:
        raise ValueError("no length")
    if wanted is not None and size != int(wanted):
        raise ValueError("broke off")
    return size


class _NeverSentError(Exception):
    """No connection: the call had no effect."""


def bearer(token: str, where: str) -> dict[str, str]:
    """The header of a token.

    Raises:
        InputError: it holds what a header cannot; the library's own exception would repeat it.
    """
    if not _TOKEN.match(token):
        raise InputError("the token holds characters that no token has", where, "Copy it again, without spaces or line ends.")
    return {"Authorization": f"Bearer {token}"}


def part(text: str) -> str:
    """A text as one part of a path."""
    return quote(text, safe="")
