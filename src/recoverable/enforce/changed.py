"""``--changed-since REV``: report only on files that differ from a git revision."""

from __future__ import annotations

import subprocess
from pathlib import Path

from recoverable.model.errors import InputError
from recoverable.model.finding import Finding


def changed_files(revision: str, start: Path) -> frozenset[str]:
    """Files that differ from ``revision``, new and untracked ones too, as absolute paths.

    Raises:
        InputError: no git, no repository, or no such revision.
    """
    folder = start if start.is_dir() else start.parent
    if revision.startswith("-"):
        raise InputError(f"{revision!r} is no revision", "--changed-since")
    top = _git(["rev-parse", "--show-toplevel"], folder).strip()
    listed = _git(["diff", "--name-only", "-z", revision, "--"], Path(top)) + _git(["ls-files", "--others", "--exclude-standard", "-z"], Path(top))
    return frozenset(str(Path(top, name).resolve()) for name in listed.split("\0") if name)


def touched(finding: Finding, changed: frozenset[str]) -> bool:
    """Whether a finding lies in a changed file; one without a place is always reported."""
    return not finding.where or not finding.where.file or str(Path(finding.where.file).resolve()) in changed


def _git(arguments: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"git cannot be run: {type(error).__name__}", "--changed-since", "Install git, or leave the option out.") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it failed"])[0]
        raise InputError(f"git says: {said}", "--changed-since", "Give a revision of this repository, such as origin/main.")
    return done.stdout
