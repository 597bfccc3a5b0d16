"""A small client of GitHub's REST API: what a comment on a pull request needs, with the standard library alone.

The token goes into one header of requests to one host. It is in no address, no argument list, no log and no error text.
"""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recoverable.model.errors import InputError

# https://docs.github.com/en/rest/about-the-rest-api/api-versions
API_VERSION = "2022-11-28"
TIMEOUT_SECONDS = 20.0
ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60.0
SERVER_TROUBLE = frozenset({500, 502, 503, 504})
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_MOST_PAGES = 100


class ApiError(Exception):
    """GitHub did not do what was asked. ``status`` is 0 where no answer came.

    ``may_be_done`` is true where the request may have been carried out all the same.
    """

    def __init__(self, status: int, said: str, *, may_be_done: bool = False) -> None:
        super().__init__(f"{status} {said}" if status else said)
        self.status = status
        self.may_be_done = may_be_done


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: its status, its headers with names in lower case, and the JSON in it (None where there is none)."""

    status: int
    headers: Mapping[str, str]
    data: Any


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The library would carry the token to wherever a redirect points."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


class GitHub:
    """The API at one address, with one token."""

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT_SECONDS, sleep: Callable[[float], None] = time.sleep) -> None:
        """Takes the address of the API (``GITHUB_API_URL``) and a token.

        Raises:
            InputError: an address that is no https address, or a token that no header can hold.
        """
        split = urllib.parse.urlsplit(url)
        if split.scheme != "https" and not (split.scheme == "http" and split.hostname in _LOOPBACK):
            raise InputError(
                "the address of GitHub's API does not begin with https://", "GITHUB_API_URL", "The token is not sent in clear."
            )
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise InputError("there is no token, or it holds what no header can hold", "token", "Leave it out to take the job's own.")
        self._url = url.rstrip("/")
        self._origin = (split.scheme, split.netloc)
        self._token = token
        self._timeout = timeout
        self._sleep = sleep
        self._opener = urllib.request.build_opener(_NoRedirect)

    def request(self, method: str, path: str, body: object = None, *, repeatable: bool | None = None) -> Answer:
        """One request; repeated with growing waits after a limit, and after server trouble where that does no harm.

        ``path`` is a path below the API's address, or a whole address of the same host. ``repeatable`` says that asking twice
        is as good as once; by default everything but POST.

        Raises:
            ApiError: refused, no answer, or still in trouble after the last attempt.
        """
        again = method != "POST" if repeatable is None else repeatable
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(method, path, body)
            except _TryLaterError as trouble:
                if attempt == ATTEMPTS or trouble.wait > LONGEST_WAIT_SECONDS or (trouble.error.may_be_done and not again):
                    raise trouble.error from None
                pause = trouble.wait if trouble.told else min(2.0 ** (attempt - 1) + random.random(), LONGEST_WAIT_SECONDS)  # noqa: S311 - spreads retries, guards nothing
                self._sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def pause(self, seconds: float) -> None:
        """Wait before looking again."""
        self._sleep(seconds)

    def pages(self, path: str) -> Iterator[Any]:
        """The items of a list, page after page, as the ``Link`` header names them.

        Raises:
            ApiError: a page cannot be had, is no list, or lies on another host.
        """
        for _ in range(_MOST_PAGES):
            answer = self.request("GET", path)
            if not isinstance(answer.data, list):
                raise ApiError(answer.status, "the answer is no list")
            yield from answer.data
            following = _next_page(answer.headers.get("link", ""))
            if not following:
                return
            path = following
        raise ApiError(0, f"the list has more than {_MOST_PAGES} pages")

    def _once(self, method: str, path: str, body: object) -> Answer:
        address = path if "://" in path else self._url + path
        if urllib.parse.urlsplit(address)[:2] != self._origin:
            raise ApiError(0, "the list goes on at another host; the token is not sent there")
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data=sent, method=method)  # noqa: S310 - https or loopback, looked at above
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("X-GitHub-Api-Version", API_VERSION)
        request.add_header("User-Agent", "recoverable")
        if sent is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with self._opener.open(request, timeout=self._timeout) as got:
                headers = {name.lower(): value for name, value in got.headers.items()}
                return Answer(got.status, headers, _parsed(got.read()))
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise _TryLaterError(ApiError(0, f"no answer: {type(reason).__name__}", may_be_done=True), 0.0, told=False) from None


class _TryLaterError(Exception):
    """Not now. ``wait`` is how many seconds the server asked for, where it ``told``."""

    def __init__(self, error: ApiError, wait: float, *, told: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.told = told


def _refusal(error: urllib.error.HTTPError) -> Exception:
    """What an answer above 299 means: try later, or no."""
    headers = {name.lower(): value for name, value in error.headers.items()}
    try:
        data = _parsed(error.read())
    except (OSError, http.client.HTTPException):
        data = None
    message = data.get("message") if isinstance(data, dict) else None
    said = "".join(char for char in str(message or error.reason) if char.isprintable())[:200]
    limited = error.code == 429 or (
        error.code == 403 and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0" or "rate limit" in said.lower())
    )
    if limited or error.code in SERVER_TROUBLE:
        wait = _wait(headers)
        return _TryLaterError(ApiError(error.code, said, may_be_done=not limited), wait or 0.0, told=wait is not None)
    return ApiError(error.code, said)


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, as the server asks; None where it does not say."""
    after = headers.get("retry-after", "")
    if after.isdecimal():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, float(reset) - time.time())
    return None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        return None


def _next_page(link: str) -> str:
    """The address with rel="next" of a ``Link`` header, or nothing."""
    for part in link.split(","):
        address, _, rest = part.strip().partition(";")
        if 'rel="next"' in rest and address.startswith("<") and address.endswith(">"):
            return address[1:-1]
    return ""
