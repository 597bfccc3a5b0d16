"""Findings about an account in the words of one: nothing there waits for an apply."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from recoverable.model.finding import Finding, Verdict

ACTION = re.compile(r"[a-z0-9-]+(?::[A-Za-z]+|(?:\.[A-Za-z]+){2})")
"""``backup:ListBackupJobs`` as IAM of AWS writes it, ``cloudsql.instances.list`` as Google's."""
PLANNED = (" before apply", "")
ALLOW = "Allow {action}; recoverable audit {cloud} --iam-policy prints all that is needed."


def in_words_of_an_account(findings: Iterable[Finding], cloud: str = "aws") -> Iterator[Finding]:
    """The same findings; what is unknown names the action that would tell it."""
    for finding in findings:
        yield _said(finding, cloud) if finding.verdict is Verdict.UNKNOWN else finding


def _said(finding: Finding, cloud: str) -> Finding:
    note = finding.found.removeprefix("unknown: ")
    action = note.split(" ")[0]
    denied = "(denied" in note and ACTION.fullmatch(action)
    fix = ALLOW.format(cloud=cloud, action=action) if denied else ("" if "plan time" in finding.fix else finding.fix)
    return replace(finding, message=finding.message.replace(*PLANNED), fix=fix)
