"""How answers are judged against the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from case_file import Case, Truth

RIGHT, ALARM, FALSE_PASS, SILENT, NOT_ASKED = "right", "wrong alarm", "false pass", "no answer", "does not ask"
OUTCOMES = (RIGHT, ALARM, FALSE_PASS, SILENT, NOT_ASKED)
WANTED = {"good": "pass", "bad": "fail", "unknown": "unknown"}
_BY_HARM = (FALSE_PASS, ALARM, SILENT, NOT_ASKED, RIGHT)


@dataclass(slots=True)
class Row:
    """One resource of one case through one input, with what each scanner answered, run by run ("" for nothing)."""

    case: Case
    through: str
    truth: Truth
    answers: dict[str, list[str]] = field(default_factory=dict)

    def outcome(self, scanner: str) -> str:
        """The worst of a scanner's runs."""
        if scanner not in self.case.asks:
            return NOT_ASKED
        return min((judge(self.truth, answer) for answer in self.answers[scanner]), key=_BY_HARM.index)

    def said(self, scanner: str) -> str:
        """What a scanner said, for the table."""
        if scanner not in self.case.asks:
            return "does not ask"
        outcome = self.outcome(scanner)
        told = Counter(answer or "nothing" for answer in self.answers[scanner])
        shown = next(iter(told)) if len(told) == 1 else ", ".join(f"{count} × {answer}" for answer, count in sorted(told.items()))
        return shown if outcome == RIGHT else f"{shown}: **{outcome}**"


def judge(truth: Truth, answer: str) -> str:
    """One answer. ``exempt`` asks only that nothing is alarmed."""
    if truth.verdict == "exempt":
        return ALARM if answer == "fail" else RIGHT
    if answer == WANTED[truth.verdict]:
        return RIGHT
    if answer == "fail":
        return ALARM
    return FALSE_PASS if answer == "pass" else SILENT


def totals(rows: Iterable[Row], scanner: str) -> Counter[str]:
    """How many rows came out how."""
    return Counter(row.outcome(scanner) for row in rows)
