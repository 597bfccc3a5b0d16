"""The real Terraform and the real Pulumi, reading a state in a scratch place. Nothing that they print is passed on."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.drill.bounded_command import ProgramMissingError, run_bounded, small_environment
from recoverable.drill.durable import write_new_file
from recoverable.drill.state.facts import (
    Facts,
    NotAStateError,
    UnknownFormatError,
    deployment_of,
    facts_of,
    shown_by_terraform,
    without_secrets,
)
from recoverable.drill.state.settings import PULUMI

PATIENCE = 300.0
"""Seconds for one command: both read some megabytes in seconds."""
DECLARED = ("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "SSL_CERT_FILE", "TMPDIR")
QUIET = {
    "CHECKPOINT_DISABLE": "1",
    "TF_IN_AUTOMATION": "1",
    "TF_INPUT": "0",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "NO_COLOR": "1",
}
NO_SCHEMAS = "Failed to load plugin schemas"
"""The title under which Terraform says that a provider of the state is not installed: the state may be whole."""
INTO_FILES = 'umask 077; out="$1"; err="$2"; shift 2; exec "$@" >"$out" 2>"$err"'
"""What a program prints is the state itself: it goes into files of the scratch place, by the shell, and nowhere else."""
COMPARED = (
    "urn",
    "type",
    "id",
    "custom",
    "parent",
    "inputs",
    "outputs",
    "dependencies",
    "propertyDependencies",
    "provider",
    "protect",
    "delete",
)


class UnreadableError(Exception):
    """The program does not read the state. Holds nothing of what is in it."""


class CouldNotReadError(Exception):
    """The program is not there, or lacks something: nothing is said of the state."""


@dataclass(frozen=True, slots=True)
class Reader:
    """``module`` is an initialised root module (None: none); ``stack`` is PROJECT/STACK. ``poll`` raises where the time is over."""

    kind: str
    program: str
    module: Path | None
    stack: str
    poll: Callable[[], None]

    def find(self) -> str:
        """The program's path.

        Raises:
            CouldNotReadError: it is not there.
        """
        name = self.program or self.kind
        found = shutil.which(name)
        if found is None:
            where = "there" if self.program else "on PATH"
            raise CouldNotReadError(f"{name} is not {where}: install it, or name it with program = … in the settings")
        return found

    def read(self, file: Path, place: Path) -> str:
        """Have the program read the state in ``file``, with a new folder ``place`` for what it writes; says what it read.

        Raises:
            UnreadableError: it does not, or reads something else than is in the file.
            CouldNotReadError: it cannot be asked.
            OverBudgetError: from ``poll``.
        """
        program = self.find()
        try:
            content = file.read_bytes()
        except OSError as error:
            raise UnreadableError(f"the restored file cannot be read ({error.strerror})") from None
        try:
            facts = facts_of(self.kind, content)
            place.mkdir(mode=0o700)
            return self._pulumi(program, content, facts, place) if self.kind == PULUMI else self._terraform(program, file, facts, place)
        except NotAStateError as error:
            raise UnreadableError(str(error)) from None
        except UnknownFormatError as error:
            raise CouldNotReadError(str(error)) from None

    def _terraform(self, program: str, file: Path, facts: Facts, place: Path) -> str:
        if facts.foreign and self.module is None:
            raise CouldNotReadError(
                f"{facts.foreign} resources are of providers that have to be installed: name an initialised root module with module = … in the settings"
            )
        code, said, errors = self._run([program, "show", "-json", "-no-color", str(file)], self.module or place, place, {})
        if code and NO_SCHEMAS.encode() in errors:
            raise CouldNotReadError(f"terraform says {NO_SCHEMAS!r}: run terraform init in the module that the settings name")
        if code:
            raise UnreadableError(f"terraform show ends with {code}")
        shown = shown_by_terraform(said)
        if shown != facts.resources:
            raise UnreadableError(f"terraform show reads {sum(shown.values())} resources, and the file holds {facts.count}")
        return f"terraform show reads {facts.count} resources, serial {facts.serial}, lineage {facts.lineage}"

    def _pulumi(self, program: str, content: bytes, facts: Facts, place: Path) -> str:
        wanted, hidden = without_secrets(deployment_of(content))
        project, _, stack = self.stack.partition("/")
        name = f"organization/{project}/{stack}"
        (place / "backend").mkdir(mode=0o700)
        write_new_file(place / "Pulumi.yaml", json.dumps({"name": project, "runtime": "nodejs"}))
        variables = {
            "HOME": str(place),
            "PULUMI_HOME": str(place / "home"),
            "PULUMI_BACKEND_URL": f"file://{place / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": secrets.token_urlsafe(24),
        }

        def ask(*words: str) -> tuple[int, bytes]:
            command = [program, "stack", *words, "--non-interactive", "--color", "never"]
            return self._run(command, place, place, variables)[:2]

        words: tuple[str, ...]
        for words in (("init", name), ("export", "--stack", name)):
            code, said = ask(*words)
            if code:
                raise CouldNotReadError(f"pulumi stack {words[0]} in a scratch backend ends with {code}")
        scratch = deployment_of(said)["deployment"].get("secrets_providers")
        if not scratch:
            raise CouldNotReadError("this pulumi does not tell how a new stack's secrets are kept")
        wanted["deployment"]["secrets_providers"] = scratch
        file = place / "deployment.json"
        write_new_file(file, json.dumps(wanted))
        for words in (("import", "--stack", name, "--file", str(file)), ("export", "--stack", name, "--show-secrets")):
            code, said = ask(*words)
            if code:
                raise UnreadableError(f"pulumi stack {words[0]} ends with {code}")
        differing = _differing(_resources(wanted), _resources(deployment_of(said)))
        if differing:
            raise UnreadableError(f"what pulumi stack export gives back differs in {differing} of {facts.count} resources")
        kept = f"; {hidden} secret values were not decrypted" if hidden else ""
        return f"pulumi stack import takes {facts.count} resources, and export gives them back{kept}"

    def _run(self, command: Sequence[str], folder: Path, place: Path, variables: Mapping[str, str]) -> tuple[int, bytes, bytes]:
        out, err = place / "out", place / "err"
        try:
            ended = run_bounded(
                ["/bin/sh", "-c", INTO_FILES, "sh", str(out), str(err), *command],
                environment=small_environment({**QUIET, **variables}, DECLARED),
                folder=folder,
                timeout=PATIENCE,
                poll=self.poll,
                strike=lambda text: text,
            )
        except ProgramMissingError:
            raise CouldNotReadError("no shell can be started to run it") from None
        if ended.code is None or ended.code < 0 or ended.code in (126, 127):
            raise CouldNotReadError(f"{Path(command[0]).name} {ended.ended()}")
        return ended.code, out.read_bytes(), err.read_bytes()


def _resources(deployment: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_plain({name: each[name] for name in COMPARED if each.get(name)}) for each in deployment["deployment"].get("resources") or ()]


def _differing(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> int:
    return sum(one != other for one, other in zip(wanted, found, strict=False)) + abs(len(wanted) - len(found))


def _plain(value: Any) -> Any:
    """As Go writes it again: every number of JSON is a float there."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
