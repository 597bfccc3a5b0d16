"""``recoverable audit neon``: options, and the way from an API key to reports and an exit code."""

from __future__ import annotations

import argparse
import datetime
import re
from typing import TYPE_CHECKING

from recoverable.cli.audit_options import add_shared, judged
from recoverable.cli.audit_resume import resuming
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.audit.kept.answers_file import AnswersFile

ABOUT = "all projects of Neon that an API key reaches"
DESCRIPTION = """Judge what is really there: the history that every project of Neon keeps, its branches, and the snapshots of its default
branch, by the same rules and standard as check, and by rules that only a running account can answer. The API key is taken from
NEON_API_KEY. It only reads: a request that is no GET of its table of calls is stopped before it is sent."""
EXAMPLES = """examples:
  recoverable audit neon
  recoverable audit neon --org-id org-misty-sea-12345678 --format json=audit.json
  recoverable audit neon --facts backup-facts.jsonl && recoverable alerts
"""
CLOUD = "Neon"
ORGANIZATION = re.compile(r"[a-z0-9][a-z0-9-]{0,79}\Z")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("where")
    group.add_argument(
        "--org-id",
        action="append",
        default=[],
        metavar="ID",
        help="an organisation (repeatable; default: all projects that the key reaches)",
    )
    add_shared(parser, group)


def run(options: argparse.Namespace) -> int:
    """Read, judge, report.

    Raises:
        InputError: an option is wrong, or there is no key.
    """
    from recoverable.audit.neon.account import account
    from recoverable.audit.neon.sweep import NeonLook

    for name in options.org_id:
        if not ORGANIZATION.match(name):
            raise InputError(
                f"{name!r} is no id of an organisation", "--org-id", "Write the id that the console shows, such as org-misty-sea-12345678."
            )

    def look(answers: AnswersFile | None) -> int:
        now = datetime.datetime.now(datetime.UTC)
        return judged(options, NeonLook(options.parallel, now, open_account=lambda: account(answers), organizations=options.org_id))

    return resuming(options, look)
