"""Small things that every AWS handler needs of boto3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError


def code_of(error: ClientError) -> str:
    """The API's error code; for a HEAD request, which has no body, the HTTP status."""
    return str(error.response.get("Error", {}).get("Code", ""))


def found(call: Callable[..., Any], *absent: str, **arguments: Any) -> Any:
    """The answer of a call, or None where the API says by one of these codes that there is no such thing."""
    try:
        return call(**arguments)
    except ClientError as error:
        if code_of(error) in absent:
            return None
        raise


def said(**values: Any) -> dict[str, Any]:
    """Only what was said: without what is None."""
    return {key: value for key, value in values.items() if value is not None}
