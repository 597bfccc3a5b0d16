"""Asks Cloud KMS to encrypt and decrypt, with the checksums that Google documents; no error holds what was sent.

https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys and
https://cloud.google.com/kms/docs/data-integrity-guidelines.
"""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Callable
from typing import TypeVar

from recoverable.drill.clocks import SystemClock
from recoverable.drill.cloudsql.tokens import DefaultToken
from recoverable.drill.contract import TransientError
from recoverable.drill.rest.client import Json, RefusedError, RestClient, bearer, part
from recoverable.drill.secret.crc32c import crc32c
from recoverable.drill.secret.google_api import KEYS, KEYS_OVERRIDE
from recoverable.model.errors import InputError
from recoverable.state_backend.calls import READ_SECONDS, CallError, UnreachableError

SCOPE = "https://www.googleapis.com/auth/cloudkms"
ENCRYPT, DECRYPT, GET = "cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeys.get"
"""Calls are named by the permission that they need."""
TRIES = 3
"""Of an answer whose checksum does not fit; Google asks for "a limited number of retries"."""
DENIED = "403"

T = TypeVar("T")


class CloudKms:
    """With application default credentials.

    Every method raises :class:`CallError` where Cloud KMS refuses (``code`` is Google's status or reason, and 403 where the permission is
    missing), :class:`UnreachableError` where nobody answered wholly, and :class:`InputError` where there are no credentials, or no good ones.
    """

    def __init__(self) -> None:
        token, lock = DefaultToken(SCOPE), threading.Lock()

        def one_at_a_time() -> str:
            with lock:
                return token()

        base = (os.environ.get(KEYS_OVERRIDE) or KEYS).rstrip("/").removesuffix("/v1")
        login = lambda: bearer(one_at_a_time(), "Google's token")  # noqa: E731 - one line
        self._rest = RestClient(f"{base}/v1", login, SystemClock(), "Cloud KMS", _words, READ_SECONDS)

    def encrypt(self, key: str, plain: bytes) -> tuple[str, bytes]:
        """The version of the key that was used (its number), and what came of it."""

        def asked() -> tuple[str, bytes] | None:
            found = self._call("POST", f"{key}:encrypt", ENCRYPT, _sent("plaintext", plain))
            sealed = _received("ciphertext", found)
            resource, _, version = str(found.get("name") or "").partition("/cryptoKeyVersions/")
            # The project may be told by its id or its number.
            same = bool(version) and resource.split("/")[2:] == key.split("/")[2:]
            return (version, sealed) if sealed and same and found.get("verifiedPlaintextCrc32c") is True else None

        return _whole(ENCRYPT, asked)

    def decrypt(self, key: str, sealed: bytes) -> bytes:
        """What was encrypted."""

        def asked() -> bytes | None:
            return _received("plaintext", self._call("POST", f"{key}:decrypt", DECRYPT, _sent("ciphertext", sealed)))

        return _whole(DECRYPT, asked)

    def key(self, key: str) -> Json:
        """What is known of a key: its purpose, and its primary version with its state."""
        return self._call("GET", key, GET, None)

    def _call(self, method: str, name: str, permission: str, body: Json | None) -> Json:
        """``name`` may end in a colon and a verb."""
        resource, _, verb = name.partition(":")
        path = "/" + "/".join(part(each) for each in resource.split("/")) + (f":{verb}" if verb else "")
        try:
            return self._rest.call(method, path, body=body, twice=True)
        except TransientError as error:
            raise UnreachableError(f"{permission}: {error}") from None
        except RefusedError as error:
            if error.status == 401:
                fix = "Log in with gcloud auth application-default login."
                raise InputError("Google Cloud does not take the credentials", "", fix) from None
            raise CallError(permission, DENIED if error.code == "PERMISSION_DENIED" else error.code or str(error.status)) from None


def _sent(name: str, data: bytes) -> Json:
    return {name: base64.b64encode(data).decode(), f"{name}Crc32c": str(crc32c(data))}


def _received(name: str, found: Json) -> bytes | None:
    """None where it was changed on its way, or there is none."""
    try:
        data = base64.b64decode(str(found[name]), validate=True)
        fits = int(found[f"{name}Crc32c"]) == crc32c(data)
    except (KeyError, ValueError, TypeError):
        return None
    return data if fits else None


def _whole(permission: str, asked: Callable[[], T | None]) -> T:
    for _ in range(TRIES):
        found = asked()
        if found is not None:
            return found
    raise UnreachableError(f"{permission}: Cloud KMS gave {TRIES} answers whose checksums do not fit what was sent")


def _words(_: int, body: Json) -> tuple[str, str]:
    """Reason, where Google gives one, else its status; of what it says nothing is kept."""
    error = body.get("error")
    if not isinstance(error, dict):
        return "", ""
    reasons = [each["reason"] for each in error.get("details") or () if isinstance(each, dict) and each.get("reason") == "SERVICE_DISABLED"]
    return str(reasons[0] if reasons else error.get("status") or ""), ""
