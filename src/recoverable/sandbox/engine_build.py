"""Build the Pulumi CLI from its Go module into the cache. ``engine_module/`` holds no code: it only pins what is built."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from recoverable.sandbox.errors import SetupError
from recoverable.sandbox.toolchain import COMPLAINT_LINES, Say, go_of_machine, go_of_wheel, output, remedy

MODULE = Path(__file__).resolve().parent / "engine_module"
VERSION = "v3.259.0"
CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
EXEC_SCRIPT = "pulumi-language-python-exec"
DYNAMIC_SCRIPT = "pulumi-resource-pulumi-python"
SCRIPTS = {EXEC_SCRIPT: f"python/cmd/{EXEC_SCRIPT}", DYNAMIC_SCRIPT: f"python/dist/{DYNAMIC_SCRIPT}"}
"""Pulumi's own Python scripts, where they stand in its SDK module."""
PROGRESS_SECONDS = 20


def built_cli(cache: Path, say: Say) -> Path:
    """The folder with the CLI and Pulumi's own scripts, built on the first call. Raises SetupError with what to install instead."""
    folder = cache / f"pulumi-{VERSION}"
    complete = all((folder / name).exists() for name in ("pulumi", *SCRIPTS))
    if complete:
        return folder
    go = go_of_machine() or go_of_wheel(cache, say)
    if not (folder / "pulumi").exists():
        for left in cache.glob(f"pulumi-{VERSION}.*.unfinished"):
            shutil.rmtree(left, ignore_errors=True)
        # Its own name: a compiler that outlived a killed set-up may still write to the last one.
        unfinished = cache / f"pulumi-{VERSION}.{os.getpid()}.unfinished"
        unfinished.mkdir(parents=True)
        _compile(go, unfinished / "pulumi", say)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    _take_scripts(go, folder)
    return folder


def _compile(go: str, target: Path, say: Say) -> None:
    """Build the CLI and report how far it is; without the version flag the Automation API refuses the result."""
    stamp = f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={VERSION}"
    say(f"pulumi: building the engine {VERSION} from its Go module, once for this machine (about 5 minutes when cold, 4 GB of Go's caches)")
    started = time.monotonic()
    try:
        output([go, "mod", "download", SDK_MODULE], MODULE)
        total = len(output([go, "list", "-deps", CLI_PACKAGE], MODULE).splitlines())
    except SetupError as error:
        raise SetupError(f"{error}\n{remedy()}") from error
    flags = ["-mod=readonly", "-buildvcs=false", "-v", "-ldflags", f"-s -w -X {stamp}", "-o", str(target)]
    build = subprocess.Popen([go, "build", *flags, CLI_PACKAGE], cwd=MODULE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - the Go that was found
    seen: list[str] = []
    reader = threading.Thread(target=lambda: seen.extend(build.stderr or ()), daemon=True)
    reader.start()
    try:
        _wait(build, lambda: say(f"pulumi: {len(seen)} of at most {total} packages compiled, {time.monotonic() - started:.0f} s"))
    finally:
        build.kill()  # nothing when it has ended; Ctrl-C must not leave a compiler behind
    reader.join()
    if build.returncode:
        raise SetupError(f"go build ended with {build.returncode}:\n{''.join(seen[-COMPLAINT_LINES:])}\n{remedy()}")
    say(f"pulumi: engine {VERSION} built in {time.monotonic() - started:.0f} s")


def _wait(build: subprocess.Popen[str], progress: Callable[[], None]) -> None:
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            build.wait(PROGRESS_SECONDS)
            return
        progress()


def _take_scripts(go: str, folder: Path) -> None:
    """Copy Pulumi's own Python scripts from the SDK module; each arrives whole or not at all."""
    output([go, "mod", "download", SDK_MODULE], MODULE)
    sdk = Path(output([go, "list", "-m", "-f", "{{.Dir}}", SDK_MODULE], MODULE))
    for name, place in SCRIPTS.items():
        part = folder / f"{name}.part"
        part.write_bytes((sdk / place).read_bytes())
        part.chmod(0o755)
        part.rename(folder / name)
