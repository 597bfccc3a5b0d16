"""What ``--changed-since`` leaves out: findings of unchanged files that were there before."""

from __future__ import annotations

import argparse
import copy
import datetime
import tempfile
from collections.abc import Sequence
from pathlib import Path

from recoverable.cli.check_inputs import Inputs, read_inputs
from recoverable.clouds.build import build_estate
from recoverable.clouds.state_backends import link_backends
from recoverable.enforce.changed import Changes, Key, changed_files, extract, key, repository_of
from recoverable.enforce.engine import Evaluation
from recoverable.readers.documents import HCL_ENDINGS
from recoverable.rules.registry.rule import LoadedRule
from recoverable.standard.load import Standard, built_in, load

DOCUMENTS = ("terraform-plan", "pulumi-preview", "pulumi-stack")


def changes_since(
    options: argparse.Namespace, standard: Standard, rules: Sequence[LoadedRule], today: datetime.date, inputs: Inputs
) -> Changes:
    """The changed files of every repository the paths lie in, and the findings at the revision.

    A plan or preview may lie anywhere, such as in a CI system's own folder: its code's repository counts, or else the one
    that is worked in.

    Raises:
        InputError: no git, no repository, or no such revision.
    """
    documents = [item for item in inputs.readings if item.kind in DOCUMENTS]
    moved = {change.address for item in documents for change in item.changes.values() if change.action not in ("no-op", "read")}
    changes = Changes(frozenset(), documents=frozenset(item.path for item in documents), moved=frozenset(moved))
    if options.pre_commit:
        from recoverable.ci.hook_scope import untracked

        changes.ignored = untracked(Path.cwd())
    read = {Path(item.path).resolve() for item in documents}
    tops = {path: repository_of(options.code or Path.cwd() if path.resolve() in read else path) for path in options.paths}
    for top in sorted(set(tops.values())):
        changes.files |= changed_files(options.changed_since, top)
        folders = [path for path in options.paths if tops[path] == top and (path.is_dir() or path.name.endswith(HCL_ENDINGS))]
        if folders:
            changes.known |= _findings_then(options, standard, rules, today, top, folders)
    return changes


def _findings_then(
    options: argparse.Namespace, standard: Standard, rules: Sequence[LoadedRule], today: datetime.date, top: Path, folders: list[Path]
) -> frozenset[Key]:
    with tempfile.TemporaryDirectory(prefix="recoverable-") as made:
        # Folder names can tell the environment, so the copy is called what the repository is called.
        copied = Path(made).resolve() / top.name
        copied.mkdir()
        extract(options.changed_since, top, copied)
        then = copy.copy(options)
        then.base = copied
        then.paths = [path for folder in folders if (path := _moved(folder, top, copied)).exists()]
        then.var_file = [path for file in options.var_file if (path := _moved(file, top, copied)).is_file()]
        then.backend_config = [path for file in options.backend_config if (path := _moved(file, top, copied)).is_file()]
        if not then.paths:
            return frozenset()
        try:
            standard = _standard_then(standard, top, copied)
            estates = [build_estate(reading) for reading in read_inputs(then).readings]
            link_backends(estates)
            found = [item for estate in estates for item in Evaluation(estate, standard, today, options.environment).run(rules)]
        except Exception:
            return frozenset()
        home = str(top.resolve())
        return frozenset((item[0].replace(str(copied), home, 1), *item[1:]) for item in (key(one, copied) for one in found))


def _standard_then(standard: Standard, top: Path, copied: Path) -> Standard:
    """The standard as it was, for a number that is raised makes findings too."""
    if standard.path is None or not standard.path.resolve().is_relative_to(top.resolve()):
        return standard
    path = _moved(standard.path, top, copied)
    return load(path, start=copied) if path.is_file() else built_in()


def _moved(path: Path, top: Path, copied: Path) -> Path:
    """The same path in the copy; one outside of the repository stays what it is."""
    real = path.resolve()
    return copied / real.relative_to(top.resolve()) if real.is_relative_to(top.resolve()) else real
