"""One call as it goes over the wire: read by AWS's own service model, answered by it.

The protocols (query, JSON, REST) are moto's parsers and serializers over botocore's service models. moto is imported when the first
call comes: the stand-in provider discovers this folder too, and needs none of it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode

from recoverable.sandbox.provider.handler import Values

SIGNED = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
SERVICES = {"monitoring": "cloudwatch"}  # services that sign under another name than their model's
MARK = ("x-recoverable-stand-in", "fake")
SHELVES = "recoverable_gaps"
Environ = dict[str, Any]
Start = Callable[..., Any]


class ApiError(Exception):
    """One of the API's own errors: ``code`` as the service model has it, and a message."""

    def __init__(self, code: str, message: str) -> None:
        """What went wrong."""
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


@dataclass(frozen=True)
class Answer:
    """A response, ours or moto's."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def well(self) -> bool:
        """Whether the call succeeded."""
        return self.status.startswith("2")

    def give(self, start_response: Start) -> Iterable[bytes]:
        """The response as WSGI wants it."""
        start_response(self.status, self.headers)
        return [self.body]


@dataclass
class Call:
    """One request for an operation, with what it says (``given``), validated by the service model."""

    app: Any
    environ: Environ
    body: bytes
    service: str
    region: str
    account: str
    operation: Any
    given: Values

    @property
    def backend(self) -> Any:
        """Moto's own state of this service, account and region."""
        return self.backend_in(self.region)

    def backend_in(self, region: str, service: str = "") -> Any:
        """Moto's own state in another region, or of another service."""
        from moto.backends import get_backend

        return get_backend(service or self.service)[self.account][region]  # type: ignore[call-overload] # any service's name

    def shelf(self, name: str, region: str = "") -> Values:
        """A store of ours inside moto's state: moto's reset empties it with the rest."""
        shelves: dict[str, Values] = vars(self.backend_in(region or self.region)).setdefault(SHELVES, {})
        return shelves.setdefault(name, {})

    def arn(self, rest: str) -> str:
        """``arn:aws:SERVICE:REGION:ACCOUNT:REST``."""
        return f"arn:aws:{self.service}:{self.region}:{self.account}:{rest}"

    def forward(self, drop: Iterable[str] = ()) -> Answer:
        """What moto answers; ``drop`` takes parameters out of a query request before."""
        body = self.body
        if drop:
            pairs = parse_qsl(body.decode(), keep_blank_values=True)
            body = urlencode([(key, value) for key, value in pairs if key.split(".")[0] not in set(drop)]).encode()
        return forwarded(self.app, self.environ, body)

    def refuse(self, code: str, message: str) -> NoReturn:
        """End the call with one of the API's own errors."""
        raise ApiError(code, message)


def forwarded(app: Any, environ: Environ, body: bytes) -> Answer:
    """Send a request on to moto and take its whole answer."""
    status: list[Any] = []

    def take(line: str, headers: list[tuple[str, str]], *_: Any) -> None:
        status[:] = [line, headers]

    result = app(again(environ, body), take)
    try:
        text = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close:
            close()
    return Answer(status[0], list(status[1]), text)


def again(environ: Environ, body: bytes) -> Environ:
    """A request that can be read once more."""
    return {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def signed_for(environ: Environ) -> tuple[str, str, str] | None:
    """Access key, region and service of a signed request; None for what is not signed."""
    found = SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
    return (found[1], found[2], SERVICES.get(found[3], found[3])) if found else None


def body_of(environ: Environ) -> bytes:
    """The whole body of a request."""
    length = environ.get("CONTENT_LENGTH") or 0
    if environ.get("wsgi.input_terminated"):
        return bytes(environ["wsgi.input"].read())
    return bytes(environ["wsgi.input"].read(int(length)))


def operation_of(service: str, environ: Environ, body: bytes) -> tuple[Any, Values, Any] | None:
    """Operation model, path parameters and request of a call; None where the service model has no such call."""
    from moto.core.request import Request
    from moto.core.routing import get_service_router
    from werkzeug.exceptions import MethodNotAllowed, NotFound

    request = Request(again(environ, body))
    try:
        operation, path = get_service_router(service).match(request)
    except (NotFound, MethodNotAllowed, NotImplementedError, LookupError):
        return None
    return operation, path, request


def account_of(key: str, environ: Environ) -> str:
    """The account of an access key, as moto tells accounts apart."""
    from moto.iam.models import get_account_id_from

    return str(environ.get("HTTP_X_MOTO_ACCOUNT_ID") or get_account_id_from(key))


def parsed(operation: Any, path: Values, request: Any, body: bytes) -> Values:
    """The parameters of a call under their names in the service model."""
    from moto.core.parse import PROTOCOL_PARSERS

    found = PROTOCOL_PARSERS[protocol_of(operation, request)](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": path,
        }
    )
    return {name: value for name, value in found.items() if value is not None}


def protocol_of(operation: Any, request: Any) -> str:
    """The protocol that a request speaks: some services speak several."""
    from moto.core.request import determine_request_protocol

    return determine_request_protocol(operation.service_model, request.content_type)


def serialized(operation: Any, protocol: str, result: Any, status: int = 0) -> Answer:
    """A result, or an exception of the API, as the protocol writes it."""
    from moto.core.errors import COMMON_ERROR_CODES
    from moto.core.serialize import get_serializer_class
    from werkzeug.http import HTTP_STATUS_CODES

    code = getattr(result, "code", None)
    if code and code not in COMMON_ERROR_CODES:
        COMMON_ERROR_CODES.append(code)  # moto warns of errors that no service model lists; what all services have (throttling), none lists
    made = get_serializer_class(operation.service_model.service_name, protocol)(operation).serialize(result)
    number, body = status or int(made["status_code"]), made["body"]
    headers = {**made["headers"], **dict([MARK])}
    text = body if isinstance(body, bytes) else body.encode()
    headers["Content-Length"] = str(len(text))
    line = f"{number} {HTTP_STATUS_CODES.get(number, '')}".strip()
    return Answer(line, [(name, str(value)) for name, value in headers.items()], text)
