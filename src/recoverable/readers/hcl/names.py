"""What the evaluator asks of the module an expression stands in."""

from __future__ import annotations

from typing import Any, Protocol


class Names(Protocol):
    """What gives the names in an expression their values: a module instance, or nothing at all."""

    def root(self, name: str) -> Any:
        """The value of a lone root name."""

    def named(self, root: str, name: str) -> Any:
        """The value of ``root.name``."""

    def deep(self, root: str, kind: str, name: str) -> Any:
        """The value of ``root.kind.name``: data sources and the like."""

    def function_folder(self) -> Any:
        """The folder that functions which read files start from."""

    def count_steps(self, steps: int) -> int:
        """Add to the work done so far and answer the sum."""
