"""Options of everything that judges: the standard, what counts, and how it is reported."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from recoverable.model.finding import Severity


def add_standard(parser: argparse.ArgumentParser) -> None:
    """What is judged by."""
    group = parser.add_argument_group("standard")
    group.add_argument("--config", type=Path, metavar="FILE", help="the standard (default: nearest recoverable.toml, else built-in)")
    group.add_argument("-e", "--environment", metavar="NAME", help="judge everything for this environment")
    group.add_argument("--as-of", type=as_date, metavar="DATE", help="judge waivers and reviews as of this day (default: today)")


def add_counting(parser: argparse.ArgumentParser, strict: str = "unknowns fail too") -> None:
    """What is asked, and what fails; ``strict`` is the help of that option."""
    group = parser.add_argument_group("what counts")
    group.add_argument("--rule", action="append", default=[], metavar="RULE", help="ask only this rule (id or name, repeatable)")
    group.add_argument("--skip-rule", action="append", default=[], metavar="RULE", help="leave this rule out (repeatable)")
    group.add_argument("--fail-on", choices=[item.value for item in Severity], help="severity that fails (default: medium)")
    group.add_argument("--strict", action="store_true", help=strict)
    group.add_argument("--allow-empty", action="store_true", help="exit 0 when there is nothing to judge")
    group.add_argument("--baseline", type=Path, metavar="FILE", help="findings in this file are known and do not fail")
    group.add_argument("--write-baseline", type=Path, metavar="FILE", help="write today's findings as a baseline")


def add_output(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """How it is reported; gives the group, for a verb that has more to say there."""
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format",
        action="append",
        default=[],
        metavar="FORMAT[=FILE]",
        help="text (default), json, sarif, junit, github, gitlab, markdown, html",
    )
    group.add_argument("-o", "--output", metavar="FILE", help="write the one format there instead of stdout")
    group.add_argument("-v", "--verbose", action="store_true", help="show passes too")
    group.add_argument("--color", choices=["auto", "always", "never"], default="auto", help="colour in text (NO_COLOR is honoured)")
    return group


def as_date(text: str) -> datetime.date:
    """A day as an option has it."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date (write 2027-01-31)") from None
