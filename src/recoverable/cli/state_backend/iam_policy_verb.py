"""``recoverable state-backend iam-policy``."""

from __future__ import annotations

import argparse
import json
import re

from recoverable.cli import exits
from recoverable.cli.state_backend.declared import PRINTS, add_name, read
from recoverable.model.errors import InputError
from recoverable.state_backend.grants import ANY_ACCOUNT, CLIENTS

ABOUT = "print the least-privilege policy of a client"
MEANINGS = PRINTS
ACCOUNT = re.compile(r"\d{12}")


def add(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_name(parser)
    parser.add_argument("--for", dest="client", choices=CLIENTS, default="terraform", help="whose (default: terraform)")
    parser.add_argument("--account", metavar="A", default=ANY_ACCOUNT, help="the account of the lock table (default: any)")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    from recoverable.state_backend.grants import policy

    if args.account != ANY_ACCOUNT and not ACCOUNT.fullmatch(args.account):
        raise InputError("an account is twelve digits", "--account", "Write 123456789012.")
    print(json.dumps(policy(read(args), args.client, args.account), indent=2))
    return exits.CLEAN
