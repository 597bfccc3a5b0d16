"""The doctor's report, for readers and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from recoverable.state_backend.doctor.run import Report
from recoverable.state_backend.doctor.step import Result, Status
from recoverable.state_backend.settings import GcsBackend, S3Backend

SCHEMA = 1
WORDS = {Status.PASS: "pass", Status.FAIL: "FAIL", Status.COULD_NOT_RUN: "could not run"}


def lines(report: Report, width: int) -> Iterator[str]:
    """The report in lines."""
    backend = report.backend
    where = f" in {_place(backend)}" if _place(backend) else ""
    yield f"{backend.name}: {address(backend)}{where}, for {' and '.join(backend.clients)}"
    left, name = max(len(word) for word in WORDS.values()) + 2, max(len(each.name) for each in report.results) + 2
    for each in report.results:
        yield from _result(each, left, name, width)
    yield _sum(report)
    yield from (f"note: {each}" for each in report.notes)
    for item in report.left:
        yield f"left behind: {item.place}"
        yield f"  remove it with: {item.command}"


def _result(each: Result, left: int, name: int, width: int) -> Iterator[str]:
    room = max(width - left - name - 2, 30)
    first, *more = textwrap.wrap(each.found, room, break_on_hyphens=False, break_long_words=False) or [""]
    yield f"  {WORDS[each.status]:<{left}}{each.name:<{name}}{first}".rstrip()
    indent = " " * (2 + left + name)
    yield from (indent + line for line in more)
    if each.fix:
        yield f"    -> {each.fix}"  # in one line, however long: what is to be pasted must not be cut


def _sum(report: Report) -> str:
    counted = {status: sum(each.status is status for each in report.results) for status in Status}
    said = f"{counted[Status.PASS]} passed, {counted[Status.FAIL]} failed, {counted[Status.COULD_NOT_RUN]} could not run"
    return f"{said}: {'it is proven' if report.proven else 'it is NOT proven'}."


def as_data(report: Report) -> dict[str, Any]:
    """The same for programs."""
    backend = report.backend
    return {
        "schema": SCHEMA,
        "backend": backend.name,
        "bucket": backend.bucket,
        "region": _place(backend),
        "clients": list(backend.clients),
        "proven": report.proven,
        "steps": [
            {"name": each.name, "title": each.title, "status": each.status.value, "found": each.found, "fix": each.fix}
            for each in report.results
        ],
        "left": [{"place": each.place, "command": each.command} for each in report.left],
        "notes": list(report.notes),
    }


def address(backend: S3Backend | GcsBackend) -> str:
    """The bucket's address, as its tools write it."""
    return f"{'s3' if isinstance(backend, S3Backend) else 'gs'}://{backend.bucket}"


def _place(backend: S3Backend | GcsBackend) -> str:
    """Region or location that the settings name; "" where they name none."""
    return backend.region if isinstance(backend, S3Backend) else backend.location
