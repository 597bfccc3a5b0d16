"""Answers in one voice: what is wrong, the number found, the number wanted, the change that mends it."""

from __future__ import annotations

from typing import Any

from recoverable.model.finding import Answer, Confidence, Severity, Verdict
from recoverable.model.values import Kind, Value


def passed(message: str, value: Value[Any] | None = None, found: str = "", wanted: str = "") -> Answer:
    """The rule's question is answered well."""
    return Answer(Verdict.PASS, message, found or describe(value), wanted, where=value.where if value else None)


def failed(
    message: str,
    value: Value[Any] | None = None,
    *,
    found: str = "",
    wanted: str = "",
    fix: str = "",
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
) -> Answer:
    """The rule's question is answered badly; ``fix`` is the change that mends it."""
    return Answer(Verdict.FAIL, message, found or describe(value), wanted, fix, value.where if value else None, severity, confidence)


def cannot_tell(what: str, value: Value[Any], wanted: str = "") -> Answer:
    """It cannot be known before apply; names the expression."""
    return Answer(
        Verdict.UNKNOWN,
        f"{what} cannot be known before apply: {value.path + ' comes from ' if value.path else ''}{value.note}",
        f"unknown: {value.note}",
        wanted,
        _make_known(value.note),
        value.where,
    )


def _make_known(note: str) -> str:
    if "--show-sames" in note:
        return "Make the preview with --show-sames, so that unchanged resources are in it."
    return f"Give {note.split(' (')[0]} a value that is known at plan time, or check the plan that has it." if note else ""


def unsure_because(message: str, note: str, value: Value[Any] | None = None, wanted: str = "") -> Answer:
    """Unknown for a reason other than one attribute's value."""
    return Answer(Verdict.UNKNOWN, message, f"unknown: {note}", wanted, where=value.where if value else None)


def describe(value: Value[Any] | None) -> str:
    """What was found, with its origin: ``7``, ``0 (default)``, ``not set``."""
    if value is None:
        return ""
    if value.kind is Kind.ABSENT:
        return "not set"
    if value.kind is Kind.UNKNOWN:
        return f"unknown: {value.note}"
    data = str(value.data).lower() if isinstance(value.data, bool) else str(value.data)
    return f"{data} (default)" if value.kind is Kind.DEFAULT else data


def days(value: Value[int]) -> str:
    """A number of days with its origin."""
    if not value.known or value.data is None:
        return describe(value)
    unit = "day" if value.data == 1 else "days"
    return f"{value.data} {unit}" + (" (default)" if value.kind is Kind.DEFAULT else "")


def say_origin(value: Value[Any]) -> str:
    """`` (the provider's default: …)`` where the value is one, else nothing."""
    return f" ({value.note or 'the provider default'})" if value.kind is Kind.DEFAULT else ""


def set_to(value: Value[Any], wanted: str) -> str:
    """``Set backup_retention_period = 30.`` in the input's own words."""
    return f"Set {value.path} = {wanted}." if value.path else ""
