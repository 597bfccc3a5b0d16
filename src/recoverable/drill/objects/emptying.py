"""Takes a scratch bucket away step by step, on any cloud, until it is gone, something stands in the way, or time is over."""

from __future__ import annotations

from collections.abc import Callable

from recoverable.drill.contract import Clock, Leftover, Resource, RestoreFailedError, TransientError
from recoverable.model.errors import InputError

REMOVAL = 2700.0
"""Seconds until the removal counts as hanging: a sample of 5000 objects is 20 pages of S3, and 30,000 calls to Cloud Storage, eight at a time."""


def emptied(resource: Resource, clock: Clock, step: Callable[[], tuple[bool, str]], command: str) -> Leftover | None:
    """None when the bucket is gone. ``step`` deletes something and says whether the bucket is still there, and what stands in the way;
    ``command`` is how a person removes it.
    """
    deadline = clock.monotonic() + REMOVAL
    while clock.monotonic() < deadline:
        try:
            there, reason = step()
        except (RestoreFailedError, TransientError, InputError) as error:
            there, reason = True, str(error)
        if not there:
            return None
        if reason:
            return Leftover(resource, reason, command)
    return Leftover(resource, "it is not empty yet", command)
