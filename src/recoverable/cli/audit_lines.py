"""``audit --json-lines``: each finding as one line as soon as it is known, and a summary as the last line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

from recoverable.audit.against.against import Against
from recoverable.audit.parts import BATCH, Look, Part
from recoverable.audit.wording import in_words_of_an_account
from recoverable.cli import exits
from recoverable.cli.audit_facts import FactsFile
from recoverable.cli.audit_run import Terms, terms
from recoverable.cli.audit_sorts import Sorts
from recoverable.cli.check_run import exit_code, protected
from recoverable.clouds.build import build_estates
from recoverable.enforce.crashes import unjudged
from recoverable.enforce.engine import Evaluation
from recoverable.enforce.gate import Before
from recoverable.enforce.judging import judge_estates
from recoverable.model.finding import Finding, Severity, Verdict
from recoverable.model.run import Run
from recoverable.report.json_report import result_row
from recoverable.report.json_rows import encode
from recoverable.rules.registry.rule import LoadedRule


@dataclass(slots=True)
class Lines:
    """What was written so far; ``whole`` says that every part of it could be judged, ``account`` is what earlier parts of one held."""

    out: TextIO
    facts: FactsFile
    cloud: str
    against: Against | None = None
    whole: bool = True
    stores: int = 0
    verdicts: dict[Verdict, int] = field(default_factory=lambda: dict.fromkeys(Verdict, 0))
    codes: set[int] = field(default_factory=lambda: {exits.CLEAN})
    account: Sorts = field(default_factory=Sorts)


def stream(options: argparse.Namespace, look: Look, out: TextIO, against: Against | None = None) -> int:
    """Look at all accounts, part by part; gives the exit code.

    Raises:
        InputError: an option or the standard is wrong, or there is no login.
    """
    judged_by = terms(options, look.code_only)
    fail_on = Severity(options.fail_on) if options.fail_on else judged_by.standard.fail_on
    lines = Lines(out, FactsFile(options, judged_by.standard, look.now), look.cloud, against)
    for part in look.parts():
        for findings in _judged(part, judged_by, options, lines):
            _tell(lines, findings, fail_on, strict=options.strict)
    if against is not None:
        found = against.rest(crashed=bool(look.crashes) or not lines.whole)
        alone = tuple(item for item in judged_by.rules if item.rule.applies_to is not Run)
        _tell(
            lines,
            judge_estates(found, [], judged_by.standard, alone, judged_by.today, environment=options.environment, partial=True),
            fail_on,
            strict=options.strict,
        )
    _tell(lines, look.crashes, fail_on, strict=options.strict)
    lines.facts.finish(whole=look.whole and lines.whole)
    if look.unreached:
        lines.codes.add(exits.UNREACHABLE)
    if not lines.stores and not options.allow_empty:
        lines.codes.add(exits.NOTHING)
    code = exits.worst(lines.codes)
    summary = {"exit_code": code, "stores": lines.stores, "verdicts": {word.value: count for word, count in lines.verdicts.items()}}
    out.write(encode({"summary": summary}) + "\n")
    return code


def _judged(part: Part, judged_by: Terms, options: argparse.Namespace, lines: Lines) -> Iterator[list[Finding]]:
    """Findings about what a part is for, some stores at a time; rules about the run as a whole are asked once, of an account's last part."""
    estates, broken = build_estates([part.reading])
    lines.whole = lines.whole and not broken
    yield [unjudged(path, error) for path, error in broken]
    lines.facts.take(estates)
    if lines.against is not None:
        for estate in estates:
            lines.against.take(estate, part.only, part.but)
    lines.stores += len(part.only) or sum(protected(estate) for estate in estates) - len(part.but)
    alone = tuple(item for item in judged_by.rules if item.rule.applies_to is not Run)

    def ask(rules: tuple[LoadedRule, ...], before: Before | None = None) -> list[Finding]:
        return judge_estates(
            estates, [], judged_by.standard, rules, judged_by.today, environment=options.environment, partial=True, before=before
        )

    for estate in estates:
        stores = sorted({store.address for store in estate.stores if not part.only or store.address in part.only} - part.but)
        for start in range(0, len(stores), BATCH):
            estate.only = frozenset(stores[start : start + BATCH])
            yield ask(alone)
        estate.only, estate.but = frozenset(), part.but | frozenset(stores)
    if part.only:
        evaluations = [Evaluation(estate, judged_by.standard, judged_by.today, options.environment) for estate in estates]
        part.needed = None if broken else lines.account.needed(evaluations, part.only, judged_by.standard)
    else:
        yield ask(judged_by.rules, lines.account.before)
        lines.account = Sorts()


def _tell(lines: Lines, findings: list[Finding], fail_on: Severity, *, strict: bool) -> None:
    for finding in in_words_of_an_account(findings, lines.cloud):
        lines.out.write(encode(result_row(finding)) + "\n")
        if not finding.suppressed:
            lines.verdicts[finding.verdict] += 1
    lines.out.flush()
    lines.codes.add(exit_code(findings, [], 1, fail_on, strict=strict, allow_empty=True))
