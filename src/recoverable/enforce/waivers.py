"""Waivers: in the standard file, and inline as ``# recoverable: allow RULE until=… owner=… reason="…"``.

An inline waiver speaks of the block it stands in or directly above; in the standard file, of
addresses and files. It suppresses fails and unknowns as long as it has a reason and has not
expired; what is wrong with a waiver is a finding of its own.
"""

from __future__ import annotations

import datetime
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recoverable.model.finding import Finding, Suppression, Verdict
from recoverable.model.run import WaiverUse
from recoverable.model.values import Location
from recoverable.rules.registry.load import find_rule
from recoverable.standard.waivers import Waiver

MARK = re.compile(r"(?:#|//|/\*)\s*recoverable:\s*allow\s+([A-Za-z0-9-]+)\s*(.*?)\s*(?:\*/)?\s*$")
BLOCK = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*(\s+\"[^\"]*\"|\s+[A-Za-z0-9_-]+)*\s*\{")
COMMENT = re.compile(r"^\s*(#|//|/\*|\*)")
LARGEST = 4 * 1024 * 1024


@dataclass(slots=True)
class _Entry:
    waiver: Waiver
    lines: range | None = None
    used: int = 0
    trouble: str = ""


class Waivers:
    """All waivers of a run."""

    def __init__(self, written: Sequence[Waiver], files: Iterable[str], today: datetime.date) -> None:
        self.today = today
        self.entries = [_Entry(waiver) for waiver in written]
        for file in sorted(set(files)):
            self.entries.extend(_inline(file))

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings, with those that a waiver covers suppressed. Errors are never suppressed."""
        return [self._one(finding) if self.entries and finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN) else finding for finding in findings]

    def _one(self, finding: Finding) -> Finding:
        for entry in self.entries:
            waiver = entry.waiver
            if not waiver.covers(finding.rule, finding.name, finding.address, finding.file):
                continue
            if entry.lines is not None and finding.line not in entry.lines:
                continue
            entry.used += 1
            if waiver.reason and not entry.trouble and (waiver.until is None or waiver.until >= self.today):
                until = waiver.until.isoformat() if waiver.until else ""
                return finding.with_suppression(Suppression("waiver", waiver.reason, waiver.owner, until, waiver.where))
        return finding

    def uses(self) -> list[WaiverUse]:
        """What became of every waiver, for the rules about them."""
        return [
            WaiverUse(
                entry.waiver.rule, entry.waiver.address, entry.waiver.reason, entry.waiver.owner, entry.waiver.until,
                entry.waiver.where, entry.used, find_rule(entry.waiver.rule) is not None, entry.trouble,
            )
            for entry in self.entries
        ]


def _inline(file: str) -> list[_Entry]:
    """The waivers in one file; a file that cannot be read here was reported by its reader."""
    path = Path(file)
    if not file.endswith((".tf", ".tofu", ".py", ".ts", ".yaml", ".yml")) or not path.is_file() or path.stat().st_size > LARGEST:
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    if "recoverable:" not in text:
        return []
    lines = text.splitlines()
    return [_entry(file, lines, number, match) for number, line in enumerate(lines, 1) if (match := MARK.search(line))]


def _entry(file: str, lines: list[str], number: int, match: re.Match[str]) -> _Entry:
    fields, trouble = _fields(match[2])
    until = None
    if fields.get("until"):
        try:
            until = datetime.date.fromisoformat(fields["until"])
        except ValueError:
            trouble = f"until={fields['until']} is not a date"
    waiver = Waiver(match[1], "", file, fields.get("reason", ""), fields.get("owner", ""), until, Location(file, number))
    return _Entry(waiver, _extent(lines, number), 0, trouble)


def _fields(text: str) -> tuple[dict[str, str], str]:
    try:
        words = shlex.split(text)
    except ValueError:
        return {}, "its quotes do not match"
    fields, trouble = {}, ""
    for word in words:
        name, sign, value = word.partition("=")
        if sign and name in ("until", "owner", "reason"):
            fields[name] = value
        else:
            trouble = f"{word!r} is not understood"
    return fields, trouble


def _extent(lines: list[str], number: int) -> range:
    """The lines a comment speaks of: the block it stands in, or the one directly below it."""
    start = number
    if not BLOCK.match(lines[number - 1]):
        below = number
        while below < len(lines) and (COMMENT.match(lines[below]) or not lines[below].strip()) and lines[below].strip():
            below += 1
        if below < len(lines) and BLOCK.match(lines[below]) and not lines[number - 1].startswith((" ", "\t")):
            return range(number, _end(lines, below + 1) + 1)
        while start > 1 and not BLOCK.match(lines[start - 1]):
            start -= 1
        if not BLOCK.match(lines[start - 1]):
            return range(number, number + 2)
    return range(start, _end(lines, start) + 1)


def _end(lines: list[str], start: int) -> int:
    """The last line of the top-level block that starts on a line."""
    for index in range(start, len(lines)):
        if BLOCK.match(lines[index]):
            return index
    return len(lines)
