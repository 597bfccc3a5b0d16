"""The entry for ``.pre-commit-config.yaml``."""

from __future__ import annotations

from recoverable.init.choices import Choices
from recoverable.init.yaml_text import quoted
from recoverable.model.errors import InputError

FILE = ".pre-commit-config.yaml"


def hook(choices: Choices) -> list[str]:
    """The lines of one item of ``repos``.

    Raises:
        InputError: recoverable's origin is not known.
    """
    if choices.origin is None:
        raise InputError("it is not known where pre-commit gets recoverable from", "--source", "Write --source https://HOST/PATH@TAG.")
    lines = [f"- repo: {quoted(choices.origin.url)}", f"  rev: {quoted(choices.origin.revision)}", "  hooks:", "    - id: recoverable"]
    if choices.baseline:
        lines.append(f"      args: [{quoted(f'--baseline={choices.baseline}')}]")
    return lines
