"""What one evaluation of a root module shares: files read, problems found, work done."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recoverable.model.raw import Problem
from recoverable.model.values import Location
from recoverable.readers.hcl.configuration import Configuration, collect
from recoverable.readers.hcl.evaluation_errors import TooLargeError
from recoverable.readers.hcl.evaluator import MOST_STEPS
from recoverable.readers.hcl.hcl_types import HclType
from recoverable.readers.hcl.source_files import read_folder, shown


@dataclass(slots=True)
class HclOptions:
    """What is given beside the folder.

    ``variables`` are ``-var`` values as text, ``var_files`` come before them; ``TF_VAR_*`` is not read, so that
    a verdict does not depend on the shell it was made in. ``base`` is what shown paths are relative to.
    ``modules`` are the folders of remote modules that something else than ``terraform init`` has downloaded, by the
    real path of the root module and the path of call names in it (``network.subnets``).
    """

    variables: dict[str, str] = field(default_factory=dict)
    var_files: list[Path] = field(default_factory=list)
    workspace: str = ""
    backend_config: list[Path] = field(default_factory=list)
    base: Path | None = None
    modules: Mapping[tuple[str, str], Path] = field(default_factory=dict)


class Library:
    """The configurations of all folders that were read, each read once."""

    def __init__(self, base: Path | None) -> None:
        self.base = base
        self._known: dict[str, Configuration] = {}

    def configuration(self, folder: Path, only: Path | None = None) -> Configuration:
        """What a folder, or one file of it, declares."""
        key = os.path.realpath(only or folder)
        if key not in self._known:
            files = read_folder(folder, self.base, only)
            self._known[key] = collect(folder, files, is_partial=only is not None)
        return self._known[key]

    def release(self, folder: Path) -> None:
        """Forget a folder that is not going to be read again."""
        self._known.pop(os.path.realpath(folder), None)


@dataclass(slots=True)
class Session:
    """The evaluation of one root module."""

    library: Library
    options: HclOptions
    root: Path
    inputs: dict[str, Any] = field(default_factory=dict)
    problems: dict[tuple[str, str, str, int], Problem] = field(default_factory=dict)
    in_progress: list[str] = field(default_factory=list)
    files: dict[str, None] = field(default_factory=dict)
    steps: int = 0
    module_instances: int = 0
    types: dict[int, HclType] = field(default_factory=dict)
    _manifest: dict[str, Path] | None = None

    def problem(self, kind: str, message: str, where: Location | None = None, address: str = "") -> None:
        """Note a problem, once."""
        key = (kind, message, where.file if where else "", where.line if where else 0)
        self.problems.setdefault(key, Problem(kind, message, where, address))

    def count_steps(self, steps: int) -> int:
        """Bound the work: TooLargeError beyond what any real input needs."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooLargeError(f"more than {MOST_STEPS:,} items to go through")
        return self.steps

    def shown(self, path: Path) -> str:
        """A path as reports show it."""
        return shown(path, self.options.base)

    def take_problems(self, configuration: Configuration) -> None:
        """Take over what was found wrong in a folder's files, and name the files."""
        for problem in configuration.problems:
            self.problem(problem.kind, problem.message, problem.where, problem.address)
        self.files.update(dict.fromkeys(file.source.file for file in configuration.files))

    def downloaded(self, key: str) -> Path | None:
        """Where ``terraform init``, or else the caller, has put the module of a call, by its path of names."""
        if self._manifest is None:
            self._manifest = self._read_manifest()
        return self._manifest.get(key) or self.options.modules.get((os.path.realpath(self.root), key))

    def _read_manifest(self) -> dict[str, Path]:
        path = self.root / ".terraform" / "modules" / "modules.json"
        try:
            data = json.loads(path.read_text("utf-8-sig"))
            entries = [(str(item["Key"]), str(item["Dir"])) for item in data["Modules"]]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            name = self.shown(path)
            self.problem("note", f"{name} cannot be used: {error}", Location(name))
            return {}
        return {key: self.root / folder for key, folder in entries if key}
