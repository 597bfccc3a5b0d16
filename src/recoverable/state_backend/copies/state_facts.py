"""What can be told of a state without its secrets, and the state that Pulumi's import takes."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import Any


class NoStateError(Exception):
    """The bytes are no state."""


@dataclass(frozen=True, slots=True)
class Facts:
    """``serial`` is -1 and ``lineage`` "" for Pulumi, which has neither."""

    serial: int
    lineage: str
    resources: int


def facts_of(client: str, body: bytes) -> Facts:
    """The facts of one state.

    Raises:
        NoStateError: it is none.
    """
    if client == "terraform":
        data = _json(body)
        try:
            instances = sum(len(each["instances"]) for each in data["resources"])
            return Facts(int(data["serial"]), str(data["lineage"]), instances)
        except (KeyError, TypeError, ValueError):
            raise NoStateError("it is JSON, and no state of Terraform") from None
    return Facts(-1, "", len(deployment_of(body)["deployment"].get("resources") or ()))


def deployment_of(body: bytes) -> dict[str, Any]:
    """What ``pulumi stack import`` takes, of the object in which Pulumi keeps a stack.

    Raises:
        NoStateError: it is none.
    """
    data = _json(_unpacked(body))
    try:
        latest = data["checkpoint"].get("latest") or {}  # a stack that was only initialised has none
        return {"version": data["version"], "deployment": dict(latest)}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise NoStateError("it is JSON, and no stack of Pulumi") from None


def _unpacked(body: bytes) -> bytes:
    """Pulumi writes gzip where PULUMI_DIY_BACKEND_GZIP asks for it."""
    if body[:4] == b"\x28\xb5\x2f\xfd":
        raise NoStateError("it is compressed by zstd, which is not read here: unset PULUMI_DIY_BACKEND_ZSTD")
    if body[:2] != b"\x1f\x8b":
        return body
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error):
        raise NoStateError("its compression is broken") from None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # what it says could hold a part of the state
        raise NoStateError("it is no JSON") from None
