"""The files of the backup are those that its manifest says: sizes and SHA-256, before anything was restored from them."""

from __future__ import annotations

from pathlib import Path

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.reading.survey import named
from recoverable.drill.reading.tools import run_tool
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage

RUNG = Rung(
    name="backup-manifest",
    title="The backup matches its manifest",
    why="Damage that happened to the backup after it was taken is invisible to a restore: a flipped bit, a table cut off, a missing file.",
    stage=Stage.BACKUP,
    depth=Depth.STANDARD,
    needs=frozenset({Need.FILES}),
    catches=(5, 6, 7, 8, 9),
    seconds_per_gb=0.3,
)
MANIFEST = "backup_manifest"
TAR_FROM = 18
"""pg_verifybackup reads tar formats from this version on."""
_BAD, _FINE = 1, 0


def excuse(context: LadderContext) -> str:
    """Why this cannot be asked of a copy; "" where it can."""
    files = context.restored.files
    return "" if files is None or files.backup is not None else "this kind of backup has no manifest of PostgreSQL's own"


def run(context: LadderContext) -> RungResult:
    """``pg_verifybackup``; the log in the backup is parsed where it is there."""
    files = context.restored.files
    if files is None or files.backup is None:
        return could_not_run("there is no backup folder to look at")
    program = files.programs / "pg_verifybackup"
    if not program.is_file():
        return could_not_run("pg_verifybackup is not installed beside the server")
    if not (files.backup / MANIFEST).is_file():
        return could_not_run(f"the backup has no {MANIFEST}, so nothing says what its files must be")
    options = [] if _has_log(files.backup) else ["--no-parse-wal"]
    done = run_tool([program, "--quiet", *options, files.backup])
    if done.code not in (_FINE, _BAD):
        return could_not_run(f"pg_verifybackup could not run ({done.code})")
    told = [_without_folder(line, files.backup) for line in done.err.splitlines() if "error:" in line]
    if done.code == _FINE:
        return passed(
            "every file has the size and checksum of the manifest" + ("" if not options else "; the log lies elsewhere"),
            log_in_backup=not options,
        )
    if any(word in line for line in told for word in _NOT_ABOUT_THE_BACKUP):
        return could_not_run(f"pg_verifybackup could not run: {named(told)}")
    return failed(f"pg_verifybackup found {len(told)} faults: {named(told)}", faults=len(told), first=told[:20])


_NOT_ABOUT_THE_BACKUP = ('program "pg_waldump" is needed', "Permission denied", "unrecognized option", "must specify -n/--no-parse-wal")


def _has_log(backup: Path) -> bool:
    """Whether segments lie in the backup (``pg_basebackup -X none`` and archive-only backups have none)."""
    folder = backup / "pg_wal"
    return folder.is_dir() and any(len(each.name) == 24 for each in folder.iterdir())


def _without_folder(line: str, backup: Path) -> str:
    """The message without the program's name and this machine's folders."""
    return line.partition("error: ")[2].replace(f"{backup}/", "").replace(str(backup), "the backup").strip()
