"""What every renderer takes: the findings of one run, and what they add up to.

Nothing here tells the time: two runs over the same input give the same bytes in every format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from recoverable.model.finding import Finding, Severity, Verdict

if TYPE_CHECKING:
    from recoverable.model.raw import Problem


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a report says about a rule. ``refs`` are URLs; ``help`` is Markdown."""

    id: str
    name: str
    title: str
    severity: Severity
    why: str = ""
    refs: Sequence[str] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One run: findings (sorted; passes, unknowns, errors and suppressed ones included) and context.

    ``inputs`` are ``(kind, path)`` pairs; ``standard_source`` is the standard file or ``built-in``.
    """

    findings: Sequence[Finding]
    problems: Sequence[Problem] = ()
    inputs: Sequence[tuple[str, str]] = ()
    rules: Mapping[str, RuleInfo] = field(default_factory=dict)
    stores: int = 0
    resources: int = 0
    files: int = 0
    fail_on: Severity = Severity.MEDIUM
    strict: bool = False
    exit_code: int = 0
    standard_source: str = "built-in"
    tool_version: str = ""

    def rule(self, finding: Finding) -> RuleInfo:
        """The rule of a finding; one that is not listed is made from the finding."""
        known = self.rules.get(finding.rule)
        return known or RuleInfo(finding.rule, finding.name, finding.name.replace("-", " "), finding.severity)

    def blocks(self, finding: Finding) -> bool:
        """True when this finding alone makes the run fail."""
        if finding.suppressed:
            return False
        if finding.verdict is Verdict.FAIL:
            return finding.severity.at_least(self.fail_on)
        return finding.verdict is Verdict.ERROR or (self.strict and finding.verdict is Verdict.UNKNOWN)


@dataclass(slots=True)
class Counts:
    """Live findings by verdict, live fails by severity, and those that are suppressed.

    ``blocking`` are the live fails at or above ``--fail-on``.
    """

    verdicts: dict[Verdict, int]
    severities: dict[Severity, int]
    suppressed: int = 0
    blocking: int = 0

    @property
    def fails(self) -> int:
        """Live fails."""
        return self.verdicts[Verdict.FAIL]

    @property
    def passes(self) -> int:
        """Questions answered with a pass."""
        return self.verdicts[Verdict.PASS]

    @property
    def unknowns(self) -> int:
        """Questions that cannot be answered before apply."""
        return self.verdicts[Verdict.UNKNOWN]

    @property
    def errors(self) -> int:
        """Rules that crashed."""
        return self.verdicts[Verdict.ERROR]


def counts(result: Result, findings: Iterable[Finding] | None = None) -> Counts:
    """Count the findings of a result, or some of them."""
    total = Counts(dict.fromkeys(Verdict, 0), dict.fromkeys(Severity, 0))
    for finding in result.findings if findings is None else findings:
        if finding.suppressed:
            total.suppressed += 1
            continue
        total.verdicts[finding.verdict] += 1
        if finding.verdict is Verdict.FAIL:
            total.severities[finding.severity] += 1
            total.blocking += finding.severity.at_least(result.fail_on)
    return total


@dataclass(slots=True)
class Environment:
    """What was judged for one environment; ``judged`` counts distinct subjects."""

    name: str
    sources: list[str]
    judged: int
    counts: Counts


_ORDER = {"prod": 0, "production": 0, "staging": 1, "stage": 1, "dev": 2, "development": 2}


def environments(result: Result) -> list[Environment]:
    """The run per environment: prod, staging, dev, others by name; not found comes last."""
    split: dict[str, list[Finding]] = {}
    for finding in result.findings:
        split.setdefault(finding.environment, []).append(finding)
    names = sorted(split, key=lambda name: (not name, _ORDER.get(name, 3), name))
    return [
        Environment(
            name,
            sorted({found.environment_source for found in split[name] if found.environment_source}),
            len({(found.source, found.address) for found in split[name]}),
            counts(result, split[name]),
        )
        for name in names
    ]


_INCOMPLETE = {
    2: "incomplete: part of the input could not be read",
    3: "nothing to judge was found",
    4: "incomplete: a rule or the tool itself crashed",
    5: "incomplete: the cloud could not be reached",
    130: "interrupted",
}


def sentence(result: Result) -> str:
    """The whole run in one sentence, true to the exit code."""
    total = counts(result)
    reasons = []
    if total.blocking:
        reasons.append(f"{plural(total.blocking, 'finding')} at or above {result.fail_on.value}")
    if result.strict and total.unknowns:
        reasons.append(f"{plural(total.unknowns, 'unknown')} (strict)")
    because = " and ".join(reasons)
    if result.exit_code == 0 and result.stores == 0:
        return "passed: nothing to judge was found, which is allowed here"
    if result.exit_code == 0:
        return f"passed: nothing at or above {result.fail_on.value}"
    if result.exit_code == 1:
        return f"failed: {because}" if because else "failed"
    said = _INCOMPLETE.get(result.exit_code, "incomplete")
    return f"{said}; {because}" if because else said


def summary(result: Result) -> str:
    """The footer of every report: what was found, what was not decided, what was looked at."""
    total = counts(result)
    found = ", ".join(f"{number} {severity.value}" for severity, number in total.severities.items() if number)
    return (
        f"{plural(total.fails, 'finding')}{f' ({found})' if found else ''}, {total.unknowns} unknown, "
        f"{total.suppressed} suppressed, {plural(total.errors, 'error')}; {plural(result.stores, 'store')}, "
        f"{plural(total.passes, 'pass', 'passes')}, {plural(result.files, 'file')}"
    )


def plural(number: int, word: str, many: str = "") -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number} {word if number == 1 else many or word + 's'}"


def worst_first(result: Result) -> list[Finding]:
    """Live fails, errors and unknowns, the worst first; for reports that must stop somewhere."""
    live = [found for found in result.findings if found.verdict is not Verdict.PASS and not found.suppressed]
    return sorted(
        live,
        key=lambda found: (
            not result.blocks(found),
            found.verdict is not Verdict.ERROR,
            found.severity.rank,
            found.verdict is not Verdict.FAIL,
        ),
    )
