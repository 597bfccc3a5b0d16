"""Which folders are root modules: those that no other folder of the input calls."""

from __future__ import annotations

import os
from pathlib import Path

from recoverable.readers.hcl.configuration import Configuration
from recoverable.readers.hcl.module_calls import is_local, source_of
from recoverable.readers.hcl.session import Library
from recoverable.readers.hcl.source_files import is_config_name

# Where tools keep what they have downloaded; Checkov's is .external_modules.
SKIPPED = frozenset({".git", ".terraform", "node_modules", ".terragrunt-cache", ".external_modules"})


def config_folders(path: Path) -> list[Path]:
    """Every folder at or below a path that holds configuration, without following links in circles."""
    found: list[Path] = []

    def unreadable(error: OSError) -> None:
        # Taken for a folder with configuration, so that reading it says what is wrong.
        found.append(Path(error.filename))

    for folder, names, files in os.walk(path, followlinks=False, onerror=unreadable if path.is_dir() else None):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        if any(is_config_name(name) for name in files):
            found.append(Path(folder))
    return found


def local_calls(configuration: Configuration) -> list[Path]:
    """The folders that a configuration calls by relative path."""
    found = []
    for block in configuration.modules.values():
        source = source_of(block)
        if source and is_local(source):
            found.append(Path(os.path.normpath(configuration.folder / source.replace("\\", "/"))))
    return found


def roots_in(path: Path, library: Library) -> list[Path]:
    """The root modules at or below a folder, in order of their paths."""
    folders = config_folders(path)
    real = {os.path.realpath(folder): folder for folder in folders}
    calls = {key: [os.path.realpath(called) for called in local_calls(library.configuration(folder))] for key, folder in real.items()}
    called = {target for key, targets in calls.items() for target in targets if target != key}
    roots = [key for key in real if key not in called]
    reached = _reached(roots, calls)
    # Folders that call each other in a circle have no root; one of them must be read to say so.
    for key in real:
        if key not in reached:
            roots.append(key)
            reached |= _reached([key], calls)
    return sorted(real[key] for key in roots)


def _reached(starts: list[str], calls: dict[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    pending = list(starts)
    while pending:
        key = pending.pop()
        if key not in reached:
            reached.add(key)
            pending.extend(calls.get(key, ()))
    return reached


def find_roots(path: Path) -> list[Path]:
    """The root modules of an input: a file is its own, a folder is searched."""
    return [path] if path.is_file() else roots_in(path, Library(None))
