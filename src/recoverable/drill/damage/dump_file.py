"""Damage to a logical dump."""

from __future__ import annotations

from pathlib import Path
from random import Random

from recoverable.drill.damage.injection import Artefact, Injection
from recoverable.drill.damage.marked import ours


def cut_in_copy(dump: Path, random: Random) -> str:
    """Cut a plain dump off inside the rows of a COPY, at the end of a line."""
    file = ours(dump)
    data = file.read_bytes()
    start = data.index(b"\n", data.rindex(b"\nCOPY ") + 1) + 1 if data.count(b"\nCOPY ") else len(data) // 2
    ends = [index for index in range(start, min(len(data), start + 200_000)) if data[index : index + 1] == b"\n"]
    end = random.choice(ends[: max(1, len(ends) // 2)]) + 1
    file.write_bytes(data[:end])
    return f"cut off after {end} of {len(data)} bytes"


def cut(dump: Path, random: Random) -> str:
    """Cut any dump off in its second half."""
    file = ours(dump)
    size = file.stat().st_size
    left = random.randrange(size // 2, size - 1)
    with file.open("r+b") as stream:
        stream.truncate(left)
    return f"cut off after {left} of {size} bytes"


_WHERE = Artefact.DUMP
INJECTIONS = (
    Injection("plain-dump-cut", 20, "a plain dump is cut off among the rows of a table", _WHERE, cut_in_copy),
    Injection("custom-dump-cut", 20, "a custom dump is cut off", _WHERE, cut),
)
