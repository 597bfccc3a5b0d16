"""What a copy holds: one line of facts per state, sealed so that a change shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from recoverable.model.errors import InputError
from recoverable.state_backend.copies.sealing import Seal, SealError

SCHEMA = 1
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Item:
    """One state. ``sha256`` and ``size`` are those of the state itself, in bytes; ``file`` holds it encrypted.

    ``serial`` and ``lineage`` are Terraform's (-1 and "" for Pulumi); ``resources`` is how many it holds.
    """

    client: str
    key: str
    version: str
    modified: str
    sha256: str
    size: int
    serial: int
    lineage: str
    resources: int
    file: str
    sealed_sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A copy of a backend. ``taken`` is a moment in UTC, ``source`` the bucket's URL."""

    backend: str
    source: str
    taken: str
    items: tuple[Item, ...]


def written(manifest: Manifest, seal: Seal) -> bytes:
    """The file: readable, with a seal over all of it."""
    data = {"schema": SCHEMA, **asdict(manifest)}
    return json.dumps({**data, "seal": seal.close(_digest(data)).decode()}, indent=2).encode() + b"\n"


def read(text: bytes, seal: Seal, where: str) -> Manifest:
    """The manifest.

    Raises:
        InputError: it is none that this version reads.
        SealError: it was changed, or another key sealed it.
    """
    try:
        data: Any = json.loads(text)
        token = data.pop("seal")
        schema = data.pop("schema")
    except (ValueError, AttributeError, KeyError, TypeError):
        raise InputError("this is no manifest of a copy", where, "Name the folder of one copy.") from None
    if schema != SCHEMA or not isinstance(token, str):
        raise InputError(f"the manifest is of schema {schema}, and this version reads {SCHEMA}", where, "Update recoverable.")
    if seal.open(token.encode()) != _digest({"schema": schema, **data}):
        raise SealError("the manifest was changed")
    try:
        items = tuple(Item(**item) for item in data.pop("items"))
        return Manifest(**data, items=items)
    except TypeError:
        raise InputError("the manifest lacks a part", where, "Name another copy.") from None


def _digest(data: Mapping[str, Any]) -> bytes:
    plain = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest().encode()
