"""How evaluation ends without a value."""

from __future__ import annotations


class EvalError(Exception):
    """Terraform would refuse this expression; ``try`` and ``can`` catch it."""


class CycleError(EvalError):
    """Values that need each other; no ``try`` helps against it."""


class TooLargeError(EvalError):
    """More work than one input is worth; what it would give is unknown, not refused."""
