"""``--changed-since REV``: report only on files that differ from a git revision."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from recoverable.model.errors import InputError
from recoverable.model.finding import Finding, Verdict


def changed_files(revision: str, starts: Iterable[Path]) -> frozenset[str]:
    """Files in the repositories of some paths that differ from ``revision``, new and untracked ones too, as absolute paths.

    Raises:
        InputError: no git, no repository, or no such revision.
    """
    if revision.startswith("-"):
        raise InputError(f"{revision!r} is no revision", "--changed-since", "Give a revision of this repository, such as origin/main.")
    folders = [start if start.is_dir() else start.parent for start in starts]
    tops = {_git(["rev-parse", "--show-toplevel"], folder).rstrip("\n") for folder in folders}
    return frozenset(file for top in sorted(tops) for file in _changed_in(Path(top), revision))


def _changed_in(top: Path, revision: str) -> Iterator[str]:
    listed = _git(["diff", "--name-only", "--no-ext-diff", "--no-renames", "-z", revision, "--"], top)
    listed += _git(["ls-files", "--others", "--exclude-standard", "-z"], top)
    return (str(Path(top, name).resolve()) for name in listed.split("\0") if name)


def touched(finding: Finding, changed: frozenset[str], documents: frozenset[str]) -> bool:
    """Whether a finding is to be reported: its file has changed, or whether it has cannot be told.

    ``documents`` are plans and previews: a finding that lies in one of them has no line of code.
    """
    if finding.verdict is Verdict.ERROR or not finding.file or finding.file in documents:
        return True
    file = Path(finding.file)
    return not file.is_file() or str(file.resolve()) in changed


def _git(arguments: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"git cannot be run: {type(error).__name__}", "--changed-since", "Install git, or leave the option out.") from None
    if done.returncode:
        said = (os.fsdecode(done.stderr).strip().splitlines() or ["it failed"])[0]
        raise InputError(f"git says: {said}", "--changed-since", "Give a revision of this repository, such as origin/main.")
    return os.fsdecode(done.stdout)
