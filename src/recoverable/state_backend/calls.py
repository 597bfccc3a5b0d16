"""Asks AWS for the state backend: every error becomes one that says what is missing, and none holds what was sent."""

from __future__ import annotations

import threading
from typing import Any

from recoverable.model.errors import InputError
from recoverable.state_backend.settings import S3Backend

BUSY = frozenset({
    "InternalError", "InternalFailure", "InternalServerError", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
    "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException", "500", "502", "503",
})  # fmt: skip
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AllAccessDisabled", "UnauthorizedOperation", "403", "Forbidden"})
LOGIN = frozenset({
    "ExpiredToken", "ExpiredTokenException", "InvalidAccessKeyId", "InvalidClientTokenId", "MissingAuthenticationToken", "RequestExpired",
    "SignatureDoesNotMatch", "UnrecognizedClientException",
})  # fmt: skip
CONNECT_SECONDS, READ_SECONDS = 10, 60
TRIES = 4
"""Of calls that may be made twice. One that takes a lock is made once: a second try would be refused by the first."""


class CallError(Exception):
    """AWS refused. ``code`` is the API's own, ``call`` names the operation."""

    def __init__(self, call: str, code: str) -> None:
        super().__init__(f"{call} is refused with {code}")
        self.call = call
        self.code = code

    @property
    def denied(self) -> bool:
        """Whether the identity may not, or the bucket's policy denies it."""
        return self.code in DENIED


class UnreachableError(Exception):
    """Nobody answered, or AWS is busy after all tries. The call may have had its effect."""


class Aws:
    """Clients of one backend. Safe to be used by several threads."""

    def __init__(self, region: str, endpoint: str = "", profile: str = "") -> None:
        self.region = region
        self.endpoint = endpoint
        self.profile = profile
        self._session: Any = None
        self._clients: dict[tuple[str, bool], Any] = {}
        self._lock = threading.Lock()

    @classmethod
    def of(cls, backend: S3Backend) -> Aws:
        """In the backend's own region, at its own endpoint."""
        return cls(backend.region, backend.endpoint)

    def call(self, service: str, method: str, *, once: bool = False, **words: Any) -> dict[str, Any]:
        """Call a client's method, such as ``("s3", "put_object")``; ``once``: it is not tried again.

        Raises:
            CallError: AWS refuses.
            UnreachableError: nobody answered.
            InputError: there are no credentials, or they are no good.
        """
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError, PartialCredentialsError
        from botocore.exceptions import ConnectionError as NoConnectionError
        from botocore.parsers import ResponseParserError

        name = f"{service}:{''.join(part.title() for part in method.split('_'))}"
        try:
            found: dict[str, Any] = getattr(self._client(service, once=once), method)(**words)
        except ClientError as error:
            raise _refusal(name, error.response) from None
        except (NoCredentialsError, PartialCredentialsError):
            raise InputError("there are no AWS credentials", "", "Set a profile, a role, or AWS_ACCESS_KEY_ID.") from None
        except (HTTPClientError, NoConnectionError, ResponseParserError) as error:
            raise UnreachableError(f"{name} was not answered ({type(error).__name__})") from None
        except (BotoCoreError, ValueError) as error:
            raise InputError(
                f"AWS cannot be asked ({type(error).__name__})", "", "Check credentials, profile, region and endpoint."
            ) from None
        return found

    def body(self, **words: Any) -> bytes:
        """What ``GetObject`` returns; raises what :meth:`call` raises."""
        return self.object(**words)[0]

    def object(self, **words: Any) -> tuple[bytes, dict[str, Any]]:
        """The same with its headers; both are of one version."""
        from botocore.exceptions import BotoCoreError

        found = self.call("s3", "get_object", **words)
        try:
            data: bytes = found["Body"].read()
        except BotoCoreError as error:
            raise UnreachableError(f"s3:GetObject was cut off ({type(error).__name__})") from None
        return data, found

    def _client(self, service: str, *, once: bool) -> Any:
        with self._lock:
            if (service, once) not in self._clients:
                self._clients[service, once] = self._made(service, 1 if once else TRIES)
            return self._clients[service, once]

    def _made(self, service: str, tries: int) -> Any:
        try:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError
        except ImportError:
            raise InputError("boto3 is not installed", "", "pip install 'recoverable[state]'.") from None
        more: dict[str, Any] = {"s3": {"addressing_style": "path"}, "inject_host_prefix": False} if self.endpoint else {}
        retries = {"total_max_attempts": tries, "mode": "standard"}
        config = Config(retries=retries, max_pool_connections=20, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, **more)
        try:
            if self._session is None:  # it reads the services' models once for all clients
                self._session = boto3.session.Session(profile_name=self.profile or None, region_name=self.region or None)
            return self._session.client(service, endpoint_url=self.endpoint or None, config=config)
        except (BotoCoreError, ValueError) as error:
            what = f"AWS cannot be asked ({type(error).__name__})"
            raise InputError(what, "", "Check credentials, profile, region and endpoint.") from None


def _refusal(name: str, response: dict[str, Any]) -> Exception:
    """What AWS itself says is not passed on: only its code."""
    code = str(response.get("Error", {}).get("Code", "")) or "no code"
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in LOGIN:
        return InputError(f"AWS does not take the credentials ({code})", "", "Log in again, or check the profile.")
    if code in BUSY or status >= 500:
        return UnreachableError(f"{name} is answered with {code} after all tries")
    return CallError(name, code)
