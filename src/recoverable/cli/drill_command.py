"""``recoverable drill``: prove that a store can be restored. Each verb is a file ``cli/drill/NAME_verb.py``."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path

from recoverable.cli import exits
from recoverable.model.errors import InputError

MEANINGS = {
    exits.CLEAN: "done; with run: the drill is verified",
    exits.FINDINGS: "the drill failed, missed RPO or RTO, or could not prove it; a ledger is broken; or overdue",
    exits.BAD_INPUT: "bad option, standard or settings",
    exits.INTERNAL: "internal error, or a rung crashed",
    exits.UNREACHABLE: "a cloud cannot be reached or throttles after all retries; safe to run again",
    exits.LEFTOVERS: "finished, but something that a drill made could not be removed; it is listed with the command",
    exits.INTERRUPTED: "interrupted; clean-up was attempted, and what is left is listed",
}
DESCRIPTION = """\
Restores a store into a temporary instance, verifies it, runs migrations and smoke tests, destroys the instance and leaves
evidence that states RPO and RTO. Stores are set up in [drill.stores.NAME] of recoverable.toml."""
FOLDER = Path(__file__).parent / "drill"
ENDING = "_verb"


def verb_names() -> tuple[str, ...]:
    """The verbs, from the names of the files."""
    return tuple(sorted(path.stem.removesuffix(ENDING).replace("_", "-") for path in FOLDER.glob(f"*{ENDING}.py")))


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its own verbs."""
    top = subparsers.add_parser(
        "drill",
        help="restore a store into a temporary instance and prove that it is whole",
        description=DESCRIPTION,
        epilog=exits.epilog(MEANINGS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = top.add_subparsers(dest="drill_verb", metavar="VERB", required=True)
    for name in verb_names():
        module = importlib.import_module(f"recoverable.cli.drill.{name.replace('-', '_')}{ENDING}")
        each = verbs.add_parser(
            name,
            help=module.ABOUT,
            description=f"{module.ABOUT[0].upper()}{module.ABOUT[1:]}.",
            epilog=exits.epilog(getattr(module, "MEANINGS", MEANINGS)),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add(each)
        each.set_defaults(run=module.run if name == "run" else _without_command(name, module.run))


def _without_command(name: str, run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Refuse a command after ``--``, which only ``run`` takes."""

    def checked(args: argparse.Namespace) -> int:
        if getattr(args, "command", None):
            raise InputError(f"drill {name} takes no command", "--", "Only `recoverable drill run STORE --hold 2h -- COMMAND` does.")
        return run(args)

    return checked
