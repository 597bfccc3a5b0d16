"""Files that their owner alone can read, and that are on the disk when they are said to be."""

from __future__ import annotations

import os
from pathlib import Path

from recoverable.model.errors import InputError


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet; missing folders are made for this user alone.

    Raises:
        InputError: it is there already.
        OSError: it cannot be written.
    """
    for folder in reversed(path.parents):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise InputError("there is such a file already", str(path), "Name another place: nothing is overwritten.") from None
    with os.fdopen(number, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    folder_number = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder_number)
    finally:
        os.close(folder_number)
