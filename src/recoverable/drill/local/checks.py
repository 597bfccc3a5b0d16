"""Preflight of a local drill: what can be known before anything is made, each answer with its numbers and what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recoverable.drill.backups.base_backup import DamagedBackupError
from recoverable.drill.contract import Check, Run
from recoverable.drill.local.physical_plan import OutsideError, PhysicalPlan
from recoverable.drill.local.physical_source import PhysicalSource
from recoverable.drill.local.recovery import preload, settings_of_source
from recoverable.drill.local.resources import PREFIX, SERVER
from recoverable.drill.local.standing_copy import ROOM, free_space
from recoverable.drill.postgres.control_file import ControlFileError, read_control_file
from recoverable.drill.postgres.server import SOCKET_LIMIT
from recoverable.drill.target import RecoveryTarget, TargetKind, format_lsn
from recoverable.drill.verdict import RungVerdict
from recoverable.drill.wal.archive import ArchiveError
from recoverable.drill.wal.timelines import ChainError
from recoverable.model.errors import InputError

NAMES = {
    ChainError: "log-chain",
    DamagedBackupError: "backup-readable",
    ArchiveError: "log-archive",
    OutsideError: "recovery-target",
    InputError: "version-pair",
}
"""The check that an obstacle to a plan belongs to."""


def passed(name: str, detail: str, **figures: Any) -> Check:
    """A check that passed."""
    return Check(name, RungVerdict.PASS, detail, figures)


def failed(name: str, detail: str, **figures: Any) -> Check:
    """A check that failed."""
    return Check(name, RungVerdict.FAIL, detail, figures)


def obstacle(error: Exception) -> Check:
    """What stood in the way of a plan."""
    return failed(
        NAMES[type(error)] if type(error) in NAMES else next(name for kind, name in NAMES.items() if isinstance(error, kind)), str(error)
    )


def physical(
    plan: PhysicalPlan, source: PhysicalSource, asked: RecoveryTarget, settings: Mapping[str, Any], root: Path, work: Path, run: Run
) -> Iterator[Check]:
    """Of a physical backup whose plan could be made."""
    chain, candidate = plan.chain, plan.candidate
    yield passed(
        "backup-readable",
        f"backup {candidate.id}, {candidate.size / 1e9:.2f} GB, cluster {plan.origin.system_identifier}",
        bytes=candidate.size,
    )
    unsupported = source.unsupported(candidate)
    version = f"PostgreSQL {plan.programs.version} for a backup of PostgreSQL {plan.programs.major}"
    yield failed("version-pair", unsupported) if unsupported else passed("version-pair", version)
    end = format_lsn(chain.stretch.last)
    detail = f"{chain.segments} segments, {chain.first} to {chain.last}, every record up to {end} read, timeline {chain.timeline}"
    yield passed("log-chain", detail, segments=chain.segments, bytes=chain.size, last_record=end)
    yield _target(plan, asked)
    yield _fetch(plan, source, work)
    yield from _settings(plan, source, settings)
    yield from place(root, candidate.size + chain.size, source.inside(), run)


def _target(plan: PhysicalPlan, asked: RecoveryTarget) -> Check:
    latest = plan.chain.stretch.latest
    after = f"; the last transaction ended at {latest.time.isoformat()}" if latest else "; no transaction follows the backup"
    explicit = f"{asked} is {plan.target}, the last record" if asked.kind is TargetKind.LATEST else f"{plan.target} is inside"
    return passed("recovery-target", explicit + after)


def _fetch(plan: PhysicalPlan, source: PhysicalSource, work: Path) -> Check:
    """The way in which the recovering server will ask: a wrong path or permission there looks like the end of the log."""
    name = f"{plan.chain.last}.partial" if plan.chain.last_is_partial else plan.chain.last
    file = work / "probe"
    try:
        there = source.archive(plan.candidate).fetch(name, file)
    except (ArchiveError, OSError) as error:
        return failed("log-fetch", f"{name} cannot be fetched: {error}")
    finally:
        file.unlink(missing_ok=True)
    return passed("log-fetch", f"{name} was fetched") if there else failed("log-fetch", f"{name} has gone")


def _settings(plan: PhysicalPlan, source: PhysicalSource, settings: Mapping[str, Any]) -> Iterator[Check]:
    folder = source.settings_files(plan.candidate)
    if folder is None:
        yield passed("server-settings", "they come with the restore, and are taken from there")
        return
    try:
        needed = read_control_file(plan.programs, folder).settings
    except ControlFileError as error:
        yield failed("server-settings", f"the control file cannot be read: {error}")
        return
    said = ", ".join(f"{name} {value}" for name, value in needed.items())
    there, missing = preload(settings_of_source(folder), plan.programs, settings["preload_ignored"])
    if missing:
        detail = f"the source loads {', '.join(missing)}, which is not installed here. Install it, or name it in preload_ignored."
        yield failed("preload-libraries", detail)
    else:
        yield passed("preload-libraries", f"loaded like at the source: {', '.join(there) or 'none'}")
    yield passed("server-settings", f"as large as the source's: {said}")


def place(root: Path, size: int, sources: tuple[Path, ...], run: Run) -> Iterator[Check]:
    """Whether the copy has room, and whether it could be the source."""
    if not root.is_dir() or not os.access(root, os.W_OK | os.X_OK):
        yield failed("scratch-folder", f"{root} is no folder that can be written. Name one with scratch = …")
        return
    real = root.resolve()
    near = next((each for each in (real, *real.parents) if (each / "PG_VERSION").exists()), None)
    within = next((each for each in sources if each.resolve() in (real, *real.parents)), None)
    if near or within:
        what = f"the data directory {near}" if near else f"the backups in {within}"
        yield failed("scratch-folder", f"{root} lies inside {what}: a drill writes nowhere near its source. Name another with scratch = …")
        return
    socket = real / f"{PREFIX}{run.id}-9" / SERVER / "s" / ".s.PGSQL.65535"
    if len(os.fsencode(socket)) > SOCKET_LIMIT:
        yield failed(
            "scratch-folder",
            f"{root}: a socket below it would have a path of more than {SOCKET_LIMIT} bytes. Name a shorter one with scratch = …",
        )
        return
    yield passed("scratch-folder", f"the copy is put below {root}")
    wanted, free = int(size * ROOM), free_space(root)
    say = f"{free / 1e9:.1f} GB free in {root}, {wanted / 1e9:.1f} GB wanted ({ROOM} times the restored files)"
    yield (
        passed("disk-space", say, free=free, wanted=wanted)
        if free >= wanted
        else failed("disk-space", f"{say}. Name another with scratch = …")
    )
