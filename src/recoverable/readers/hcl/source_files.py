"""Finding and reading configuration files: what belongs to a folder, decoded and split into blocks."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.model.raw import Problem
from recoverable.model.values import Location
from recoverable.readers.hcl.expression_parser import parse_expression
from recoverable.readers.hcl.json_structure import parse_json_structure
from recoverable.readers.hcl.source_text import HclSyntaxError, SourceText
from recoverable.readers.hcl.structure import Body, parse_structure

SUFFIXES = (".tf", ".tf.json", ".tofu", ".tofu.json")
LARGEST = 64 * 1024 * 1024


@dataclass(slots=True)
class ConfigFile:
    """One file's blocks; ``is_override`` files are merged over the others."""

    path: Path
    source: SourceText
    body: Body
    is_override: bool


@dataclass(slots=True)
class FolderFiles:
    """The configuration files of one folder, and what could not be read of them."""

    files: list[ConfigFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def shown(path: Path, base: Path | None) -> str:
    """A path for people and reports: relative to ``base`` where that is possible, with slashes."""
    try:
        return Path(os.path.relpath(path, base or Path.cwd())).as_posix()
    except ValueError:  # another drive on Windows
        return path.as_posix()


def is_config_name(name: str) -> bool:
    """Whether Terraform would load a file of this name; editors' backup files are not."""
    if name.startswith((".", "#")) or name.endswith("~"):
        return False
    return name.endswith(SUFFIXES)


def config_paths(folder: Path) -> list[Path]:
    """The configuration files of a folder in Terraform's order; ``.tofu`` hides a ``.tf`` of its name."""
    names = sorted(name for name in os.listdir(folder) if is_config_name(name))
    present = set(names)
    return [folder / name for name in names if not _hidden(name, present) and not (folder / name).is_dir()]


def _hidden(name: str, present: set[str]) -> bool:
    for suffix, stronger in ((".tf.json", ".tofu.json"), (".tf", ".tofu")):
        if name.endswith(suffix):
            return name[: -len(suffix)] + stronger in present
    return False


def is_override(path: Path) -> bool:
    """Whether a file is merged over the others: ``override.tf`` and ``*_override.tf``."""
    stem = path.name
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if stem.endswith(suffix):
            stem = stem[: -len(suffix)]
            break
    return stem == "override" or stem.endswith("_override")


def read_text(path: Path, name: str) -> SourceText | Problem:
    """The decoded file, or the problem that says why not."""
    try:
        if path.exists() and not path.is_file():
            return Problem("error", f"{name} is not a regular file", Location(name))
        if path.stat().st_size > LARGEST:
            return Problem("error", f"{name} is larger than {LARGEST >> 20} MB", Location(name))
        data = path.read_bytes()
    except OSError as error:
        return Problem("error", f"{name} cannot be read: {error.strerror or error}", Location(name))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem("error", f"{name} is not UTF-8: byte {data[error.start]:#04x}", Location(name, line))
    return SourceText(text, name)


def read_file(path: Path, base: Path | None) -> ConfigFile | Problem:
    """The blocks of one file. Every expression is parsed once, so that no error hides."""
    source = read_text(path, shown(path, base))
    if isinstance(source, Problem):
        return source
    try:
        if path.name.endswith(".json"):
            body = parse_json_structure(source)
        else:
            body = parse_structure(source)
            for argument in body.all_arguments():
                parse_expression(source, argument.start, argument.end)
    except HclSyntaxError as error:
        return Problem("error", error.message, Location(source.file, error.line))
    except RecursionError:
        return Problem("error", "nested too deeply", Location(source.file))
    return ConfigFile(path, source, body, is_override(path))


def read_folder(folder: Path, base: Path | None, only: Path | None = None) -> FolderFiles:
    """All configuration files of a folder, or ``only`` one of them."""
    found = FolderFiles()
    try:
        paths = [only] if only else config_paths(folder)
    except OSError as error:
        name = shown(folder, base)
        found.problems.append(Problem("error", f"{name} cannot be read: {error.strerror or error}", Location(name)))
        return found
    for path in paths:
        file = read_file(path, base)
        if isinstance(file, Problem):
            found.problems.append(file)
        else:
            found.files.append(file)
    return found
