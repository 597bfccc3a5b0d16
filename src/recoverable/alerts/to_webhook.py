"""Messages to a webhook, signed as Standard Webhooks 1.0 says: id, time and body are under one HMAC-SHA256.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recoverable import __version__
from recoverable.alerts.secret_source import SecretSource, trouble_with
from recoverable.alerts.sending import TIMEOUT, Delivery, RefusedError, SendError, UnreachableError

PREFIX = "whsec_"
LEAST_KEY = 24  # bytes, as the specification asks
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that takes a POST, and the key that both sides know."""

    name: str
    url: SecretSource
    secret: SecretSource
    ca_file: str = ""

    @property
    def key(self) -> str:
        """Its name in the settings."""
        return self.name

    def secrets(self) -> Iterator[str]:
        """The key, and the address, which may be as good as one."""
        for source in (self.url, self.secret):
            try:
                yield source.read().reveal()
            except RefusedError:
                continue  # said when it is to be used

    def send(self, delivery: Delivery) -> None:
        """POST it; any answer but 2xx is a failure, a redirect too."""
        moment = str(int(time.time()))
        body = delivery.body.encode()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": moment,
            "webhook-signature": signature(key_bytes(self.secret.read().reveal()), delivery.id, moment, body),
        }
        call("POST", self.url.read().reveal(), body, headers, self.ca_file)


def key_bytes(secret: str) -> bytes:
    """The bytes of a key as Standard Webhooks writes it.

    Raises:
        RefusedError: it is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if not secret.startswith(PREFIX) or len(key) < LEAST_KEY:
        raise RefusedError(f"the key is not {PREFIX} and {LEAST_KEY} or more bytes in base64: {PREFIX}$(openssl rand -base64 32)")
    return key


def signature(key: bytes, identity: str, moment: str, body: bytes) -> str:
    """The value of the header: the version, and the HMAC of ``id.timestamp.body``."""
    signed = hmac.new(key, f"{identity}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def call(method: str, address: str, body: bytes | None, headers: dict[str, str], ca_file: str) -> None:
    """One request to an address that is a secret.

    Raises:
        UnreachableError: nobody answered, or the answer asks for a later try.
        RefusedError: any other answer but 2xx, or the address cannot be used.
    """
    trouble = trouble_with(address)
    if trouble:
        raise RefusedError(f"its address {trouble}")
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError):
        raise RefusedError(f"the certificates in {ca_file} cannot be read") from None
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(  # noqa: S310 - https, or http on this machine: checked above
        address, data=body, method=method, headers={"User-Agent": f"recoverable/{__version__}", **headers}
    )
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            status = int(answer.status)
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _not_reached(error) from None
    if status in _LATER:
        raise UnreachableError(f"it answers {status}")
    if not 200 <= status < 300:
        raise RefusedError(f"it answers {status}")


def _not_reached(error: Exception) -> SendError:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return RefusedError("its certificate cannot be verified")
    return UnreachableError(f"it cannot be reached ({type(reason).__name__ if isinstance(reason, Exception) else type(error).__name__})")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the message, without its body, to where nobody set it up."""

    def redirect_request(self, *_: Any) -> None:
        """None: the answer is told as it is."""
        return
