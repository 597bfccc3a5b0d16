"""Pages about the ladder: docs/drill-ladder.md from the rungs themselves, docs/drill-catalogue.md from what the tests found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

GIGABYTES = (1, 100, 1000)
DEPTHS = ("quick", "standard", "deep")
ELSEWHERE = {
    18: "KMS key disabled or grant missing: needs a cloud account; moto decrypts with a disabled key",
    28: "wrong network of a cloud copy: needs a cloud account",
    29: "temporary instance leaked: the reaper's own tests (`tests/drill/conformance`)",
}
"""Rows that no injection here can make, and who looks at them."""


def catalogue_page(record: Mapping[str, Any]) -> str:
    """Rows of the failure catalogue and what caught them, for each version."""
    found: Mapping[str, Mapping[str, Any]] = record["injections"]
    lines = [
        "# Failure catalogue: what catches what",
        "",
        "Written by `make docs` from `docs/drill-catalogue.json`, which the tests of `tests/drill/catalogue` compare with what they find",
        "(`UPDATE_CATALOGUE=1` writes it anew). Each line is one kind of damage that a test does to a copy by `recoverable.drill.damage`, a",
        "package that imports nothing of the ladder; where the place is chosen by chance, only what is red at any place is named. The",
        "undamaged twin of each is green. `by-hand-…` are restores by a script without this tool, judged afterwards.",
        "",
        "| row | damage | to what | caught on PostgreSQL 15 by | on 18 by |",
        "|---|---|---|---|---|",
    ]
    for name, each in found.items():
        caught = [", ".join(each["caught_by"].get(major, ["–"])) for major in ("15", "18")]
        lines.append(f"| {each['row']} | {each['title']} (`{name}`) | {each['artefact']} | {caught[0]} | {caught[1]} |")
    rows = {each["row"] for each in found.values()}
    lines += ["", "Rows without an injection here:", ""]
    lines += [f"- {row}: {text}" for row, text in ELSEWHERE.items() if row not in rows]
    missing = sorted(set(range(1, 31)) - rows - set(ELSEWHERE))
    lines += [f"- {row}: not tested" for row in missing]
    return "\n".join(lines) + "\n"


def ladder_page(rungs: Iterable[Any], others: Mapping[str, Iterable[Any]] | None = None) -> str:
    """The rungs in the order in which they are climbed, and what a depth costs. Each has ``name``, ``title`` … of a rung's metadata.

    ``others`` are the ladders of stores that are no databases, by what they are called.
    """
    every = list(rungs)
    lines = [
        "# The verification ladder",
        "",
        "Written by `make docs` from the rungs themselves (`src/recoverable/drill/rungs`, one file each). A rung says pass, fail or “could",
        "not run”; the last one is never green. A depth asks for its own rungs and those of the depths before it. Seconds per GB were measured by",
        "`tools/bench/drill_rungs.py` on 2 cores ([numbers](drill-rungs-bench.md)); rungs that read catalogs alone cost about the same at any size.",
        "",
        "| rung | depth | looks at | what it proves | rows | s/GB |",
        "|---|---|---|---|---|---|",
    ]
    for each in every:
        rows = ", ".join(str(row) for row in each.catches) or "–"
        cost = f"{each.seconds_per_gb:g}" if each.seconds_per_gb else "–"
        lines.append(f"| `{each.name}` | {each.depth.value} | {each.stage.value} | {each.title}. {each.why} | {rows} | {cost} |")
    lines += [
        "",
        "## What a depth costs",
        "",
        "| depth | rungs | " + " | ".join(f"{size} GB" for size in GIGABYTES) + " |",
        "|---|---|---|---|---|",
    ]
    for number, depth in enumerate(DEPTHS):
        asked = [each for each in every if each.depth.value in DEPTHS[: number + 1]]
        rate = sum(each.seconds_per_gb for each in asked)
        lines.append(f"| {depth} | {len(asked)} | " + " | ".join(_time(rate * size) for size in GIGABYTES) + " |")
    for name, ladder in (others or {}).items():
        lines += ["", f"## Stores of another kind: {name}", "", *_plain_table(ladder)]
    return "\n".join(lines) + "\n"


def _plain_table(rungs: Iterable[Any]) -> list[str]:
    """Rungs whose cost is not one of gigabytes."""
    lines = ["| rung | depth | what it proves | rows |", "|---|---|---|---|"]
    for each in rungs:
        rows = ", ".join(str(row) for row in each.catches) or "–"
        lines.append(f"| `{each.name}` | {each.depth.value} | {each.title}. {each.why} | {rows} |")
    return lines


def _time(seconds: float) -> str:
    if seconds < 1:
        return "seconds"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
