"""The real pgBackRest: that of the machine, or Debian's package unpacked into the user's cache."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import filelock
import platformdirs
import pytest

PACKAGE = "pgbackrest"


def pgbackrest() -> Path:
    """The program. Only machines without apt skip the tests that need it, and say so."""
    installed = shutil.which(PACKAGE)
    if installed:
        return Path(installed)
    place = Path(platformdirs.user_cache_dir("recoverable")) / "debian"
    place.mkdir(parents=True, exist_ok=True)
    program = place / PACKAGE / "usr" / "bin" / PACKAGE
    with filelock.FileLock(place / f"{PACKAGE}.lock"):
        if not program.exists():
            if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
                pytest.skip("pgbackrest is not installed, and this machine has no apt to fetch it with")
            if subprocess.run(["apt-get", "download", PACKAGE], cwd=place, capture_output=True).returncode != 0:
                subprocess.run(["apt-get", "update"], check=True, capture_output=True)  # a new machine knows no packages yet
                subprocess.run(["apt-get", "download", PACKAGE], cwd=place, check=True, capture_output=True)
            (package,) = place.glob(f"{PACKAGE}_*.deb")
            subprocess.run(["dpkg-deb", "-x", package, place / f"{PACKAGE}.part"], check=True)
            (place / f"{PACKAGE}.part").rename(place / PACKAGE)
    return program


def reachable_by_all(program: Path, folder: Path) -> Path:
    """A copy where the account of a source can run it: the cache lies in somebody's home."""
    copied = folder / PACKAGE
    shutil.copy(program, copied)
    copied.chmod(0o755)
    return copied
