"""``audit --against PATH``: the code that a running account is held against, read as ``check`` reads it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from recoverable.audit.against.against import Against
from recoverable.cli.check_inputs import read_inputs
from recoverable.clouds.build import build_estates
from recoverable.model.errors import InputError


def add_against(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("drift")
    group.add_argument(
        "--against",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="hold the account against this code, plan or preview: what is not there, not declared, or differs (repeatable)",
    )
    group.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="a Terraform variable of that code (repeatable)")
    group.add_argument("--var-file", action="append", default=[], type=Path, metavar="FILE", help="a tfvars file of it (repeatable)")
    group.add_argument("--workspace", metavar="NAME", help="its Terraform workspace")


def read_against(options: argparse.Namespace) -> Against | None:
    """What the code declares; None where none is named.

    Raises:
        InputError: an option or an input is wrong: of half the code nobody can say what is missing.
    """
    if not options.against:
        if options.var or options.var_file or options.workspace:
            raise InputError("there is no code that it is for", "--var", "Name the code: --against PATH.")
        return None
    inputs = read_inputs(argparse.Namespace(**{**vars(options), "paths": options.against, "backend_config": [], "code": None}))
    problems = [*inputs.problems, *(problem for reading in inputs.readings for problem in reading.problems)]
    broken = next((problem for problem in problems if problem.kind == "error"), None)
    if broken is not None:
        raise InputError(broken.message, str(broken.where or "--against"), "Mend it: recoverable check says more.")
    estates, crashes = build_estates(inputs.readings)
    if crashes or inputs.crashes:
        path = crashes[0][0] if crashes else inputs.crashes[0].address
        raise InputError("it cannot be mapped: a bug of ours", path, "recoverable check PATH shows where; leave --against out until then.")
    if not any(estate.stores for estate in estates):
        print("warning: --against names code that declares no store", file=sys.stderr)
    return Against.of(estates, everywhere=not options.region)
