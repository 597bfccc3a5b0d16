"""The commit a proposed change starts from, found in a clone that may hold one commit alone.

``actions/checkout`` fetches one commit: the merge of the pull request into its base. Its own text names both parents, so the
base is known exactly and one more commit is fetched, without the history between.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from recoverable.ci.github_event import Event

_SECONDS = 120
# Commits that a job may have made on top before it judges.
_LOOK_BACK = 20


@dataclass(frozen=True, slots=True)
class Base:
    """The revision to compare with; empty where none can be had, and ``note`` then says why."""

    revision: str
    note: str = ""


def holds_change(event: Event, folder: Path) -> bool:
    """Whether the head of the change is in what is checked out.

    On ``pull_request_target`` the checkout is the base unless told otherwise: compared with itself it would always pass. Where
    git says nothing (no repository, or one of another user), only there it is taken for missing.
    """
    if _is_ancestor(event.head, folder):
        return True
    here = _git(["rev-list", f"--max-count={_LOOK_BACK}", "HEAD"], folder).split()
    if not here:
        return event.name != "pull_request_target"
    # In a shallow clone the head is known by name alone, as a parent of the merge.
    return any(event.head in _parents(folder, commit) for commit in here)


def find_base(event: Event, folder: Path) -> Base:
    """The base of the event's change, fetched where it is missing.

    Where it cannot be had, nothing is left out of the report: everything is judged.
    """
    if not event.base:
        return Base("")
    parents = _parents(folder)
    # A second parent that is the head makes HEAD the merge GitHub made for the pull request.
    wanted = parents[0] if len(parents) == 2 and parents[1] == event.head else event.base
    if not _has(wanted, folder):
        _git(["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--depth=1", "origin", wanted], folder)
    if not _has(wanted, folder):
        return Base("", f"the base commit {wanted[:12]} cannot be had here, so everything is judged, not only what changed")
    if wanted != event.base or _is_ancestor(wanted, folder):
        return Base(wanted)
    common = _git(["merge-base", wanted, "HEAD"], folder)
    return Base(common or wanted)


def _parents(folder: Path, commit: str = "HEAD") -> list[str]:
    """The parents a commit names, those not fetched too (``git rev-parse HEAD^`` hides them in a shallow clone)."""
    text = _git(["cat-file", "commit", commit], folder)
    head = text.partition("\n\n")[0]
    return [line.split()[1] for line in head.splitlines() if line.startswith("parent ")]


def _has(commit: str, folder: Path) -> bool:
    return bool(_git(["rev-parse", "--quiet", "--verify", f"{commit}^{{tree}}"], folder))


def _is_ancestor(commit: str, folder: Path) -> bool:
    return _git(["merge-base", commit, "HEAD"], folder) == commit


def _git(arguments: list[str], folder: Path) -> str:
    """What git prints, stripped; nothing where it fails (what it says could name an address with a token)."""
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return os.fsdecode(done.stdout).strip() if done.returncode == 0 else ""
