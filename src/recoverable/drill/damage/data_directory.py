"""Damage to the files of a stopped copy: what a disk, a file system or a repair tool does to a source before its backup."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from random import Random

from recoverable.drill.damage.injection import Artefact, CannotDamageError, Injection
from recoverable.drill.damage.marked import ours
from recoverable.drill.damage.victims import Victim

SEGMENT = 1 << 30
"""Bytes in one file of a relation (RELSEG_SIZE of a usual build)."""


@dataclass(frozen=True, slots=True)
class StoppedFiles:
    """A data directory that no server runs on, and the table in it that was chosen."""

    data: Path
    victim: Victim


def flip_bit(files: StoppedFiles, random: Random) -> str:
    """Turn one bit of a page with rows around, behind its header."""
    file, offset = _place(files.data, files.victim.file, files.victim.block, files.victim.page)
    at = offset + random.randrange(24, files.victim.page)
    _turn(file, at, 1 << random.randrange(8))
    return f"one bit in block {files.victim.block} of {files.victim}"


def zero_page(files: StoppedFiles, random: Random) -> str:
    """Fill a page with rows with zeros."""
    file, offset = _place(files.data, files.victim.file, files.victim.block, files.victim.page)
    _write(file, offset, bytes(files.victim.page))
    return f"block {files.victim.block} of {files.victim} is zeros"


def truncate_table(files: StoppedFiles, random: Random) -> str:
    """Cut a table off at the boundary of a page, so that a page with rows is gone."""
    block = files.victim.block
    file, offset = _place(files.data, files.victim.file, block, files.victim.page)
    with file.open("r+b") as stream:
        stream.truncate(offset)
    return f"{files.victim} is cut off after {block} of {files.victim.size // files.victim.page} pages"


def remove_table_file(files: StoppedFiles, random: Random) -> str:
    """Remove the file of a table."""
    (ours(files.data) / files.victim.file).unlink()
    return f"the file of {files.victim} is removed"


def remove_index_file(files: StoppedFiles, random: Random) -> str:
    """Remove the file of an index."""
    (ours(files.data) / files.victim.index_file).unlink()
    return f"the file of an index of {files.victim} is removed"


def zero_index_page(files: StoppedFiles, random: Random) -> str:
    """Fill a page of an index with zeros, the meta page (block 0) left alone."""
    path = ours(files.data) / files.victim.index_file
    pages = path.stat().st_size // files.victim.page
    if pages < 2:
        raise CannotDamageError(f"the index of {files.victim} has no page but its meta page")
    block = random.randrange(1, pages)
    _write(path, block * files.victim.page, bytes(files.victim.page))
    return f"block {block} of an index of {files.victim} is zeros"


def flip_index_bit(files: StoppedFiles, random: Random) -> str:
    """Turn one bit of an index around."""
    path = ours(files.data) / files.victim.index_file
    at = random.randrange(path.stat().st_size)
    _turn(path, at, 1 << random.randrange(8))
    return f"one bit at byte {at} of an index of {files.victim}"


def archive_again(files: StoppedFiles, random: Random) -> str:
    """Switch archiving on in the copy, as ALTER SYSTEM at the source would have."""
    return _set(files.data, "archive_mode = 'on'\narchive_command = ''\n", "archiving is on in the copy")


def let_subscriptions_run(files: StoppedFiles, random: Random) -> str:
    """Give the copy workers for its subscriptions again."""
    return _set(files.data, "max_logical_replication_workers = '4'\n", "subscriptions of the copy have workers")


def _set(data: Path, lines: str, said: str) -> str:
    path = ours(data) / "postgresql.auto.conf"
    owner = ours(data).stat()
    had = path.exists()
    with path.open("a", encoding="utf-8") as stream:
        stream.write(lines)
    if not had:
        path.chmod(0o600)
        _hand(path, owner.st_uid, owner.st_gid)
    return said


def _hand(path: Path, uid: int, gid: int) -> None:
    if path.stat().st_uid != uid:
        os.chown(path, uid, gid)


def _place(data: Path, file: Path, block: int, page: int) -> tuple[Path, int]:
    """The file of the segment that holds a block, and the offset in it."""
    number, offset = divmod(block * page, SEGMENT)
    return ours(data) / (f"{file}.{number}" if number else file), offset


def _turn(path: Path, at: int, mask: int) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([byte ^ mask]))


def _write(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(offset)
        stream.write(data)


_WHERE = Artefact.DATA_DIRECTORY
INJECTIONS = (
    Injection("heap-bit-flipped", 5, "one bit of a table's page is turned around", _WHERE, flip_bit),
    Injection("index-bit-flipped", 5, "one bit of an index is turned around", _WHERE, flip_index_bit),
    Injection("table-truncated", 6, "a table's file is cut off at a page's boundary", _WHERE, truncate_table),
    Injection("page-zeroed", 7, "a page of a table is zeros", _WHERE, zero_page),
    Injection("index-page-zeroed", 7, "a page of an index is zeros", _WHERE, zero_index_page),
    Injection("table-file-missing", 8, "a table's file is gone", _WHERE, remove_table_file),
    Injection("index-file-missing", 8, "an index's file is gone", _WHERE, remove_index_file),
    Injection("archiving-on", 14, "the copy archives its own history", _WHERE, archive_again),
    Injection("subscription-workers", 27, "the copy's subscriptions can run", _WHERE, let_subscriptions_run),
)
