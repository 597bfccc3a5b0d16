"""``recoverable audit aws``: options, and the way from accounts to reports and an exit code."""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.audit_against import add_against, read_against
from recoverable.cli.audit_options import add_shared, judged
from recoverable.cli.audit_resume import resuming
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.audit.accounts import Account
    from recoverable.audit.kept.answers_file import AnswersFile

ABOUT = "an AWS account, or several"
DESCRIPTION = """Judge what is really there: every bucket, database, table, file system, backup plan, vault, key and secret of an AWS
account, by the same rules and standard as check, and by rules that only a running account can answer. It only reads: any call
that is not in its table of read calls is stopped before it is sent."""
EXAMPLES = """examples:
  recoverable audit aws
  recoverable audit aws --region eu-west-1 --region eu-central-1 --format text --format html=audit.html
  recoverable audit aws --role-arn arn:aws:iam::111111111111:role/audit --role-arn arn:aws:iam::222222222222:role/audit
  recoverable audit aws --organization --member-role audit
  recoverable audit aws --against infra/ --var-file prod.tfvars
  recoverable audit aws --json-lines > findings.jsonl
  recoverable audit aws --facts backup-facts.jsonl && recoverable alerts
  recoverable audit aws --iam-policy > policy.json
"""
CLOUD = "AWS"
ROLE_NAME = re.compile(r"(?:[\w+=,.@-]+/)*[\w+=,.@-]{1,64}", re.ASCII)
"""A path, and up to 64 characters (IAM's API reference, CreateRole)."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("where")
    group.add_argument("--region", action="append", default=[], metavar="NAME", help="a region (repeatable; default: all that are enabled)")
    group.add_argument("--role-arn", action="append", default=[], metavar="ARN", help="look at the account of this role (repeatable)")
    group.add_argument("--organization", action="store_true", help="look at every active account of the organization")
    group.add_argument("--member-role", default="", metavar="NAME", help="with --organization: the role to take in each member")
    group.add_argument("--external-id", default="", metavar="ID", help="the external id that the roles ask for")
    group.add_argument("--profile", metavar="NAME", help="the profile to log in with (default: AWS_PROFILE)")
    output = add_shared(parser, group)
    add_against(parser)
    output.add_argument("--iam-policy", action="store_true", help="print the least-privilege policy for the audit, and look at nothing")


def run(options: argparse.Namespace) -> int:
    """Read, judge, report; or print the policy."""
    if options.iam_policy:
        from recoverable.audit.calls import iam_policy

        _refuse(options)
        roles = [f"arn:aws:iam::*:role/{options.member_role}"] if options.organization else options.role_arn
        print(json.dumps(iam_policy(roles), indent=2))
        return exits.CLEAN
    from recoverable.audit.parts import BATCH
    from recoverable.audit.sweep import Sweep

    _refuse(options)

    def look(answers: AnswersFile | None) -> int:
        found, now = _accounts(options, answers), datetime.datetime.now(datetime.UTC)
        return judged(options, Sweep(found, options.parallel, now, batch=BATCH if options.json_lines else 0), read_against(options))

    return resuming(options, look)


def _accounts(options: argparse.Namespace, answers: AnswersFile | None) -> Iterator[Account]:
    """Every account, told of on stderr as it is come to."""
    from recoverable.audit.accounts import accounts, members

    if options.organization:
        found = members(options.profile, options.member_role, options.region, options.external_id, _tell, answers)
    else:
        found = accounts(options.profile, options.role_arn, options.region, options.external_id, answers)
    for account in found:
        print(f"audit: account {account.number or 'unknown'}, {len(account.regions)} regions", file=sys.stderr)
        yield account


def _tell(text: str) -> None:
    print(f"audit: {text}", file=sys.stderr)


def _refuse(options: argparse.Namespace) -> None:
    """Refuse what cannot be meant.

    Raises:
        InputError: an ARN that is none of a role, an empty region, or half of what an organization needs.
    """
    if options.organization != bool(options.member_role):
        raise InputError("--organization and --member-role go together", "--organization", "Write --organization --member-role NAME.")
    if options.organization and options.role_arn:
        raise InputError("the roles are those of the organization", "--role-arn", "Leave --role-arn or --organization out.")
    if options.member_role and not ROLE_NAME.fullmatch(options.member_role):
        raise InputError(f"{options.member_role!r} is no name of a role", "--member-role", "Write its path and name alone, not its ARN.")
    for arn in options.role_arn:
        parts = arn.split(":")
        if len(parts) < 6 or parts[0] != "arn" or not parts[5].startswith("role/"):
            raise InputError(f"{arn!r} is no ARN of a role", "--role-arn", "Write arn:aws:iam::ACCOUNT:role/NAME.")
    if any(not name.strip() for name in options.region):
        raise InputError("no region is named", "--region", "Write --region eu-west-1.")
