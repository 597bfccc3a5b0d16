"""From the paths a user names to readings; what cannot be read is a problem, and the rest is read."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.cli import collector
from recoverable.clouds.build import wanted
from recoverable.enforce.crashes import unjudged
from recoverable.model.errors import InputError
from recoverable.model.finding import Finding
from recoverable.model.raw import Problem, Reading
from recoverable.model.values import Location
from recoverable.readers.documents import Document, open_input


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
            inputs.readings.extend(_read(open_input(path), options))
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


def _read(document: Document, options: argparse.Namespace) -> list[Reading]:
    path, base = document.path, getattr(options, "base", None) or Path.cwd()
    if document.kind == "hcl":
        return _read_code(path, options, base)
    name = display(path)
    if document.kind == "terraform-plan":
        from recoverable.readers.plan.plan_places import place_in_code
        from recoverable.readers.plan.plan_reader import read_plan

        reading = read_plan(document.data, name, wanted)
        place_in_code(reading, options.code or path.parent, base)
        return [reading]
    from recoverable.readers.pulumi.preview_places import place_in_program
    from recoverable.readers.pulumi.preview_reader import read_preview, read_stack

    reading = (read_preview if document.kind == "pulumi-preview" else read_stack)(document.data, name, wanted)
    place_in_program(reading, [options.code] if options.code else [path.parent, Path.cwd()], base)
    return [reading]


def _read_code(path: Path, options: argparse.Namespace, base: Path) -> list[Reading]:
    from recoverable.readers.hcl.hcl_reader import HclOptions, read_hcl
    from recoverable.readers.pulumi.project_reader import read_projects
    from recoverable.readers.repository_files import read_repository

    hcl = HclOptions(
        variables=variables(options.var),
        var_files=list(options.var_file),
        workspace=options.workspace or "",
        backend_config=list(options.backend_config),
        base=base,
    )
    with collector.seldom():
        readings = read_hcl(path, options=hcl, wanted=wanted)
    if path.is_dir():
        readings.extend(read_projects(path, base))
        readings.extend(read_repository(path, base))
    return readings


def _said(error: InputError, path: Path) -> str:
    """The error without its place where that is the path, which the problem names by itself."""
    return str(InputError(error.what, "", error.fix)) if error.where == str(path) else str(error)


def display(path: Path) -> str:
    """A path as reports name it: relative to the working folder where it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return path.as_posix()
