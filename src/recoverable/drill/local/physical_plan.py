"""Decides what is restored to where: which backup, along which log, to which explicit target. Nothing is made yet.

"Latest" becomes the position of the last record of the proven log: then PostgreSQL itself refuses to promote before it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.drill.local.physical_source import Candidate, PhysicalSource, programs_for
from recoverable.drill.postgres.programs import Programs
from recoverable.drill.target import RecoveryTarget, TargetKind, format_lsn
from recoverable.drill.wal.chain import Chain, Origin, prove_chain
from recoverable.drill.wal.log_reader import Stretch


class OutsideError(Exception):
    """The target cannot be reached from any backup: why, and what can."""


@dataclass(frozen=True, slots=True)
class PhysicalPlan:
    """What a restore will do. ``target`` is never "latest"."""

    candidate: Candidate
    origin: Origin
    chain: Chain
    programs: Programs
    target: RecoveryTarget

    @property
    def stop(self) -> datetime.datetime | None:
        """When the backup ended: what its tool says, or the last commit while it ran."""
        before = self.chain.stretch.before_end
        return self.candidate.stop or (before.time if before else None)

    @property
    def unfinished(self) -> str:
        """The last segment, where it is only there as ``.partial``."""
        return self.chain.last if self.chain.last_is_partial else ""


def make_plan(
    source: PhysicalSource,
    settings: Mapping[str, Any],
    folder: Path,
    target: RecoveryTarget,
    work: Path,
    now: datetime.datetime,
    check: Callable[[], None],
) -> PhysicalPlan:
    """Choose and prove.

    Raises:
        OutsideError: no backup leads to the target.
        ChainError: the log of the chosen backup is not whole.
        DamagedBackupError, ArchiveError: something cannot be read.
        InputError: the programs for it are missing.
    """
    if target.kind is TargetKind.TIME and target.time and target.time > now:
        raise OutsideError(f"{target} lies in the future")
    reasons: list[str] = []
    candidates = source.candidates()
    if not candidates:
        raise OutsideError(f"there is no backup in {', '.join(map(str, source.inside())) or 'the repository'}: nothing can be restored")
    for candidate in eligible(candidates, target):
        programs = programs_for(settings, folder, source.major(candidate))
        origin = source.origin(candidate, programs)
        chain = prove_chain(source.archive(candidate), origin, programs, work, pinned=settings["timeline"] or None, check=check)
        try:
            return PhysicalPlan(candidate, origin, chain, programs, explicit(target, chain, candidate))
        except _TooEarlyError as error:
            reasons.append(str(error))
    raise OutsideError(reasons[-1] if reasons else f"{target} is before the end of the oldest backup")


def eligible(candidates: tuple[Candidate, ...], target: RecoveryTarget) -> Iterator[Candidate]:
    """The backups that may lead to a target, the newest first: the least log to replay."""
    for each in reversed(candidates):
        if target.kind is TargetKind.TIME and target.time and each.stop and each.stop > target.time:
            continue
        if target.kind is TargetKind.LSN and target.lsn is not None and each.start >= target.lsn:
            continue
        yield each
        if target.kind is TargetKind.LATEST:
            return


class _TooEarlyError(OutsideError):
    """This backup ended after the target; an older one may do."""


def explicit(target: RecoveryTarget, chain: Chain, candidate: Candidate) -> RecoveryTarget:
    """The target as PostgreSQL gets it.

    Raises:
        OutsideError: the log does not reach it.
    """
    stretch = chain.stretch
    if target.kind is TargetKind.TIME and target.time:
        _time_is_inside(target.time, stretch, candidate)
    elif target.kind is TargetKind.LSN and target.lsn is not None:
        return RecoveryTarget(TargetKind.LSN, lsn=_inside(target.lsn, chain))
    elif target.kind is TargetKind.NAME:
        _name_is_inside(target.name, stretch, candidate)
    else:
        return RecoveryTarget(TargetKind.LSN, lsn=max(stretch.last, stretch.backup_end))
    return target


def _time_is_inside(time: datetime.datetime, stretch: Stretch, candidate: Candidate) -> None:
    if stretch.before_end and time < stretch.before_end.time:
        raise _TooEarlyError(f"{time.isoformat()} is before the end of backup {candidate.id}")
    unknown = candidate.stop is None and stretch.before_end is None
    if unknown and (stretch.first is None or time < stretch.first.time):
        raise _TooEarlyError(f"when backup {candidate.id} ended is not known, so {time.isoformat()} may be before it")
    if stretch.latest is None or time >= stretch.latest.time:
        last = f"its last transaction ended at {stretch.latest.time.isoformat()}" if stretch.latest else "it holds no transaction at all"
        raise OutsideError(
            f"the log does not reach beyond {time.isoformat()}: {last}. Either nothing was written since, or its log is not archived yet; "
            "a heartbeat (`recoverable drill heartbeat`) tells the two apart. To restore all there is, use latest; for a point on an idle "
            "database, lsn: or name:"
        )


def _inside(lsn: int, chain: Chain) -> int:
    stretch = chain.stretch
    if lsn <= stretch.backup_end:
        raise _TooEarlyError(f"{format_lsn(lsn)} is before the end of the backup, {format_lsn(stretch.backup_end)}")
    if lsn <= stretch.last:
        return lsn
    if stretch.switched and lsn <= chain.end:  # behind the record that ended the last segment nothing was ever written
        return stretch.last
    raise OutsideError(f"the log ends at {format_lsn(stretch.last)}, before {format_lsn(lsn)}: it is not archived yet, or never was")


def _name_is_inside(name: str, stretch: Stretch, candidate: Candidate) -> None:
    places = [lsn for each, lsn in stretch.restore_points if each == name]
    later = [lsn for lsn in places if lsn > stretch.backup_end]
    if places and not later:
        raise _TooEarlyError(f"the restore point {name!r} is before the end of backup {candidate.id}")
    if not later:
        raise _TooEarlyError(f"no restore point {name!r} in the log")
    if len(later) > 1:
        raise OutsideError(
            f"the restore point {name!r} is there {len(later)} times; use lsn: with one of {', '.join(map(format_lsn, later))}"
        )
