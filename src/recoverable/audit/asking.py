"""Asks AWS one call or one list of pages in one region, and turns what cannot be read into a named gap.

Only calls of the table in ``calls.py`` leave this process: a hook in botocore refuses any other before it is sent.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from recoverable.audit.calls import CALLS, Json
from recoverable.audit.kept.answers_file import Kept, Slot
from recoverable.model.values import Unknown

DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException", "Forbidden", "403"}
)  # fmt: skip
NO_LOGIN = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "ExpiredToken", "ExpiredTokenException", "SignatureDoesNotMatch",
     "InvalidAccessKeyId", "OptInRequired"}
)  # fmt: skip
THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled", "TooManyRequestsException",
     "RequestLimitExceeded", "SlowDown", "BandwidthLimitExceeded", "LimitExceededException", "ProvisionedThroughputExceededException",
     "PriorRequestNotComplete", "EC2ThrottledException", "TransactionInProgressException"}
)  # fmt: skip
EVERYWHERE = frozenset(
    {"backup", "cloudtrail", "cloudwatch", "dynamodb", "ec2", "events", "kms", "organizations", "rds", "s3", "s3control", "secretsmanager", "sts"}
)  # fmt: skip
"""Services that every region has, whatever the SDK knows: one that cannot be reached there was not asked."""
NO_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
WORDS = {"denied": "denied", "throttled": "throttled to the end", "unreachable": "not answered", "failed": "refused"}


class ForbiddenCallError(Exception):
    """A call that is not in the table of read calls: a bug, stopped before it was sent."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the audit could not read. ``why`` is a key of ``WORDS``, ``code`` the error's code, ``about`` the one thing asked about."""

    account: str
    region: str
    service: str
    operation: str
    why: str
    code: str
    about: str = ""

    @property
    def action(self) -> str:
        """What IAM has to allow, or the call where it asks for no permission."""
        actions = CALLS[self.service, self.operation].actions
        return actions[0] if actions else f"{self.service}:{self.operation}"

    @property
    def unknown(self) -> Unknown:
        """The gap as a value that is not known."""
        return Unknown(self.action, f"{WORDS[self.why]}: {self.code} in {self.region}")


@dataclass(slots=True)
class Listed:
    """The entries of a list, and the gap where not all of them could be read."""

    items: list[Any] = field(default_factory=list)
    gap: Unknown | None = None

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


class Region:
    """One region of one account. ``connect`` makes the client of a service; ``gaps`` collects what could not be read.

    ``kept`` are answers that the same login got when the audit was stopped: those that the table lets be kept are not asked for again.
    """

    def __init__(self, account: str, name: str, partition: str, connect: Any, kept: Kept | None = None) -> None:
        self.account, self.name, self.partition, self._kept = account, name, partition, kept
        self.gaps: list[Gap] = []
        self._connect = connect
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def arn(self, service: str, rest: str) -> str:
        """``arn:aws:SERVICE:REGION:ACCOUNT:REST``."""
        return f"arn:{self.partition}:{service}:{self.name}:{self.account}:{rest}"

    def one(self, service: str, operation: str, about: str = "", **words: Any) -> Json | Unknown | None:
        """The answer to one call; None where nothing is set, Unknown where it could not be read."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        slot = self._slot(service, operation, words)
        if slot is not None and (told := slot.find()) is not None:
            return told.value  # type: ignore[no-any-return]  # what was kept below
        try:
            found: Json | None = getattr(self._client(service), _method(operation))(**words)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code not in CALLS[service, operation].nothing:
                return self._gap(*_called(service, operation, error), *_why(code, error.response), about)
            found = None
        except (BotoCoreError, ResponseParserError) as error:
            return None if self._not_offered(service, error) else self._gap(service, operation, *_broken(error), about)
        if slot is not None:
            slot.keep(found and {name: value for name, value in found.items() if name != "ResponseMetadata"})
        return found

    def pages(self, service: str, operation: str, key: str, about: str = "", **words: Any) -> Listed:
        """All entries under ``key`` of a list that comes in pages; what came before an error is kept, with the gap."""
        listed = Listed()
        listed.gap = self.each(service, operation, key, listed.items.append, about, **words)
        return listed

    def each(self, service: str, operation: str, key: str, take: Callable[[Any], object], about: str = "", **words: Any) -> Unknown | None:
        """Hand every entry of a list to ``take``, one page in memory at a time; the gap where the list could not be read to its end."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        slot = self._slot(service, operation, words, key)
        if slot is not None and (told := slot.find()) is not None:
            for entry in told.value:
                take(entry)
            return None
        whole: list[Any] = []
        try:
            for page in self._client(service).get_paginator(_method(operation)).paginate(**words):
                entries = page.get(key) or ()
                whole.extend(entries if slot is not None else ())
                for entry in entries:
                    take(entry)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code not in CALLS[service, operation].nothing:
                return self._gap(*_called(service, operation, error), *_why(code, error.response), about)
        except (BotoCoreError, ResponseParserError) as error:
            return None if self._not_offered(service, error) else self._gap(service, operation, *_broken(error), about)
        if slot is not None:
            slot.keep(whole)
        return None

    def _slot(self, service: str, operation: str, words: Json, key: str = "") -> Slot | None:
        """Where the answer to a call is kept; None where it is asked anew each time. Another address is another cloud."""
        if self._kept is None or not CALLS[service, operation].kept:
            return None
        return self._kept.slot(self._client(service).meta.endpoint_url, self.name, service, operation, key, words)

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._connect(service, self.name)
            return self._clients[service]

    def _not_offered(self, service: str, error: Exception) -> bool:
        """Whether AWS has no such service in the region: its name leads nowhere, and the SDK knows others where it is, and not this one."""
        from botocore.exceptions import EndpointConnectionError

        if service in EVERYWHERE or not isinstance(error, EndpointConnectionError) or not _leads_nowhere(error.kwargs.get("error")):
            return False
        places = _places_of(service, self.partition)
        # A region that the SDK knows nothing of is mistyped, or newer than it: then nothing is known of what it offers.
        return bool(places) and self.name not in places and self.name in _places_of("ec2", self.partition)

    def _gap(self, service: str, operation: str, why: str, code: str, about: str) -> Unknown:
        gap = Gap(self.account, self.name, service, operation, why, code, about)
        self.gaps.append(gap)
        return gap.unknown


def _leads_nowhere(error: BaseException | None) -> bool:
    """Whether there is no host of that name; that nobody could be asked for it now is something else."""
    while error is not None and not isinstance(error, socket.gaierror):
        error = error.__cause__ or error.__context__
    return error is not None and error.errno in NO_HOST


@lru_cache(maxsize=64)
def _places_of(service: str, partition: str) -> frozenset[str]:
    """The regions that the SDK knows a service in; none where it does not say."""
    import botocore.session

    return frozenset(botocore.session.Session().get_available_regions(service, partition))


def guard(session: Any) -> None:
    """Let no call out of a botocore session that is not in the table."""
    session.register("before-parameter-build", _refuse)


def _refuse(model: Any, **_: Any) -> None:
    service, operation = model.service_model.service_name, model.name
    if (service, operation) not in CALLS:
        raise ForbiddenCallError(f"{service}:{operation} is not a call of the audit")


def _called(service: str, operation: str, error: Any) -> tuple[str, str]:
    """The call that failed: taking the role may fail when a login is first needed."""
    return ("sts", "AssumeRole") if error.operation_name == "AssumeRole" else (service, operation)


def _why(code: str, response: Json) -> tuple[str, str]:
    """What an error means for the audit."""
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in THROTTLED:
        return "throttled", code
    if code in DENIED or code in NO_LOGIN or status == 403:
        return "denied", code
    return ("unreachable" if status >= 500 else "failed"), code


def _broken(error: Exception) -> tuple[str, str]:
    """What an error of the SDK means: its text could hold a secret, its type says enough."""
    from botocore.exceptions import NoCredentialsError, PartialCredentialsError

    denied = isinstance(error, (NoCredentialsError, PartialCredentialsError))
    return ("denied" if denied else "unreachable"), type(error).__name__


def _method(operation: str) -> str:
    from botocore import xform_name

    name: str = xform_name(operation)
    return name
