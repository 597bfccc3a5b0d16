"""What a run of Checkov scans, in the words of its runners."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checkov.common.bridgecrew.integration_features.integration_feature_registry import integration_feature_registry

from recoverable.hosts.checkov.blocks import call_chain

_CLONE = re.compile(r"[0-9a-f]{8}_checks")
CODE, PLAN, JSON = "terraform", "terraform_plan", "terraform_json"


@dataclass(frozen=True, slots=True)
class Target:
    """One input to judge. ``root`` is what Checkov's paths are relative to; ``plan`` is set for a plan.

    ``downloads`` is where Checkov puts modules, which are no root modules; ``clones`` is its copy of these checks.
    ``beside`` is false for a plan whose code the same run judges by itself: that tells where its state is kept.
    """

    paths: tuple[Path, ...]
    root: str
    plan: str = ""
    downloads: tuple[Path, ...] = ()
    clones: tuple[Path, ...] = ()
    modules: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    beside: bool = True


def targets(runner: Any, root_folder: str | None, runner_filter: Any) -> list[Target]:
    """The inputs of one runner: a folder, files, or plans."""
    kind = runner.check_type
    if kind == PLAN:
        return _plans(runner, root_folder, runner_filter)
    if kind == JSON and _code_runs(runner_filter) and root_folder:
        return []  # the other runner judges the whole folder
    files = _files()
    if root_folder and not (files and not _folders()):
        folder = os.path.abspath(root_folder)
        downloads = Path(folder, getattr(runner_filter, "external_modules_download_path", "") or ".external_modules")
        return [Target((Path(folder),), folder, downloads=(downloads,), clones=tuple(_clones()), modules=_modules(runner.definitions))]
    endings = (".tf.json",) if kind == JSON else (".tf", ".tofu")
    chosen = tuple(Path(file) for file in files or _defined(runner.definitions) if file.endswith(endings))
    if not chosen:
        return []
    return [Target(chosen, os.path.abspath(root_folder or os.path.commonpath([path.parent for path in chosen])))]


def _plans(runner: Any, root_folder: str | None, runner_filter: Any) -> list[Target]:
    """The plans that Checkov has read, and those it was given and could not read."""
    plans = dict.fromkeys(_defined(runner.definitions))
    plans.update(dict.fromkeys(os.path.realpath(file) for file in _files() if file.endswith(".json")))
    chosen = [plan for plan in plans if _is_meant(plan, runner_filter)]
    return [
        Target(
            (Path(plan),),
            os.path.abspath(root_folder or os.path.dirname(plan)),
            plan,
            beside=not _code_told(plan, root_folder, runner_filter),
        )
        for plan in chosen
    ]


def _code_told(plan: str, root_folder: str | None, runner_filter: Any) -> bool:
    """Whether another runner of the same run judges the folder with a plan's code."""
    code = next(iter(getattr(runner_filter, "repo_root_for_plan_enrichment", None) or ()), None) or os.path.dirname(plan)
    inside = root_folder and Path(os.path.realpath(code)).is_relative_to(os.path.realpath(root_folder))
    return bool(inside) and _code_runs(runner_filter)


def _is_meant(plan: str, runner_filter: Any) -> bool:
    """Whether a JSON file is there to be judged as a plan: Checkov takes every JSON file it meets for one.

    One that the user names is, where he also names the framework, or calls the file a plan: then even an empty one is.
    """
    if plan.endswith((".tf.json", ".tofu.json")):
        return False
    if plan in map(os.path.realpath, _files()):
        frameworks = set(getattr(runner_filter, "framework", ()))
        if (PLAN in frameworks and "all" not in frameworks) or "plan" in os.path.basename(plan).lower():
            return True
    try:
        with open(plan, encoding="utf-8", errors="replace") as stream:
            text = stream.read().replace("\0", "")  # UTF-16, as PowerShell writes it
    except OSError:
        return True
    return '"format_version"' in text and ('"planned_values"' in text or '"resource_changes"' in text)


def _code_runs(runner_filter: Any) -> bool:
    frameworks = set(getattr(runner_filter, "framework", ()))
    return bool(frameworks & {"all", CODE})


def _defined(definitions: Mapping[Any, Any] | None) -> list[str]:
    return [str(getattr(key, "file_path", key)) for key in definitions or ()]


def _config(name: str) -> list[str]:
    """A list of Checkov's command line; empty where it runs as a library."""
    return list(getattr(integration_feature_registry.config, name, None) or ())


def _files() -> list[str]:
    return [os.path.abspath(file) for file in _config("file")]


def _folders() -> list[str]:
    return _config("directory")


def _clones() -> list[Path]:
    """Where Checkov has cloned the checks to: into a folder in the working folder, which it then scans with the rest."""
    if not _config("external_checks_git"):
        return []
    return [folder for folder in Path(__file__).resolve().parents if _CLONE.fullmatch(folder.name)]


def _modules(definitions: Mapping[Any, Any] | None) -> dict[tuple[str, str], Path]:
    """Where Checkov has found the module of every call: by the folder of the root module, and the names of the calls."""
    chains = ((key, *call_chain(key)) for key in definitions or ())
    return {
        (os.path.realpath(os.path.dirname(outermost)), ".".join(names)): Path(key.file_path).parent
        for key, names, outermost in chains
        if names
    }
