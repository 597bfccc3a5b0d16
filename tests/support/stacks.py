"""A Pulumi project of a test on the laptop cloud, run by the real engine."""

from __future__ import annotations

import json
import subprocess
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recoverable.sandbox.laptop import Laptop

TOLD = 60  # lines of the engine's own diagnostics in a failing test
LOUD = ("error", "info#err")  # the engine's own errors, and what a program wrote to standard error
Environment = Mapping[str, str]


class PulumiError(AssertionError):
    """A command of the engine failed; the text is what the engine said."""

    def __init__(self, arguments: tuple[str, ...], done: subprocess.CompletedProcess[str]) -> None:
        super().__init__(f"pulumi {' '.join(arguments)} ended with {done.returncode}:\n{said(done)}")
        self.done = done


class Stack:
    """One project with one stack. Its program is source text, or stays as it is in the folder where none is given."""

    def __init__(
        self,
        laptop: Laptop,
        folder: Path,
        source: str | None,
        name: str = "shop",
        stack: str = "dev",
        config: Mapping[str, str] | None = None,
        environment: Environment | None = None,
    ) -> None:
        """Write Pulumi.yaml and ``__main__.py``, make the stack, set its configuration. ``environment`` adds to the laptop's."""
        self.folder = folder
        self.name = stack
        self.environment = {**laptop.environment(), **(environment or {})}
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "Pulumi.yaml").exists():
            (folder / "Pulumi.yaml").write_text(json.dumps(project(name, self.environment)))
        if source is not None:
            self.program(source)
        self.run("stack", "select", "--create", stack)
        for key, value in (config or {}).items():
            self.run("config", "set", key, value)

    def program(self, source: str) -> None:
        """Replace the program."""
        (self.folder / "__main__.py").write_text(textwrap.dedent(source).lstrip())

    def preview(self, *options: str) -> dict[str, Any]:
        """What ``pulumi preview --json`` prints."""
        found: dict[str, Any] = json.loads(self.run("preview", "--json", *options).stdout)
        return found

    def up(self, *options: str) -> str:
        """``pulumi up``, without asking; what it prints."""
        return self.run("up", "--yes", "--skip-preview", *options).stdout

    def refresh(self, *options: str) -> str:
        """``pulumi refresh``, without asking; what it prints."""
        return self.run("refresh", "--yes", "--skip-preview", *options).stdout

    def destroy(self, *options: str) -> str:
        """``pulumi destroy``, without asking; what it prints."""
        return self.run("destroy", "--yes", "--skip-preview", *options).stdout

    def export(self, *options: str) -> dict[str, Any]:
        """The state."""
        found: dict[str, Any] = json.loads(self.run("stack", "export", *options).stdout)
        return found

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets in clear."""
        found: dict[str, Any] = json.loads(self.run("stack", "output", "--json", "--show-secrets").stdout)
        return found

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources of the state by name; providers and the stack itself left out."""
        held = self.export()["deployment"].get("resources", [])
        return {each["urn"].rpartition("::")[2]: each for each in held if not each["type"].startswith("pulumi:")}

    def run(self, *arguments: str, check: bool = True, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Any command of the CLI in the project's folder. Raises PulumiError where it fails, unless ``check`` is off."""
        done = subprocess.run(self.command(*arguments), timeout=timeout, **self._how())
        if check and done.returncode:
            raise PulumiError(arguments, done)
        return done

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The same without waiting; standard error goes with standard output."""
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def command(self, *arguments: str) -> list[str]:
        """The command line. Colours and questions are off."""
        return ["pulumi", *arguments, "--non-interactive", "--color", "never"]

    def _how(self) -> dict[str, Any]:
        return {"cwd": self.folder, "env": self.environment, "capture_output": True, "text": True}


def project(name: str, environment: Environment) -> dict[str, Any]:
    """A project file whose program runs in the interpreter that runs the tests."""
    virtualenv = str(Path(environment["PULUMI_PYTHON_CMD"]).parent.parent)
    return {"name": name, "runtime": {"name": "python", "options": {"toolchain": "pip", "virtualenv": virtualenv}}}


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What the engine complained about: its diagnostics when it printed JSON, else the end of its output."""
    try:
        diagnostics = json.loads(done.stdout).get("diagnostics", [])
    except (ValueError, AttributeError):
        diagnostics = []
    told = [each["message"] for each in diagnostics if each.get("severity") in LOUD]
    return "\n".join(told) or "\n".join((done.stdout + done.stderr).strip().splitlines()[-TOLD:])
