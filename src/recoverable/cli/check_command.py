"""``recoverable check``: options, and the way from paths to reports and an exit code."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from pathlib import Path

from recoverable.cli import exits
from recoverable.model.errors import InputError
from recoverable.model.finding import Severity

ABOUT = """Judge Terraform code (a folder or file), a Terraform plan (terraform show -json), or a Pulumi
preview (pulumi preview --json, stack export). What a path is, is found out by its content."""
EXAMPLES = """examples:
  recoverable check .
  terraform show -json plan.bin > plan.json && recoverable check plan.json
  recoverable check infra/ --format text --format sarif=recoverable.sarif
"""


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    parser = verbs.add_parser(
        "check",
        help="judge Terraform code, plans and Pulumi previews",
        description=ABOUT,
        epilog=f"{EXAMPLES}\n{exits.epilog()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="folder, .tf file, plan JSON, preview JSON")
    group = parser.add_argument_group("standard")
    group.add_argument("--config", type=Path, metavar="FILE", help="the standard (default: nearest recoverable.toml, else built-in)")
    group.add_argument("-e", "--environment", metavar="NAME", help="judge everything for this environment")
    group.add_argument("--as-of", type=_date, metavar="DATE", help="judge waivers and reviews as of this day (default: today)")
    group = parser.add_argument_group("input")
    group.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="a Terraform variable (repeatable)")
    group.add_argument("--var-file", action="append", default=[], type=Path, metavar="FILE", help="a tfvars file (repeatable)")
    group.add_argument("--workspace", metavar="NAME", help="the Terraform workspace")
    group.add_argument("--backend-config", action="append", default=[], type=Path, metavar="FILE", help="a partial backend file (repeatable)")
    group.add_argument("--code", type=Path, metavar="DIR", help="where a plan's code lies (default: the plan's own folder)")
    group.add_argument("--changed-since", metavar="REV", help="report only on files changed since this git revision")
    group = parser.add_argument_group("what counts")
    group.add_argument("--rule", action="append", default=[], metavar="RULE", help="ask only this rule (id or name, repeatable)")
    group.add_argument("--skip-rule", action="append", default=[], metavar="RULE", help="leave this rule out (repeatable)")
    group.add_argument("--fail-on", choices=[item.value for item in Severity], help="severity that fails (default: medium)")
    group.add_argument("--strict", action="store_true", help="unknowns fail too")
    group.add_argument("--allow-empty", action="store_true", help="exit 0 when there is nothing to judge")
    group.add_argument("--baseline", type=Path, metavar="FILE", help="findings in this file are known and do not fail")
    group.add_argument("--write-baseline", type=Path, metavar="FILE", help="write today's findings as a baseline")
    group = parser.add_argument_group("output")
    group.add_argument("--format", action="append", default=[], metavar="FORMAT[=FILE]", help="text (default), json, sarif, junit, github, gitlab, markdown, html")
    group.add_argument("-o", "--output", metavar="FILE", help="write the one format there instead of stdout")
    group.add_argument("-v", "--verbose", action="store_true", help="show passes too")
    group.add_argument("--color", choices=["auto", "always", "never"], default="auto", help="colour in text (NO_COLOR is honoured)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, judge, report; the report is written in every case that got as far as reading input."""
    from recoverable.cli.check_run import check
    from recoverable.report.formats import write

    targets = _targets(options.format or ["text"], options.output)
    result = check(options)
    for name, target in targets:
        to_terminal = target is None and sys.stdout.isatty()
        write(result, name, target, verbose=options.verbose, colour=_colour(options.color, to_terminal))
    return result.exit_code


def _targets(formats: list[str], output: str | None) -> list[tuple[str, str | None]]:
    """Formats with their files; only one may go to stdout.

    Raises:
        InputError: an unknown format, two for stdout, or --output with several.
    """
    from recoverable.report.formats import names

    targets: list[tuple[str, str | None]] = []
    for item in formats:
        name, sign, file = item.partition("=")
        if name not in names():
            raise InputError(f"unknown format {name!r}", "--format", f"Known are {', '.join(names())}.")
        if sign and not file:
            raise InputError(f"no file after {item!r}", "--format", f"Write --format {name}=FILE.")
        targets.append((name, file or None))
    if output is not None:
        if len(targets) != 1 or targets[0][1] is not None:
            raise InputError("--output goes with exactly one --format", "--output", "Use --format NAME=FILE for several.")
        return [(targets[0][0], output)]
    if sum(file is None for _, file in targets) > 1:
        raise InputError("only one format can go to stdout", "--format", "Give the others a file: --format sarif=report.sarif")
    return targets


def _colour(wish: str, terminal: bool) -> bool:
    if wish == "auto":
        return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wish == "always"


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date (write 2027-01-31)") from None
