"""``recoverable rule RULE``: what one rule asks, why, and on what facts it rests."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.rules.registry.rule import LoadedRule


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    parser = verbs.add_parser(
        "rule",
        help="explain one rule",
        description="Print a rule's page: what it asks, why, examples, and the facts it rests on.",
        epilog=exits.epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("rule", metavar="RULE", help="id (RCV002) or name (retention-too-short)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the page.

    Raises:
        InputError: there is no such rule.
    """
    from recoverable.report.rule_page import page

    print(page(named(options.rule).rule))
    return exits.CLEAN


def named(word: str) -> LoadedRule:
    """The rule of this id or name.

    Raises:
        InputError: there is none; says which comes nearest.
    """
    import difflib

    from recoverable.rules.registry.load import find_rule, load_rules

    found = find_rule(word)
    if found is None:
        names = [name for item in load_rules() for name in (item.rule.id, item.rule.name)]
        near = difflib.get_close_matches(word, names, 1)
        raise InputError(f"there is no rule {word!r}", "", f"Did you mean {near[0]}?" if near else "See: recoverable rules")
    return found
