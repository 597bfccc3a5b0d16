"""The second part of the GitHub Action: the job's summary, and one comment on the pull request.

Neither decides anything: what cannot be published is a warning, and the verdict stays what it is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from recoverable.ci.check_inputs import PREFIX, switch
from recoverable.ci.comment_body import fit, footer, from_report, from_trouble
from recoverable.ci.exit_codes import INTERNAL
from recoverable.ci.github_api import ApiError, GitHub
from recoverable.ci.github_check import EXIT_CODE, REPORTS, TROUBLE
from recoverable.ci.github_event import Event, read_event, repository
from recoverable.ci.runner_lines import annotate
from recoverable.ci.sticky_comment import Thread, author, marker, publish, run_mark
from recoverable.model.errors import InputError

REFUSED = frozenset({401, 403, 404})


def main(environment: Mapping[str, str]) -> int:
    """Write the summary, then the comment; 0, or 2 where an input is wrong."""
    body = _body(environment)
    foot = footer(_commit(environment), _run_address(environment))
    summary = environment.get("GITHUB_STEP_SUMMARY", "")
    if summary:
        with open(summary, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{body}\n\n{foot}\n")
    try:
        if switch(environment, "COMMENT", default=True):
            _comment(read_event(environment), body, foot, environment)
    except InputError as error:
        annotate("error", str(error))
        return 2
    return 0


def _body(environment: Mapping[str, str]) -> str:
    """The report, after what went wrong where something did."""
    reports = environment.get(f"{PREFIX}REPORTS", "")
    folder = Path(reports) if reports else None
    report = _text(folder / REPORTS["markdown"]) if folder else ""
    said = _text(folder / TROUBLE) if folder else "The step that judges did not end."
    code = _text(folder / EXIT_CODE).strip() if folder else ""
    parts = [from_trouble(int(code) if code.isdecimal() else INTERNAL, said)] if said or not report else []
    parts += [from_report(report)] if report else []
    return "\n\n".join(parts)


def _comment(event: Event, body: str, foot: str, environment: Mapping[str, str]) -> None:
    if not event.pull_request:
        return
    name = repository(environment)
    head = f"{marker(_key(environment))}\n{run_mark(_number(environment, 'GITHUB_RUN_NUMBER'), _number(environment, 'GITHUB_RUN_ATTEMPT'))}"
    github = GitHub(environment.get("GITHUB_API_URL") or "https://api.github.com", environment.get(f"{PREFIX}TOKEN", ""))
    graphql = environment.get("GITHUB_GRAPHQL_URL") or "https://api.github.com/graphql"
    try:
        done = publish(github, Thread(name, event.pull_request), fit(head, body, foot), author(github, graphql))
    except ApiError as error:
        _not_commented(event, error)
        return
    print(f"comment on pull request {event.pull_request}: {done}")


def _not_commented(event: Event, error: ApiError) -> None:
    if event.fork and error.status in REFUSED:
        annotate("notice", "no comment: the token of a fork's run may only read. The job's summary has the report.")
    elif error.status in REFUSED:
        annotate(
            "warning",
            f"no comment: GitHub answered {error}. The job needs the permission pull-requests: write. The job's summary has the report.",
        )
    else:
        annotate("warning", f"no comment: GitHub answered {error}. The job's summary has the report.")


def _key(environment: Mapping[str, str]) -> str:
    """What tells two jobs of a pull request apart: workflow, job and paths, or a name the user gave."""
    own = environment.get(f"{PREFIX}COMMENT_KEY", "").strip()
    if own:
        return own
    names = (f"{PREFIX}PATHS", f"{PREFIX}PLAN", f"{PREFIX}PREVIEW")
    paths = sorted(line.strip() for name in names for line in environment.get(name, "").splitlines() if line.strip())
    return "\n".join([environment.get("GITHUB_WORKFLOW", ""), environment.get("GITHUB_JOB", ""), *paths])


def _commit(environment: Mapping[str, str]) -> str:
    """The head of the pull request; GITHUB_SHA is a merge that nobody has seen."""
    try:
        return read_event(environment).head or environment.get("GITHUB_SHA", "")
    except InputError:
        return environment.get("GITHUB_SHA", "")


def _number(environment: Mapping[str, str], name: str) -> int:
    value = environment.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() else 0


def _run_address(environment: Mapping[str, str]) -> str:
    parts = [environment.get(name, "") for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else ""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(os.environ))
