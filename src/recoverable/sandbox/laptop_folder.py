"""The folder of one laptop cloud: what stands in it, and proof that it is ours."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import secrets
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from recoverable.sandbox.engine import script
from recoverable.sandbox.errors import MisuseError
from recoverable.sandbox.toolchain import cache_folder

MARKER = ".recoverable-sandbox"
MARKER_TEXT = "This folder was made by `recoverable sandbox up`; `recoverable sandbox down` removes what it put here.\n"
FAMILIES = ("aws", "gcp")
LOG = re.compile(r"pulumi-\d{8}T\d{6}-\d+-\w+\.log")


@dataclass(frozen=True)
class Running:
    """The server that was started, as the folder's ``sandbox.json`` holds it."""

    pid: int
    start: str
    """Tells this process from a later one with the same number."""
    port: int
    since: str
    """UTC, ISO 8601."""
    pulumi: str
    engine: str
    """The engine's version."""
    versions: dict[str, str] = field(default_factory=dict)
    """Of what stands in for the clouds: moto, pulumi_aws, pulumi_gcp."""

    @property
    def endpoint(self) -> str:
        """Where AWS is."""
        return f"http://127.0.0.1:{self.port}"


class LaptopFolder:
    """Paths, the marker and the record of the running server."""

    def __init__(self, path: Path) -> None:
        """Nothing is made before ``make``."""
        self.path = path.expanduser().resolve()
        self.record = self.path / "sandbox.json"
        self.home = self.path / "pulumi"
        self.state = self.path / "state"
        self.store = self.path / "google.sqlite"
        self.passphrase = self.path / "passphrase"
        self.aws_settings = self.path / "aws"
        self.log = self.path / "server.log"
        self._ours = (self.record, self.home, self.state, self.store, self.passphrase, self.aws_settings, self.log)

    @property
    def is_ours(self) -> bool:
        """Whether the marker proves that we made it."""
        try:
            return (self.path / MARKER).read_text(encoding="utf-8") == MARKER_TEXT
        except (OSError, UnicodeDecodeError):
            return False

    def refuse_foreign(self) -> None:
        """Raises MisuseError where something stands here that we did not make."""
        if self.is_ours or not self.path.exists():
            return
        if not self.path.is_dir():
            raise MisuseError(f"{self.path} is a file; name a folder that does not exist yet")
        if any(self.path.iterdir()) and not self._is_remnant():
            raise MisuseError(f"{self.path} was not made by `recoverable sandbox up`; name an empty folder or one that does not exist")

    def make(self, python: Path) -> bool:
        """Fill the folder; True where it was not ours before. Only the user can look in. Raises MisuseError where it is not ours."""
        self.refuse_foreign()
        new = not self.is_ours
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        (self.path / MARKER).write_text(MARKER_TEXT, encoding="utf-8")
        for each in (self.home, self.state):
            each.mkdir(exist_ok=True)
        self.aws_settings.touch()  # empty: the user's own profiles stay out
        if not self.passphrase.exists():
            _write(self.passphrase, _users_passphrase())
        for family in FAMILIES:
            self._plugin(family, python)
        return new

    def read(self) -> Running | None:
        """The server that was started last; None where none was, or the record cannot be read."""
        try:
            return Running(**json.loads(self.record.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, running: Running) -> None:
        """Record the server. A reader sees the old record or the new one, never half of one."""
        _write(self.record, json.dumps(asdict(running), indent=1) + "\n")

    def remove(self) -> list[str]:
        """Remove what we made; the names of what is left because it is not ours. Raises MisuseError where nothing proves that it is."""
        if self._is_remnant():
            shutil.rmtree(self.home)
            self.path.rmdir()
            return []
        if not self.is_ours:
            raise MisuseError(f"{self.path} has no {MARKER}: it was not made by `recoverable sandbox up`, and nothing of it is removed")
        companions = [path for path in self.path.iterdir() if path.name.startswith(self.store.name)]  # sqlite's own files
        for path in (*self._ours, *companions):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        left = sorted(path.name for path in self.path.iterdir() if path.name != MARKER)
        (self.path / MARKER).unlink()
        if not left:
            self.path.rmdir()
        return left

    def _is_remnant(self) -> bool:
        """Whether all that stands here is Pulumi's own logs: a shell that still points at a removed sandbox makes the folder anew."""
        try:
            logs = self.home / "logs"
            there = [path for path in self.path.rglob("*") if path not in (self.home, logs) or path.is_symlink()]
            return logs.is_dir() and all(path.parent == logs and LOG.fullmatch(path.name) and path.is_file() for path in there)
        except OSError:
            return False

    def _plugin(self, family: str, python: Path) -> None:
        """The stand-in provider where the engine looks for an installed one; then no project has to name it."""
        place = self.home / "plugins" / f"resource-{family}-v{importlib.metadata.version(f'pulumi_{family}')}"
        place.mkdir(parents=True, exist_ok=True)
        script(place / f"pulumi-resource-{family}", python, "recoverable.sandbox.provider.serve", repr(family))


def versions() -> dict[str, str]:
    """Of what stands in for the clouds."""
    return {name: importlib.metadata.version(name) for name in ("moto", "pulumi_aws", "pulumi_gcp")}


def _users_passphrase() -> str:
    """One random passphrase per user, kept with the cache.

    Pulumi writes a salt that only fits its passphrase into a project's ``Pulumi.STACK.yaml``; with another passphrase for the next
    sandbox every project would be refused there.
    """
    import filelock

    file = cache_folder() / "sandbox-passphrase"
    locks = cache_folder() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(locks / "passphrase.lock"):
        if not file.exists():
            _write(file, secrets.token_urlsafe(32))
    return file.read_text(encoding="utf-8")


def _write(file: Path, text: str) -> None:
    """Write a file that only the user can read, whole or not at all."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    part.rename(file)
