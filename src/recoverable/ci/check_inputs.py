"""The inputs of the GitHub Action, as the environment carries them, made into arguments of ``recoverable check``.

They come by the environment alone: an input never becomes part of a shell's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recoverable.model.errors import InputError

PREFIX = "RECOVERABLE_"


@dataclass(frozen=True, slots=True)
class CheckInputs:
    """What is judged, and how."""

    paths: tuple[str, ...]
    arguments: tuple[str, ...]
    changed_only: bool


def read_inputs(environment: Mapping[str, str]) -> CheckInputs:
    """Read every input.

    Raises:
        InputError: a switch that is neither true nor false.
    """
    documents = [*_lines(environment, "PLAN"), *_lines(environment, "PREVIEW")]
    paths = [*_lines(environment, "PATHS"), *documents] or ["."]
    arguments: list[str] = []
    for name, option in (("STANDARD", "--config"), ("ENVIRONMENT", "--environment"), ("FAIL_ON", "--fail-on"), ("BASELINE", "--baseline")):
        value = environment.get(PREFIX + name, "").strip()
        if value:
            arguments.append(f"{option}={value}")
    arguments += [f"--var-file={file}" for file in _lines(environment, "VAR_FILE")]
    arguments += [option for name, option in (("STRICT", "--strict"), ("ALLOW_EMPTY", "--allow-empty")) if switch(environment, name)]
    return CheckInputs(tuple(paths), tuple(arguments), switch(environment, "CHANGED_ONLY", default=True))


def switch(environment: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """A true or false input.

    Raises:
        InputError: it is neither.
    """
    value = environment.get(PREFIX + name, "").strip().lower()
    if value not in ("", "true", "false"):
        raise InputError(f"{value!r} is neither true nor false", name.lower().replace("_", "-"), "Write true or false.")
    return default if not value else value == "true"


def _lines(environment: Mapping[str, str], name: str) -> list[str]:
    return [line.strip() for line in environment.get(PREFIX + name, "").splitlines() if line.strip()]
