"""Tar files of backups, compressed in the ways that ``pg_basebackup`` knows, read in one pass."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from recoverable.drill.postgres.running import environment

TAR_NAMES = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.lz4")
BROKEN = (tarfile.TarError, EOFError, OSError, zlib.error)
"""What a damaged or cut-off tar raises."""
GUESS = 8
"""How much a compressed tar may unpack to, where the format does not say; for the check of disk space only."""
BUFFER = 1 << 20
END = 1024  # bytes of zeros that close every tar (pax(1))
_TOOLS = {".zst": "zstd", ".lz4": "lz4"}


@contextlib.contextmanager
def open_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """The tar as a stream; it is read to its end on exit, so that what is damaged behind the last member raises too.

    Raises:
        tarfile.TarError, EOFError, OSError, zlib.error: it is damaged, or the program that unpacks it is missing.
    """
    with _bytes_of(path) as stream:
        watched = _Tail(stream)
        with tarfile.open(fileobj=watched, mode="r|", bufsize=BUFFER) as archive:  # type: ignore[call-overload]  # it has read(), all that is used
            yield archive
            for _ in archive:
                pass
        while watched.read(BUFFER):
            pass
        if watched.last != bytes(END):
            raise tarfile.ReadError("its end is missing: it was cut off")


@contextlib.contextmanager
def begin_tar(path: Path) -> Iterator[tarfile.TarFile]:
    """The tar as a stream, for its first members alone; what follows is not read.

    Raises:
        tarfile.TarError, EOFError, OSError, zlib.error: it is damaged.
    """
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(_bytes_of(path, whole=False))
        yield stack.enter_context(tarfile.open(fileobj=stream, mode="r|", bufsize=BUFFER))


class _Tail:
    """A reader that remembers the last bytes: Python's tarfile takes a tar that is cut between two members for whole."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.last = b""

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        if data:
            self.last = (self.last + data)[-END:] if len(data) < END else data[-END:]
        return data


@contextlib.contextmanager
def _bytes_of(path: Path, *, whole: bool = True) -> Iterator[IO[bytes]]:
    if path.suffix in _TOOLS:
        tool = shutil.which(_TOOLS[path.suffix])
        if tool is None:
            raise OSError(f"{_TOOLS[path.suffix]} is not installed")
        order = [tool, "-dcq", str(path)]
        with subprocess.Popen(order, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:  # noqa: S603 - a decompressor and a path
            assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - for the type checker: they were asked for above
            try:
                yield process.stdout
            except BaseException:
                process.kill()
                raise
            if not whole:
                process.kill()
                return
            said = process.stderr.read().decode(errors="replace").strip()
        if process.returncode != 0:
            raise OSError(said or f"{_TOOLS[path.suffix]} ended with {process.returncode}")
    elif path.suffix in (".gz", ".tgz"):
        with gzip.open(path, "rb") as packed:
            yield packed  # type: ignore[misc]  # a reader of bytes like any other
    else:
        with path.open("rb") as stream:
            yield stream


def uncompressed_size(path: Path) -> int:
    """About how many bytes a tar unpacks to."""
    size = path.stat().st_size
    return size if path.suffix == ".tar" else size * GUESS
