"""Puts a state of a copy into a scratch place and has its own tool read it: the real Terraform, the real Pulumi."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recoverable.model.errors import InputError
from recoverable.state_backend.copies.manifest import Item
from recoverable.state_backend.copies.private_files import write_new
from recoverable.state_backend.copies.sealing import VARIABLE
from recoverable.state_backend.copies.state_facts import deployment_of

PATIENCE = 600
"""Seconds for one command of a tool."""
QUIET = {
    "CHECKPOINT_DISABLE": "1",
    "TF_IN_AUTOMATION": "1",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
}


class UnreadableError(Exception):
    """The tool does not read the state. Holds nothing of what is in it."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


def prove(item: Item, body: bytes, folder: Path, module: Path | None) -> str:
    """Write the state below a folder, have its tool read it, and say what it read.

    ``module`` is a root module that is initialised: Terraform shows resources of providers that it has only.

    Raises:
        UnreadableError: the tool refuses it, or reads something else than the manifest says.
        InputError: the tool is not there, or the folder holds files of these names already.
    """
    return _terraform(item, body, folder, module) if item.client == "terraform" else _pulumi(item, body, folder)


def _terraform(item: Item, body: bytes, folder: Path, module: Path | None) -> str:
    file = folder / "terraform.tfstate"
    write_new(file, body)
    shown = _run(_tool("terraform"), ["show", "-json", "-no-color", str(file)], module or folder, {})
    fix = "" if module else "Its providers have to be installed: name an initialised root module with --module."
    if shown.returncode:
        raise UnreadableError(f"terraform show ends with {shown.returncode}{_title(shown.stderr)}", fix)
    try:
        values = json.loads(shown.stdout).get("values", {})
        found = _count(values.get("root_module", {}))
    except (ValueError, AttributeError, TypeError):
        raise UnreadableError("terraform show prints something else than a state", "") from None
    if found != item.resources:
        raise UnreadableError(f"terraform show reads {found} resources, and the manifest says {item.resources}", "")
    return f"terraform show reads {found} resources, serial {item.serial}, lineage {item.lineage}"


def _count(module: Mapping[str, Any]) -> int:
    return len(module.get("resources", ())) + sum(_count(each) for each in module.get("child_modules", ()))


def _pulumi(item: Item, body: bytes, folder: Path) -> str:
    project, stack = _names(item.key)
    deployment = deployment_of(body)
    file, state = folder / "deployment.json", folder / "pulumi-state"
    write_new(file, json.dumps(deployment).encode())
    state.mkdir(mode=0o700)
    # A stack is made in a project; nothing of its runtime is ever started.
    write_new(folder / "Pulumi.yaml", json.dumps({"name": project, "runtime": "python"}).encode())
    name = f"organization/{project}/{stack}"
    variables = {"PULUMI_BACKEND_URL": f"file://{state}"}
    tool = _tool("pulumi")
    provider = _provider(deployment)
    steps = [
        ["stack", "init", name, *(["--secrets-provider", provider] if provider else [])],
        ["stack", "import", "--stack", name, "--file", str(file)],
        # Secrets are decrypted, which proves the key; what is printed stays here.
        ["stack", "export", "--stack", name, "--show-secrets"],
    ]
    for words in steps:
        done = _run(tool, [*words, "--non-interactive", "--color", "never"], folder, variables)
        if done.returncode:
            fix = "Without the key or the passphrase of its secrets no stack can be used: KMS, or PULUMI_CONFIG_PASSPHRASE."
            raise UnreadableError(f"pulumi {' '.join(words[:2])} ends with {done.returncode}", fix)
    exported = json.loads(done.stdout)["deployment"]
    wanted, found = _urns(deployment["deployment"]), _urns(exported)
    if wanted != found or len(found) != item.resources:
        raise UnreadableError(f"pulumi stack export has {len(found)} resources, and the manifest says {item.resources}", "")
    return f"pulumi stack import takes {len(found)} resources, and its secrets are decrypted"


def _names(key: str) -> tuple[str, str]:
    """Project and stack, of ``.pulumi/stacks/PROJECT/STACK.json``."""
    parts = key.rpartition(".pulumi/stacks/")[2].split("/")
    if len(parts) != 2:
        raise UnreadableError(
            "its name does not say of which project it is", "Older Pulumi kept stacks so: run `pulumi state upgrade` at the source."
        )
    return parts[0], parts[1].removesuffix(".gz").removesuffix(".json")


def _provider(deployment: Mapping[str, Any]) -> str:
    """The URL of the key of the stack's secrets; "" where a passphrase guards them."""
    found = deployment["deployment"].get("secrets_providers") or {}
    return str((found.get("state") or {}).get("url", "")) if found.get("type") == "cloud" else ""


def _urns(deployment: Mapping[str, Any]) -> list[str]:
    return sorted(str(each["urn"]) for each in deployment.get("resources") or ())


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise InputError(f"{name} is not on PATH, so nothing can be proven", "", f"Install {name}.")
    return found


def _run(tool: str, words: list[str], folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name != VARIABLE}  # it opens every copy, and is no business of a tool
    try:
        return subprocess.run(  # noqa: S603 - a tool that was found, with words of ours
            [tool, *words],
            cwd=folder,
            env={**own, **QUIET, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError(f"{Path(tool).name} {words[0]} did not end within {PATIENCE} seconds", "Try it by hand.") from None


def _title(stderr: str) -> str:
    """The title of the first error; what comes after it may quote the state."""
    titles = [line.lstrip("│ ").strip() for line in stderr.splitlines() if line.lstrip("│ ").startswith("Error: ")]
    return f" ({titles[0].removeprefix('Error: ')[:120]})" if titles else ""
