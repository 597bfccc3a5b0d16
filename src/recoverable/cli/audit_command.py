"""``recoverable audit``: options, and the way from accounts to reports and an exit code."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from recoverable.cli import exits
from recoverable.cli.check_command import as_date, report_targets, write_reports
from recoverable.model.errors import InputError
from recoverable.model.finding import Severity

ABOUT = """Judge what is really there: every bucket, database, table, file system, backup plan, vault, key and secret of an AWS
account, by the same rules and standard as check, and by rules that only a running account can answer. It only reads: any call
that is not in its table of read calls is stopped before it is sent."""
EXAMPLES = """examples:
  recoverable audit aws
  recoverable audit aws --region eu-west-1 --region eu-central-1 --format text --format html=audit.html
  recoverable audit aws --role-arn arn:aws:iam::111111111111:role/audit --role-arn arn:aws:iam::222222222222:role/audit
  recoverable audit aws --json-lines > findings.jsonl
  recoverable audit aws --facts backup-facts.jsonl && recoverable alerts
  recoverable audit aws --iam-policy > policy.json
"""
MEANINGS = {
    **exits.MEANINGS,
    exits.NOTHING: "no protected store was found (--allow-empty makes it 0)",
    exits.UNREACHABLE: "AWS did not answer, or throttled to the end: the report is not whole; safe to run again",
}
MOST = 64


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    parser = verbs.add_parser(
        "audit",
        help="judge what is really there: a running AWS account, read-only, by the same rules",
        description=ABOUT,
        epilog=f"{EXAMPLES}\n{exits.epilog(MEANINGS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("cloud", choices=["aws"], help="the cloud to look at")
    group = parser.add_argument_group("where")
    group.add_argument("--region", action="append", default=[], metavar="NAME", help="a region (repeatable; default: all that are enabled)")
    group.add_argument("--role-arn", action="append", default=[], metavar="ARN", help="look at the account of this role (repeatable)")
    group.add_argument("--external-id", default="", metavar="ID", help="the external id that the roles ask for")
    group.add_argument("--profile", metavar="NAME", help="the profile to log in with (default: AWS_PROFILE)")
    group.add_argument("--parallel", type=_parallel, default=8, metavar="N", help=f"calls at once, 1 to {MOST} (default: 8)")
    group = parser.add_argument_group("standard")
    group.add_argument("--config", type=Path, metavar="FILE", help="the standard (default: nearest recoverable.toml, else built-in)")
    group.add_argument("-e", "--environment", metavar="NAME", help="judge everything for this environment")
    group.add_argument("--as-of", type=as_date, metavar="DATE", help="judge waivers and reviews as of this day (default: today)")
    group = parser.add_argument_group("what counts")
    group.add_argument("--rule", action="append", default=[], metavar="RULE", help="ask only this rule (id or name, repeatable)")
    group.add_argument("--skip-rule", action="append", default=[], metavar="RULE", help="leave this rule out (repeatable)")
    group.add_argument("--fail-on", choices=[item.value for item in Severity], help="severity that fails (default: medium)")
    group.add_argument("--strict", action="store_true", help="unknowns fail too: also what may not be read")
    group.add_argument("--allow-empty", action="store_true", help="exit 0 when there is nothing to judge")
    group.add_argument("--baseline", type=Path, metavar="FILE", help="findings in this file are known and do not fail")
    group.add_argument("--write-baseline", type=Path, metavar="FILE", help="write today's findings as a baseline")
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="FORMAT[=FILE]",
        help="text (default), json, sarif, junit, github, gitlab, markdown, html",
    )
    group.add_argument("-o", "--output", metavar="FILE", help="write the one format there instead of stdout")
    group.add_argument(
        "--json-lines", action="store_true", help="write each finding as one line of JSON as soon as it is known, in little memory"
    )
    group.add_argument("--facts", type=Path, metavar="FILE", help="write the facts of backups that recoverable alerts judges")
    group.add_argument("-v", "--verbose", action="store_true", help="show passes too")
    group.add_argument("--color", choices=["auto", "always", "never"], default="auto", help="colour in text (NO_COLOR is honoured)")
    group.add_argument("--iam-policy", action="store_true", help="print the least-privilege policy for the audit, and look at nothing")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, judge, report; or print the policy."""
    if options.iam_policy:
        from recoverable.audit.calls import iam_policy

        print(json.dumps(iam_policy(options.role_arn), indent=2))
        return exits.CLEAN
    _refuse(options)
    if options.json_lines:
        from recoverable.cli.audit_lines import stream

        return stream(options, sys.stdout)
    from recoverable.cli.audit_run import audit

    targets = report_targets(options.format or ["text"], options.output, set())
    result = audit(options)
    trouble = write_reports(result, targets, options)
    return exits.worst({result.exit_code, exits.BAD_INPUT}) if trouble else result.exit_code


def _refuse(options: argparse.Namespace) -> None:
    """Refuse what cannot be meant.

    Raises:
        InputError: an ARN that is none of a role, an empty region, or two ways to report at once.
    """
    for arn in options.role_arn:
        parts = arn.split(":")
        if len(parts) < 6 or parts[0] != "arn" or not parts[5].startswith("role/"):
            raise InputError(f"{arn!r} is no ARN of a role", "--role-arn", "Write arn:aws:iam::ACCOUNT:role/NAME.")
    if any(not name.strip() for name in options.region):
        raise InputError("no region is named", "--region", "Write --region eu-west-1.")
    if options.json_lines and (options.format or options.output or options.write_baseline or options.baseline):
        raise InputError("--json-lines is a report of its own", "--json-lines", "Leave --format, --output and baselines out.")


def _parallel(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to {MOST}")
    return int(text)
