"""The mark on everything a drill makes. It holds for one name only, so that copied tags mark nothing."""

from __future__ import annotations

import datetime
import hashlib

RUN_TAG = "recoverable-run"
EXPIRES_TAG = "recoverable-expires"
MARK_TAG = "recoverable-mark"
"""Names and values fit into AWS tags and Google labels: small letters, digits and dashes, at most 63 characters."""


def tags(kind: str, name: str, run: str, expires: datetime.datetime) -> dict[str, str]:
    """The tags for a resource that a run is about to make."""
    moment = f"{expires.astimezone(datetime.UTC):%Y%m%dt%H%M%Sz}"
    return {RUN_TAG: run, EXPIRES_TAG: moment, MARK_TAG: _mark(kind, name, run, moment)}


def read(kind: str, name: str, found: dict[str, str]) -> tuple[str, datetime.datetime] | None:
    """Run and expiry of a resource by its tags; None where they are missing, spoilt, or were made for another name."""
    run, moment, mark = (found.get(tag, "") for tag in (RUN_TAG, EXPIRES_TAG, MARK_TAG))
    if not run or mark != _mark(kind, name, run, moment):
        return None
    try:
        return run, datetime.datetime.strptime(moment, "%Y%m%dt%H%M%Sz").replace(tzinfo=datetime.UTC)
    except ValueError:
        return None


def _mark(kind: str, name: str, run: str, moment: str) -> str:
    return hashlib.sha256("\0".join(("recoverable drill", kind, name, run, moment)).encode()).hexdigest()[:32]
