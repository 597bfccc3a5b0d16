"""The newest transaction in an archive, from its last segments alone: what could be restored now, without reading it all."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

from recoverable.drill.backups.base_backup import DamagedBackupError
from recoverable.drill.contract import Store
from recoverable.drill.local.physical_source import Candidate, PhysicalSource, programs_for
from recoverable.drill.wal.archive import ArchiveError
from recoverable.drill.wal.chain import segments_of
from recoverable.drill.wal.log_reader import Stretch, read_stretch
from recoverable.drill.wal.names import SegmentName
from recoverable.drill.wal.timelines import ChainError, pieces

STEP = 8
FARTHEST = 64
"""How many segments are looked through from the end: a gigabyte of the usual size without one commit is a load, not a database."""


def last_commit(source: PhysicalSource, candidate: Candidate, store: Store, work: Path) -> datetime.datetime | None:
    """Its time; None where the last segments hold none, or cannot be read: the proof of the chain will say why."""
    try:
        programs = programs_for(store.settings, store.folder, source.major(candidate))
        origin = source.origin(candidate, programs)
        archive = source.archive(candidate)
        parts = pieces(archive, origin.timeline, origin.start, store.settings["timeline"] or None, origin.segment_size)
        names: list[SegmentName] = []
        for part in reversed(parts):
            names = [*segments_of(archive, part, origin.segment_size, optional=part is not parts[0]), *names][-FARTHEST:]
        for end in range(len(names), 0, -STEP):
            folder = work / "tail"
            folder.mkdir()
            window = names[max(0, end - STEP) : end]
            for each in window:
                name = each.text(origin.segment_size)
                archive.fetch(name if name in archive.names() else f"{name}.partial", folder / name)
            stretch = Stretch()
            start = max(origin.start, window[0].start(origin.segment_size))
            for timeline in dict.fromkeys(each.timeline for each in window):
                mine = [each for each in window if each.timeline == timeline]
                first = max(start, mine[0].start(origin.segment_size))
                read_stretch(programs, folder, timeline, first, (mine[-1].number + 1) * origin.segment_size, stretch)
            shutil.rmtree(folder)
            if stretch.latest:
                return stretch.latest.time
    except (ChainError, ArchiveError, DamagedBackupError):
        return None
    return None
