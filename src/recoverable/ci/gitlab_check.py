"""The GitLab job: judge what a merge request changes, and write the reports that GitLab shows beside it.

The inputs are the same as the GitHub Action's (``RECOVERABLE_PATHS`` and so on); GitLab itself shows code quality and test
reports in the merge request, so that no token is needed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from recoverable.ci.base_revision import find_base, holds_change
from recoverable.ci.check_inputs import read_inputs
from recoverable.ci.exit_codes import BAD_INPUT, INTERNAL, KNOWN
from recoverable.ci.github_event import Event
from recoverable.model.errors import InputError

REPORTS = {"gitlab": "gl-code-quality-report.json", "junit": "recoverable.xml"}
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def main(environment: Mapping[str, str]) -> int:
    """Judge; the exit code of ``recoverable check``."""
    try:
        inputs = read_inputs(environment)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    compared = []
    event = _event(environment)
    if event.proposes and event.head and not holds_change(event, Path.cwd()):
        print(
            f"error: what is checked out does not hold the change ({event.head[:12]}): leave GIT_STRATEGY and GIT_CHECKOUT out",
            file=sys.stderr,
        )
        return BAD_INPUT
    if inputs.changed_only and event.proposes:
        base = find_base(event, Path.cwd())
        if base.note:
            print(f"warning: {base.note}", file=sys.stderr)
        compared = [f"--changed-since={base.revision}"] if base.revision else []
    for file in REPORTS.values():
        Path(file).unlink(missing_ok=True)
    formats = [f"--format={name}={file}" for name, file in REPORTS.items()]
    command = [sys.executable, "-P", "-m", "recoverable", "check", "--format=text", "--color=always", *formats]
    sys.stdout.flush()
    done = subprocess.run([*command, *inputs.arguments, *compared, "--", *inputs.paths], check=False)
    if done.returncode not in KNOWN:
        print(f"error: the process ended with {done.returncode} (killed; out of memory?)", file=sys.stderr)
        return INTERNAL
    # An exit 0 without a report is none.
    return done.returncode if done.returncode or Path(REPORTS["gitlab"]).is_file() else INTERNAL


def _event(environment: Mapping[str, str]) -> Event:
    """The merge request; its source is named where GitLab has made the merge that is checked out."""
    base = environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", "")
    head = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "") or environment.get("CI_COMMIT_SHA", "")
    return Event("merge_request", base=base if _COMMIT.fullmatch(base) else "", head=head)


if __name__ == "__main__":
    sys.exit(main(os.environ))
