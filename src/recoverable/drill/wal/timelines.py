"""Which timeline a restore follows, and whether the archive leaves a choice that nobody has made."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recoverable.drill.target import format_lsn
from recoverable.drill.wal.archive import WalArchive
from recoverable.drill.wal.names import HISTORY, SEGMENT, Fork, parse_history, parse_segment


class ChainError(Exception):
    """The log cannot be replayed from the backup to where it should go. ``fix`` says what to do."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what, fix)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}. {self.fix}" if self.fix else self.what


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one timeline: from a position to another, or to the end of what is there (None)."""

    timeline: int
    start: int
    end: int | None


def pieces(archive: WalArchive, backup_timeline: int, start: int, pinned: int | None, segment_size: int) -> tuple[Piece, ...]:
    """The stretches to replay, from the backup on.

    Raises:
        ChainError: the timeline that was asked for (or the newest) does not come from the backup, or the archive holds
            two continuations and nothing says which is the right one.
        ArchiveError: the archive cannot be read.
    """
    histories = _histories(archive)
    wanted = pinned or max([backup_timeline, *histories])
    if wanted != backup_timeline and wanted not in histories:
        raise ChainError(f"timeline {wanted} has no history file in {archive.place}", "Set timeline to one that is there.")
    forks = [fork for fork in histories.get(wanted, ()) if fork.parent >= backup_timeline]
    ancestors = [fork.parent for fork in histories.get(wanted, ())]
    if wanted != backup_timeline and (backup_timeline not in ancestors or forks[0].position < start):
        raise ChainError(
            f"the backup was made on timeline {backup_timeline} at {format_lsn(start)}, and timeline {wanted} does not continue from there",
            f"Set timeline = {backup_timeline}, or name a newer backup.",
        )
    if pinned is None:
        _refuse_forks(archive, forks, wanted, segment_size)
    starts = [start, *(fork.position for fork in forks)]
    ends: list[int | None] = [*(fork.position for fork in forks), None]
    timelines = [*(fork.parent for fork in forks), wanted]
    return tuple(Piece(*each) for each in zip(timelines, starts, ends, strict=True))


def _histories(archive: WalArchive) -> Mapping[int, tuple[Fork, ...]]:
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in sorted(archive.names()):
            match = HISTORY.match(name)
            if match:
                file = Path(folder) / name
                archive.fetch(name, file)
                try:
                    found[int(match["timeline"], 16)] = parse_history(file.read_text(encoding="utf-8", errors="replace"))
                except ValueError as error:
                    raise ChainError(f"{name} in {archive.place} is damaged: {error}") from None
    return found


def _refuse_forks(archive: WalArchive, forks: list[Fork], wanted: int, segment_size: int) -> None:
    """A test restore that archived leaves a timeline behind which the next restore would follow instead of production's."""
    for fork in forks:
        later = [
            name
            for name in archive.names()
            if SEGMENT.match(name)
            and int(name[:8], 16) == fork.parent
            and parse_segment(name, segment_size).start(segment_size) >= fork.position
        ]
        if later:
            raise ChainError(
                f"timeline {wanted} left timeline {fork.parent} at {format_lsn(fork.position)}, but timeline {fork.parent} goes on to {max(later)}: "
                "the archive holds two histories, as after a test restore that archived into it",
                f"Set timeline = {fork.parent} or timeline = {wanted}, whichever is production's.",
            )
