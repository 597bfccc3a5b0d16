"""Where nothing can be referred to: variable files, template files, values of the command line."""

from __future__ import annotations

from typing import Any

from recoverable.readers.hcl.evaluation_errors import EvalError


class NoNames:
    """A module without names; every reference is refused."""

    def root(self, name: str) -> Any:
        """Refused."""
        raise EvalError(f'"{name}" cannot be used here')

    def named(self, root: str, name: str) -> Any:
        """Refused."""
        raise EvalError(f'"{root}.{name}" cannot be used here')

    def deep(self, root: str, kind: str, name: str) -> Any:
        """Refused."""
        raise EvalError(f'"{root}.{kind}.{name}" cannot be used here')

    def function_folder(self) -> None:
        """There is none."""

    def count_steps(self, steps: int) -> int:
        """Such files are small."""
        return steps
