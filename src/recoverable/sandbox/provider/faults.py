"""What the engine is told when a call fails: the API's own code and message, never a stack trace, never a secret."""

from __future__ import annotations

import functools
import os
import re
import traceback
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import grpc
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from recoverable.sandbox.provider.handler import PartlyMadeError, RefusedError
from recoverable.sandbox.provider.wire import pack, plain, stated

F = TypeVar("F", bound=Callable[..., Any])
SECRET = re.compile(r"password|secret(string|binary|value|data)|token|privatekey|credential", re.IGNORECASE)
STATED = re.compile(r"value: .*?, (?=type: |valid )", re.DOTALL)  # botocore repeats the value that it refuses
DEBUG = "RECOVERABLE_SANDBOX_DEBUG"  # set it to see where the stand-in itself went wrong


def answered(method: F) -> F:
    """A call of the protocol that turns every failure into an answer: the engine shows it beside the resource's URN."""

    @functools.wraps(method)
    def call(self: Any, request: Any, context: Any) -> Any:
        try:
            return method(self, request, context)
        except Exception as error:  # noqa: BLE001, RUF100 - whatever it is, the engine must be told in words, not by a broken stream
            if type(error) is Exception:  # what context.abort raises, and it has answered already
                raise
            if os.environ.get(DEBUG):
                traceback.print_exc()
            status, text = told(error.reason if isinstance(error, PartlyMadeError) else error, method.__name__)
            if isinstance(error, PartlyMadeError):
                context.set_trailing_metadata((partly_made(error.identity, request, status, scrubbed(text, request)),))
            context.abort(status, scrubbed(text, request))

    return call  # type: ignore[return-value] # the wrapper has the method's own signature


def partly_made(identity: str, request: Any, status: Any, text: str) -> tuple[str, bytes]:
    """The metadata by which the engine learns that a resource exists though its creation failed."""
    known = stated(plain(request.properties))
    detail = any_pb2.Any()
    detail.Pack(provider_pb2.ErrorResourceInitFailed(id=identity, properties=pack(known), inputs=request.properties, reasons=[text]))
    return "grpc-status-details-bin", status_pb2.Status(code=status.value[0], message=text, details=[detail]).SerializeToString()


def told(error: Exception, call: str) -> tuple[Any, str]:
    """The status and the message of a failure."""
    if isinstance(error, RefusedError):
        return grpc.StatusCode.FAILED_PRECONDITION, str(error)
    answer = getattr(error, "response", None)
    if isinstance(answer, dict) and "Error" in answer:  # botocore's ClientError; gcp has no botocore to import
        code, text = answer["Error"].get("Code", "Unknown"), answer["Error"].get("Message", "")
        return grpc.StatusCode.UNKNOWN, f"{getattr(error, 'operation_name', call)}: {code}: {text}"
    if type(error).__module__.startswith("botocore."):
        return grpc.StatusCode.INVALID_ARGUMENT, STATED.sub("", str(error))
    return grpc.StatusCode.INTERNAL, f"the stand-in itself failed in {call}: {type(error).__name__}: {error}; {DEBUG}=1 shows where"


def scrubbed(text: str, request: Any) -> str:
    """The message without the values of properties that hold secrets."""
    for field in ("properties", "news", "olds", "inputs", "old_inputs", "args"):
        if field in request.DESCRIPTOR.fields_by_name:
            for secret in _secrets(plain(getattr(request, field)), False):
                text = text.replace(secret, "[secret]")
    return text


def _secrets(value: Any, inside: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _secrets(each, inside or SECRET.search(key) is not None)
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each, inside)
    elif inside and isinstance(value, str) and len(value) > 3:
        yield value
