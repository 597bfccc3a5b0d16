"""GitLab code quality: a JSON array that merge requests show beside the code.

The format knows no suppressions and no passes, so neither is in it; unknowns are ``info``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from recoverable.model.finding import Finding, Severity, Verdict
from recoverable.report.result import Result
from recoverable.report.words import Fingerprints, clean, clean_json, near, whole

if TYPE_CHECKING:
    from recoverable.model.raw import Problem

_SEVERITY = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.ADVICE: "info",
}


def render(result: Result) -> str:
    """The whole array."""
    prints = Fingerprints()
    live = [found for found in result.findings if found.verdict is not Verdict.PASS and not found.suppressed]
    issues = [
        {
            "description": clean(f"{_prefix(found)}{found.address}: {whole(found)}"),
            "check_name": f"{found.rule} {found.name}",
            "fingerprint": prints.of(found.rule, found.address, near(found.file)),
            "severity": _severity(result, found),
            "location": _location(found.file, found.line),
        }
        for found in live
    ]
    issues += [_problem(problem, prints) for problem in result.problems]
    return clean_json(json.dumps(issues, ensure_ascii=False, indent=1)) + "\n"


def _severity(result: Result, found: Finding) -> str:
    if found.verdict is Verdict.ERROR:
        return "critical"
    if found.verdict is Verdict.UNKNOWN and not result.strict:
        return "info"
    return _SEVERITY[found.severity]


def _prefix(found: Finding) -> str:
    return "" if found.verdict is Verdict.FAIL else f"{found.verdict.value}: "


def _problem(problem: Problem, prints: Fingerprints) -> dict[str, Any]:
    file, line = (problem.where.file, problem.where.line) if problem.where else ("", 0)
    return {
        "description": clean(problem.message),
        "check_name": f"input {problem.kind}",
        "fingerprint": prints.of(problem.kind, problem.address, near(file), problem.message),
        "severity": {"error": "critical", "missing-module": "minor"}.get(problem.kind, "info"),
        "location": _location(file, line),
    }


def _location(file: str, line: int) -> dict[str, Any]:
    return {"path": near(file) or ".", "lines": {"begin": max(1, line)}}
