"""``kill -9`` exactly before or after a phase is entered or left, the record is chained, and the run is forgotten.

>>> names()                       # every boundary, in the order in which a drill comes by them
>>> kill_at("verify entered")     # in a process of its own: the drill dies there

As a program it is the real command that dies at a boundary: ``python -m tests.drill.phase_boundaries BOUNDARY ARGUMENT…``. Its migrations
are a stand-in, for only their phase counts here.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from recoverable.drill.contract import Check, Phase
from recoverable.drill.hooks import Copy
from recoverable.drill.journal import Journal
from recoverable.drill.ledger_file import FileLedger
from recoverable.drill.run import DrillRun
from recoverable.drill.verdict import RungVerdict

PHASES = tuple(phase.value for phase in Phase if phase is not Phase.RECORD)
MOMENTS = ("entering", "entered", "leaving", "left")
ENDS = ("recording", "recorded", "forgetting", "forgotten")


def names() -> tuple[str, ...]:
    """Every boundary. What is forgotten comes before what is recorded: evidence states what was left."""
    return (*(f"{phase} {moment}" for phase in PHASES for moment in MOMENTS), *ENDS)


def kill_at(boundary: str) -> None:
    """Die at the first time that a drill of this process comes to the boundary."""
    assert boundary in names(), boundary

    def come_to(name: str) -> None:
        if name == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    _around(DrillRun, "_enter", lambda run, phase: phase.value, ("entering", "entered"), come_to)
    _around(DrillRun, "_leave", lambda run, opened: opened.record.phase.value, ("leaving", "left"), come_to)
    _around(FileLedger, "append", lambda *_: "", ("recording", "recorded"), come_to)
    _around(Journal, "remove", lambda *_: "", ("forgetting", "forgotten"), come_to)


def _around(kind: type, method: str, what: Callable[..., str], moments: tuple[str, str], come_to: Callable[[str], None]) -> None:
    inner = getattr(kind, method)

    def around(*args: Any) -> Any:
        name = what(*args)
        come_to(f"{name} {moments[0]}".strip())
        found = inner(*args)
        come_to(f"{name} {moments[1]}".strip())
        return found

    setattr(kind, method, around)


class StandIn:
    """Migrations and a smoke suite that pass."""

    name = "stand-in"

    def check(self, copy: Copy) -> Iterator[Check]:
        """One check."""
        yield Check("stand-in", RungVerdict.PASS, "nothing was done")

    def versions(self) -> Mapping[str, str]:
        """None."""
        return {}


if __name__ == "__main__":
    from recoverable.cli.entry import main
    from recoverable.drill import parts

    parts.read_migrations = lambda table: StandIn()
    kill_at(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
