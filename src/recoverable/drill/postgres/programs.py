"""PostgreSQL's own programs: those of the machine, or the embedded ones that come as a wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recoverable.drill.postgres.embedded import PACKAGE, cached_folders
from recoverable.model.errors import InputError

NEEDED = ("postgres", "initdb", "pg_controldata", "pg_waldump")
"""Without these a folder of programs is a client's only."""

_USUAL = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # the PostgreSQL project's own packages for Red Hat's family
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",  # built from source
)
_VERSION = re.compile(r"PostgreSQL\) (?P<text>(?P<major>\d+)[.\w]*)")


@dataclass(frozen=True, slots=True)
class Programs:
    """One installation: the folder of its programs and its version."""

    folder: Path
    version: str
    major: int

    def path(self, name: str) -> Path:
        """The program of that name.

        Raises:
            InputError: this installation lacks it.
        """
        found = self.folder / name
        if not found.is_file():
            raise InputError(
                f"{name} of PostgreSQL {self.version} is missing", str(self.folder), "Install the server package with contrib."
            )
        return found

    def has(self, name: str) -> bool:
        """Whether a program is there."""
        return (self.folder / name).is_file()

    @property
    def libraries(self) -> Path:
        """Where modules such as ``amcheck.so`` are."""
        return _told(self.folder, "--pkglibdir")

    @property
    def shared(self) -> Path:
        """Where ``extension/*.control`` are."""
        return _told(self.folder, "--sharedir")

    def has_library(self, name: str) -> bool:
        """Whether a library for ``shared_preload_libraries`` can be loaded here."""
        file = Path(name) if "/" in name else self.libraries / name
        return any(file.with_name(file.name + ending).is_file() for ending in ("", ".so", ".dylib"))

    def __str__(self) -> str:
        return f"PostgreSQL {self.version} ({self.folder})"


@cache
def programs_in(folder: Path) -> Programs | None:
    """The installation in a folder; None where there is no server in it, or it does not run."""
    if not all(os.path.isfile(folder / name) for name in NEEDED):
        return None
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, env={"LC_ALL": "C"}).stdout  # noqa: S603 - a program of a PostgreSQL installation and a fixed word
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(said)
    return Programs(folder, found["text"], int(found["major"])) if found else None


def installed() -> tuple[Programs, ...]:
    """All installations that can be found, the newest version first, those of the machine before the embedded ones."""
    seen: dict[Path, Programs] = {}
    for folder in _folders():
        real = folder.resolve()
        found = None if real in seen else programs_in(real)
        if found:
            seen[real] = found
    return tuple(sorted(seen.values(), key=lambda each: -each.major))


def find_programs(major: int | None = None, folder: str = "") -> Programs:
    """The installation to use: the one in ``folder`` where one is named, else one of that major version, else the newest.

    Raises:
        InputError: there is none that fits; says which there are and what would bring one.
    """
    if folder:
        named = programs_in(Path(folder).expanduser())
        if named is None:
            raise InputError("no PostgreSQL server programs that run here", folder, "Name the folder that holds postgres and initdb.")
        found: tuple[Programs, ...] = (named,)
    else:
        found = installed()
    for each in found:
        if major in (None, each.major):
            return each
    wanted = f"PostgreSQL {major}" if major else "PostgreSQL"
    there = "found: " + ", ".join(each.version for each in found) if found else "no server was found"
    raise InputError(f"{wanted} is not installed here ({there})", "", how_to_get(major))


def how_to_get(major: int | None) -> str:
    """What brings a server of a version."""
    package = f"postgresql-{major}" if major else "postgresql"
    return f"Install it (Debian: apt-get install {package}), or `pip install '{PACKAGE}=={major}.*'`, or name its folder with programs = …"


def _folders() -> Iterator[Path]:
    asked = shutil.which("pg_config")
    if asked:
        yield Path(asked).resolve().parent
    for each in os.environ.get("PATH", "").split(os.pathsep):
        if each and os.path.isfile(os.path.join(each, "postgres")):  # false, not an exception, in somebody's private folder
            yield (Path(each) / "postgres").resolve().parent
    for pattern in _USUAL:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec and spec.submodule_search_locations:
        yield from (Path(each) / "pginstall" / "bin" for each in spec.submodule_search_locations)
    yield from cached_folders()


@cache
def _told(folder: Path, what: str) -> Path:
    """What pg_config says, or, where there is none (it comes with the -dev package on Debian), where such things are."""
    own = folder / "pg_config"
    if own.is_file():
        said = subprocess.run([own, what], capture_output=True, text=True, env={"LC_ALL": "C"}).stdout.strip()  # noqa: S603 - a program of a PostgreSQL installation and a fixed word
        if said and Path(said).is_dir():
            return Path(said)
    major = folder.parent.name
    beside = {"--pkglibdir": folder.parent / "lib", "--sharedir": Path("/usr/share/postgresql") / major}
    return beside[what]
