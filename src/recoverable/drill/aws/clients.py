"""Asks one AWS service in one region, with patience on the drill's own clock and every error turned into one of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from recoverable.drill.aws.faults import BUSY, refusal
from recoverable.drill.contract import TransientError
from recoverable.model.errors import InputError

Json = dict[str, Any]
TRIES = 6
FIRST_PAUSE = 1.0
"""Seconds, doubled each time: 31 in all, then the caller is told that nobody answers."""
CONNECT_SECONDS, READ_SECONDS = 10, 60
PAGE = 100


class RefusedError(Exception):
    """AWS refused with a code that the caller knows what to do about.

    ``lost``: an earlier try of this very call had no answer, so that it may have had its effect.
    """

    def __init__(self, code: str, *, lost: bool) -> None:
        super().__init__(code)
        self.code = code
        self.lost = lost


class Service:
    """A service of AWS in one region. ``pause`` waits so many seconds, and raises where the time is over."""

    def __init__(self, name: str, region: str, pause: Callable[[float], None]) -> None:
        self.name = name
        self.region = region
        self.pause = pause

    def call(self, operation: str, passes: tuple[str, ...] = (), **words: Any) -> Json:
        """Call an operation by its name in the API, such as ``DescribeDBInstances``.

        The SDK does not try again by itself: a call that had its effect without an answer must be known as such.

        Raises:
            RefusedError: with one of the codes in ``passes``.
            RestoreFailedError: with any other code that trying again does not help.
            TransientError: nobody answered, or AWS is busy.
            InputError: there are no credentials, or the call is no call.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        lost = False
        why = "no answer"
        for attempt in range(TRIES):
            try:
                found: Json = getattr(client(self.name, self.region), _method(operation))(**words)
            except ClientError as error:
                said = error.response.get("Error", {})
                why = str(said.get("Code", ""))
                if why in passes:
                    raise RefusedError(why, lost=lost) from None
                if why not in BUSY and not _broken(error.response):
                    raise refusal(self.name, operation, why, str(said.get("Message", ""))) from None
                lost = lost or _broken(error.response)
            except BotoCoreError as error:
                why = type(error).__name__
                lost = _may_have_had_its_effect(error) or lost
            else:
                return found
            if attempt + 1 < TRIES:
                self.pause(FIRST_PAUSE * 2**attempt)
        raise TransientError(f"{self.name} in {self.region} does not answer {operation} after {TRIES} tries ({why})")

    def pages(self, operation: str, key: str, passes: tuple[str, ...] = (), **words: Any) -> Iterator[Json]:
        """All entries of a list that comes in pages; raises what :meth:`call` raises."""
        marker: Json = {}
        while True:
            page = self.call(operation, passes, **words, MaxRecords=PAGE, **marker)
            if key not in page:
                raise TransientError(f"{operation} was answered without {key}")
            yield from page[key]
            if not page.get("Marker"):
                return
            marker = {"Marker": page["Marker"]}


@lru_cache(maxsize=16)
def client(service: str, region: str) -> Any:
    """A client whose only tries are ours.

    Raises:
        InputError: boto3 is not installed, or does not know the region.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise InputError("boto3 is not installed", "", "pip install 'recoverable[drill]'.") from None
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    try:
        return boto3.client(service, region_name=region, config=config)
    except (BotoCoreError, ValueError) as error:
        raise InputError(f"AWS cannot be asked ({type(error).__name__})", "", "Check credentials, profile and region.") from None


def default_region() -> str:
    """The region of the environment or profile; empty where none is set."""
    import boto3

    return boto3.session.Session().region_name or ""


def _broken(response: Json) -> bool:
    """Whether the service itself broke: a call may have had its effect all the same."""
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) >= 500


def _may_have_had_its_effect(error: Exception) -> bool:
    """What the SDK could not do, told apart: mistakes and missing logins are raised, the rest is tried again."""
    from botocore.exceptions import (
        ConnectTimeoutError,
        EndpointConnectionError,
        HTTPClientError,
        NoCredentialsError,
        ParamValidationError,
        ProxyConnectionError,
    )
    from botocore.parsers import ResponseParserError

    if isinstance(error, (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)):
        return False
    if isinstance(error, (HTTPClientError, ResponseParserError)):
        return True
    if isinstance(error, NoCredentialsError):
        raise InputError("there are no AWS credentials", "", "Set a profile, a role, or AWS_ACCESS_KEY_ID.") from None
    fix = "Check [drill.stores.NAME.source]." if isinstance(error, ParamValidationError) else "Check the credentials, profile and region."
    raise InputError(f"AWS cannot be asked ({type(error).__name__})", "", fix) from None


@lru_cache(maxsize=64)
def _method(operation: str) -> str:
    from botocore import xform_name

    name: str = xform_name(operation)
    return name
