"""What ``--changed-since`` leaves out: findings of unchanged files that were there before."""

from __future__ import annotations

import argparse
import contextlib
import copy
import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from recoverable.cli.check_inputs import Inputs, read_inputs
from recoverable.clouds.build import build_estate
from recoverable.clouds.state_backends import link_backends
from recoverable.enforce.changed import Changes, Key, changed_files, document_key, key, repository_of
from recoverable.enforce.engine import Evaluation
from recoverable.enforce.revision_files import extract
from recoverable.enforce.waivers import Waivers
from recoverable.model.estate import Estate, StoreChange
from recoverable.model.finding import Finding
from recoverable.model.raw import RawBackend, RawResource, Reading
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
    changes = Changes(
        frozenset(),
        documents=frozenset(item.path for item in documents),
        moved=frozenset(moved),
        of_changes=frozenset(item.rule.id for item in rules if item.rule.applies_to is StoreChange),
    )
    if options.pre_commit:
        from recoverable.ci.hook_scope import untracked

        changes.ignored = untracked(Path.cwd())
    read = {Path(item.path).resolve() for item in documents}
    tops = {path: repository_of(options.code or Path.cwd() if path.resolve() in read else path) for path in options.paths}
    for top in sorted(set(tops.values())):
        changes.files |= changed_files(options.changed_since, top)
        folders = [path for path in options.paths if tops[path] == top and (path.is_dir() or path.name.endswith(HCL_ENDINGS))]
        if folders:
            _add_findings_then(changes, options, standard, rules, today, top, folders)
    if documents:
        _add_findings_before(changes, options, _standard_before(options, standard, changes, set(tops.values())), rules, today, documents)
    return changes


def _add_findings_then(
    changes: Changes,
    options: argparse.Namespace,
    standard: Standard,
    rules: Sequence[LoadedRule],
    today: datetime.date,
    top: Path,
    folders: list[Path],
) -> None:
    """What the same check finds in the files of the revision; nothing where it crashes there, so that all is reported."""
    with tempfile.TemporaryDirectory(prefix="recoverable-") as made:
        # Folder names can tell the environment, so the copy is called what the repository is called.
        copied = Path(made).resolve() / top.name
        copied.mkdir()
        extract(options.changed_since, top, copied, changes.files)
        then = copy.copy(options)
        then.base = copied
        then.paths = [path for folder in folders if (path := _moved(folder, top, copied)).exists()]
        then.var_file = [path for file in options.var_file if (path := _moved(file, top, copied)).is_file()]
        then.backend_config = [path for file in options.backend_config if (path := _moved(file, top, copied)).is_file()]
        if not then.paths:
            return
        try:
            standard = _standard_then(standard, top, copied)
            readings = read_inputs(then).readings
            estates = [build_estate(reading) for reading in readings]
            link_backends(estates)
            files = {file for reading in readings for file in reading.files}
            found = _judged(estates, Waivers(standard.waivers, files, today), standard, rules, today, options)
        except Exception:
            return
        home = str(top.resolve())

        def here(item: Finding) -> Key:
            file, *rest = key(item, copied)
            return (file.replace(str(copied), home, 1), *rest)  # type: ignore[return-value] # five texts, as they were

        changes.then.add((here(item), item) for item in found)


def _add_findings_before(
    changes: Changes,
    options: argparse.Namespace,
    standard: Standard,
    rules: Sequence[LoadedRule],
    today: datetime.date,
    documents: Sequence[Reading],
) -> None:
    """What is found in what a plan or preview starts from; nothing where it does not say that, or that crashes."""
    asked = [item for item in rules if item.rule.applies_to is not StoreChange]
    for item in documents:
        resources = _start(item)
        start = replace(item, resources=resources, before=None, changes={}, backends=_backends_before(item, changes.files))
        with contextlib.suppress(Exception):  # nothing is known of it then, and all is reported
            found = _judged([build_estate(start)], Waivers(standard.waivers, (), today), standard, asked, today, options)
            changes.before.add((document_key(each), each) for each in found)


def _start(document: Reading) -> list[RawResource]:
    """What was there before a document. Where it changes nothing that was there, that is all that it leaves as it is."""
    if document.before is not None:
        return document.before
    actions = {address: change.action for address, change in document.changes.items()}
    return [raw for raw in document.resources if raw.mode == "data" or actions.get(raw.address) == "no-op"]


def _backends_before(document: Reading, changed: frozenset[str]) -> list[RawBackend]:
    """Where state was kept is in the code beside a document: as today, unless code in that folder has changed."""
    folders = {Path(name).parent for name in changed if name.endswith((*HCL_ENDINGS, ".yaml", ".yml"))}
    return [item for item in document.backends if item.where is None or Path(item.where.file).resolve().parent not in folders]


def _judged(
    estates: Sequence[Estate],
    waivers: Waivers,
    standard: Standard,
    rules: Sequence[LoadedRule],
    today: datetime.date,
    options: argparse.Namespace,
) -> list[Finding]:
    return waivers.apply([item for estate in estates for item in Evaluation(estate, standard, today, options.environment).run(rules)])


def _standard_before(options: argparse.Namespace, standard: Standard, changes: Changes, tops: set[Path]) -> Standard:
    """The standard of the revision, for plans and previews."""
    path = standard.path.resolve() if standard.path else None
    top = next((each for each in sorted(tops) if path and path.is_relative_to(each.resolve())), None)
    if top is None or str(path) not in changes.files:
        return standard
    with tempfile.TemporaryDirectory(prefix="recoverable-") as made:
        copied = Path(made).resolve() / top.name
        copied.mkdir()
        extract(options.changed_since, top, copied)
        return _standard_then(standard, top, copied)


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
