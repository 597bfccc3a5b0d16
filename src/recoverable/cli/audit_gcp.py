"""``recoverable audit gcp``: options, and the way from projects to reports and an exit code."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.audit_options import add_shared, judged
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.audit.web.asking import Place

ABOUT = "a project of Google Cloud, or several"
DESCRIPTION = """Judge what is really there: every Cloud SQL instance with its backups, every AlloyDB cluster, Spanner, Firestore and
BigQuery database, every Cloud Storage bucket, the Cloud KMS keys that they are under, and every secret of a project, by the same rules and standard as check, and by rules that only a running account
can answer. It only reads: a request that is no GET of its table of calls is stopped before it is sent."""
EXAMPLES = """examples:
  recoverable audit gcp
  recoverable audit gcp --project acme-prod --project acme-dev --format text --format html=audit.html
  recoverable audit gcp --organization 123456789012 --json-lines > findings.jsonl
  recoverable audit gcp --facts backup-facts.jsonl && recoverable alerts
  recoverable audit gcp --iam-policy > role.json
  gcloud iam roles create recoverableAudit --project acme-prod --file role.json
"""
CLOUD = "Google Cloud"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("where")
    group.add_argument(
        "--project",
        action="append",
        default=[],
        metavar="ID",
        help="a project (repeatable; default: GOOGLE_CLOUD_PROJECT, else the login's)",
    )
    group.add_argument("--folder", action="append", default=[], metavar="NUMBER", help="all projects below a folder (repeatable)")
    group.add_argument("--organization", action="append", default=[], metavar="NUMBER", help="all projects of an organization (repeatable)")
    output = add_shared(parser, group)
    output.add_argument("--iam-policy", action="store_true", help="print the least custom role for the audit, and look at nothing")


def run(options: argparse.Namespace) -> int:
    """Read, judge, report; or print the role, with what is needed above projects where a folder or organization is named.

    Raises:
        InputError: an option is wrong, or there is no login.
    """
    parents = list(_parents(options))
    if options.iam_policy:
        from recoverable.audit.google.calls import role

        print(json.dumps(role(above=bool(parents)), indent=2))
        return exits.CLEAN
    from recoverable.audit.google.sweep import GoogleLook
    from recoverable.audit.parts import BATCH
    from recoverable.drill.contract import TransientError

    batch = BATCH if options.json_lines else 0
    look = GoogleLook(options.parallel, datetime.datetime.now(datetime.UTC), projects=_projects(options, parents), batch=batch)
    try:
        return judged(options, look)
    except TransientError as error:
        print(f"error: {error}; run it again", file=sys.stderr)
        return exits.UNREACHABLE


def _parents(options: argparse.Namespace) -> Iterator[str]:
    """The folders and organizations, as Google names them."""
    for kind, numbers in (("folder", options.folder), ("organization", options.organization)):
        for number in numbers:
            if not number.isdecimal():
                raise InputError(
                    f"{number!r} is no number of {'an' if kind == 'organization' else 'a'} {kind}",
                    f"--{kind}",
                    "Write the number that the console shows.",
                )
            yield f"{kind}s/{number}"


def _projects(options: argparse.Namespace, parents: list[str]) -> Iterator[Place]:
    """Every project, told of on stderr as it is come to."""
    from recoverable.audit.google.projects import projects

    for place in projects(options.project, parents):
        print(f"audit: {'end of' if place.account in parents else 'project'} {place.account}", file=sys.stderr)
        yield place
