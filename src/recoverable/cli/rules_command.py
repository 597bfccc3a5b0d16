"""``recoverable rules``: a line per rule."""

from __future__ import annotations

import argparse
import json

from recoverable.cli import exits


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    parser = verbs.add_parser(
        "rules",
        help="list the rules",
        description="List every rule with its severity.",
        epilog=exits.epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--format", choices=["text", "json"], default="text", help="text (default) or json")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the rules."""
    from recoverable.rules.registry.load import load_rules

    rules = [item.rule for item in load_rules()]
    if options.format == "json":
        print(
            json.dumps(
                [{"id": rule.id, "name": rule.name, "severity": rule.severity.value, "title": rule.title} for rule in rules], indent=2
            )
        )
        return exits.CLEAN
    width = max(len(rule.name) for rule in rules)
    for rule in rules:
        print(f"{rule.id}  {rule.severity.value:<8}  {rule.name:<{width}}  {rule.title}"[:160].rstrip())
    return exits.CLEAN
