"""The report for people at a terminal: one frame per finding, and a footer that hides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from recoverable.model.finding import Confidence, Finding, Verdict
from recoverable.report.excerpt import Excerpts
from recoverable.report.groups import Group, grouped
from recoverable.report.result import Result, sentence, summary
from recoverable.report.words import clean, clean_lines, clip, environment, excuse, harmless, label, near, place, wanted

if TYPE_CHECKING:
    from recoverable.model.raw import Problem

WIDTH = 80
MOST_ADDRESSES = 5

_STYLE = {
    "critical": "1;31",
    "high": "31",
    "medium": "33",
    "low": "36",
    "advice": "34",
    "unknown": "35",
    "error": "1;31",
    "pass": "32",
    "dim": "2",
    "bold": "1",
}


def render(result: Result, *, verbose: bool = False, colour: bool = False, width: int | None = None) -> str:
    """The whole report. ``verbose`` adds passes and suppressed findings; ``width`` is the terminal's."""
    return "".join(f"{harmless(line)}\n" for line in _Text(result, verbose, colour, width).lines())


def _wrap(text: str, first: str, rest: str, width: int) -> list[str]:
    # textwrap would do, at 50 microseconds a line: too slow for the 50,000 findings of a large plan.
    if len(first) + len(text) <= width:
        return [(first + text).rstrip()]
    lines, line = [], first
    bare = True
    for word in text.split(" "):
        if not bare and len(line) + 1 + len(word) > width:
            lines.append(line)
            line, bare = rest, True
        line += word if bare else f" {word}"
        bare = False
    return [*lines, line]


class _Text:
    def __init__(self, result: Result, verbose: bool, colour: bool, width: int | None) -> None:
        self.result = result
        self.verbose = verbose
        self.colour = colour
        self.width = max(40, width or WIDTH)
        self.terminal = width is not None
        self.excerpts = Excerpts()
        self.shown = ""

    def lines(self) -> Iterator[str]:
        for group in grouped(found for found in self.result.findings if self.wants(found)):
            yield from self.frame(group)
            yield ""
        if self.verbose:
            yield from self.passes()
        for problem in self.result.problems:
            yield from self.problem(problem)
            yield ""
        yield from self.wrap(sentence(self.result)[:1].upper() + sentence(self.result)[1:], "", "  ", style=self.mood())
        footer = summary(self.result)
        # A log is searched for the footer, so it is one line where no terminal is.
        yield from self.wrap(footer, "", "") if self.terminal else [footer]

    def wants(self, found: Finding) -> bool:
        return found.verdict is not Verdict.PASS and (self.verbose or not found.suppressed)

    def frame(self, group: Group) -> Iterator[str]:
        found = group.first
        yield from self.headline(found)
        yield from self.location(found, group)
        yield from self.code(found)
        yield from self.facts(found)

    def headline(self, found: Finding) -> Iterator[str]:
        word = "suppressed " + label(found) if found.suppressed else label(found)
        head = f"{word}[{found.name}]"
        lines = list(self.wrap(f"{head} {clean(found.message)}", "", "    "))
        last = lines[-1]
        if len(last) + 2 + len(found.rule) <= self.width:
            lines[-1] = f"{last}{found.rule:>{self.width - len(last)}}"
        else:
            lines.append(f"{found.rule:>{self.width}}")
        styled = self.paint(head, label(found))
        lines[0] = lines[0].replace(head, styled, 1)
        yield from lines

    def location(self, found: Finding, group: Group) -> Iterator[str]:
        arrow = self.paint("-->", "dim")
        spot, address = clean(place(found)), clean(found.address)
        if not spot or not address or len(spot) + len(address) + 8 <= self.width:
            yield f"  {arrow} {'  '.join(part for part in (spot, address) if part)}"
        else:
            yield f"  {arrow} {spot}"
            yield f"      {address}"
        others = group.others
        most = len(others) if self.verbose or len(others) <= MOST_ADDRESSES else MOST_ADDRESSES - 1
        for other in others[:most]:
            yield f"      {clean(other)}"
        if len(others) > most:
            yield f"      and {len(others) - most} more instances (--verbose lists them)"

    def code(self, found: Finding) -> Iterator[str]:
        spot = place(found)
        if self.shown == spot:
            return
        self.shown = spot
        line = self.excerpts.line(found.file, found.line)
        if line.strip():
            number = f"{found.line:>4}"
            yield self.paint("     |", "dim")
            yield f"{self.paint(f'{number} |', 'dim')} {clip(line, self.width - 8)}"
            yield self.paint("     |", "dim")

    def facts(self, found: Finding) -> Iterator[str]:
        facts = [
            ("found", found.found),
            ("wanted", wanted(found)),
            ("env", environment(found)),
            ("sure", "" if found.confidence is Confidence.HIGH else f"confidence is {found.confidence.value}"),
            ("waived", excuse(found.suppressed) if found.suppressed else ""),
        ]
        for name, text in facts:
            if text:
                yield from self.wrap(clean(text), f"   = {name + ':':<7} ", " " * 13)
        for at, line in enumerate(clean_lines(found.fix) if found.fix else []):
            yield from self.wrap(line, "   = fix:    " if at == 0 else " " * 13, " " * 13)

    def passes(self) -> Iterator[str]:
        passed = [found for found in self.result.findings if found.verdict is Verdict.PASS and not found.suppressed]
        for found in passed:
            said = f" {clean(found.found)}" if found.found else ""
            yield f"{self.paint('pass', 'pass')}[{found.name}] {clean(place(found))} {clean(found.address)}{said}"
        if passed:
            yield ""

    def problem(self, problem: Problem) -> Iterator[str]:
        style = {"error": "error", "missing-module": "unknown"}.get(problem.kind, "dim")
        head = f"input[{problem.kind}]"
        for at, line in enumerate(self.wrap(f"{head} {clean(problem.message)}", "", "    ")):
            yield line.replace(head, self.paint(head, style), 1) if at == 0 else line
        where = f"{near(problem.where.file)}:{problem.where.line}".removesuffix(":0") if problem.where else ""
        if where or problem.address:
            yield f"  {self.paint('-->', 'dim')} {'  '.join(clean(part) for part in (where, problem.address) if part)}"

    def mood(self) -> str:
        return {0: "pass", 1: "critical"}.get(self.result.exit_code, "unknown")

    def wrap(self, text: str, first: str, rest: str, style: str = "") -> list[str]:
        lines = _wrap(text, first, rest, self.width)
        return [self.paint(line, style) for line in lines] if style else lines

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{_STYLE[style]}m{text}\x1b[0m" if self.colour else text
