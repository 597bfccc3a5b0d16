"""Copies of a state in a folder of this machine. Reads only."""

from __future__ import annotations

import datetime
import stat
from pathlib import Path

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.state.history import ENABLED, LARGEST, Body, Version

ENDINGS = ("", ".backup", ".bak")
"""A state and the version before it: Terraform writes ``.backup`` beside a local state, Pulumi ``.bak``."""
WORDS = (".tfstate", ".json")
"""One of them is in the name of a copy: other files may lie beside."""


class FolderSource:
    """A folder whose files are copies of one state, or one file with the version before it. A version's id is its file's name."""

    in_a_bucket = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.label = str(path)

    def versions(self) -> list[Version]:
        """By the times of the files; hidden files and links are none."""
        try:
            return sorted((_version(each) for each in self._files()), key=lambda each: (each.modified, each.id), reverse=True)
        except OSError as error:
            raise RestoreFailedError(f"{self.label} cannot be read ({error.strerror})", "Check url.") from None

    def read(self, version: Version) -> Body:
        """One file."""
        path = (self.path if self.path.is_dir() else self.path.parent) / version.id
        try:
            with path.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        except OSError as error:
            raise RestoreFailedError(f"{path} cannot be read ({error.strerror})", "Check its owner and mode.") from None
        if len(content) > LARGEST:
            raise RestoreFailedError(f"{path} has more than {LARGEST} bytes", "That is no state.")
        return Body(content)

    def versioning(self) -> str:
        """Each copy is a file of its own."""
        return ENABLED

    def digest(self) -> None:
        """There is none."""

    def _files(self) -> list[Path]:
        if self.path.is_dir():
            found = [each for each in self.path.iterdir() if not each.name.startswith(".") and any(word in each.name for word in WORDS)]
        else:
            found = [self.path.with_name(self.path.name + ending) for ending in ENDINGS]
        return [each for each in found if _is_file(each)]


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _version(path: Path) -> Version:
    facts = path.stat()
    return Version(path.name, datetime.datetime.fromtimestamp(facts.st_mtime, datetime.UTC), facts.st_size)
