"""A throw-away Pulumi project that runs the translated examples on the real engine with the echo providers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from recoverable.sandbox.engine import Engine
from recoverable.sandbox.errors import SetupError

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PROJECT = "recoverable-examples"
STACK = "examples"
FAMILIES = ("aws", "gcp", "neon", "random")
SETTINGS = {"aws:region": "eu-west-1", "gcp:project": "acme"}  # as in terraform_plans.py


class Workspace:
    """One project, one stack, a home of its own; nothing of the user's Pulumi is read or written."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        """Make the project in an empty folder."""
        self.engine = engine
        self.program = folder / "program"
        # Without a checkpoint after each resource an `up` of hundreds takes seconds, not minutes.
        quick = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
        self.environment = engine.environment(folder / "home") | quick
        self.program.mkdir(parents=True)
        plugins = [{"name": family, "path": str(self.plugin(folder, family))} for family in FAMILIES]
        project = {
            "name": PROJECT,
            "runtime": {"name": "python", "options": {"toolchain": "pip", "virtualenv": str(engine.virtualenv)}},
            "plugins": {"providers": plugins},
        }
        (self.program / "Pulumi.yaml").write_text(json.dumps(project))
        self.run("stack", "init", STACK)
        for key, value in SETTINGS.items():
            self.run("config", "set", key, value)

    def plugin(self, folder: Path, family: str) -> Path:
        """A folder with the executable that the engine starts as this provider."""
        place = folder / "plugins" / family
        place.mkdir(parents=True)
        script = place / f"pulumi-resource-{family}"
        lines = [f"#!{self.engine.python}", "import sys", f"sys.path.insert(0, {str(ROOT)!r})"]
        script.write_text("\n".join([*lines, "from tests.standins.pulumi import echo_provider", "echo_provider.main()", ""]))
        script.chmod(0o755)
        return place

    def load(self, programs: Mapping[str, str]) -> None:
        """Replace the program by these examples."""
        shutil.rmtree(self.program / "cases", ignore_errors=True)
        (self.program / "cases").mkdir()
        for name, source in programs.items():
            (self.program / "cases" / f"{module(name)}.py").write_text(source)
        (self.program / "cases.json").write_text(json.dumps([module(name) for name in programs]))
        shutil.copy(HERE / "program" / "main.py", self.program / "__main__.py")
        shutil.copy(HERE / "program" / "standin.py", self.program / "standin.py")

    def run(self, *arguments: str) -> str:
        """Run the CLI; its output, or a SetupError with what went wrong."""
        command = [str(self.engine.pulumi), *arguments, "--non-interactive"]
        done = subprocess.run(command, cwd=self.program, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise SetupError(f"pulumi {' '.join(arguments)} ended with {done.returncode}:\n{complaint(done)}")
        return done.stdout

    def preview(self, *options: str) -> dict[str, Any]:
        """`pulumi preview --json`."""
        found: dict[str, Any] = json.loads(self.run("preview", "--json", *options))
        return found

    def up(self) -> None:
        """`pulumi up`, without asking and without a preview of its own."""
        self.run("up", "--yes", "--skip-preview", "--suppress-outputs")

    def export(self) -> dict[str, Any]:
        """`pulumi stack export`."""
        found: dict[str, Any] = json.loads(self.run("stack", "export"))
        return found


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """What the engine complained about: its diagnostics when it printed JSON, else the end of its output."""
    try:
        diagnostics = json.loads(done.stdout).get("diagnostics", [])
    except ValueError:
        diagnostics = []
    told = [each["message"] for each in diagnostics if each.get("severity") == "error"]
    return "\n".join(told) or "\n".join((done.stderr + done.stdout).strip().splitlines()[-40:])


def module(name: str) -> str:
    """The Python module of an example."""
    return re.sub(r"\W", "_", name)


def translated(engine: Engine, plans: Sequence[Mapping[str, Any]], folder: Path) -> dict[str, Any]:
    """Programs, notes and problems of some plans. It runs in the environment that has the SDKs."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number, plan in enumerate(plans):
        file = folder / f"plan{number}.json"
        file.write_text(json.dumps(plan))
        files.append(str(file))
    command = [str(engine.python), "-m", "tests.standins.pulumi.translate", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"the translation crashed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
