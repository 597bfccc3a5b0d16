"""The proof that the log is whole: every segment from the backup on is there, is the source's, and every record in it is sound.

PostgreSQL takes a hole or a damaged record for the end of the log, promotes, and reports success. So this is asked first.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recoverable.drill.postgres.programs import Programs
from recoverable.drill.target import format_lsn
from recoverable.drill.wal.archive import WalArchive
from recoverable.drill.wal.log_reader import Stretch, position_of_error, read_stretch
from recoverable.drill.wal.names import SegmentName, parse_segment
from recoverable.drill.wal.page_header import LENGTH, read_page_header
from recoverable.drill.wal.timelines import ChainError, Piece, pieces

WINDOW = 32
"""How many segments are unpacked at a time where they cannot be read in place."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The backup that a chain begins with. ``timeline`` and ``start`` are those of its backup label."""

    timeline: int
    start: int
    system_identifier: int
    segment_size: int


@dataclass(frozen=True, slots=True)
class Chain:
    """A proven log. ``timeline`` is the one it ends on; ``end`` the first position that is not in the archive."""

    timeline: int
    stretch: Stretch
    segments: int
    size: int
    first: str
    last: str
    end: int
    last_is_partial: bool = False


def prove_chain(
    archive: WalArchive,
    origin: Origin,
    programs: Programs,
    work: Path,
    *,
    pinned: int | None = None,
    check: Callable[[], None] = lambda: None,
) -> Chain:
    """Read the whole log from the backup to the end of the archive. ``work`` is a folder of ours for what must be unpacked.

    Raises:
        ChainError: a gap, a damaged or foreign or cut segment, a fork: which, and what to do.
        ArchiveError: the archive cannot be read.
    """
    stretch = Stretch(backup_start=origin.start)
    parts = pieces(archive, origin.timeline, origin.start, pinned, origin.segment_size)
    counted: list[str] = []
    for index, piece in enumerate(parts):
        names = segments_of(archive, piece, origin.segment_size, optional=0 < index == len(parts) - 1)
        if not names:
            break  # a timeline that has only just begun: nothing of it is archived yet
        reader = _Reader(archive, origin, programs, work, check)
        reader.read(piece, names, stretch)
        counted += [each.text(origin.segment_size) for each in names]
        end = piece.end or names[-1].start(origin.segment_size) + origin.segment_size
    if not stretch.backup_end:
        raise ChainError(
            f"the log in {archive.place} ends at {format_lsn(stretch.last)}, before the base backup that began at {format_lsn(origin.start)} was complete",
            "Archive the log up to the end of the backup, or name an older backup.",
        )
    size = len(counted) * origin.segment_size
    partial = counted[-1] not in archive.names()
    return Chain(parts[-1].timeline, stretch, len(counted), size, counted[0], counted[-1], end, last_is_partial=partial)


def segments_of(archive: WalArchive, piece: Piece, size: int, *, optional: bool = False) -> list[SegmentName]:
    """The segments of a stretch, in order; a ``.partial`` one may be the last. None at all where that is ``optional``.

    Raises:
        ChainError: the first one or one in between is missing.
    """
    first = piece.start // size
    limit = (piece.end - 1) // size if piece.end else None
    there = set()
    for name in archive.names():
        complete = name.removesuffix(".partial")
        if len(complete) == 24 and complete.startswith(f"{piece.timeline:08X}"):
            try:
                number = parse_segment(complete, size).number
            except ValueError:
                continue
            if number >= first and (limit is None or number <= limit):
                there.add(number)
    if not there and optional:
        return []
    last = limit if limit is not None else max(there, default=first)
    wanted = [SegmentName(piece.timeline, number) for number in range(first, last + 1)]
    missing = [each.text(size) for each in wanted if each.number not in there]
    if missing and not (limit is not None and missing == [wanted[-1].text(size)]):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ChainError(
            f"log segment {missing[0]}{more} is missing in {archive.place}",
            "Nothing after it can be restored from this backup; make a new base backup, and find out why it was not archived.",
        )
    return [each for each in wanted if each.number in there]


class _Reader:
    """Reads the segments of one stretch, in place where they lie as they are, else unpacked a few at a time."""

    def __init__(self, archive: WalArchive, origin: Origin, programs: Programs, work: Path, check: Callable[[], None]) -> None:
        self._archive = archive
        self._names = archive.names()
        self._origin = origin
        self._programs = programs
        self._folder = work / "log"
        self._check = check

    def read(self, piece: Piece, names: list[SegmentName], into: Stretch) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        try:
            for begin in range(0, len(names), WINDOW):
                window = names[begin : begin + WINDOW]
                kept = names[begin - 1 : begin]  # a record that lies across the border is read whole
                self._keep_only(kept)
                for each in window:
                    self._check()
                    self._provide(each, last=each is names[-1])
                self._read_window(piece, [*kept, *window], into, last=begin + WINDOW >= len(names))
        finally:
            shutil.rmtree(self._folder)

    def _read_window(self, piece: Piece, names: list[SegmentName], into: Stretch, *, last: bool) -> None:
        size = self._origin.segment_size
        start = max(self._origin.start, names[0].start(size))  # a fork's first segment repeats what its parent may not have archived
        end = names[-1].start(size) + size
        if piece.end is not None:
            end = min(end, piece.end)
        read_stretch(self._programs, self._folder, piece.timeline, start, end, into, self._check)
        name = names[-1].text(size)
        unfinished = last and name not in self._names and self._ends_naturally(name, into.error)
        if into.error and not unfinished:
            raise ChainError(
                f"the log of timeline {piece.timeline} is damaged after {format_lsn(into.last)}: {into.error}",
                "Nothing after it can be restored from this backup; restore the segment from another copy, or make a new base backup.",
            )
        into.error = ""

    def _provide(self, each: SegmentName, *, last: bool) -> None:
        size = self._origin.segment_size
        name = each.text(size)
        file = self._folder / name
        source = name if name in self._names else f"{name}.partial"
        if source != name and not last:
            raise ChainError(f"log segment {name} is only there as {source}, and others follow", "Find out why it was never completed.")
        plain = self._archive.plain(source)
        if plain:
            file.symlink_to(plain.resolve())
        elif not self._archive.fetch(source, file):
            raise ChainError(f"log segment {name} has gone from {self._archive.place} while it was read")
        self._inspect(each, file, name)

    def _inspect(self, each: SegmentName, file: Path, name: str) -> None:
        """What the tool would not say, or would say only later: whose segment it is."""
        origin = self._origin
        try:
            length = file.stat().st_size
            with file.open("rb") as stream:
                header = read_page_header(stream.read(LENGTH))
        except ValueError as error:
            raise ChainError(f"log segment {name} is no log: {error}", "It was damaged on its way into the archive.") from None
        except OSError as error:
            raise ChainError(f"log segment {name} cannot be read: {error.strerror}", "Mind the permissions of the archive.") from None
        if header.system_identifier != origin.system_identifier:
            raise ChainError(
                f"log segment {name} belongs to another database cluster ({header.system_identifier}, not {origin.system_identifier})",
                "Two sources archive into the same place.",
            )
        if length != origin.segment_size or header.segment_size != origin.segment_size:
            raise ChainError(
                f"log segment {name} has {length} bytes instead of {origin.segment_size}", "It was cut off on its way into the archive."
            )
        if header.address != each.start(origin.segment_size) or header.timeline > each.timeline:
            raise ChainError(
                f"log segment {name} holds the log of {format_lsn(header.address)}, timeline {header.timeline}",
                "It was renamed or recycled.",
            )

    def _ends_naturally(self, name: str, error: str) -> bool:
        """Whether nothing but zeros follows the last record of a segment that was still being written, whole or not."""
        data = (self._folder / name).read_bytes()
        written = len(data.rstrip(b"\0"))
        start = parse_segment(name, self._origin.segment_size).start(self._origin.segment_size)
        position = position_of_error(error, start)
        if position is None or position < start:
            return False
        offset = position - start
        length: int = struct.unpack_from("I", data, offset)[0] if offset + 4 <= len(data) else 0  # xl_tot_len of a torn record
        return written <= offset + max(length, LENGTH)

    def _keep_only(self, names: list[SegmentName]) -> None:
        keep = {each.text(self._origin.segment_size) for each in names}
        for path in self._folder.iterdir():
            if path.name not in keep:
                path.unlink()
