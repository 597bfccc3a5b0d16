"""From the paths a user names to readings; what cannot be read is a problem, and the rest is read."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.enforce.crashes import unjudged
from recoverable.model.errors import InputError
from recoverable.model.finding import Finding
from recoverable.model.raw import Problem, Reading
from recoverable.model.values import Location
from recoverable.readers.code_beside import told_once
from recoverable.readers.documents import open_input
from recoverable.readers.inputs import InputOptions, display, read_document


@dataclass(slots=True)
class Inputs:
    """Everything read; ``crashes`` are the findings for inputs that a reader crashed on."""

    readings: list[Reading] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    crashes: list[Finding] = field(default_factory=list)


def read_inputs(options: argparse.Namespace) -> Inputs:
    """Every reading of every path; what cannot be read is a problem.

    Raises:
        InputError: an option is wrong, or nothing at all could be read.
    """
    check_options(options)
    inputs = Inputs()
    first: InputError | None = None
    for path in options.paths:
        try:
            inputs.readings.extend(read_document(open_input(path), _options(options)))
        except InputError as error:
            first = first or error
            inputs.problems.append(Problem("error", _said(error, path), Location(display(path))))
        except RecursionError:
            first = first or InputError("is nested too deeply", str(path))
            inputs.problems.append(Problem("error", "is nested too deeply", Location(display(path))))
        except Exception as error:
            inputs.crashes.append(unjudged(display(path), error))
    if not inputs.readings and not inputs.crashes and first is not None:
        raise first
    inputs.readings = told_once(inputs.readings)
    return inputs


def check_options(options: argparse.Namespace) -> None:
    """Look at what belongs to no single path before anything is read.

    Raises:
        InputError: a variable without a value, or a file or folder that is not there.
    """
    variables(options.var)
    for name, files in (("--var-file", options.var_file), ("--backend-config", options.backend_config)):
        for file in files:
            if not file.is_file():
                raise InputError(f"{file} is no file", name, "Give a file that exists.")
    if options.code is not None and not options.code.is_dir():
        raise InputError(f"{options.code} is no folder", "--code", "Give the folder with the Terraform code of the plan.")


def variables(items: list[str]) -> dict[str, str]:
    """``NAME=VALUE`` texts as a table; the last of a name wins, as in Terraform.

    Raises:
        InputError: an item without a name or without a value.
    """
    found = {}
    for item in items:
        name, sign, value = item.partition("=")
        if not sign:
            raise InputError(f"{item!r} has no value", "--var", "Write --var name=value.")
        if not name.strip():
            raise InputError(f"{item!r} has no name", "--var", "Write --var name=value.")
        found[name.strip()] = value
    return found


def _options(options: argparse.Namespace) -> InputOptions:
    return InputOptions(
        base=getattr(options, "base", None) or Path.cwd(),
        variables=variables(options.var),
        var_files=list(options.var_file),
        workspace=options.workspace or "",
        backend_config=list(options.backend_config),
        code=options.code,
    )


def _said(error: InputError, path: Path) -> str:
    """The error without its place where that is the path, which the problem names by itself."""
    return str(InputError(error.what, "", error.fix)) if error.where == str(path) else str(error)
