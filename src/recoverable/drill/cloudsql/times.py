"""Times as Cloud SQL writes them."""

from __future__ import annotations

import datetime
from typing import Any

from recoverable.drill.contract import RestoreFailedError


def time_of(text: Any) -> datetime.datetime:
    """A time of the API, in UTC.

    Raises:
        RestoreFailedError: it is none.
    """
    try:
        return datetime.datetime.fromisoformat(str(text)).astimezone(datetime.UTC)
    except ValueError:
        raise RestoreFailedError(f"Cloud SQL gave {str(text)[:40]!r} for a time", "") from None


def said(moment: datetime.datetime) -> str:
    """A time as Cloud SQL is asked for it."""
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
