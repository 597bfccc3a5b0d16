"""``--changed-since REV``: report only what differs from a git revision.

A finding is reported when its file has changed, or when it was not there at that revision: a
variable file or a companion that changed elsewhere can break a store whose own file has not.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from recoverable.model.errors import InputError
from recoverable.model.finding import Finding, Verdict

Key = tuple[str, str, str, str, str]


@dataclass(slots=True)
class Changes:
    """What differs: absolute paths of changed files, and the findings there were at the revision.

    ``documents`` are plans and previews, which belong to no revision; they say themselves what
    they change: ``moved`` are the addresses of it. What lies in ``ignored`` files is not reported.
    """

    files: frozenset[str]
    known: frozenset[Key] = frozenset()
    documents: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
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
            return not file.is_file() or finding.address in self.moved
        if finding.kind == "gate" and not finding.line:
            return bool(self.files)
        return key(finding, Path.cwd()) not in self.known


def key(finding: Finding, base: Path) -> Key:
    """What tells two findings apart, with its absolute file; not the line, which moves."""
    return (str((base / finding.file).resolve()), finding.address, finding.rule, finding.verdict.value, finding.found)


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


def extract(revision: str, top: Path, folder: Path) -> None:
    """Write the regular files of a revision into a folder.

    Raises:
        InputError: git cannot give them.
    """
    packed = _run(["archive", "--format=tar", revision], top)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            target = Path(os.path.normpath(folder / member.name))
            data = archive.extractfile(member) if member.isreg() and target.is_relative_to(folder) else None
            if data is not None:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data.read())


def _git(arguments: list[str], folder: Path) -> str:
    return os.fsdecode(_run(arguments, folder))


def _run(arguments: list[str], folder: Path) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"git cannot be run: {type(error).__name__}", "--changed-since", "Install git, or leave the option out.") from None
    if done.returncode:
        said = (os.fsdecode(done.stderr).strip().splitlines() or ["it failed"])[0]
        raise InputError(f"git says: {said}", "--changed-since", "Give a revision of this repository, such as origin/main.")
    return done.stdout
