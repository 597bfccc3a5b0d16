"""Damage is done to copies of a drill alone: a folder that does not lie below a drill's marker is refused."""

from __future__ import annotations

from pathlib import Path

MARKER = ".recoverable-drill"
"""The file that a drill puts into the folder that it makes; the same that the reaper looks for."""
DEPTH = 3
"""So many folders above may hold the marker: the copy's files lie below the folder that the drill made."""


class NotOursError(Exception):
    """The folder is not one that a drill has made. Nothing was touched."""


def ours(path: Path) -> Path:
    """The path itself, with its links resolved, after looking for the marker.

    Raises:
        NotOursError: there is none.
    """
    real = path.resolve(strict=True)
    folder = real if real.is_dir() else real.parent
    for each in (folder, *folder.parents[:DEPTH]):
        if (each / MARKER).is_file() and not (each / MARKER).is_symlink():
            return real
    raise NotOursError(f"{path} does not lie below a folder with {MARKER}: only a drill's own copies are damaged")
