"""Damage to a restored state, for the negative control. It knows no rung, and writes into the clone of a drill's scratch place alone."""

from __future__ import annotations

import datetime
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.state.contents import Piece, StateCopy

GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class StateDamage:
    """One kind. ``row`` is that of the catalogue in docs/drill-state.md; ``older`` where it needs two versions."""

    name: str
    row: int
    title: str
    older: bool
    do: Callable[[StateCopy, Random], None]


def truncate(copy: StateCopy, random: Random) -> None:
    """The end of the newest state is missing."""
    _cut(copy, copy.newest, random)


def truncate_older(copy: StateCopy, random: Random) -> None:
    """The end of the older one is missing."""
    _cut(copy, _older(copy), random)


def lower_serial(copy: StateCopy, random: Random) -> None:
    """The newest state says that it is older than the one before it."""
    other = _read(copy, _older(copy))

    def lower(data: Any) -> None:
        if copy.kind == "terraform":
            data["serial"] = int(other["serial"]) - random.randint(1, 9)
            return
        manifest = _latest(data)["manifest"]
        before = datetime.datetime.fromisoformat(_latest(other)["manifest"]["time"])
        manifest["time"] = (before - datetime.timedelta(hours=random.randint(1, 9))).isoformat()

    _change(copy, copy.newest, lower)


def change_lineage(copy: StateCopy, random: Random) -> None:
    """The newest state is that of somebody else's resources."""

    def change(data: Any) -> None:
        if copy.kind == "terraform":
            data["lineage"] = f"{random.getrandbits(64):016x}"
            return
        latest = _latest(data)
        if not latest.get("resources"):
            raise RestoreFailedError("the stack holds no resources")
        text = json.dumps(latest["resources"])
        stack = latest["resources"][0]["urn"].split("::", 1)[0]
        latest["resources"] = json.loads(text.replace(f'"{stack}::', f'"{stack}-{random.randint(1, 99)}::'))

    _change(copy, copy.newest, change)


def drop_resource(copy: StateCopy, random: Random) -> None:
    """One resource is not in the newest state."""

    def drop(data: Any) -> None:
        held = data["resources"] if copy.kind == "terraform" else _latest(data).get("resources")
        if not held:
            raise RestoreFailedError("the state holds no resources")
        del held[random.randrange(len(held))]

    _change(copy, copy.newest, drop)


def alter(copy: StateCopy, random: Random) -> None:
    """One space more, which changes no value: only comparing the bytes shows it."""
    _ours(copy)
    content = copy.newest.file.read_bytes()
    _write(copy.newest.file, content + b" " * random.randint(1, 9))


KINDS = (
    StateDamage("state-truncated", 202, "the end of the state is missing", False, truncate),
    StateDamage("older-state-truncated", 203, "the end of the older state is missing", True, truncate_older),
    StateDamage("lineage-changed", 204, "the state is somebody else's", True, change_lineage),
    StateDamage("serial-lowered", 205, "the state is older than the one before it", True, lower_serial),
    StateDamage("resource-dropped", 206, "a resource is missing", False, drop_resource),
    StateDamage("state-altered", 207, "the bytes are not those of the source", False, alter),
)


def _cut(copy: StateCopy, piece: Piece, random: Random) -> None:
    _ours(copy)
    content = piece.file.read_bytes()
    if len(content) < 2:
        raise RestoreFailedError("the state is too short to be cut")
    _write(piece.file, content[: random.randint(1, max(1, len(content.rstrip()) - 2))])


def _older(copy: StateCopy) -> Piece:
    if copy.older is None:
        raise RestoreFailedError("there is one version alone")
    return copy.older


def _change(copy: StateCopy, piece: Piece, change: Callable[[Any], None]) -> None:
    _ours(copy)
    data = _read(copy, piece)
    try:
        change(data)
    except (KeyError, TypeError, ValueError):
        raise RestoreFailedError("the state has no place for this damage") from None
    text = json.dumps(data).encode()
    _write(piece.file, gzip.compress(text) if piece.file.read_bytes().startswith(GZIP) else text)


def _read(copy: StateCopy, piece: Piece) -> Any:
    content = piece.file.read_bytes()
    try:
        return json.loads(gzip.decompress(content) if content.startswith(GZIP) else content)
    except (ValueError, OSError, EOFError):
        raise RestoreFailedError("the state cannot be read") from None


def _latest(data: Any) -> Any:
    return data["deployment"] if "deployment" in data else data["checkpoint"]["latest"]


def _write(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def _ours(copy: StateCopy) -> None:
    """Only the clone is damaged.

    Raises:
        RestoreFailedError: this is not it.
    """
    if not copy.is_clone:
        raise RestoreFailedError("only a clone is damaged")
