"""The report for programs: one JSON document, schema 1, one result per line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.finding import Confidence, Finding, Severity, Verdict
from recoverable.model.values import Location
from recoverable.report.json_rows import encode, rows
from recoverable.report.result import Result, counts

SCHEMA = 1


def render(result: Result) -> str:
    """The whole document."""
    return "".join(chunks(result))


def chunks(result: Result) -> Iterator[str]:
    """The document in pieces, so that a large one need not be held twice."""
    yield f'{{\n"schema": {SCHEMA},\n'
    yield f'"tool": {encode(_tool(result))},\n'
    yield f'"summary": {encode(_summary(result))},\n'
    yield f'"inputs": {encode([{"kind": kind, "path": path} for kind, path in result.inputs])},\n'
    yield '"problems": ['
    yield from rows([_problem(problem) for problem in result.problems])
    yield '],\n"results": ['
    yield from rows(result_row(found) for found in result.findings)
    yield "]\n}\n"


def _tool(result: Result) -> dict[str, Any]:
    return {"name": "recoverable", "version": result.tool_version, "standard": result.standard_source}


def _summary(result: Result) -> dict[str, Any]:
    total = counts(result)
    return {
        "exit_code": result.exit_code,
        "fail_on": result.fail_on.value,
        "strict": result.strict,
        "findings": total.fails,
        "blocking": total.blocking,
        "suppressed": total.suppressed,
        "verdicts": {verdict.value: number for verdict, number in total.verdicts.items()},
        "severities": {severity.value: number for severity, number in total.severities.items()},
        "stores": result.stores,
        "resources": result.resources,
        "files": result.files,
    }


def _problem(problem: Any) -> dict[str, Any]:
    return {
        "kind": problem.kind,
        "message": problem.message,
        "file": problem.where.file if problem.where else "",
        "line": problem.where.line if problem.where else 0,
        "address": problem.address,
    }


def result_row(found: Finding) -> dict[str, Any]:
    """One finding as programs read it."""
    return {
        "rule": found.rule,
        "name": found.name,
        "verdict": found.verdict.value,
        "severity": found.severity.value,
        "confidence": found.confidence.value,
        "address": found.address,
        "file": found.file,
        "line": found.line,
        "environment": found.environment,
        "found": found.found,
        "wanted": found.wanted,
        "message": found.message,
        "fix": found.fix,
        "environment_source": found.environment_source,
        "standard": found.standard,
        "kind": found.kind,
        "source": found.source,
        "suppressed": _suppressed(found),
    }


def _suppressed(found: Finding) -> dict[str, Any] | None:
    if found.suppressed is None:
        return None
    why = found.suppressed
    where = why.where or Location("")
    return {
        "kind": why.kind,
        "reason": why.reason,
        "owner": why.owner,
        "until": why.until,
        "file": where.file,
        "line": where.line,
    }


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the document. New keys may come; these stay as they are in schema 1."""
    text: dict[str, Any] = {"type": "string"}
    number: dict[str, Any] = {"type": "integer", "minimum": 0}
    severity: dict[str, Any] = {"enum": [one.value for one in Severity]}
    verdict: dict[str, Any] = {"enum": [one.value for one in Verdict]}
    suppressed = _object(kind=text, reason=text, owner=text, until=text, file=text, line=number)
    result = _object(
        rule={"type": "string", "minLength": 1},
        name={"type": "string", "minLength": 1},
        verdict=verdict,
        severity=severity,
        confidence={"enum": [one.value for one in Confidence]},
        address=text,
        file=text,
        line=number,
        environment=text,
        found=text,
        wanted=text,
        message=text,
        fix=text,
        environment_source=text,
        standard=text,
        kind=text,
        source=text,
        suppressed={"anyOf": [{"type": "null"}, suppressed]},
    )
    summary = _object(
        exit_code=number,
        fail_on=severity,
        strict={"type": "boolean"},
        findings=number,
        blocking=number,
        suppressed=number,
        verdicts=_object(**{one.value: number for one in Verdict}),
        severities=_object(**{one.value: number for one in Severity}),
        stores=number,
        resources=number,
        files=number,
    )
    document = _object(
        schema={"const": SCHEMA},
        tool=_object(name={"const": "recoverable"}, version=text, standard=text),
        summary=summary,
        inputs={"type": "array", "items": _object(kind=text, path=text)},
        problems={
            "type": "array",
            "items": _object(kind=text, message=text, file=text, line=number, address=text),
        },
        results={"type": "array", "items": result},
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The JSON report of recoverable, schema 1",
        **document,
    }


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
