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
from typing import TYPE_CHECKING

from recoverable.model.finding import Finding, Suppression, Verdict
from recoverable.model.run import WaiverUse
from recoverable.model.values import Location
from recoverable.rules.registry.load import find_rule
from recoverable.standard.waivers import Waiver

if TYPE_CHECKING:
    from recoverable.enforce.comments import Comment

MARK = re.compile(r"^[\s#/*]*recoverable:\s*allow\b[ \t]*(?:([^\s=*]+)(?=\s|\*/|$))?\s*(.*?)\s*(?:\*/)?\s*$")
# Words of other tools: a waiver that is not understood has to be said, for its author believes in it.
OTHER_WORD = re.compile(
    r"^[\s#/*]*recoverable:\s*(ignore|skip|disable|waive|suppress|alow|allowed|noqa|nosec)\b[ \t]*([\w-]*)", re.IGNORECASE
)
ENDINGS = (".tf", ".tofu", ".py", ".ts", ".js", ".go", ".yaml", ".yml")
LARGEST = 4 * 1024 * 1024


@dataclass(slots=True)
class _Entry:
    waiver: Waiver
    file: str = ""
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
        self._by_rule: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries):
            self._by_rule.setdefault(entry.waiver.rule.lower(), []).append(number)

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings, with those that a waiver covers suppressed. Errors are never suppressed."""
        return [
            self._one(finding) if self.entries and finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN) else finding for finding in findings
        ]

    def _one(self, finding: Finding) -> Finding:
        for number in sorted({*self._by_rule.get(finding.rule.lower(), ()), *self._by_rule.get(finding.name.lower(), ())}):
            entry = self.entries[number]
            waiver = entry.waiver
            if not waiver.covers(finding.rule, finding.name, finding.address, finding.file):
                continue
            if entry.lines is not None and (finding.file != entry.file or finding.line not in entry.lines):
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
                entry.waiver.rule,
                entry.waiver.address,
                entry.waiver.reason,
                entry.waiver.owner,
                entry.waiver.until,
                entry.waiver.where,
                entry.used,
                find_rule(entry.waiver.rule) is not None,
                entry.trouble,
            )
            for entry in self.entries
        ]


def _inline(file: str) -> list[_Entry]:
    """The waivers in one file; a file that cannot be read here was reported by its reader."""
    path = Path(file)
    try:
        if not file.endswith(ENDINGS) or not path.is_file() or path.stat().st_size > LARGEST:
            return []
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return []
    from recoverable.enforce.comments import WORD, comments_of

    if WORD not in text:
        return []
    try:
        comments = comments_of(file, text)
    except RecursionError:  # the reader has refused such a file
        return []
    return [entry for comment in comments if (entry := _entry(file, comment)) is not None]


def _entry(file: str, comment: Comment) -> _Entry | None:
    where = Location(file, comment.line)
    match = MARK.match(comment.text)
    if match is None:
        other = OTHER_WORD.match(comment.text)
        return _Entry(Waiver(other[2], where=where), file, comment.speaks_of, 0, f"write allow, not {other[1]}") if other else None
    fields, trouble = _fields(match[2])
    until = None
    if fields.get("until"):
        try:
            until = datetime.date.fromisoformat(fields["until"])
        except ValueError:
            trouble = f"until={fields['until']} is not a date"
    rule = match[1] or ""
    if not rule:
        trouble = "it names no rule"
    waiver = Waiver(rule, "", "", fields.get("reason", ""), fields.get("owner", ""), until, where)
    return _Entry(waiver, file, comment.speaks_of, 0, trouble)


def _fields(text: str) -> tuple[dict[str, str], str]:
    try:
        words = shlex.split(text)
    except ValueError:
        return {}, "its quotes do not match"
    fields: dict[str, str] = {}
    trouble = ""
    for word in words:
        name, sign, value = word.partition("=")
        if name in fields:
            trouble = f"{name} is there twice"
        elif sign and name in ("until", "owner", "reason"):
            fields[name] = value.strip()
        else:
            trouble = f"{word!r} is not understood"
    return fields, trouble
