"""Where a root module keeps its state: ``backend``, ``cloud``, partial settings, Terragrunt."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from recoverable.model.raw import Problem, RawBackend
from recoverable.model.values import Location
from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.block_values import Exporter, body_values
from recoverable.readers.hcl.configuration import place
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.evaluator import Scope, evaluate
from recoverable.readers.hcl.input_values import read_values
from recoverable.readers.hcl.module_instance import ModuleInstance
from recoverable.readers.hcl.no_names import NoNames
from recoverable.readers.hcl.session import Session
from recoverable.readers.hcl.source_files import read_file
from recoverable.readers.hcl.structure import Block
from recoverable.readers.hcl.written_lines import lines_of

# Without these Terraform refuses to initialise, so a block that lacks them is completed elsewhere.
_REQUIRED = {
    "s3": ("bucket", "key"), "gcs": ("bucket",), "azurerm": ("storage_account_name", "container_name", "key"),
    "remote": ("organization",), "cloud": ("organization",), "oss": ("bucket",), "cos": ("bucket",),
}  # fmt: skip
_NOTHING: frozenset[str] = frozenset()
TERRAGRUNT = "terragrunt.hcl"


def backends_of(module: ModuleInstance, is_single_file: bool) -> list[RawBackend]:
    """The backends a root module may use: one, or one for each settings file beside it."""
    session = module.session
    version = _required_version(module)
    blocks = [inner for block in module.configuration.terraform for inner in block.body.blocks if inner.type in ("backend", "cloud")]
    if blocks:
        return _from_block(module, blocks[0], version, is_single_file)
    terragrunt = session.root / TERRAGRUNT
    if not is_single_file and terragrunt.is_file():
        return _from_terragrunt(session, terragrunt, version)
    configuration = module.configuration
    holds_something = bool(configuration.modules) or any(key[0] == "managed" for key in configuration.resources)
    if is_single_file or not holds_something:
        return []
    where = Location(module.configuration.files[0].source.file) if module.configuration.files else None
    return [RawBackend("local", {}, where, implicit=True, required_version=version)]


def _required_version(module: ModuleInstance) -> str:
    for block in module.configuration.terraform:
        argument = block.body.arguments.get("required_version")
        if argument and isinstance(argument.node, tree.Literal):
            return str(argument.node.value)
    return ""


def _from_block(module: ModuleInstance, block: Block, version: str, is_single_file: bool) -> list[RawBackend]:
    session = module.session
    kind = block.labels[0] if block.type == "backend" and block.labels else "cloud"
    attrs = body_values(module, block.body, module.scope, _NOTHING)
    lines = lines_of(block, attrs, _NOTHING)
    given = session.options.backend_config
    settings: list[dict[str, Any]]
    if given:
        settings = [{name: value for path in given for name, value in _settings(session, path).items()}]
    elif is_single_file or not _missing(kind, attrs):
        settings = [{}]
    else:
        settings = [_settings(session, path) for path in _settings_files(session.root)] or [{}]
    found = []
    for setting in settings:
        # What is given beside the block wins over it.
        complete = {**attrs, **setting}
        partial = bool(_missing(kind, complete))
        found.append(RawBackend(kind, complete, place(block), lines, partial=partial, required_version=version))
    return found


def _missing(kind: str, attrs: dict[str, Any]) -> list[str]:
    return [name for name in _REQUIRED.get(kind, ()) if name not in attrs]


def _settings_files(folder: Path) -> list[Path]:
    """``*.tfbackend`` and ``backend*.hcl`` beside the code, each for one way to initialise it."""
    names = sorted(os.listdir(folder))
    return [folder / name for name in names if name.endswith(".tfbackend") or (name.startswith("backend") and name.endswith(".hcl"))]


def _settings(session: Session, path: Path) -> dict[str, Any]:
    return {name: value for name, value in read_values(session, path).items() if value is not None}


def _from_terragrunt(session: Session, path: Path, version: str) -> list[RawBackend]:
    """``remote_state`` of a terragrunt.hcl as far as it is written there, without running Terragrunt."""
    where = Location(session.shown(path))
    session.problem("note", "Terragrunt generates the backend and inputs of this module; only what is written here is judged", where)
    file = read_file(path, session.options.base)
    if isinstance(file, Problem):
        return []
    found = []
    for block in file.body.of_type("remote_state"):
        values: dict[str, Any] = {}
        for name in ("backend", "config"):
            argument = block.body.arguments.get(name)
            try:
                values[name] = Exporter().plain(evaluate(argument.node, Scope(NoNames()))) if argument else None
            except (EvalError, RecursionError):
                values[name] = None
        kind, config = values["backend"], values["config"]
        if isinstance(kind, str) and isinstance(config, dict):
            found.append(RawBackend(kind, config, place(block), partial=True, required_version=version))
    return found
