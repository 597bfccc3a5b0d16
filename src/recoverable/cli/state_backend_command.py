"""``recoverable state-backend``: what clients of a state backend are told, and the proof that it does what state needs.

Each verb is a file ``cli/state_backend/NAME_verb.py``.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from recoverable.cli import exits

MEANINGS = {
    exits.CLEAN: "done; with doctor: every step passed",
    exits.FINDINGS: "a step of the doctor failed or could not run, or a copy cannot be read",
    exits.BAD_INPUT: "bad option or settings, or no credentials",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the cloud cannot be reached or throttles after all retries; safe to run again",
    exits.LEFTOVERS: "something that the doctor wrote could not be removed; it is listed with the command",
    exits.INTERRUPTED: "interrupted; what was written is removed",
}
DESCRIPTION = """\
Prints, from one declaration in [state_backend.NAME] of recoverable.toml, what Terraform, OpenTofu and Pulumi need to keep their state in
S3, Cloud Storage or HCP Terraform, with the least-privilege policy and the commands that move state there; proves that it
works; and copies state elsewhere."""
FOLDER = Path(__file__).parent / "state_backend"
ENDING = "_verb"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its own verbs."""
    top = subparsers.add_parser(
        "state-backend",
        help="set up and prove where Terraform and Pulumi keep their state, and copy it elsewhere",
        description=DESCRIPTION,
        epilog=exits.epilog(MEANINGS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = top.add_subparsers(dest="state_backend_verb", metavar="VERB", required=True)
    for path in sorted(FOLDER.glob(f"*{ENDING}.py")):
        module = importlib.import_module(f"recoverable.cli.state_backend.{path.stem}")
        each = verbs.add_parser(
            path.stem.removesuffix(ENDING).replace("_", "-"),
            help=module.ABOUT,
            description=getattr(module, "DESCRIPTION", f"{module.ABOUT[0].upper()}{module.ABOUT[1:]}."),
            epilog=exits.epilog(module.MEANINGS),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add(each)
        each.set_defaults(run=module.run)
