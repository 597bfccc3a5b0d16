"""``recoverable drill iam-policy``: what whoever runs a drill must be allowed to do, and nothing more."""

from __future__ import annotations

import argparse
import json
import re

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, read_drill_settings
from recoverable.cli.streams import tell
from recoverable.model.errors import InputError

ABOUT = "print the least-privilege policy for drills of a store: an IAM policy for AWS, a custom role for Google Cloud"
MEANINGS = {
    exits.CLEAN: "printed",
    exits.BAD_INPUT: "bad option, standard or settings, or a provider whose cloud has no policies",
    exits.INTERNAL: "internal error",
    exits.INTERRUPTED: "interrupted",
}
INSTEAD = {
    "local": "A local drill asks no cloud. A pgBackRest repository on S3 needs s3:ListBucket and s3:GetObject on it, for pgBackRest's own key.",
    "neon": "Neon's smallest right is an API key that is scoped to one project.",
}


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("store", metavar="STORE", help="a store of [drill.stores]")
    parser.add_argument("--account", metavar="ID", default="*", help="the AWS account, 12 digits, for the ARNs (default: any)")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """The policy on stdout, what to do with it on stderr."""
    from recoverable.drill import parts
    from recoverable.drill.ledger_permissions import ledger_statements

    if args.account != "*" and not re.fullmatch(r"[0-9]{12}", args.account):
        raise InputError(f"{args.account!r} is no AWS account", "--account", "Write its 12 digits.")
    settings = read_drill_settings(args)
    store = settings.store(args.store).store
    make = parts.permissions(store.provider)
    if make is None:
        raise InputError(f"the provider {store.provider} has no policies", f"[drill.stores.{store.name}]", INSTEAD.get(store.provider, ""))
    policy = make(store.settings, args.account)
    if "Statement" in policy:
        policy["Statement"].extend(ledger_statements(settings.ledger))
    else:
        tell("note: create it with gcloud iam roles create recoverableDrills --project PROJECT --file FILE")
    print(json.dumps(policy, indent=2))
    return exits.CLEAN
