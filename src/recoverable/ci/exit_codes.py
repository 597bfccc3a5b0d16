"""The exit codes of ``recoverable check`` that a CI job meets (the whole table: ``docs/cli.md``)."""

from __future__ import annotations

BAD_INPUT = 2
INTERNAL = 4
# A code that is none of these is a process that was killed.
KNOWN = frozenset({0, 1, BAD_INPUT, 3, INTERNAL, 130})
