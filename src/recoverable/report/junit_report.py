"""JUnit XML: one suite per input, one case per rule and address.

A case fails exactly where the run does: a finding below ``--fail-on`` and an unknown are
*skipped*, with the reason, so that a test tab is never red beside a green exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from recoverable.model.finding import Finding, Verdict
from recoverable.report.result import Result
from recoverable.report.words import clean, excuse, label, near, whole

if TYPE_CHECKING:
    from recoverable.model.raw import Problem

_Cases = dict[tuple[str, str, str], list[Finding]]


def render(result: Result) -> str:
    """The whole document."""
    root = ElementTree.Element("testsuites", name="recoverable")
    split: dict[str, _Cases] = {path: {} for _, path in result.inputs}
    for found in result.findings:
        cases = split.setdefault(found.source, {})
        cases.setdefault((found.rule, found.name, found.address), []).append(found)
    for path, cases in split.items():
        suite = ElementTree.SubElement(root, "testsuite", name=clean(near(path)) or "recoverable")
        for (rule, name, address), findings in cases.items():
            _case(suite, result, f"{rule} {name}", address, findings)
        _count(suite)
    if result.problems:
        suite = ElementTree.SubElement(root, "testsuite", name="reading the input")
        for problem in result.problems:
            _problem(suite, problem)
        _count(suite)
    _total(root)
    ElementTree.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _case(suite: ElementTree.Element, result: Result, name: str, address: str, findings: Sequence[Finding]) -> None:
    worst = min(findings, key=lambda found: _rank(result, found))
    case = ElementTree.SubElement(suite, "testcase", name=name, classname=clean(address) or "the run", time="0")
    if worst.file:
        case.set("file", clean(near(worst.file)))
    if worst.line:
        case.set("line", str(worst.line))
    tag = _tag(result, worst)
    if not tag:
        return
    said = [found for found in findings if found.verdict is not Verdict.PASS]
    mark = ElementTree.SubElement(case, tag, message=clean(_reason(result, worst)))
    if tag != "skipped":
        mark.set("type", label(worst))
    mark.text = "\n".join(clean(f"{label(found)}: {whole(found)}") for found in said)


def _tag(result: Result, found: Finding) -> str:
    if found.verdict is Verdict.PASS and not found.suppressed:
        return ""
    if not result.blocks(found):
        return "skipped"
    return "error" if found.verdict is Verdict.ERROR else "failure"


def _rank(result: Result, found: Finding) -> tuple[int, int]:
    return (["error", "failure", "skipped", ""].index(_tag(result, found)), found.severity.rank)


def _reason(result: Result, found: Finding) -> str:
    if found.suppressed:
        return f"suppressed by {excuse(found.suppressed)}"
    if found.verdict is Verdict.UNKNOWN and not result.strict:
        return f"unknown: {found.message}"
    if found.verdict is Verdict.FAIL and not result.blocks(found):
        return f"{found.severity.value}, below --fail-on {result.fail_on.value}: {found.message}"
    return found.message


def _problem(suite: ElementTree.Element, problem: Problem) -> None:
    where = near(problem.where.file) if problem.where else problem.address
    case = ElementTree.SubElement(suite, "testcase", name=problem.kind, classname=clean(where) or "input", time="0")
    if problem.where and problem.where.line:
        case.set("line", str(problem.where.line))
    mark = ElementTree.SubElement(case, "error" if problem.kind == "error" else "skipped", message=clean(problem.message))
    mark.text = clean(f"{where}: {problem.message}" if where else problem.message)


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite)))
    for tag, key in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(key, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", "0")


def _total(root: ElementTree.Element) -> None:
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    root.set("time", "0")
