"""What a local drill makes is a folder with a marker, and in it a server. Nothing is removed that the marker does not prove ours."""

from __future__ import annotations

import datetime
import json
import os
import secrets
import shlex
import shutil
import signal
import stat
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from recoverable.drill.contract import Leftover, Resource, Run
from recoverable.drill.durable import append_line
from recoverable.system.processes import command_line, started

KIND = "folder"
PREFIX = "rcv-"
MARKER = ".recoverable-drill"
SERVER = "s"
"""The folder in it that belongs to the server's account; short, for the sake of its socket's path."""
ATTEMPTS, PAUSE = 10, 0.5
PATIENCE = 10.0
LOOK = 0.05
OPEN = 0o711  # the server's account passes through to what is its own; nobody lists it


def default_roots() -> tuple[Path, ...]:
    """Where copies are put, and where those are looked for that no notes speak of."""
    said = os.environ.get("TMPDIR")
    usual = (Path(said) if said else None, Path("/var/tmp"), Path("/tmp"))  # noqa: S108 - the folders below get random names, markers and closed modes
    return tuple(dict.fromkeys(each for each in usual if each and each.is_dir()))


def path_of(run: Run, root: Path, suffix: str = "") -> Path:
    """Where a run's folder is, or will be."""
    return root.resolve() / f"{PREFIX}{run.id}{suffix}"


def announce(run: Run, provider: str, root: Path, suffix: str = "") -> Resource:
    """A folder that is about to be made, in the run's notes. Its name holds the run's id; a token proves the marker."""
    resource = Resource(provider, KIND, str(path_of(run, root, suffix)), run.id, run.expires, {"token": secrets.token_hex(16)})
    run.intend(resource)
    return resource


def make(resource: Resource, mode: int = OPEN) -> Path:
    """The folder with its marker, on the disk on return. ``mode`` is that of the folder; nobody but its owner ever lists it.

    Raises:
        FileExistsError: something of this name is there already.
    """
    path = Path(resource.name)
    path.mkdir(mode=0o700)
    facts = {"run": resource.run, "expires": resource.expires.isoformat(), "provider": resource.provider, **resource.details}
    append_line(path / MARKER, json.dumps(facts))
    path.chmod(mode)
    return path


def existing(provider: str, resources: tuple[Resource, ...]) -> Iterator[Resource]:
    """Of those that were announced the ones that are there and ours, and marked folders that no notes speak of."""
    named = {each.name for each in resources}
    for each in resources:
        if _is_ours(each) or _is_stillborn(Path(each.name)):
            yield each
    roots = {*default_roots(), *(Path(name).parent for name in named)}
    for path in sorted(_below(roots)):
        found = _read_marker(path) if str(path) not in named else None
        if found and found.provider == provider:
            yield found


def remove(resource: Resource) -> Leftover | None:
    """Stop the server and remove the folder, after reading the marker once more; None when it is gone."""
    path = Path(resource.name)
    command = f"rm -r -- {shlex.quote(resource.name)}"
    if resource.kind != KIND or not path.is_absolute() or not path.name.startswith(PREFIX):
        return Leftover(resource, "a local drill makes no such thing", command)
    if not os.path.lexists(path):
        return None
    if _is_stillborn(path):
        (path / MARKER).unlink(missing_ok=True)
        path.rmdir()
        return None
    if not _is_ours(resource):
        return Leftover(resource, "its marker is missing or is not that of this run, so it is not touched", command)
    for attempt in range(ATTEMPTS):
        try:
            for file in sorted(path.glob(f"{SERVER}/data/postmaster.pid")):
                _stop_server(file)
            _remove_tree(path)
        except OSError as error:
            if attempt + 1 == ATTEMPTS:
                return Leftover(resource, f"{error.filename or path}: {error.strerror or type(error).__name__}", command)
            time.sleep(PAUSE)  # a program of a killed drill may be writing its last file
        else:
            return None
    return None


def _remove_tree(path: Path) -> None:
    """The marker last, so that what a kill in between leaves can still be proven ours."""
    for each in path.iterdir():
        if each.name == MARKER:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
    (path / MARKER).unlink(missing_ok=True)
    path.rmdir()


def _stop_server(file: Path) -> None:
    """End the server of a data directory: only a process whose command line names this very directory."""
    try:
        pid = int(file.read_text(encoding="utf-8", errors="replace").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    data = str(file.parent)
    start = started(pid)
    if not start or f"-D {data} " not in f"{command_line(pid)} ":
        return
    for number in (signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + PATIENCE
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        while started(pid) == start and time.monotonic() < deadline:
            time.sleep(LOOK)
        if started(pid) != start:
            return


def _is_ours(resource: Resource) -> bool:
    found = _read_marker(Path(resource.name))
    return found is not None and found.run == resource.run and found.details.get("token") == resource.details.get("token")


def _is_stillborn(path: Path) -> bool:
    """A folder in which nothing is but a marker that a kill cut off: made in the very moment before."""
    try:
        if not _is_own_folder(path) or not path.name.startswith(PREFIX):
            return False
        names = [each.name for each in path.iterdir()]
        return names in ([], [MARKER]) and _read_marker(path) is None
    except OSError:
        return False


def _read_marker(path: Path) -> Resource | None:
    """What the marker says; None where there is none that we wrote: another user could have put one anywhere."""
    try:
        if not _is_own_folder(path) or (path / MARKER).is_symlink() or (path / MARKER).stat().st_uid != os.geteuid():
            return None
        facts = json.loads((path / MARKER).read_text(encoding="utf-8"))
        expires = datetime.datetime.fromisoformat(facts["expires"])
        return Resource(facts["provider"], KIND, str(path), facts["run"], expires, {"token": facts["token"]})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_own_folder(path: Path) -> bool:
    facts = os.lstat(path)
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid()


def _below(roots: Iterable[Path]) -> Iterator[Path]:
    for root in roots:
        try:
            yield from (each for each in root.iterdir() if each.name.startswith(PREFIX))
        except OSError:
            continue
