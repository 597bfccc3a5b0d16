"""Errors as Google's JSON APIs write them (https://cloud.google.com/sql/docs/postgres/admin-api/admin-error-messages)."""

from __future__ import annotations

from typing import Any

from tests.fakes.json_server import Reply

_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}  # fmt: skip
_REASON = {
    400: "badRequest",
    401: "required",
    403: "notAuthorized",
    404: "notFound",
    429: "rateLimitExceeded",
    500: "internalError",
    503: "backendError",
}


class RefusedError(Exception):
    """An error that ends a call."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(status, reason, message)
        self.status, self.reason, self.message = status, reason, message


def error(status: int, message: str, reason: str = "") -> Reply:
    """The reply."""
    why = reason or _REASON.get(status, "badRequest")
    listed = [{"message": message, "domain": "global", "reason": why}]
    return Reply(status, {"error": {"code": status, "message": message, "errors": listed, "status": _STATUS.get(status, "UNKNOWN")}})


def only(found: Any, known: dict[str, Any], where: str = "") -> dict[str, Any]:
    """An object with known fields alone; ``known`` gives the fields of an object inside, or None for a plain value."""
    if not isinstance(found, dict):
        raise RefusedError(400, "badRequest", f"Invalid value at '{where}'")
    for name, value in found.items():
        if name not in known:
            at = f" at '{where}'" if where else ""
            raise RefusedError(400, "badRequest", f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')
        if isinstance(known[name], dict):
            only(value, known[name], f"{where}.{name}".lstrip("."))
    return found
