"""Find or build the real Pulumi engine: what runs on the laptop cloud is Pulumi itself, never an imitation of it.

A ``pulumi`` on PATH that is recent enough is used as it is. Where there is none, the CLI is built once per version from its
Go module into the user's cache (``engine_build``), with our language host beside it. Set-up is safe to call from several processes
at once: they share one lock and the first one does the work.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recoverable.sandbox import engine_build
from recoverable.sandbox.engine_build import DYNAMIC_SCRIPT, EXEC_SCRIPT, VERSION
from recoverable.sandbox.errors import MisuseError, SandboxError
from recoverable.sandbox.toolchain import Say, cache_folder, locked, numbers, tell

SOURCE = Path(__file__).resolve().parents[2]
OLDEST = (3, 200)
HOST_SCRIPT = "pulumi-language-python"
# The modules of the `sandbox` extra that set-up and the programs on it import; checked without importing them.
NEEDED = ("pulumi", "pulumi_aws", "pulumi_gcp", "boto3", "moto", "flask", "flask_cors", "filelock", "platformdirs")
FOREIGN = ("PULUMI_", "AWS_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "NEON_", "OTEL_")
"""What the user's own accounts and Pulumi are told by; none of it reaches the laptop cloud."""


@dataclass(frozen=True)
class Engine:
    """The CLI, an interpreter that has the SDKs, and where they came from."""

    pulumi: Path
    python: Path
    version: str
    origin: str
    """``machine``: found on PATH; ``built``: built from the Go module."""

    @property
    def virtualenv(self) -> Path:
        """The folder that ``runtime.options.virtualenv`` of a Pulumi.yaml must name."""
        return self.python.parent.parent

    def settings(self, home: Path, backend: Path) -> dict[str, str]:
        """The variables that give Pulumi a home and a backend of its own, and keep it from downloading."""
        return {
            "PULUMI_HOME": str(home),
            "PULUMI_BACKEND_URL": backend.as_uri(),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_PYTHON_CMD": str(self.python),
            "PATH": first(str(self.pulumi.parent), os.environ.get("PATH", "")),
        }

    def environment(self, home: Path) -> dict[str, str]:
        """An environment that shares nothing with the user's own Pulumi: own home, own backend, no downloads."""
        backend = home / "backend"
        backend.mkdir(parents=True, exist_ok=True)
        return own(os.environ) | self.settings(home, backend) | {"PULUMI_CONFIG_PASSPHRASE": "test only"}


def own(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment without what belongs to the user's own accounts."""
    return {key: value for key, value in environment.items() if not key.startswith(FOREIGN)}


def first(folder: str, path: str) -> str:
    """A PATH on which a folder is the first, and stands once."""
    return os.pathsep.join([folder, *(each for each in path.split(os.pathsep) if each and each != folder)])


def installed() -> tuple[Path, str] | None:
    """The ``pulumi`` of this machine with its version, when it is recent and has its own Python language host."""
    found = shutil.which("pulumi")
    if not found:
        return None
    binary = Path(found).resolve()
    if cache_folder() in binary.parents:
        return None  # ours, on the PATH of a shell that took the sandbox's environment
    host = (binary.parent / HOST_SCRIPT).exists() or shutil.which(HOST_SCRIPT)
    try:
        done = subprocess.run([found, "version"], capture_output=True, text=True, timeout=60)  # noqa: S603 - the `pulumi` of PATH
    except (OSError, subprocess.TimeoutExpired):
        return None  # it cannot even tell its version
    version = done.stdout.strip()
    return (binary, version) if host and not done.returncode and numbers(version) >= OLDEST else None


def require_packages() -> None:
    """Raises MisuseError naming what this interpreter lacks; nothing is imported."""
    lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        raise MisuseError(f"This Python lacks {', '.join(lacking)}: pip install 'recoverable[sandbox]'")


def with_host(cli: Path, python: Path) -> Path:
    """A folder with the CLI and our language host side by side: a host beside the CLI counts as bundled with it.

    The host's interpreter and source are part of the folder's name, so two checkouts never overwrite each other.
    """
    key = hashlib.sha256(f"{python}\n{SOURCE}\n{_stamp(cli)}\n1".encode()).hexdigest()[:12]
    folder = cli.parent / f"{cli.name}-host-{key}"
    if not (folder / HOST_SCRIPT).exists():
        shutil.rmtree(folder, ignore_errors=True)
        unfinished = folder.with_suffix(f".{os.getpid()}")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        for name in ("pulumi", EXEC_SCRIPT, DYNAMIC_SCRIPT):
            _link(cli / name, unfinished / name)
        script(unfinished / HOST_SCRIPT, python, "recoverable.sandbox.language_host", repr(str(folder / EXEC_SCRIPT)))
        unfinished.rename(folder)
    return folder


def script(file: Path, python: Path, module: str, arguments: str) -> None:
    """An executable that calls ``main`` of a module of ours.

    A shell stands before the interpreter: the first line of a script takes no spaces and no long paths. ``-P`` keeps the modules of the
    user's own folder from standing in for ours.
    """
    code = f"import sys; sys.path.append({str(SOURCE)!r}); from {module} import main; main({arguments})"
    file.write_text(f'#!/bin/sh\nexec {shlex.quote(str(python))} -P -c {shlex.quote(code)} "$@"\n')
    file.chmod(0o755)


def ready(say: Say | None = None) -> Engine:
    """The engine, set up when it is not yet. Progress goes to ``say``, by default to standard error.

    Raises MisuseError where Python packages are missing, SetupError where the engine can neither be found nor built.
    """
    require_packages()
    told = say or tell
    python = Path(sys.executable)
    found = installed()
    if found:
        return Engine(found[0], python, found[1], "machine")
    cache = cache_folder()
    with locked(cache, told):
        folder = with_host(engine_build.built_cli(cache, told), python)
    return Engine(folder / "pulumi", python, VERSION, "built")


def main() -> int:
    """Set up and print what was found, as one JSON document."""
    try:
        engine = ready()
    except SandboxError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    facts = {"pulumi": str(engine.pulumi), "python": str(engine.python), "version": engine.version}
    print(json.dumps(facts | {"origin": engine.origin}))
    return 0


def _link(file: Path, to: Path) -> None:
    """A hard link, as 115 MB need not be there twice; a copy where the file system has none. The engine looks through a symbolic one."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy2(file, to)


def _stamp(cli: Path) -> int:
    """Tells one build of the CLI from another."""
    return (cli / "pulumi").stat().st_mtime_ns


if __name__ == "__main__":
    sys.exit(main())
