"""Names of the files in a log archive: segments, histories of timelines, labels of backups."""

from __future__ import annotations

import re
from dataclasses import dataclass

SEGMENT = re.compile(r"[0-9A-F]{24}\Z")
PARTIAL = re.compile(r"(?P<segment>[0-9A-F]{24})\.partial\Z")
HISTORY = re.compile(r"(?P<timeline>[0-9A-F]{8})\.history\Z")
BACKUP = re.compile(r"(?P<segment>[0-9A-F]{24})\.(?P<offset>[0-9A-F]{8})\.backup\Z")
SUFFIXES = {"", ".gz", ".bz2", ".xz", ".zst", ".lz4"}
"""How archived files are compressed, by the ending that the usual tools give them."""


@dataclass(frozen=True, slots=True, order=True)
class SegmentName:
    """A timeline and the running number of a segment on it (its first position divided by the segment size)."""

    timeline: int
    number: int

    def text(self, size: int) -> str:
        """The name of the file, for segments of ``size`` bytes."""
        per_id = 0x100000000 // size
        return f"{self.timeline:08X}{self.number // per_id:08X}{self.number % per_id:08X}"

    def start(self, size: int) -> int:
        """The position of its first byte."""
        return self.number * size


def parse_segment(name: str, size: int) -> SegmentName:
    """Read a segment's name.

    Raises:
        ValueError: it is none, or none of that segment size.
    """
    if not SEGMENT.match(name):
        raise ValueError(f"{name!r} is no name of a segment")
    per_id = 0x100000000 // size
    high, low = int(name[8:16], 16), int(name[16:], 16)
    if low >= per_id:
        raise ValueError(f"{name!r} does not fit segments of {size} bytes")
    return SegmentName(int(name[:8], 16), high * per_id + low)


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a timeline left its parent."""

    parent: int
    position: int


def parse_history(text: str) -> tuple[Fork, ...]:
    """The ancestors of a timeline, the oldest first.

    Raises:
        ValueError: a line is not readable; guessing would follow the wrong history.
    """
    forks = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        words = line.split(maxsplit=2)
        high, slash, low = words[1].partition("/") if len(words) > 1 else ("", "", "")
        if not slash:
            raise ValueError(f"{line!r} is no line of a timeline history")
        forks.append(Fork(int(words[0]), (int(high, 16) << 32) + int(low, 16)))
    return tuple(forks)
