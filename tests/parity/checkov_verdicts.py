"""What Checkov says with our checks about every example of every rule, and what ``recoverable check`` says about the same.

Two columns of the parity matrix. ``hcl_cells`` and ``plan_cells`` give a :class:`Cell` for every example that the
reader can see: the verdict of the example's own rule about its subject, and all verdicts by rule and address, on both
sides. One process of Checkov's takes all examples, a folder for each, strict, so that unknowns are in its report (as FAILED
with ``[unknown]``); the day is ``TODAY`` on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.model.finding import Finding
from tests.parity.batches import Case, cases
from tests.support.checkov_runs import ORDER, CheckovServer, Verdicts, verdict_of, verdicts
from tests.support.judging import judge_code, judge_document


@dataclass(frozen=True, slots=True)
class Cell:
    """One example on both sides. ``ours`` and ``theirs`` are the verdict of its rule, "" where there is none.

    ``ours_said`` and ``theirs_said`` are all verdicts of its rule about its subject.
    """

    name: str
    rule: str
    ours: str
    theirs: str
    all_ours: Verdicts
    all_theirs: Verdicts
    ours_said: frozenset[str]
    theirs_said: frozenset[str]


def hcl_cells(server: CheckovServer, work: Path) -> list[Cell]:
    """Every example that code shows, in a folder of its own below ``work``."""
    examples = cases("hcl", changes=False)
    ours = []
    for name, _, example in examples:
        folder = work / name
        folder.mkdir()
        ours.append(judge_code(example.code, folder, example.standard, example.files))
        if example.standard:
            (folder / "recoverable.toml").write_text(example.standard, encoding="utf-8")
    theirs = [server.scan(work / name) for name, _, _ in examples]
    return [_cell(case, found, said) for case, found, said in zip(examples, ours, theirs, strict=True)]


def plan_cells(server: CheckovServer, plans: Iterable[tuple[Case, Mapping[str, Any]]], work: Path) -> list[Cell]:
    """Every example with the real plan of it (tests/parity/test_plan_parity.py makes them)."""
    examples, ours = [], []
    for case, plan in plans:
        name, _, example = case
        folder = work / name
        folder.mkdir()
        ours.append(judge_document(plan, "plan.json", folder, example, code=True))
        if example.standard:
            (folder / "recoverable.toml").write_text(example.standard, encoding="utf-8")
        examples.append(case)
    theirs = [server.scan(work / name, files=["plan.json"]) for name, _, _ in examples]
    return [_cell(case, found, said) for case, found, said in zip(examples, ours, theirs, strict=True)]


def our_verdicts(findings: Iterable[Finding]) -> Verdicts:
    """The worst verdict by rule and address; what speaks of no address, as Checkov's records name it."""
    found: Verdicts = {}
    for item in findings:
        verdict = "suppressed" if item.suppressed else item.verdict.value
        key = (item.rule, item.address or "(the run)")
        found[key] = min(found.get(key, verdict), verdict, key=ORDER.index)
    return found


def _cell(case: Case, findings: list[Finding], records: list[dict[str, Any]]) -> Cell:
    name, rule, example = case
    about = [item for item in findings if item.rule == rule.id and example.subject in ("", item.address)]
    said = [item for item in records if item["check_id"] == rule.id and example.subject in ("", item["resource"])]
    return Cell(
        name,
        rule.id,
        _worst("suppressed" if item.suppressed else item.verdict.value for item in about),
        _worst(verdict_of(item) for item in said),
        our_verdicts(findings),
        verdicts(records),
        frozenset(item.verdict.value for item in about),
        frozenset(verdict_of(item) for item in said),
    )


def _worst(found: Iterable[str]) -> str:
    return min(found, key=ORDER.index, default="")


__all__ = ["Cell", "hcl_cells", "our_verdicts", "plan_cells"]
