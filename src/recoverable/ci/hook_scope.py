"""What a pre-commit hook is asked to judge: a commit, a range of commits, or everything.

pre-commit does not say which of the three it is. It names a range in the environment; and when it hands over files that are not
staged, it was asked for all files. The files themselves never limit what is read: a companion may lie anywhere.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recoverable.model.errors import InputError

# Older names come second: https://pre-commit.com/#pre-commit-during-push
_FROM = ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_SOURCE")


@dataclass(frozen=True, slots=True)
class Scope:
    """``revision`` is what to compare with (None: judge everything); with ``nothing`` there is nothing to do."""

    revision: str | None = None
    nothing: bool = False


def scope_of(files: Sequence[Path], environment: Mapping[str, str], folder: Path) -> Scope:
    """The scope of one call of the hook, in the repository ``folder`` lies in.

    Raises:
        InputError: no git, or no repository.
    """
    start = next((environment[name] for name in _FROM if environment.get(name)), "")
    if start:
        return Scope(start)
    top = Path(_git(["rev-parse", "--show-toplevel"], folder).rstrip("\n"))
    try:
        listed = _git(["diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "-z", "HEAD"], top)
    except InputError:
        return Scope()  # before the first commit everything is new
    staged = {str((top / name).resolve().parent / Path(name).name) for name in listed.split("\0") if name}
    given = {str((folder / file).resolve().parent / file.name) for file in files}
    if given - staged:
        return Scope()
    return Scope("HEAD") if staged else Scope(nothing=True)


def untracked(folder: Path) -> frozenset[str]:
    """Absolute paths of files that are in the working folder and in no commit to come.

    Raises:
        InputError: no git, or no repository.
    """
    top = Path(_git(["rev-parse", "--show-toplevel"], folder).rstrip("\n"))
    listed = _git(["ls-files", "--others", "--exclude-standard", "-z"], top)
    return frozenset(str((top / name).resolve()) for name in listed.split("\0") if name)


def _git(arguments: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"git cannot be run: {type(error).__name__}", "--pre-commit", "Install git, or leave the option out.") from None
    if done.returncode:
        said = (os.fsdecode(done.stderr).strip().splitlines() or ["it failed"])[0]
        raise InputError(f"git says: {said}", "--pre-commit", "Run it inside of a repository.")
    return os.fsdecode(done.stdout)
