"""What the bench measured, and the Markdown it is shown as."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

OURS, BASE = "recoverable", "json.load"


@dataclass(slots=True)
class Measured:
    """The runs of one tool over one input; ``note`` stands where it was not run or did not end."""

    tool: str
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: float = 0.0
    answers: int | None = None
    note: str = ""

    @property
    def time(self) -> float | None:
        """The median time; None where no run ended."""
        return statistics.median(self.seconds) if self.seconds else None


@dataclass(slots=True)
class Case:
    """One input with what every tool took for it. ``series`` and ``size`` link inputs of the same kind."""

    title: str
    target: Path
    series: str = ""
    size: int = 0
    slow: bool = False
    runs: list[Measured] = field(default_factory=list)
    limits: tuple[float, float] | None = None

    def of(self, tool: str) -> Measured | None:
        """The runs of one tool."""
        return next((run for run in self.runs if run.tool == tool), None)


def growth(case: Case, tool: str, cases: Sequence[Case]) -> float | None:
    """How many times the processor time a tool takes for ten times the resources: it does not hang on what else runs."""
    small = next((one for one in cases if case.series and one.series == case.series and one.size * 10 == case.size), None)
    before, after = small and small.of(tool), case.of(tool)
    return statistics.median(after.cpu) / statistics.median(before.cpu) if before and after and before.cpu and after.cpu else None


def bounds(case: Case, cases: Sequence[Case]) -> list[tuple[str, bool]]:
    """The bounds of DESIGN §5 on our own run of a case, and whether each is kept."""
    run = case.of(OURS)
    if run is None or run.time is None or run.note:
        return [("ends", False)] if run else []
    found = []
    if case.limits:
        seconds, memory = case.limits
        found += [(f"< {seconds:g} s", run.time < seconds), (f"< {memory:,.0f} MB", run.memory < memory)]
    base = case.of(BASE)
    floor = cases[0].of(OURS)
    if case.series == "10 %" and case.size == 20_000 and base and base.time and floor and floor.time:
        most = 2 * base.time + floor.time
        found.append((f"2 x json.load + floor = {most:.2f} s", run.time <= most))
    factor = growth(case, OURS, cases)
    if case.series == "all" and factor is not None:
        found.append(("growth <= 10", factor <= 10))
    return found


def table(cases: Sequence[Case]) -> str:
    """All cases as one Markdown table."""
    lines = [
        "| input | tool | time | CPU | peak memory | growth | answers | bound | kept |",
        "|---|---|--:|--:|--:|--:|--:|---|---|",
    ]
    for case in cases:
        for position, run in enumerate(case.runs):
            limits = bounds(case, cases) if run.tool == OURS else []
            kept = ", ".join("ok" if held else "**missed**" for _, held in limits)
            factor = growth(case, run.tool, cases)
            cells = [
                case.title if position == 0 else "",
                run.tool,
                _seconds(run.time) if run.time is not None else run.note,
                _seconds(statistics.median(run.cpu)) if run.cpu else "",
                f"{run.memory:,.0f} MB" if run.memory else "",
                f"x {factor:.1f}" if factor else "",
                f"{run.answers:,}" if run.answers is not None else "",
                ", ".join(text for text, _ in limits),
                kept,
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 100 else f"{value:.0f} s"


def missed(cases: Sequence[Case]) -> list[str]:
    """Every bound that is not kept."""
    return [f"{case.title}: {text}" for case in cases for text, held in bounds(case, cases) if not held]


def facts(checkov: str, ours: str, runs: int, limit: int, quick: bool) -> str:
    """What was measured with what: no name of a machine, no path."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    left_out = " `--quick`: Checkov's slow cases were left out." if quick else ""
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB memory, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"recoverable {ours}, Checkov {checkov}. Median of {runs} runs (Checkov: of {runs} where one takes less than 20 s, else one), "
        f"at most {limit} s each.{left_out}"
    )


EXPLAINED = """\
- *time* is the wall clock of the whole command, *CPU* its processor time with all children (the steadier of the two on a busy machine), *peak memory* the
  resident memory of its largest process. Both tools write their text report; neither may fetch anything. Byte code is compiled before the first run.
- *Checkov, same questions*: only its checks about backups, versioning, encryption, replication, deletion protection and access of the types both know
  (`tools/bench/checkov.py`). *Checkov, all*: as it runs by default. *answers*: passed and failed checks, for us with unknowns; both say how much was asked.
  Checkov takes a `for_each` it cannot evaluate for one instance: of the hundred resources in each root module of the repository it sees seventy.
- *growth*: processor time for 20,000 resources over that for 2,000. *json.load*: parsing the same plan with Python's standard library and nothing else.
- All inputs but terragoat are generated from a fixed seed (`tools/bench/plan_input.py`, `repo_input.py`). The plans hold 70 % new resources with unknown
  attributes, the rest as they were, changed or deleted; a third of the stores stands in modules under `for_each`. The repository expands to 19,600
  resources, as modernisation-platform-environments does to 19,000.
"""
