"""What the audits of all clouds share: their options, and the way from a look at accounts to reports and an exit code."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.audit_resume import add_resume
from recoverable.cli.check_command import report_targets, write_reports
from recoverable.cli.judging_options import add_counting, add_output, add_standard
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.audit.against.against import Against
    from recoverable.audit.parts import Look

MOST = 64


def meanings(cloud: str) -> dict[int, str]:
    """What the exit codes of an audit mean."""
    return {
        **exits.MEANINGS,
        exits.NOTHING: "no protected store was found (--allow-empty makes it 0)",
        exits.UNREACHABLE: f"{cloud} did not answer, or throttled to the end: the report is not whole; safe to run again",
    }


def add_shared(parser: argparse.ArgumentParser, where: argparse._ArgumentGroup) -> argparse._ArgumentGroup:
    """Add what every audit has; gives the group of the output."""
    add_resume(where)
    where.add_argument("--parallel", type=_parallel, default=8, metavar="N", help=f"calls at once, 1 to {MOST} (default: 8)")
    add_standard(parser)
    add_counting(parser, "unknowns fail too: also what may not be read")
    group = add_output(parser)
    group.add_argument(
        "--json-lines", action="store_true", help="write each finding as one line of JSON as soon as it is known, in little memory"
    )
    group.add_argument("--facts", type=Path, metavar="FILE", help="write the facts of backups that recoverable alerts judges")
    return group


def judged(options: argparse.Namespace, look: Look, against: Against | None = None) -> int:
    """Take all parts of a look, judge and report them; gives the exit code. ``against``: code that they are held against.

    Raises:
        InputError: an option or the standard is wrong, or there is no login.
    """
    if options.json_lines and (options.format or options.output or options.write_baseline or options.baseline):
        raise InputError("--json-lines is a report of its own", "--json-lines", "Leave --format, --output and baselines out.")
    if options.json_lines:
        from recoverable.cli.audit_lines import stream

        return stream(options, look, sys.stdout, against)
    from recoverable.cli.audit_run import audit

    targets = report_targets(options.format or ["text"], options.output, set())
    result = audit(options, look, against)
    trouble = write_reports(result, targets, options)
    return exits.worst({result.exit_code, exits.BAD_INPUT}) if trouble else result.exit_code


def _parallel(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MOST}")
    return int(text)
