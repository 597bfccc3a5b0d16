"""Damage to an archive of the log."""

from __future__ import annotations

from pathlib import Path
from random import Random

from recoverable.drill.damage.injection import Artefact, CannotDamageError, Injection
from recoverable.drill.damage.marked import ours

NAME = 24
"""Letters in the name of a segment: timeline, log and segment in hexadecimal."""


def remove_segment(archive: Path, random: Random) -> str:
    """Remove a segment from the middle."""
    segment = _inner(archive, random)
    segment.unlink()
    return f"{segment.name} is removed"


def spoil_record(archive: Path, random: Random) -> str:
    """Turn bytes in the middle of a segment around."""
    segment = _inner(archive, random)
    data = bytearray(segment.read_bytes())
    at = random.randrange(len(data) // 4, len(data) * 3 // 4)
    for index in range(at, at + 64):
        data[index] ^= 0xFF
    segment.write_bytes(data)
    return f"64 bytes from {at} of {segment.name}"


def truncate_segment(archive: Path, random: Random) -> str:
    """Cut a segment off."""
    segment = _inner(archive, random)
    size = segment.stat().st_size
    left = random.randrange(1, size)
    with segment.open("r+b") as stream:
        stream.truncate(left)
    return f"{segment.name} has {left} of {size} bytes"


def blank_last(archive: Path, random: Random) -> str:
    """Fill the last segment with zeros."""
    segment = _segments(archive)[-1]
    segment.write_bytes(bytes(segment.stat().st_size))
    return f"{segment.name} is zeros"


def foreign_segment(archive: Path, random: Random) -> str:
    """Give a segment to another cluster: the identifier in its first page is another one."""
    segment = _inner(archive, random)
    data = bytearray(segment.read_bytes())
    data[24:32] = random.randbytes(8)  # xlp_sysid of XLogLongPageHeaderData (xlog_internal.h)
    segment.write_bytes(data)
    return f"{segment.name} belongs to another cluster"


def fork_history(archive: Path, random: Random) -> str:
    """Archive a second history, as a copy does that was promoted with archiving on: the segments after the fork are its own."""
    segments = _segments(archive)
    at = len(segments) // 2
    position = int(segments[at].name[8:16], 16) << 32 | int(segments[at].name[16:], 16) * segments[at].stat().st_size
    (ours(archive) / "00000002.history").write_text(
        f"1\t{position >> 32:X}/{position & 0xFFFFFFFF:X}\tno recovery target specified\n", encoding="utf-8"
    )
    for segment in segments[at:]:
        (segment.parent / f"00000002{segment.name[8:]}").write_bytes(segment.read_bytes())
    return f"timeline 2 branches off at {segments[at].name}"


def _segments(archive: Path) -> list[Path]:
    found = sorted(each for each in ours(archive).iterdir() if len(each.name) == NAME and each.name.isalnum())
    if len(found) < 3:
        raise CannotDamageError("the archive has fewer than three segments")
    return found


def _inner(archive: Path, random: Random) -> Path:
    """A segment near the end, but not the last one: segments from before the backup may be missing."""
    return random.choice(_segments(archive)[-4:-1])


_WHERE = Artefact.LOG_ARCHIVE
INJECTIONS = (
    Injection("segment-missing", 1, "a segment of the log is missing in the middle", _WHERE, remove_segment),
    Injection("record-corrupt", 2, "records of the log are damaged", _WHERE, spoil_record),
    Injection("segment-truncated", 3, "a segment of the log is cut off", _WHERE, truncate_segment),
    Injection("last-segment-zeros", 4, "the last segment of the log is zeros", _WHERE, blank_last),
    Injection("foreign-segment", 4, "a segment of the log is another cluster's", _WHERE, foreign_segment),
    Injection("history-forked", 14, "a test restore has archived its own history", _WHERE, fork_history),
)
