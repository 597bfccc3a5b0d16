"""The age of the newest backup of each store, from one list that holds those of all."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from recoverable.audit.databases import minutes
from recoverable.audit.resources import Found
from recoverable.model.values import Unknown


class Newest:
    """The newest backup by the ARN of its store."""

    def __init__(self) -> None:
        self._times: dict[str, datetime.datetime] = {}

    def take(self, arn: str, time: datetime.datetime) -> None:
        """Take a backup in."""
        self._times[arn] = max(time, self._times.get(arn, time))

    def tell(self, found: Found, arns: Iterable[str], gap: Unknown | None, now: datetime.datetime) -> None:
        """Say of each store how old its newest backup is, or why that is not known: the list was not read to its end."""
        for arn in arns:
            found.tell(arn, snapshot_minutes=gap or (minutes(now - self._times[arn]) if arn in self._times else None))
