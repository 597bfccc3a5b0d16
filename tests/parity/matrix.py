"""The parity matrix: what each gate says about every example of every rule, or why it can say nothing.

A column is filled with what was observed in this run of the tests (test_matrix.py), never by hand. ``page`` is docs/parity.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recoverable.hosts.pulumi.catalogue import NO_ATTRIBUTE, NO_DELETIONS
from recoverable.model.estate import StoreChange
from recoverable.rules.registry.load import gate_rules
from recoverable.rules.registry.rule import Example, Rule

COLUMNS = {
    "HCL": "hcl",
    "plan": "plan",
    "preview": "preview",
    "policy pack": "preview",
    "Checkov HCL": "hcl",
    "Checkov plan": "plan",
}
"""The columns that count, each with the reader that says which examples it can be shown."""
LETTERS = {"d": "the host sees no deletions and no earlier state", "a": "the host exposes no such attribute"}
"""The closed list of reasons."""
MOST_SILENT = 5.0
"""Per cent of the cells of rules that may have a reason instead of a verdict (issue 5)."""
NEVER_SILENT = re.compile(r"retention|pitr|continuous-backup|encrypt|version")
"""The rules, by name, that have a verdict in every column; rules about changes are apart."""
Said = Mapping[str, frozenset[str]]
"""The verdicts of one column by example: those of the example's own rule about its subject."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One rule in one column. ``silent`` are the examples that cannot be asked there, each with the letter of its reason and the detail."""

    same: tuple[str, ...]
    different: tuple[str, ...]
    silent: Mapping[str, tuple[str, str]]

    @property
    def letter(self) -> str:
        """The reason of a cell without any verdict; "" for one with verdicts."""
        letters = {letter for letter, _ in self.silent.values()}
        return "" if self.same or self.different else "".join(sorted(letters))


Matrix = Mapping[str, Mapping[str, Cell]]


def matrix(said: Mapping[str, Said], reasons: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Cell]]:
    """By rule id and column. ``reasons`` are those that a host gives itself, by column and example.

    An example that a column says nothing about, for no reason of the list, counts as different.
    """
    return {
        item.rule.id: {column: _cell(item.rule, column, said[column], reasons.get(column, {})) for column in COLUMNS}
        for item in gate_rules()
    }


def _cell(rule: Rule, column: str, said: Said, reasons: Mapping[str, str]) -> Cell:
    same, different, silent = [], [], {}
    for number, example in enumerate(rule.examples):
        name = f"{rule.id.lower()}_{number}"
        reason = _reason(example, column, reasons.get(name, ""))
        if reason is not None:
            silent[name] = reason
        elif _agrees(example, said.get(name, frozenset())):
            same.append(name)
        else:
            different.append(name)
    return Cell(tuple(same), tuple(different), silent)


def _agrees(example: Example, verdicts: frozenset[str]) -> bool:
    """A change is told by what was and by what will be, so one of its answers has to be the promised one; of all else, every one."""
    return example.verdict.value in verdicts if example.before else verdicts == {example.verdict.value}


def _reason(example: Example, column: str, given: str) -> tuple[str, str] | None:
    """Letter and detail; None where the column can be asked."""
    if given.startswith(NO_DELETIONS) or (example.before and COLUMNS[column] == "hcl"):
        return "d", LETTERS["d"]
    if given.startswith(NO_ATTRIBUTE):
        return "a", given.removeprefix(NO_ATTRIBUTE).removeprefix(": ")
    if example.only and COLUMNS[column] not in example.only:
        return "a", example.why_only
    return None


def different(found: Matrix) -> list[tuple[str, str]]:
    """Every (example, column) without the promised verdict and without a reason."""
    return [(name, column) for row in found.values() for column, cell in row.items() for name in cell.different]


def of_rules(found: Matrix) -> tuple[int, int]:
    """Cells of rules, and those of them that have a reason only."""
    cells = [cell for row in found.values() for cell in row.values()]
    return len(cells), sum(bool(cell.letter) for cell in cells)


def of_examples(found: Matrix) -> tuple[int, int]:
    """The same of single examples."""
    cells = [cell for row in found.values() for cell in row.values()]
    return sum(len(cell.same) + len(cell.different) + len(cell.silent) for cell in cells), sum(len(cell.silent) for cell in cells)


def silent_though_never(found: Matrix) -> list[tuple[str, str]]:
    """Cells with a reason of rules that must have a verdict everywhere: about retention, PITR, encryption and versioning."""
    held = [item.rule for item in gate_rules() if NEVER_SILENT.search(item.rule.name) and item.rule.applies_to is not StoreChange]
    return [(rule.name, column) for rule in held for column, cell in found[rule.id].items() if cell.letter]


def page(found: Matrix) -> str:
    """docs/parity.md."""
    head = ["rule", *COLUMNS, "live"]
    rows = []
    for item in gate_rules():
        rule = item.rule
        cells = [_shown(found[rule.id][column]) for column in COLUMNS]
        rows.append(f"| [{rule.id}](rules/{rule.id}-{rule.name}.md) {rule.name} | " + " | ".join([*cells, "–"]) + " |")
    return "\n".join([*_intro(), f"| {' | '.join(head)} |", "|" + "---|" * len(head), *rows, "", *_footer(found), *_details(found)]) + "\n"


def _shown(cell: Cell) -> str:
    letters = "".join(sorted({letter for letter, _ in cell.silent.values()}))
    if cell.letter:
        return f"({letters})"
    return str(len(cell.same)) + (f" ({letters} {len(cell.silent)})" if cell.silent else "")


def _intro() -> list[str]:
    return [
        "# The same verdict in every gate",
        "",
        "Generated from a run of `tests/parity/test_matrix.py` (`UPDATE_GOLDEN=1 make test PYTEST=tests/parity/test_matrix.py`); the test",
        "fails where this page and the run disagree. The number is how many of the rule's examples get the promised verdict there: from the",
        "code, from a plan of the real Terraform, from a preview that the real Pulumi engine printed, from the policy pack's analyzer on what",
        "that preview shows it, and inside of the real Checkov on the code and on the plan. A plan and a preview lie beside the code or project",
        "they were made from. In brackets: how many examples cannot be asked there, and why.",
        "",
        *[f"- **({letter})** {text}" for letter, text in LETTERS.items()],
        "- **–** not built yet: the live audit; the column is not counted.",
        "",
        "The corpus of real code, plans and previews is held to the same by `test_checkov_parity.py`, `test_policy_pack_corpus.py` and",
        "`test_pairs.py` beside it.",
        "",
    ]


def _footer(found: Matrix) -> list[str]:
    changes = ", ".join(item.rule.id for item in gate_rules() if item.rule.applies_to is StoreChange)
    return [
        "## How many cells have a reason only",
        "",
        "| counted by | cells | with a reason | share |",
        "|---|---|---|---|",
        *[
            f"| {name} | {cells} | {silent} | {100 * silent / cells:.1f} % |"
            for name, (cells, silent) in (("rule", of_rules(found)), ("example", of_examples(found)))
        ],
        "",
        f"By rule it may be {MOST_SILENT:.0f} % at most; by example there is no bound, the number is told. No rule about retention, point-in-time",
        f"recovery, encryption or versioning has a reason only, with this exception: {changes} are about what a change takes",
        "away (retention lowered, protection turned off), so a gate that sees no earlier state cannot ask them.",
        "",
    ]


def _details(found: Matrix) -> list[str]:
    grouped: dict[tuple[str, str], dict[str, list[str]]] = {}
    for rule, row in found.items():
        for column, cell in row.items():
            for reason in cell.silent.values():
                columns = grouped.setdefault(reason, {}).setdefault(rule, [])
                columns.extend([] if column in columns else [column])
    rows = [f"| ({letter}) {detail} | {_places(places)} |" for (letter, detail), places in sorted(grouped.items(), reverse=True)]
    return ["## The reasons in detail", "", "| reason | where |", "|---|---|", *rows]


def _places(places: Mapping[str, Iterable[str]]) -> str:
    by_columns: dict[tuple[str, ...], list[str]] = {}
    for rule, columns in places.items():
        by_columns.setdefault(tuple(columns), []).append(rule)
    return "; ".join(f"{', '.join(rules)} in {', '.join(columns)}" for columns, rules in by_columns.items())
