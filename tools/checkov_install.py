"""Sets Checkov up in an environment of its own in .cache/: the one recipe that tests, bench and comparison share."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
OLDEST = "3.2.0"
"""The oldest version the checks are tested with (docs/hosts/checkov.md). pip still installs older ones, but 3.0.12 does not start with what it brings."""
TESTED = "3.3.30"
"""The version the fast tests take: the newest there was when they were last looked through."""


def newest() -> str:
    """The newest version on the package index; "" where the index cannot be reached."""
    asked = subprocess.run([sys.executable, "-m", "pip", "index", "versions", "checkov"], capture_output=True, text=True, check=False)
    found = re.search(r"checkov \(([\w.]+)\)", asked.stdout)
    return found[1] if found else ""


def installed() -> str:
    """The newest version that an earlier run has set up; "" for none."""
    found = [
        path.name.removeprefix("checkov-") for path in CACHE.glob("checkov-*") if (path / ".ready").exists() and "-py" not in path.name
    ]
    return max(found, key=lambda version: [int(part) for part in re.findall(r"\d+", version)], default="")


def set_up(version: str = "", python: str = sys.executable, name: str = "") -> tuple[str, Path]:
    """Checkov's version and executable; it is installed where it is not there yet.

    Without a version the newest one. ``python`` is the interpreter the environment is made with, and ``name`` what
    is added to the environment's name then.

    Raises:
        SystemExit: the index cannot be reached and no Checkov is there.
        subprocess.CalledProcessError: it cannot be installed.
    """
    version = version or newest() or installed()
    if not version:
        raise SystemExit("error: the package index cannot be reached, and no Checkov is set up in .cache/")
    home = CACHE / f"checkov-{version}{name}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test workers start at the same time
        if not (home / ".ready").exists():
            _install(home, version, python)
    return version, home / "bin" / "checkov"


def _install(home: Path, version: str, python: str) -> None:
    print(f"setting up Checkov {version} in .cache/ (one to four minutes, once) …", file=sys.stderr, flush=True)
    start = time.monotonic()
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([python, "-m", "venv", home], check=True)
    subprocess.run([home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", f"checkov=={version}"], check=True)
    (home / ".ready").touch()
    print(f"Checkov {version} is set up ({time.monotonic() - start:.0f} s)", file=sys.stderr, flush=True)
