"""The real pgBackRest: that of the machine, or Debian's package unpacked into the user's cache."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import filelock
import platformdirs
import pytest

PACKAGE = "pgbackrest"
PATIENCE = 300.0  # seconds for one order to apt


def pgbackrest() -> Path:
    """The program. Machines whose apt cannot bring it, or that have none, skip the tests that need it, and say so."""
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
            if not (_apt("download", PACKAGE, place) or (_apt("update", "", place) and _apt("download", PACKAGE, place))):
                pytest.skip("pgbackrest is not installed, and apt cannot fetch it")
            package = max(place.glob(f"{PACKAGE}_*.deb"), key=lambda each: each.stat().st_mtime)
            subprocess.run(["dpkg-deb", "-x", package, place / f"{PACKAGE}.part"], check=True)
            (place / f"{PACKAGE}.part").rename(place / PACKAGE)
    return program


def _apt(verb: str, package: str, place: Path) -> bool:
    """Whether apt did it. A new machine knows no packages before an ``update``."""
    order = ["apt-get", verb, *([package] if package else [])]
    try:
        return subprocess.run(order, cwd=place, capture_output=True, timeout=PATIENCE).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def reachable_by_all(program: Path, folder: Path) -> Path:
    """A copy where the account of a source can run it: the cache lies in somebody's home."""
    copied = folder / PACKAGE
    shutil.copy(program, copied)
    copied.chmod(0o755)
    return copied
