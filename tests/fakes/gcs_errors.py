"""Errors as Cloud Storage's JSON API writes them (https://cloud.google.com/storage/docs/json_api/v1/status-codes)."""

from __future__ import annotations

from typing import Any

from tests.fakes.google_errors import RefusedError
from tests.fakes.json_server import Reply

REASONS = {
    400: "invalid",
    401: "required",
    403: "forbidden",
    404: "notFound",
    409: "conflict",
    412: "conditionNotMet",
    429: "rateLimitExceeded",
    500: "internalError",
    503: "backendError",
}
IN_HEADER = {"conditionNotMet": "If-Match"}


def gcs_error(status: int, message: str, reason: str = "", header: str = "") -> Reply:
    """The reply; ``header`` is the request header that the error is about."""
    why = reason or REASONS.get(status, "invalid")
    listed: dict[str, Any] = {"domain": "global", "reason": why, "message": message}
    place = header or IN_HEADER.get(why, "")
    listed |= {"locationType": "header", "location": place} if place else {}
    return Reply(status, {"error": {"errors": [listed], "code": status, "message": message}})


def no_condition() -> RefusedError:
    """A precondition does not hold."""
    return RefusedError(412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.")


def no_object(bucket: str, name: str) -> RefusedError:
    """There is no such object, or no such generation of it."""
    return RefusedError(404, "notFound", f"No such object: {bucket}/{name}")


def no_bucket() -> RefusedError:
    """There is no such bucket."""
    return RefusedError(404, "notFound", "The specified bucket does not exist.")


def invalid(message: str, reason: str = "invalid") -> RefusedError:
    """The request is wrong."""
    return RefusedError(400, reason, message)
