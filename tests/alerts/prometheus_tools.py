"""The real promtool: that of the machine, or that of Debian's package ``prometheus``, unpacked into the user's cache."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import filelock
import platformdirs
import pytest

PACKAGE, PROGRAM = "prometheus", "promtool"


def promtool() -> Path:
    """The program. Only machines that have no apt, or no such package, skip the tests that need it, and say so."""
    installed = shutil.which(PROGRAM)
    if installed:
        return Path(installed)
    place = Path(platformdirs.user_cache_dir("recoverable")) / "debian"
    place.mkdir(parents=True, exist_ok=True)
    program = place / PACKAGE / "usr" / "bin" / PROGRAM
    with filelock.FileLock(place / f"{PACKAGE}.lock"):
        if not program.exists():
            _unpack(place)
    return program


def _unpack(place: Path) -> None:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        pytest.skip("promtool is not installed, and this machine has no apt to fetch it with")
    if _download(place).returncode != 0:
        subprocess.run(["apt-get", "update"], capture_output=True)  # a new machine knows no packages yet
        if (done := _download(place)).returncode != 0:
            pytest.skip(f"promtool is not installed, and apt cannot fetch {PACKAGE}: {done.stderr.decode()[-200:]}")
    (package,) = place.glob(f"{PACKAGE}_*.deb")
    part = place / f"{PACKAGE}.part"
    shutil.rmtree(part, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-x", package, part], check=True)
    package.unlink()  # 96 MB unpacked are enough
    part.rename(place / PACKAGE)


def _download(place: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["apt-get", "download", PACKAGE], cwd=place, capture_output=True)
