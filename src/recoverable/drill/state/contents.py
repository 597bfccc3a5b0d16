"""What a restore of a state hands out: the version of the target and the one before it, each in a file of the scratch place."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.durable import write_new_file
from recoverable.drill.state.facts import Facts, NotAStateError, UnknownFormatError, facts_of
from recoverable.drill.state.history import Body, Chosen, Source, Version
from recoverable.drill.state.programs import Reader

NEWEST, OLDER = "newest", "older"
CLONE = "clone"


@dataclass(frozen=True, slots=True)
class Piece:
    """One restored version. ``taken`` is what its content was when it was read at the source: facts, or why there are none."""

    version: Version
    file: Path
    body_encryption: str
    body_key: str
    taken: Facts | str

    def facts(self, kind: str) -> Facts:
        """The facts of the file as it is now.

        Raises:
            NotAStateError: it is no state any more, or never was one.
            UnknownFormatError: it is one that is not read here.
        """
        return facts_of(kind, self.content())

    def content(self) -> bytes:
        """The file.

        Raises:
            NotAStateError: it cannot be read.
        """
        try:
            return self.file.read_bytes()
        except OSError as error:
            raise NotAStateError(f"the restored file cannot be read ({error.strerror})") from None


@dataclass(frozen=True, slots=True)
class StateCopy:
    """The restored versions. ``older`` is None where there is none. ``pause`` waits so many seconds, and raises where the time is over."""

    kind: str
    source: Source
    folder: Path
    chosen: Chosen
    versioning: str
    newest: Piece
    older: Piece | None
    reader: Reader
    pause: Callable[[float], None]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Both, or the one that there is."""
        return (self.newest,) if self.older is None else (self.newest, self.older)

    @property
    def is_clone(self) -> bool:
        """Whether this is what the negative control may damage."""
        return self.folder.name == CLONE

    def first_read(self) -> None:
        """Read the restored state to its end.

        Raises:
            RestoreFailedError: there is nothing to read.
        """
        try:
            content = self.newest.content()
        except NotAStateError as error:
            raise RestoreFailedError(str(error)) from None
        if not content:
            raise RestoreFailedError(f"version {self.newest.version.id} of {self.source.label} is empty", "Bring an older version back.")

    @contextmanager
    def room(self) -> Iterator[Path]:
        """The path of a folder that is not there yet, for what a program writes; gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="read-") as folder:
            yield Path(folder) / "r"

    @contextmanager
    def cloned(self) -> Iterator[StateCopy]:
        """The same files once more, below the same scratch place; gone afterwards."""
        folder = self.folder / CLONE
        folder.mkdir(mode=0o700)
        try:
            pieces = {OLDER: None if self.older is None else _copied(self.older, folder), NEWEST: _copied(self.newest, folder)}
            yield replace(self, folder=folder, newest=pieces[NEWEST] or self.newest, older=pieces[OLDER])
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # what is left goes with the scratch place


def _copied(piece: Piece, folder: Path) -> Piece:
    file = folder / piece.file.name
    write_new_file(file, piece.file.read_bytes())
    return replace(piece, file=file)


def restored(kind: str, version: Version, body: Body, folder: Path, name: str) -> Piece:
    """Write a version into the scratch place."""
    file = folder / f"{name}.{'tfstate' if kind == 'terraform' else 'json'}"
    write_new_file(file, body.content)
    taken: Facts | str
    try:
        taken = facts_of(kind, body.content)
    except (NotAStateError, UnknownFormatError) as error:
        taken = str(error)
    return Piece(version, file, body.encryption, body.key, taken)


def said(moment: datetime.datetime) -> str:
    """A time, to the second."""
    return moment.isoformat(timespec="seconds")
