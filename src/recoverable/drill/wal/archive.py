"""Where archived log comes from: a folder, compressed or not; and several places as one."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from recoverable.drill.postgres.running import environment
from recoverable.drill.wal.names import SUFFIXES

BLOCK = 1 << 20
_READERS: Mapping[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_TOOLS = {".zst": ("zstd", "-dcq"), ".lz4": ("lz4", "-dcq")}


class ArchiveError(Exception):
    """The archive cannot be read: says which file and why. Not the same as a file that is not there."""


class WalArchive(Protocol):
    """Archived files by their PostgreSQL names, whatever they are called and however they are compressed there."""

    @property
    def place(self) -> str:
        """Where it is, for messages."""

    def names(self) -> frozenset[str]:
        """All files: segments, ``.partial``, ``.history``, ``.backup``.

        Raises:
            ArchiveError: it cannot be listed.
        """

    def plain(self, name: str) -> Path | None:
        """The file itself where it lies there as it is; None where it has to be fetched."""

    def fetch(self, name: str, into: Path) -> bool:
        """Write a file's contents; False where the archive has no such file.

        Raises:
            ArchiveError: it is there and cannot be read.
        """


class FolderArchive:
    """A folder, with sub-folders or without. It is listed once; make a new one to see what came since."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, Path] | None = None
        self._names: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.folder)

    def names(self) -> frozenset[str]:
        """From one walk through the folder."""
        self._names = self._names or frozenset(self._listed())
        return self._names

    def plain(self, name: str) -> Path | None:
        """Files without a suffix of compression."""
        found = self._listed().get(name)
        return found if found and found.suffix not in SUFFIXES - {""} else None

    def fetch(self, name: str, into: Path) -> bool:
        """Copy or decompress."""
        found = self._listed().get(name)
        if found is None:
            return False
        decompress(found, into)
        return True

    def _listed(self) -> dict[str, Path]:
        if self._files is None:
            self._files = self._walk()
        return self._files

    def _walk(self) -> dict[str, Path]:
        files: dict[str, Path] = {}
        try:
            for folder, _, names in os.walk(self.folder, onerror=_raise):
                for each in names:
                    path = Path(folder) / each
                    name = each.removesuffix(path.suffix) if path.suffix in SUFFIXES else each
                    if name in files and path.stat().st_size != files[name].stat().st_size:
                        raise ArchiveError(f"{name} is there twice: {files[name]} and {path}")
                    files[name] = path
        except OSError as error:
            raise ArchiveError(f"{error.filename or self.folder} cannot be read: {error.strerror}") from None
        return files


class SeveralArchives:
    """Places that are asked one after the other: the archive, then the log inside the backup."""

    def __init__(self, archives: Sequence[WalArchive]) -> None:
        self._archives = tuple(archives)

    @property
    def place(self) -> str:
        """All of them."""
        return " and ".join(each.place for each in self._archives) or "nowhere"

    def names(self) -> frozenset[str]:
        """Of all."""
        return frozenset().union(*(each.names() for each in self._archives))

    def plain(self, name: str) -> Path | None:
        """Of the first that has it."""
        for each in self._archives:
            if name in each.names():
                return each.plain(name)
        return None

    def fetch(self, name: str, into: Path) -> bool:
        """From the first that has it."""
        return any(each.fetch(name, into) for each in self._archives)


def decompress(source: Path, into: Path) -> None:
    """Write the contents of a file that may be compressed.

    Raises:
        ArchiveError: it cannot be read or is damaged.
    """
    try:
        if source.suffix in _TOOLS:
            with into.open("wb") as target:
                _by_tool(_TOOLS[source.suffix], source, target)
        elif source.suffix in _READERS:
            with _READERS[source.suffix](source, "rb") as stream, into.open("wb") as target:
                shutil.copyfileobj(stream, target, BLOCK)
        else:
            shutil.copyfile(source, into)
    except (OSError, EOFError, lzma.LZMAError) as error:
        into.unlink(missing_ok=True)
        raise ArchiveError(f"{source} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _by_tool(order: tuple[str, ...], source: Path, target: IO[bytes]) -> None:
    tool = shutil.which(order[0])
    if tool is None:
        raise ArchiveError(f"{source} is compressed, and {order[0]} is not installed")
    done = subprocess.run([tool, *order[1:], str(source)], stdout=target, stderr=subprocess.PIPE, env=environment(), text=True)  # noqa: S603 - a decompressor and a path
    if done.returncode != 0:
        raise ArchiveError(f"{source} cannot be read: {done.stderr.strip() or order[0]}")


def _raise(error: OSError) -> None:
    raise error
