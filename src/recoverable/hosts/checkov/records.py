"""Findings as records of Checkov's report: one for each rule and address in a block, where the worst verdict counts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from checkov.common.models.enums import CheckResult
from checkov.common.output.record import Record

from recoverable.hosts.checkov.blocks import Block, Blocks
from recoverable.hosts.checkov.judgement import GATE
from recoverable.hosts.checkov.rule_checks import RuleCheck, severity_of
from recoverable.model.finding import Finding, Suppression, Verdict
from recoverable.report.excerpt import Excerpts
from recoverable.report.words import clean, environment, excuse, wanted, whole

_ORDER = {Verdict.ERROR: 0, Verdict.FAIL: 1, Verdict.UNKNOWN: 2, Verdict.PASS: 4}
_SUPPRESSED = 3
COMMENT = "checkov:skip"
WHOLE = "(the run)"
"""What a record names as its resource where the finding is about everything."""
_MARK = {Verdict.ERROR: "[error] ", Verdict.UNKNOWN: "[unknown] "}


@dataclass(frozen=True, slots=True)
class Scan:
    """What Checkov scans: ``root`` is what its paths are relative to, ``plan`` the plan's path ("" for code)."""

    root: str
    plan: str
    blocks: Blocks
    strict: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands."""

    file: str
    first: int
    last: int
    block: Block | None


def records(findings: Iterable[Finding], checks: dict[str, RuleCheck], scan: Scan) -> Iterator[tuple[Finding, Any]]:
    """A record for every rule, address and block, with the finding that decides it."""
    excerpts = Excerpts()
    groups: dict[tuple[str, str, str, int, int], list[Finding]] = {}
    places: dict[tuple[str, str, str, int, int], Place] = {}
    for found in findings:
        place = _place(found, scan)
        finding = _skipped(found, place, scan)
        key = (finding.rule, finding.address, place.file, place.first, place.last)
        groups.setdefault(key, []).append(finding)
        places[key] = place
    for key, group in groups.items():
        group.sort(key=_rank)
        yield group[0], _record(group, checks[key[0]], places[key], scan, excerpts)


def _skipped(finding: Finding, place: Place, scan: Scan) -> Finding:
    """The finding, suppressed where a comment for Checkov skips it; that something was not judged cannot be skipped so."""
    skip = scan.blocks.skip(finding.rule, _root(finding, scan), finding.address, place.block) if finding.rule != GATE else None
    return finding if skip is None else finding.with_suppression(Suppression(COMMENT, skip))


def _rank(finding: Finding) -> int:
    return _SUPPRESSED if finding.suppressed else _ORDER[finding.verdict]


def _place(finding: Finding, scan: Scan) -> Place:
    if scan.plan:
        block = scan.blocks.of(scan.plan, finding.address)
        return Place(scan.plan, block.first if block else 1, block.last if block else 1, block)
    file = os.path.abspath(finding.file or scan.root)
    block = scan.blocks.at(file, finding.line, _root(finding, scan), finding.address)
    if block is not None:
        return Place(file, block.first, block.last, block)
    return Place(file, finding.line or 1, finding.line or 1, None)


def _record(group: Sequence[Finding], check: RuleCheck, place: Place, scan: Scan, excerpts: Excerpts) -> Any:
    first = group[0]
    record = Record(
        check_id=check.id,
        check_name=clean(_headline(first)),
        check_result=_result(first, scan),
        code_block=_code(first, place, scan, excerpts),
        file_path=_shown(place.file, scan.root),
        file_line_range=[place.first, place.last],
        resource=clean(first.address or WHOLE),
        evaluations=None,
        check_class="recoverable",
        file_abs_path=place.file,
        bc_check_id=None,
        resource_address=first.address or None,
        severity=severity_of(first.severity),
        details=[clean(line) for line in _details(group, scan)],
    )
    record.set_guideline(check.guideline)
    return record


def _root(finding: Finding, scan: Scan) -> str:
    """The folder of the root module a finding is from."""
    source = os.path.abspath(finding.source or scan.root)
    return os.path.dirname(source) if os.path.isfile(source) else source


def _shown(file: str, root: str) -> str:
    """A path as Checkov writes it: below the folder it scans, with a slash in front."""
    path = os.path.relpath(file, root).replace(os.sep, "/")
    return "/" if path == "." else f"/{path}"


def _result(finding: Finding, scan: Scan) -> dict[str, Any]:
    """Checkov's result, with the reason where it is skipped."""
    if finding.suppressed:
        by_comment = finding.suppressed.kind == COMMENT
        why = finding.suppressed.reason if by_comment else clean(excuse(finding.suppressed))
        return {"result": CheckResult.SKIPPED, "suppress_comment": why, "evaluated_keys": []}
    if finding.verdict is Verdict.PASS:
        return {"result": CheckResult.PASSED, "evaluated_keys": []}
    if finding.verdict is Verdict.UNKNOWN and not scan.strict:
        return {"result": CheckResult.UNKNOWN, "evaluated_keys": []}
    return {"result": CheckResult.FAILED, "evaluated_keys": []}


def _headline(finding: Finding) -> str:
    """The whole finding in one line: the one text that reaches every format of Checkov's."""
    if finding.verdict is Verdict.PASS:
        return finding.message
    return f"{_MARK.get(finding.verdict, '')}{finding.name}: {whole(finding)}"


def _details(group: Sequence[Finding], scan: Scan) -> Iterator[str]:
    """Found, wanted, environment and fix of the finding that decides, then what else was found at the same place."""
    first = group[0]
    if first.verdict is not Verdict.PASS:
        said = {"found": first.found, "wanted": wanted(first), "environment": environment(first), "fix": first.fix}
        yield from (f"{word}: {text}" for word, text in said.items() if text)
    if first.where and (scan.plan or first.line):
        yield f"at: {first.where}"
    if first.source not in ("", first.file) and os.path.abspath(first.source) != scan.root:
        yield f"in: {first.source}"
    for other in group[1:]:
        mark = "waived" if other.suppressed else other.verdict.value
        yield f"also {mark}, in {other.source}: {other.message}"


def _code(finding: Finding, place: Place, scan: Scan, excerpts: Excerpts) -> list[tuple[int, str]]:
    """The lines of the block with secrets masked; none of a plan, whose values are nobody's to print."""
    if scan.plan:
        return []
    if place.block is not None and place.block.lines:
        return place.block.lines
    return [(number, f"{text}\n") for number, text in excerpts.around(place.file, finding.line, 2)]
