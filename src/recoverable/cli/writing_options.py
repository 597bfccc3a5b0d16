"""The options of verbs that write files into a repository after showing them: ``init`` and ``schedule``."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_writing_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add the folder and how it is written; gives the group, for what a verb adds of its own."""
    parser.add_argument("path", nargs="?", type=Path, default=Path(), metavar="PATH", help="the folder (default: this one)")
    group = parser.add_argument_group("how")
    group.add_argument("--source", metavar="WHERE", help="where CI gets recoverable from: OWNER/NAME@TAG, https://HOST/PATH@TAG")
    group.add_argument("--yes", action="store_true", help="ask nothing; without other flags: what fits the folder")
    group.add_argument("--force", action="store_true", help="replace files that exist")
    group.add_argument("--dry-run", action="store_true", help="show what would be written, and write nothing")
    return group
