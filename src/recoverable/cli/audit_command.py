"""``recoverable audit``: the clouds that can be looked at, each in a file ``cli/audit_CLOUD.py``."""

from __future__ import annotations

import argparse
import importlib

from recoverable.cli import exits
from recoverable.cli.audit_options import meanings

CLOUDS = ("aws", "gcp", "neon")
DESCRIPTION = """Judge what is really there by the same rules and standard as check, and by rules that only a running account can answer.
It only reads."""


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its clouds."""
    top = verbs.add_parser(
        "audit",
        help="judge what is really there: a running account of AWS, Google Cloud or Neon, read-only, by the same rules",
        description=DESCRIPTION,
        epilog=exits.epilog(meanings("the cloud")),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    clouds = top.add_subparsers(dest="cloud", metavar="CLOUD", required=True)
    for name in CLOUDS:
        module = importlib.import_module(f"recoverable.cli.audit_{name}")
        each = clouds.add_parser(
            name,
            help=module.ABOUT,
            description=module.DESCRIPTION,
            epilog=f"{module.EXAMPLES}\n{exits.epilog(meanings(module.CLOUD))}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add(each)
        each.set_defaults(run=module.run)
