"""Where the program of a preview lies: the engine tells places relative to the project's folder."""

from __future__ import annotations

import os
from pathlib import Path

from recoverable.model.raw import Reading
from recoverable.model.values import Location


def place_in_program(reading: Reading, folders: list[Path], base: Path) -> None:
    """Name the program's files as they are found from ``base``, and add them to the reading's.

    A file that none of the folders holds keeps the name the engine gave it.
    """
    found: dict[str, str] = {}
    for raw in [*reading.resources, *(reading.before or ())]:
        if raw.where is None or raw.where.file == reading.path:
            continue
        name = raw.where.file
        if name not in found:
            file = next((folder / name for folder in folders if (folder / name).is_file()), None)
            found[name] = Path(os.path.relpath(file, base)).as_posix() if file else ""
        if found[name]:
            raw.where = Location(found[name], raw.where.line)
    reading.files.extend(sorted({name for name in found.values() if name} - set(reading.files)))
