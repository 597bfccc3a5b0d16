"""``--changed-since REV``: report only what differs from a git revision.

A finding is reported when its file has changed, or when it was not there at that revision, or less bad, or waived: a
variable file, a companion or a waiver that changed elsewhere can break a store whose own file has not. A plan or preview holds
what was there before it; what it does to a store is always reported.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.model.errors import InputError
from recoverable.model.finding import Finding, Verdict

Key = tuple[str, str, str, str, str]


@dataclass(slots=True)
class Then:
    """The findings there were: ``live`` with the rank of their severity (0 is the worst), and those that a waiver covered."""

    live: dict[Key, int] = field(default_factory=dict)
    waived: set[Key] = field(default_factory=set)

    def add(self, keyed: Iterable[tuple[Key, Finding]]) -> None:
        """Take findings in."""
        for found, finding in keyed:
            if finding.suppressed:
                self.waived.add(found)
            else:
                self.live[found] = min(finding.severity.rank, self.live.get(found, finding.severity.rank))

    def knows(self, found: Key, finding: Finding) -> bool:
        """Whether a finding was there, and was no less bad."""
        if found in self.live:
            return finding.severity.rank >= self.live[found]
        return finding.suppressed is not None and found in self.waived


@dataclass(slots=True)
class Changes:
    """What differs: absolute paths of changed files, and the findings there were at the revision.

    ``documents`` are plans and previews, which belong to no revision; they say themselves what they change: ``moved`` are the
    addresses of it, ``before`` what was found in what they start from, ``of_changes`` the rules about changes themselves.
    What lies in ``ignored`` files is not reported.
    """

    files: frozenset[str]
    then: Then = field(default_factory=Then)
    documents: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    before: Then = field(default_factory=Then)
    of_changes: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    def touches(self, finding: Finding) -> bool:
        """Whether a finding is to be reported: always where it cannot be told."""
        if finding.verdict is Verdict.ERROR or finding.file in self.documents:
            return True
        file = Path(finding.file)
        if self.ignored and str(file.resolve()) in self.ignored:
            return False
        if file.is_file() and str(file.resolve()) in self.files:
            return True
        if finding.source in self.documents:
            if not file.is_file() or finding.address in self.moved or finding.rule in self.of_changes:
                return True
            return not self.before.knows(document_key(finding), finding)
        if finding.kind == "gate" and not finding.line:
            return bool(self.files)
        return not self.then.knows(key(finding, Path.cwd()), finding)


def key(finding: Finding, base: Path) -> Key:
    """What tells two findings apart, with its absolute file; not the line, which moves."""
    return (str((base / finding.file).resolve()), finding.address, finding.rule, finding.verdict.value, finding.found)


def document_key(finding: Finding) -> Key:
    """The same for a finding in a plan or preview, whose place in code is looked up and may move."""
    return (finding.source, finding.address, finding.rule, finding.verdict.value, finding.found)


def repository_of(path: Path) -> Path:
    """The top folder of the git repository a path lies in.

    Raises:
        InputError: no git, or no repository.
    """
    return Path(_git(["rev-parse", "--show-toplevel"], path if path.is_dir() else path.parent).rstrip("\n"))


def changed_files(revision: str, top: Path) -> frozenset[str]:
    """Files of a repository that differ from ``revision``, new and untracked ones too, as absolute paths.

    Raises:
        InputError: there is no such revision.
    """
    if revision.startswith("-"):
        raise InputError(f"{revision!r} is no revision", "--changed-since", "Give a revision of this repository, such as origin/main.")
    listed = _git(["diff", "--name-only", "--no-ext-diff", "--no-renames", "-z", revision, "--"], top)
    listed += _git(["ls-files", "--others", "--exclude-standard", "-z"], top)
    return frozenset(str(Path(top, name).resolve()) for name in listed.split("\0") if name)


def _git(arguments: list[str], folder: Path) -> str:
    return os.fsdecode(run_git(arguments, folder))


def run_git(arguments: list[str], folder: Path, **variables: str) -> bytes:
    """What git prints.

    A hook in a linked worktree is handed the repository but not its top, which git then takes to be the working folder.

    Raises:
        InputError: git cannot be run, or refuses.
    """
    environment = {**os.environ, **variables}
    if "GIT_WORK_TREE" not in environment:
        environment.pop("GIT_DIR", None)
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"git cannot be run: {type(error).__name__}", "--changed-since", "Install git, or leave the option out.") from None
    if done.returncode:
        said = (os.fsdecode(done.stderr).strip().splitlines() or ["it failed"])[0]
        raise InputError(f"git says: {said}", "--changed-since", "Give a revision of this repository, such as origin/main.")
    return done.stdout
