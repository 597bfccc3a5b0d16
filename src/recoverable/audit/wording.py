"""Findings about an account in the words of one: nothing there waits for an apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from recoverable.model.finding import Finding, Verdict

PLANNED = (" before apply", "")
ALLOW = "Allow {action}; recoverable audit aws --iam-policy prints all that is needed."


def in_words_of_an_account(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same findings; what is unknown names the action that would tell it."""
    for finding in findings:
        yield _said(finding) if finding.verdict is Verdict.UNKNOWN else finding


def _said(finding: Finding) -> Finding:
    note = finding.found.removeprefix("unknown: ")
    action = note.split(" ")[0]
    fix = ALLOW.format(action=action) if ":" in action and "(denied" in note else ("" if "plan time" in finding.fix else finding.fix)
    return replace(finding, message=finding.message.replace(*PLANNED), fix=fix)
