"""Files that survive a crash: what was written is on the disk before the next step begins."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def make_folder(path: Path) -> Path:
    """A folder for this user alone, with its parents; its name is on the disk."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        sync_folder(each.parent)
    return path


def append_line(path: Path, line: str) -> None:
    """Add a line at the end, in one write, on the disk on return.

    A line that a crash cut off is ended first, so that it spoils itself alone.
    """
    new = not path.exists()
    number = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        size = os.fstat(number).st_size
        cut = size > 0 and os.pread(number, 1, size - 1) != b"\n"
        _write_all(number, (b"\n" if cut else b"") + line.encode() + b"\n")
        os.fsync(number)
    finally:
        os.close(number)
    if new:
        sync_folder(path.parent)


def replace_file(path: Path, text: str, mode: int = PRIVATE_FILE) -> None:
    """Write a file in one step: readers see the old or the new text, whole; on the disk on return."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        write_new_file(beside, text, mode)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_new_file(path: Path, text: str | bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a file that must not exist yet (no link is followed); on the disk on return."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        _write_all(number, text if isinstance(text, bytes) else text.encode())
        os.fsync(number)
    finally:
        os.close(number)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk."""
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _write_all(number: int, data: bytes) -> None:
    while data:
        data = data[os.write(number, data) :]
