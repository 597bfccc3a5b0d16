"""The one table of exit codes (docs: ``docs/cli.md``), and what wins where several hold."""

from __future__ import annotations

from collections.abc import Mapping

CLEAN = 0
FINDINGS = 1
BAD_INPUT = 2
NOTHING = 3
INTERNAL = 4
UNREACHABLE = 5
LEFTOVERS = 6
INTERRUPTED = 130

MEANINGS = {
    CLEAN: "clean",
    FINDINGS: "findings at or above --fail-on, or unknowns with --strict",
    BAD_INPUT: "bad option, standard or input",
    NOTHING: "nothing to judge was found (--allow-empty makes it 0)",
    INTERNAL: "internal error, or a rule crashed",
    INTERRUPTED: "interrupted",
}
_ORDER = (INTERRUPTED, INTERNAL, LEFTOVERS, UNREACHABLE, BAD_INPUT, FINDINGS, NOTHING, CLEAN)


def worst(codes: set[int]) -> int:
    """The code that is reported where several hold: 130, then 4, 6, 5, 2, 1, 3, 0."""
    return next((code for code in _ORDER if code in codes), CLEAN)


def epilog(meanings: Mapping[int, str] = MEANINGS) -> str:
    """The exit status section that ends every help text; ``meanings`` where a command says it in its own words."""
    lines = "\n".join(f"  {code:<4} {meaning}" for code, meaning in meanings.items())
    return f"exit status:\n{lines}"
