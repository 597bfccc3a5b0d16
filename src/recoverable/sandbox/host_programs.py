"""How the language host starts a program: the interpreter that its project names, and Pulumi's own script."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any


def interpreter(info: Any, usual: str = "") -> tuple[str, dict[str, str]]:
    """The interpreter that ``runtime.options.virtualenv`` names, and the environment to start it in.

    Where nothing is named: the virtual environment ``usual`` if it exists, else PULUMI_PYTHON_CMD, else the ``python3`` of PATH.
    Raises FileNotFoundError where the named one has no interpreter.
    """
    options = dict(info.options) if info.HasField("options") else {}
    environment = dict(os.environ)
    named = options.get("virtualenv")
    if not named and not (usual and Path(info.root_directory, usual, "bin", "python").exists()):
        return environment.get("PULUMI_PYTHON_CMD") or shutil.which("python3") or sys.executable, environment
    folder = Path(info.root_directory, named or usual)
    python = folder / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(f"virtualenv {named!r} of Pulumi.yaml has no interpreter at {python}")
    environment.pop("PYTHONHOME", None)
    environment["VIRTUAL_ENV"] = str(folder)
    environment["PATH"] = os.pathsep.join([str(python.parent), environment.get("PATH", "")])
    return str(python), environment


def program_command(request: Any, engine: str, python: str, exec_script: str) -> list[str]:
    """The command line of Pulumi's own exec script for one run; empty values are left out, as its host does."""
    flags = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    stated = [part for name, value in flags.items() if value for part in (f"--{name}", value)]
    return [python, "-u", exec_script, *stated, request.info.entry_point or ".", *request.args]


def stop(child: subprocess.Popen[bytes]) -> None:
    """End one program; it may have ended by itself in between."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
