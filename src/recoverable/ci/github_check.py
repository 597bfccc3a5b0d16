"""The first part of the GitHub Action: judge, annotate, and keep the reports for the parts that follow.

It ends with 0 whatever is found, so that the later parts report it; the last part turns the kept exit code into its own.
A run that could not judge keeps an exit code, too: what is missing is never taken for a pass.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from recoverable import __version__
from recoverable.ci.base_revision import find_base, holds_change
from recoverable.ci.check_inputs import CheckInputs, read_inputs
from recoverable.ci.exit_codes import BAD_INPUT, INTERNAL, KNOWN
from recoverable.ci.github_event import read_event
from recoverable.ci.runner_lines import annotate, append, fold, safe_lines
from recoverable.model.errors import InputError

REPORTS = {"sarif": "recoverable.sarif", "json": "recoverable.json", "markdown": "recoverable.md", "text": "recoverable.txt"}
TROUBLE = "trouble.txt"
EXIT_CODE = "exit-code"
COUNTS = ("critical", "high", "medium", "low", "advice")


def main(environment: Mapping[str, str]) -> int:
    """Judge what the inputs name; 0 where the outcome was kept."""
    folder = Path(tempfile.mkdtemp(prefix="recoverable-", dir=environment.get("RUNNER_TEMP") or None))
    try:
        inputs = read_inputs(environment)
        code = _judge(inputs, _compared(inputs, environment), folder, environment)
    except InputError as error:
        code = BAD_INPUT
        (folder / TROUBLE).write_text(f"error: {error}\n", encoding="utf-8", errors="backslashreplace")
        annotate("error", str(error))
    (folder / EXIT_CODE).write_text(f"{code}\n", encoding="utf-8")
    append(environment.get("GITHUB_OUTPUT", ""), _outputs(code, folder))
    return 0


def _compared(inputs: CheckInputs, environment: Mapping[str, str]) -> list[str]:
    """The option that leaves out what the change does not touch, where the run is about a change.

    Raises:
        InputError: the event cannot be read, or the change is not what is checked out.
    """
    event = read_event(environment)
    if event.proposes and not holds_change(event, Path.cwd()):
        raise InputError(
            f"what is checked out does not hold the change ({event.head[:12]}), so nothing of it would be judged",
            "actions/checkout",
            "Run on pull_request, whose checkout holds it.",
        )
    if not inputs.changed_only or not event.proposes:
        return []
    base = find_base(event, Path.cwd())
    if base.note:
        annotate("warning", base.note)
    return [f"--changed-since={base.revision}"] if base.revision else []


def _judge(inputs: CheckInputs, compared: list[str], folder: Path, environment: Mapping[str, str]) -> int:
    """Run the command in a process of its own, so that nothing it does keeps the reports from being shown."""
    formats = [f"--format={name}={folder / file}" for name, file in REPORTS.items()]
    # -P: a pull request must not bring a module that Python would find in the working folder.
    command = [sys.executable, "-P", "-m", "recoverable", "check", *formats, "--format=github", "--color=never"]
    command += [*inputs.arguments, *compared, "--", *inputs.paths]
    sys.stdout.flush()
    done = subprocess.run(command, stderr=subprocess.PIPE, check=False, env=dict(environment))
    said = done.stderr.decode("utf-8", "backslashreplace")
    for line in safe_lines(said):
        print(line, file=sys.stderr)
    code = done.returncode if done.returncode in KNOWN else INTERNAL
    if code != done.returncode:
        said += f"the process ended with {done.returncode} (killed; out of memory?)\n"
    if not (folder / REPORTS["json"]).is_file() or code == INTERNAL:
        (folder / TROUBLE).write_text(said, encoding="utf-8", errors="backslashreplace")
        annotate("error", said.strip().splitlines()[-1] if said.strip() else f"ended with {code} and said nothing")
    if (folder / REPORTS["text"]).is_file():
        fold("report", (folder / REPORTS["text"]).read_text(encoding="utf-8", errors="replace"))
    # An exit 0 without a report is none.
    return code if code or (folder / REPORTS["json"]).is_file() else INTERNAL


def _outputs(code: int, folder: Path) -> dict[str, str]:
    """The outputs of the step; counts are empty where nothing could be judged."""
    found = {"exit-code": str(code), "reports": str(folder), "version": __version__}
    found |= {name: str(folder / file) if (folder / file).is_file() else "" for name, file in REPORTS.items()}
    try:
        summary = json.loads((folder / REPORTS["json"]).read_text(encoding="utf-8"))["summary"]
    except (OSError, ValueError, KeyError):
        return found
    found |= {"findings": str(summary["findings"]), "blocking": str(summary["blocking"]), "suppressed": str(summary["suppressed"])}
    found |= {"unknown": str(summary["verdicts"]["unknown"]), "errors": str(summary["verdicts"]["error"]), "stores": str(summary["stores"])}
    return found | {name: str(summary["severities"][name]) for name in COUNTS}


if __name__ == "__main__":
    sys.exit(main(os.environ))
