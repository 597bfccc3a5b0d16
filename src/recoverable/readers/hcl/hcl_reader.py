"""Reads Terraform and OpenTofu code: one :class:`Reading` for each root module of the input."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recoverable.model.raw import Problem, RawBackend, Reading
from recoverable.readers.hcl.backend_blocks import backends_of
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.input_values import gather_inputs
from recoverable.readers.hcl.module_instance import ModuleInstance
from recoverable.readers.hcl.module_roots import find_roots, roots_in
from recoverable.readers.hcl.resource_reader import ResourceReader
from recoverable.readers.hcl.session import HclOptions, Library, Session

KIND = "terraform-hcl"
_ENVIRONMENT_NAMES = ("environment", "env", "stage", "env_name", "deployment_environment")
# Values are made on demand, so a chain of local values is as deep as it is long.
_RECURSION = 20_000


def read_hcl(path: Path, *, options: HclOptions, wanted: Callable[[str], bool]) -> list[Reading]:
    """Every root module at or below ``path``, or the one file it names.

    ``wanted`` says of a resource type whether its resources are handed over; the others are
    evaluated only where something refers to them.
    """
    library = Library(options.base)
    with _deep_recursion():
        if path.is_file():
            return [_read_root(library, path.parent, path, options, wanted, path.parent)]
        found = []
        for root in roots_in(path, library):
            found.append(_read_root(library, root, None, options, wanted, path))
            library.release(root)
        return found


def backends_in(folder: Path, options: HclOptions) -> tuple[list[RawBackend], list[Problem]]:
    """Where the root module in a folder keeps its state, without its resources; and what kept the code from being read."""
    library = Library(options.base)
    with _deep_recursion():
        session = Session(library, options, folder)
        session.inputs = gather_inputs(session, False)
        module = ModuleInstance(session, library.configuration(folder))
        found = backends_of(module, False)
        session.take_problems(module.configuration)
    return found, list(session.problems.values())


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _read_root(library: Library, root: Path, only: Path | None, options: HclOptions, wanted: Callable[[str], bool], given: Path) -> Reading:
    session = Session(library, options, root)
    session.inputs = gather_inputs(session, only is not None)
    module = ModuleInstance(session, library.configuration(root, only))
    reader = ResourceReader(wanted)
    reader.walk(module)
    backends = backends_of(module, only is not None)
    return Reading(
        kind=KIND,
        path=session.shown(only or root),
        resources=reader.found,
        backends=backends,
        environment_hints=_environment_hints(module, root, given),
        problems=list(session.problems.values()),
        files=list(session.files),
    )


def _environment_hints(module: ModuleInstance, root: Path, given: Path) -> list[tuple[str, str]]:
    """What tells the environment, the more trustworthy first."""
    options = module.session.options
    found = [("workspace", options.workspace)] if options.workspace else []
    for name in _ENVIRONMENT_NAMES:
        if name in module.configuration.variables:
            try:
                value = module.named("var", name)
            except EvalError:
                continue
            if isinstance(value, str) and value and not _may_be_another(module, name, root):
                found.append((f"variable {name}", value))
    found += [("tfvars file", _stem(path)) for path in options.var_files]
    here, top = root.resolve(), given.resolve()
    while here != here.parent:
        found.append(("folder", here.name))
        if here == top:
            break
        here = here.parent
    return found


def _may_be_another(module: ModuleInstance, name: str, root: Path) -> bool:
    """Whether a variable has its default only because none of the tfvars files beside it was chosen."""
    options = module.session.options
    if name in options.variables or options.var_files:
        return False
    chosen = {"terraform.tfvars", "terraform.tfvars.json"}
    others = [
        path for path in (*root.glob("*.tfvars"), *root.glob("*.tfvars.json")) if path.name not in chosen and ".auto." not in path.name
    ]
    given = [path for path in root.glob("*.tfvars*") if path.name in chosen or ".auto." in path.name]
    return bool(others) and not any(f"{name}" in path.read_text(encoding="utf-8", errors="replace") for path in given)


def _stem(path: Path) -> str:
    """``prod`` of ``prod.tfvars``, ``prod.tfvars.json`` and ``prod.auto.tfvars``."""
    name = path.name
    for ending in (".json", ".tfvars", ".auto"):
        name = name.removesuffix(ending)
    return name


__all__ = ["KIND", "HclOptions", "find_roots", "read_hcl"]
