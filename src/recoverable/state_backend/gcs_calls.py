"""Asks Cloud Storage for the state backend: every error becomes one that says what is missing, and none holds what was sent."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping

from recoverable.drill.clocks import SystemClock
from recoverable.drill.cloudsql.tokens import DefaultToken
from recoverable.drill.contract import TransientError
from recoverable.drill.gcs.api import SCOPE, GcsApi
from recoverable.drill.rest.client import Json, RefusedError
from recoverable.model.errors import InputError
from recoverable.state_backend.calls import READ_SECONDS, CallError, UnreachableError

BUSY = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})
PLAIN = frozenset({"", "forbidden", "required", "conditionNotMet", "notFound"})
"""Reasons that say no more than the status does; any other is more telling than it (https://cloud.google.com/storage/docs/json_api/v1/status-codes)."""


class Gcs:
    """One bucket, with application default credentials. Safe to be used by several threads.

    Calls are named by the permission that they need. Every method raises :class:`CallError` where Cloud Storage refuses,
    :class:`UnreachableError` where nobody answered, and :class:`InputError` where there are no credentials, or they are no good.
    """

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket
        token, lock = DefaultToken(SCOPE), threading.Lock()

        def one_at_a_time() -> str:
            with lock:  # credentials that are renewed by two threads at once are no business of google-auth's
                return token()

        self._api = GcsApi(one_at_a_time, SystemClock(), timeout=READ_SECONDS)

    def about(self) -> Json:
        """How the bucket is set up."""
        with _told("storage.buckets.get"):
            return self._api.bucket(self.bucket)

    def bindings(self) -> list[Json]:
        """Who may do what with it."""
        with _told("storage.buckets.getIamPolicy"):
            return self._api.policy(self.bucket)

    def insert(self, name: str, body: bytes, metadata: Mapping[str, str], *, only_if_absent: bool = False, key: str = "") -> str:
        """Put an object; its generation."""
        with _told("storage.objects.create"):
            found = self._api.insert(self.bucket, name, body, metadata, only_if_absent=only_if_absent, key=key)
            return str(found["generation"])

    def body(self, name: str, generation: str = "") -> bytes:
        """What an object holds, or a generation of it."""
        pieces: list[bytes] = []

        def take() -> Callable[[bytes], object]:
            pieces.clear()  # a try that broke off begins anew
            return pieces.append

        with _told("storage.objects.get"):
            self._api.content(self.bucket, name, take, generation)
        return b"".join(pieces)

    def held(self, name: str, generation: str = "") -> Json:
        """What is known of an object, or of a generation of it."""
        with _told("storage.objects.get"):
            return self._api.generation(self.bucket, name, generation)

    def listed(self, prefix: str, *, every: bool = False) -> list[Json]:
        """Objects whose names begin so; ``every``: noncurrent generations, too."""
        with _told("storage.objects.list"):
            pages = self._api.pages(self.bucket, prefix, **({"versions": "true"} if every else {}))
            return [each for page in pages for each in page]

    def delete_live(self, name: str, matching: str = "") -> None:
        """Delete as clients do; ``matching``: only if it is this generation. One that is not there is deleted."""
        with _told("storage.objects.delete"):
            _unless_missing(lambda: self._api.delete_live(self.bucket, name, matching))

    def remove(self, name: str, generation: str) -> None:
        """Delete a generation for good. One that is not there is deleted."""
        with _told("storage.objects.delete"):
            _unless_missing(lambda: self._api.delete(self.bucket, name, generation))


def _unless_missing(delete: Callable[[], None]) -> None:
    """A deletion whose answer was lost finds nothing when it is asked for again."""
    try:
        delete()
    except RefusedError as error:
        if error.status != 404:
            raise


@contextlib.contextmanager
def _told(call: str) -> Iterator[None]:
    """What Cloud Storage itself says is not passed on: only its reason, or the status."""
    try:
        yield
    except TransientError as error:
        raise UnreachableError(f"{call}: {error}") from None
    except RefusedError as error:
        raise _refusal(call, error) from None


def _refusal(call: str, error: RefusedError) -> Exception:
    if error.status == 401:
        return InputError("Google Cloud does not take the credentials", "", "Log in with gcloud auth application-default login.")
    if error.code in BUSY:
        return UnreachableError(f"{call} is answered with {error.code}")
    return CallError(call, str(error.status) if error.code in PLAIN else error.code)
