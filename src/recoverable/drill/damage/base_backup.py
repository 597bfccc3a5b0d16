"""Damage to a base backup in plain format after it was taken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from recoverable.drill.damage.injection import Artefact, CannotDamageError, Injection
from recoverable.drill.damage.marked import ours

PAGE = 8192
_LEAST_PAGES = 2
_SEVERAL = 2


def flip_byte(backup: Path, random: Random) -> str:
    """Turn one bit of a relation's file around."""
    file = _relation_file(backup, random)
    at = random.randrange(file.stat().st_size)
    _patch(file, at, lambda byte: byte ^ (1 << random.randrange(8)))
    return f"one bit of {file.relative_to(backup)}"


def truncate_file(backup: Path, random: Random) -> str:
    """Cut a relation's file off at the boundary of a page."""
    file = _relation_file(backup, random)
    pages = file.stat().st_size // PAGE
    left = random.randrange(pages)
    with file.open("r+b") as stream:
        stream.truncate(left * PAGE)
    return f"{file.relative_to(backup)} has {left} of {pages} pages"


def zero_page(backup: Path, random: Random) -> str:
    """Fill a page that was not blank with zeros."""
    file = _relation_file(backup, random)
    data = file.read_bytes()
    full = [at for at in range(0, len(data), PAGE) if any(data[at : at + PAGE])]
    at = random.choice(full)
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(bytes(PAGE))
    return f"block {at // PAGE} of {file.relative_to(backup)} is zeros"


def remove_file(backup: Path, random: Random) -> str:
    """Remove a relation's file."""
    file = _relation_file(backup, random)
    file.unlink()
    return f"{file.relative_to(backup)} is removed"


def remove_label(backup: Path, random: Random) -> str:
    """Remove ``backup_label``, as a hand-made copy script does."""
    (ours(backup) / "backup_label").unlink()
    return "backup_label is removed"


def unknown_library(backup: Path, random: Random) -> str:
    """Let the source's settings name a library that is nowhere installed."""
    path = ours(backup) / "postgresql.auto.conf"
    with path.open("a", encoding="utf-8") as stream:
        stream.write("shared_preload_libraries = 'nosuch_library'\n")
    return "shared_preload_libraries names nosuch_library"


def remove_oldest(backups: Path, random: Random) -> str:
    """Remove the oldest of several backups, as a shortened retention does."""
    found = sorted((each.parent for each in ours(backups).glob("*/backup_label")), key=lambda each: (each / "backup_label").stat().st_mtime)
    if len(found) < _SEVERAL:
        raise CannotDamageError("there are not several backups in the folder")
    shutil.rmtree(found[0])
    return f"{found[0].name} is removed"


def _relation_file(backup: Path, random: Random) -> Path:
    """A relation's main file with two pages or more."""
    base = ours(backup) / "base"
    found = sorted(
        each for each in base.glob("*/*") if each.name.isdigit() and each.is_file() and each.stat().st_size >= _LEAST_PAGES * PAGE
    )
    if not found:
        raise CannotDamageError("there is no relation with two pages in the backup")
    return random.choice(found)


def _patch(file: Path, at: int, change: Callable[[int], int]) -> None:
    with file.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([change(byte)]))


_WHERE = Artefact.BASE_BACKUP
INJECTIONS = (
    Injection("backup-bit-flipped", 5, "one bit of the backup is turned around", _WHERE, flip_byte),
    Injection("backup-file-truncated", 6, "a file of the backup is cut off at a page's boundary", _WHERE, truncate_file),
    Injection("backup-page-zeroed", 7, "a page of the backup is zeros", _WHERE, zero_page),
    Injection("backup-file-missing", 8, "a file of the backup is gone", _WHERE, remove_file),
    Injection("backup-label-missing", 9, "backup_label is gone", _WHERE, remove_label),
    Injection("oldest-backup-expired", 16, "the oldest backup is gone: a retention was shortened", _WHERE, remove_oldest),
    Injection("preload-library-missing", 21, "the source preloads a library that is not installed", _WHERE, unknown_library),
)
