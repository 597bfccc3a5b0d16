"""Values for the root module's variables: ``*.tfvars`` beside it, then what is given by hand."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from recoverable.model.raw import Problem
from recoverable.model.values import Location
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.evaluator import Scope, evaluate
from recoverable.readers.hcl.json_structure import parse_json_arguments
from recoverable.readers.hcl.no_names import NoNames
from recoverable.readers.hcl.session import Session
from recoverable.readers.hcl.source_files import read_text
from recoverable.readers.hcl.source_text import HclSyntaxError
from recoverable.readers.hcl.structure import Argument, parse_structure
from recoverable.readers.hcl.variable_values import CommandLineText

_AUTOMATIC = (".auto.tfvars", ".auto.tfvars.json")


def automatic_files(folder: Path) -> list[Path]:
    """The variable files that Terraform loads by itself, the weaker first."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    fixed = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    return [folder / name for name in fixed + [name for name in names if name.endswith(_AUTOMATIC)]]


def read_arguments(session: Session, path: Path) -> dict[str, Argument]:
    """The arguments of a variable or backend file; what is wrong with it becomes a problem."""
    source = read_text(path, session.shown(path))
    if isinstance(source, Problem):
        session.problem(source.kind, source.message, source.where)
        return {}
    session.files[source.file] = None
    try:
        body = parse_json_arguments(source) if path.name.endswith(".json") else parse_structure(source)
        if body.blocks:
            raise HclSyntaxError("blocks are not allowed in this file", body.blocks[0].line)
        for argument in body.arguments.values():
            argument.node  # noqa: B018 - parsing is what finds a mistake
        return body.arguments
    except (HclSyntaxError, RecursionError) as error:
        line = error.line if isinstance(error, HclSyntaxError) else 0
        session.problem("error", str(error) or "nested too deeply", Location(source.file, line))
    return {}


def read_values(session: Session, path: Path) -> dict[str, Any]:
    """The values in a variable or backend file."""
    found = {}
    for name, argument in read_arguments(session, path).items():
        try:
            found[name] = evaluate(argument.node, Scope(NoNames()))
        except (EvalError, RecursionError) as error:
            where = Location(argument.source.file, argument.line)
            session.problem("error", f'the value of "{name}": {error or "nested too deeply"}', where)
    return found


def gather_inputs(session: Session, is_single_file: bool) -> dict[str, Any]:
    """All values for variables, later sources over earlier ones, in Terraform's order."""
    found: dict[str, Any] = {}
    for path in [] if is_single_file else automatic_files(session.root):
        found.update(read_values(session, path))
    for path in session.options.var_files:
        found.update(read_values(session, path))
    found.update({name: CommandLineText(text) for name, text in session.options.variables.items()})
    return found
