"""A Checkov on a Python that is older than ours: a real one where there is one, else this one that says it is older."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tools.checkov_install import TESTED, set_up


def old_python(scratch: Path) -> Path:
    """A Checkov to start. RECOVERABLE_LONG=1 takes a real Python 3.9 or 3.10, found on the path or by pyenv."""
    if os.environ.get("RECOVERABLE_LONG") == "1":
        for version in ("3.9", "3.10"):
            real = _find(version)
            if real:
                return set_up(TESTED, real, f"-py{version}")[1]
    program = set_up(TESTED)[1]
    start = scratch / "old_start.py"
    start.write_text(
        "import sys\nfrom checkov.main import Checkov\nsys.version_info = (3, 9, 18, 'final', 0)\nsys.exit(Checkov().run())\n",
        encoding="utf-8",
    )
    wrapper = scratch / "old-checkov"
    wrapper.write_text(f'#!/bin/sh\nexec "{program.parent / "python"}" "{start}" "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    return wrapper


def _find(version: str) -> str | None:
    """A Python of a version that runs; pyenv's commands on the path are only names of versions that may be there."""
    folders = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    if folders:
        return str(folders[-1])
    found = shutil.which(f"python{version}")
    return None if found is None or "shims" in found else found
