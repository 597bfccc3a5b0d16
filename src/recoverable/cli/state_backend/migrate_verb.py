"""``recoverable state-backend migrate``."""

from __future__ import annotations

import argparse
import sys

from recoverable.cli import exits
from recoverable.cli.state_backend.declared import PRINTS, add_name, config_words, read
from recoverable.state_backend.migration import CLIENTS

ABOUT = "print the commands that move state into the backend, or bring an existing bucket under code"
MEANINGS = PRINTS


def add(parser: argparse.ArgumentParser) -> None:
    """The verb's options."""
    add_name(parser)
    parser.add_argument("--client", choices=CLIENTS, default="terraform", help="whose state, or the bucket itself (default: terraform)")
    parser.add_argument("--key", metavar="K", default="", help="with terraform: which state, where there are several")


def run(args: argparse.Namespace) -> int:
    """Print them."""
    from recoverable.state_backend.migration import commands
    from recoverable.state_backend.shown import one_part, shown

    backend = read(args)
    found = shown(backend)
    if args.client == "terraform" and found.blocks:
        one_part(found, "backend", args.key)
    sys.stdout.write(commands(backend, found, args.client, args.key, config_words(args)))
    return exits.CLEAN
