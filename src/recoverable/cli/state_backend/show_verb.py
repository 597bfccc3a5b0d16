"""``recoverable state-backend show``."""

from __future__ import annotations

import argparse
import json
import sys

from recoverable.cli import exits
from recoverable.cli.state_backend.declared import PRINTS, add_name, read
from recoverable.state_backend.shown import PARTS

ABOUT = "print the backend block, Pulumi's login and secrets URLs, and the ways back"
MEANINGS = PRINTS


def add(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_name(parser)
    parser.add_argument("--only", choices=PARTS, help="one part alone, for a file or a variable")
    parser.add_argument("--key", metavar="K", default="", help="with --only backend: which state, where there are several")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    from recoverable.state_backend.shown import as_data, as_text, one_part, shown

    found = shown(read(args))
    if args.only:
        print(one_part(found, args.only, args.key))
    elif args.json:
        print(json.dumps(as_data(found), indent=2))
    else:
        sys.stdout.write(as_text(found))
    return exits.CLEAN
