"""``Pulumi.yaml`` and ``Pulumi.<stack>.yaml``: which backend and secrets provider a project uses.

Only a few top-level keys matter, so they are read line by line; a YAML library is not needed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from recoverable.model.raw import RawBackend, Reading
from recoverable.model.values import Location

SKIPPED = {".git", ".terraform", "node_modules", ".venv", "venv", "__pycache__", ".cache"}
FILES = ("Pulumi.yaml", "Pulumi.yml")
LARGEST = 1024 * 1024
KEY = re.compile(r"^(\s*)([A-Za-z]+):\s*(.*?)\s*(?:\s#.*)?$")


def read_projects(path: Path, base: Path) -> list[Reading]:
    """One reading per Pulumi project below a folder that names a backend or secrets provider."""
    return [reading for file in _projects(path) if (reading := read_project(file, base)) is not None]


def project_above(folder: Path, name: str = "", *, depth: int = 2) -> Path | None:
    """The project file of a folder, or of one up to ``depth`` above it (a program may lie below its project); None without one.

    With a ``name``, the project has to be of that name.
    """
    for place in [folder.absolute(), *folder.absolute().parents][: depth + 1]:
        file = next((place / each for each in FILES if (place / each).is_file()), None)
        if file is not None:
            return file if not name or _settings(file).get("name", ("", 0))[0] == name else None
    return None


def _projects(path: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        yield from (Path(folder, name) for name in FILES if name in names)


def read_project(file: Path, base: Path, only: str = "") -> Reading | None:
    """The reading of one project file; ``only`` is the stack whose settings count, if not all."""
    settings = _settings(file)
    attrs: dict[str, str] = {}
    lines: dict[str, int] = {}
    if "backend.url" in settings:
        attrs["url"], lines["url"] = settings["backend.url"]
    beside = file.parent / settings.get("stackConfigDir", ("", 0))[0]
    for stack in sorted(beside.glob("Pulumi.*.y*ml")):
        if only and stack.stem != f"Pulumi.{only}":
            continue
        found = _settings(stack)
        for key in ("secretsprovider", "encryptionsalt"):
            if key in found and "secretsprovider" not in attrs:
                attrs["secretsprovider"] = found[key][0] if key == "secretsprovider" else "passphrase"
    if "url" not in attrs and "secretsprovider" not in attrs:
        return None
    name = _name(file, base)
    backend = RawBackend("pulumi", dict(attrs), Location(name, lines.get("url", 1)), dict(lines))
    return Reading("pulumi-project", name, backends=[backend], files=[name])


def _settings(file: Path) -> dict[str, tuple[str, int]]:
    """Dotted keys (two levels) with value and line."""
    out: dict[str, tuple[str, int]] = {}
    parent = ""
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return out
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return out
    for number, line in enumerate(text.splitlines(), 1):
        match = KEY.match(line)
        if not match:
            continue
        value = match[3].strip("\"'")
        if not match[1]:
            parent = match[2]
            out[match[2]] = (value, number)
        else:
            out.setdefault(f"{parent}.{match[2]}", (value, number))
    return out


def _name(path: Path, base: Path) -> str:
    try:
        return path.resolve().relative_to(base.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
