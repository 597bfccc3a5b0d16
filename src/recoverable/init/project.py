"""What lies in a folder: Terraform, Pulumi projects, a git repository and where it is pushed to."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.model.errors import InputError

_SKIPPED = {".git", ".terraform", "node_modules", ".venv", "venv", "__pycache__", ".cache"}
_TERRAFORM = (".tf", ".tf.json", ".tofu", ".tofu.json")
_STACK = re.compile(r"Pulumi\.([\w.-]+)\.ya?ml")


@dataclass(frozen=True, slots=True)
class PulumiProject:
    """A folder with Pulumi.yaml, relative to the top; its stacks are those with a settings file."""

    folder: str
    stacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """What was found. ``top`` is the repository's top folder, or the folder itself where there is no repository.

    ``path`` is the folder relative to it. ``host`` is github, gitlab or nothing.
    """

    top: Path
    path: str
    is_repository: bool
    terraform: int = 0
    pulumi: tuple[PulumiProject, ...] = ()
    host: str = ""
    branch: str = "main"
    present: frozenset[str] = field(default_factory=frozenset)

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self.top / self.path

    def inside(self, name: str) -> str:
        """A name in the folder, relative to the top."""
        return name if self.path == "." else f"{self.path}/{name}"


def look_at(folder: Path) -> Project:
    """Look through a folder; nothing is written.

    Raises:
        InputError: it is no folder, or cannot be read or written.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise InputError(f"{folder} {what}", "PATH", "Give the folder of the repository.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise InputError(f"{folder} cannot be read and written", "PATH", "Give a folder of yours.")
    folder = folder.resolve()
    said = _git(folder, "rev-parse", "--show-toplevel")
    top = Path(said).resolve() if said else folder
    terraform, pulumi = _walk(folder, top)
    remote = _git(folder, "remote", "get-url", "origin") if said else ""
    return Project(
        top=top,
        path=folder.relative_to(top).as_posix(),
        is_repository=bool(said),
        terraform=terraform,
        pulumi=tuple(pulumi),
        host=_host(remote, top),
        branch=_branch(folder) if said else "main",
    )


def _walk(folder: Path, top: Path) -> tuple[int, list[PulumiProject]]:
    terraform, pulumi = 0, []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        terraform += sum(name.endswith(_TERRAFORM) for name in names)
        if "Pulumi.yaml" in names or "Pulumi.yml" in names:
            stacks = sorted({match[1] for name in names if (match := _STACK.fullmatch(name))})
            pulumi.append(PulumiProject(Path(here).relative_to(top).as_posix(), tuple(stacks)))
    return terraform, pulumi


def _host(remote: str, top: Path) -> str:
    """Where pull requests are made: by the remote's host, else by what is there already."""
    host = re.sub(r"^\w+://", "", remote).rpartition("@")[2].partition("/")[0].partition(":")[0].lower()
    for name in ("github", "gitlab"):
        if name in host:
            return name
    if (top / ".gitlab-ci.yml").is_file():
        return "gitlab"
    return "github" if (top / ".github").is_dir() else ""


def _branch(folder: Path) -> str:
    """The branch that pull requests go to, as far as this clone knows."""
    head = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    return head or _git(folder, "symbolic-ref", "--short", "HEAD") or "main"


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
