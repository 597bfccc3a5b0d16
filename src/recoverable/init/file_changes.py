"""Files that are to be written: the difference is shown first, each is written whole or not at all."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recoverable.model.errors import InputError


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file, relative to the top: its text before (None where there is none) and after.

    ``keeps`` is true where all that was in it stays, as when a line is added to a list.
    """

    name: str
    before: str | None
    after: str
    keeps: bool = False

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after

    @property
    def overwrites(self) -> bool:
        """Whether something of the user's would be lost."""
        return self.before is not None and self.changes and not self.keeps


def change(top: Path, name: str, after: str) -> FileChange:
    """The change that makes a file have a text.

    Raises:
        InputError: what is there is no text file, or lies behind a link out of the repository.
    """
    return FileChange(name, text_of(top, name), after)


def text_of(top: Path, name: str) -> str | None:
    """The text of a file, None where there is none.

    Raises:
        InputError: what is there is no text file, or lies behind a link out of the repository.
    """
    path = top / name
    if not path.resolve().is_relative_to(top.resolve()):
        raise InputError(f"{name} leads out of the repository", "", "Remove the link, or write the file yourself.")
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(f"{name} is no UTF-8 text", "", "Move it away first.") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}", "", "Move it away first.") from None


def difference(item: FileChange) -> Iterator[str]:
    """The lines of a unified diff."""
    before = (item.before or "").splitlines()
    old = "/dev/null" if item.before is None else f"a/{item.name}"
    yield from difflib.unified_diff(before, item.after.splitlines(), old, f"b/{item.name}", lineterm="")


def write_all(top: Path, items: Iterable[FileChange]) -> list[str]:
    """Write what changes, and name it. All new texts lie on the disk before the first file is replaced.

    Raises:
        OSError: a folder or file cannot be written; nothing has been replaced then, unless the disk fails between two renames.
    """
    ready: list[tuple[str, Path]] = []
    made_folders: list[Path] = []
    items = [item for item in items if item.changes]
    try:
        for item in items:
            target = (top / item.name).resolve()
            for folder in _missing(target.parent):
                folder.mkdir(exist_ok=True)
                made_folders.append(folder)
            ready.append((_prepared(target, item.after), target))
        while ready:
            made, target = ready[0]
            os.replace(made, target)
            ready.pop(0)
    finally:
        for made, _ in ready:
            Path(made).unlink(missing_ok=True)
        for folder in reversed(made_folders):
            if not any(folder.iterdir()):
                folder.rmdir()
    return [item.name for item in items]


def _missing(folder: Path) -> list[Path]:
    """The folders on the way to one that do not exist, from the outside in."""
    missing: list[Path] = []
    while not folder.exists():
        missing.insert(0, folder)
        folder = folder.parent
    return missing


def _prepared(target: Path, text: str) -> str:
    """A file beside the target with the new text and the rights the target has, or a new file would have."""
    number, made = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(made, target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
    except BaseException:
        Path(made).unlink(missing_ok=True)
        raise
    return made


def _umask() -> int:
    """The mask for new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
