"""SARIF 2.1.0, for GitHub code scanning, editors and every tool that reads it.

Passes are left out. A fail is an ``error``, ``warning`` or ``note`` by severity. An unknown is of
kind ``open`` (the specification's word for "insufficient information to decide"), and any kind
but ``fail`` must carry the level ``none`` (§3.27.10). With ``--strict`` an unknown is a fail.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from recoverable.model.finding import Finding, Severity, Verdict
from recoverable.model.values import Location
from recoverable.report.json_rows import encode, rows
from recoverable.report.result import Result, RuleInfo, sentence
from recoverable.report.words import Fingerprints, clean, excuse, near, severity_level, whole

if TYPE_CHECKING:
    from recoverable.model.raw import Problem

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# GitHub sorts security alerts by this score: above 9 critical, 7 high, 4 medium, below low.
_SCORE = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.5"}
_PROBLEM_LEVEL = {"error": "error", "missing-module": "warning"}


def render(result: Result, *, suppressed: bool = True) -> str:
    """The whole log.

    GitHub ignores ``suppressions`` and shows such results as open alerts: for an upload there,
    leave them out with ``suppressed=False``.
    """
    return "".join(chunks(result, suppressed=suppressed))


def chunks(result: Result, *, suppressed: bool = True) -> Iterator[str]:
    """The log in pieces, so that a large one need not be held twice."""
    shown = [found for found in result.findings if found.verdict is not Verdict.PASS]
    if not suppressed:
        shown = [found for found in shown if not found.suppressed]
    rules = dict(result.rules)
    for found in shown:
        rules.setdefault(found.rule, result.rule(found))
    ordered = [rules[rule] for rule in sorted(rules)]
    index = {rule.id: at for at, rule in enumerate(ordered)}
    prints = Fingerprints()
    # All results of a run have the property, or none (§3.27.23).
    excused = any(found.suppressed for found in shown)
    version = f'"version": {encode(result.tool_version)}, ' if result.tool_version else ""
    yield f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{\n'
    yield f'"tool": {{"driver": {{"name": "recoverable", {version}"rules": ['
    yield from rows(_rule(rule) for rule in ordered)
    yield f']}}}},\n"invocations": [{encode(_invocation(result, shown, index))}],\n"results": ['
    yield from rows(_result(result, found, index, prints, excused) for found in shown)
    yield "]}]}\n"


def _rule(rule: RuleInfo) -> dict[str, Any]:
    links = [ref for ref in rule.refs if ref.startswith(("https://", "http://"))]
    properties: dict[str, Any] = {"tags": ["backup", "reliability", "security"], "precision": "high"}
    if rule.severity in _SCORE:
        properties["security-severity"] = _SCORE[rule.severity]
    said: dict[str, Any] = {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": _text(rule.title or rule.name)},
        "fullDescription": {"text": _text(rule.why or rule.title or rule.name)},
        "help": {"text": _help(rule, links, "{}"), "markdown": _help(rule, links, "<{}>")},
        "defaultConfiguration": {"level": severity_level(rule.severity)},
        "properties": properties,
    }
    if links:
        said["helpUri"] = links[0]
    return said


def _help(rule: RuleInfo, links: Iterable[str], link: str) -> str:
    parts = [rule.help or rule.why or rule.title or rule.name]
    parts += ["\n".join(f"- {link.format(url)}" for url in links)]
    return "\n\n".join(part for part in parts if part)


def _result(result: Result, found: Finding, index: dict[str, int], prints: Fingerprints, excused: bool) -> dict[str, Any]:
    name = prints.of(found.rule, found.address, near(found.file))
    fails = found.verdict is Verdict.FAIL or (found.verdict is Verdict.UNKNOWN and result.strict)
    said: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": index[found.rule],
        "kind": "fail" if fails else "open",
        "level": severity_level(found.severity) if fails else "none",
        "message": {"text": _text(("" if fails else f"Not decided ({found.verdict.value}): ") + whole(found))},
        "locations": [_location(found.where, found.address, found.source)],
        # GitHub matches alerts by the second name alone, and would make it from the line: then all
        # stores of a plan, which share one line, were one alert.
        "partialFingerprints": {"recoverable/v1": name, "primaryLocationLineHash": name},
        "properties": _properties(found),
    }
    if excused:
        said["suppressions"] = [_suppression(found)] if found.suppressed else []
    return said


def _properties(found: Finding) -> dict[str, Any]:
    properties = {
        "verdict": found.verdict.value,
        "severity": found.severity.value,
        "confidence": found.confidence.value,
        "address": clean(found.address),
        "environment": clean(found.environment),
        "found": clean(found.found),
        "wanted": clean(found.wanted),
        "fix": found.fix,
    }
    return {key: value for key, value in properties.items() if value}


def _suppression(found: Finding) -> dict[str, Any]:
    why = found.suppressed
    if why is None:
        return {}
    inline = why.where is not None and why.where.file == found.file
    said: dict[str, Any] = {
        "kind": "inSource" if inline else "external",
        "status": "accepted",
        "justification": clean(excuse(why)),
    }
    if why.where:
        said["location"] = _location(why.where)
    return said


def _location(where: Location | None, address: str = "", source: str = "") -> dict[str, Any]:
    path = where.file if where else source
    said: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(path or "."),
            "region": {"startLine": max(1, where.line if where else 1)},
        }
    }
    if address:
        said["logicalLocations"] = [{"fullyQualifiedName": clean(address), "kind": "resource"}]
    return said


def _artifact(path: str) -> dict[str, str]:
    path = near(path)
    uri = quote(_bytes(path), safe="/-._~!$&'()*+,;=@")
    if os.path.isabs(path):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _invocation(result: Result, shown: list[Finding], index: dict[str, int]) -> dict[str, Any]:
    crashed = [found for found in shown if found.verdict is Verdict.ERROR]
    broken = any(problem.kind == "error" for problem in result.problems)
    return {
        "executionSuccessful": not crashed and not broken and result.exit_code in (0, 1, 3),
        "exitCode": result.exit_code,
        "exitCodeDescription": sentence(result),
        "toolExecutionNotifications": [
            *(_notice(problem) for problem in result.problems),
            *(_crash(found, index) for found in crashed),
        ],
    }


def _notice(problem: Problem) -> dict[str, Any]:
    said: dict[str, Any] = {
        "level": _PROBLEM_LEVEL.get(problem.kind, "note"),
        "message": {"text": _text(f"{problem.kind}: {problem.message}")},
    }
    if problem.where:
        said["locations"] = [_location(problem.where, problem.address)]
    return said


def _crash(found: Finding, index: dict[str, int]) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _text(found.message)},
        "associatedRule": {"id": found.rule, "index": index[found.rule]},
        "locations": [_location(found.where, found.address, found.source)],
    }


def _text(text: str) -> str:
    # Viewers make links of "[text](target)", also in plain text.
    return re.sub(r"\](?=\()", "] ", "\n".join(clean(line) for line in text.split("\n"))) or "-"


def _bytes(path: str) -> bytes:
    """The name of a file as the system has it; what no file can be called is escaped."""
    try:
        return os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "backslashreplace")
