"""Why the laptop cloud is not there; each message says what was tried and what to do."""

from __future__ import annotations


class SandboxError(RuntimeError):
    """The laptop cloud cannot do what was asked."""


class MisuseError(SandboxError):
    """What was asked for cannot be: a folder that is not ours, a port that is taken, a package that is not installed."""


class SetupError(SandboxError):
    """The engine can neither be found nor built, or the server does not come up; it is safe to try again."""
