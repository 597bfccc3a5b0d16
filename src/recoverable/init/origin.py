"""Where a repository gets recoverable from: what this installation was made from, or what the user names.

There is no release in a package registry yet, so a workflow, a job and a hook name a git repository and a revision.
"""

from __future__ import annotations

import json
import re
import subprocess
import urllib.parse
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from recoverable.model.errors import InputError

_SHORT = re.compile(r"[A-Za-z0-9](?:[\w.-]*[\w])?/[\w.-]+")
_REVISION = re.compile(r"[\w][\w./+-]*")
_SSH = re.compile(r"(?:ssh://)?git@([\w.-]+)[:/](.+)")
_SCHEMES = ("https", "file")
FIX = "Write --source OWNER/NAME@TAG for GitHub, or --source https://HOST/PATH@TAG."


@dataclass(frozen=True, slots=True)
class Origin:
    """A git repository by its address, and a tag, branch or commit in it."""

    url: str
    revision: str

    @property
    def on_github(self) -> str:
        """OWNER/NAME where it lies on GitHub, else nothing."""
        split = urllib.parse.urlsplit(self.url)
        return split.path.strip("/").removesuffix(".git") if split.hostname == "github.com" else ""

    @property
    def requirement(self) -> str:
        """What pip installs it by (``NAME @ URL`` refuses file addresses)."""
        return f"git+{self.url}@{self.revision}"

    @property
    def schema(self) -> str:
        """Where an editor finds the schema of recoverable.toml, where that can be told from the address."""
        if self.on_github:
            return f"https://raw.githubusercontent.com/{self.on_github}/{self.revision}/docs/recoverable.schema.json"
        return ""


def parse_origin(text: str) -> Origin:
    """``OWNER/NAME@REVISION`` (on GitHub) or ``https://…@REVISION``.

    Raises:
        InputError: no address, no revision, or an address with a password in it.
    """
    address, sign, revision = text.rpartition("@")
    if not sign or not _REVISION.fullmatch(revision) or ".." in revision:
        raise InputError(f"{_shown(text)} names no revision", "--source", FIX)
    if _SHORT.fullmatch(address):
        return Origin(f"https://github.com/{address}", revision)
    return Origin(_address(address), revision)


def own_origin() -> Origin | None:
    """What this installation was made from, as pip has noted it, or as its checkout says; None where neither tells."""
    try:
        noted = json.loads(distribution("recoverable").read_text("direct_url.json") or "null")
    except (PackageNotFoundError, ValueError):
        return None
    if not isinstance(noted, dict):
        return None
    url, git = str(noted.get("url", "")), noted.get("vcs_info") or {}
    try:
        if git.get("vcs") == "git":
            return Origin(_address(url), git.get("requested_revision") or git["commit_id"])
        folder = Path(urllib.parse.unquote(urllib.parse.urlsplit(url).path))
        remote, commit = _git(folder, "remote", "get-url", "origin"), _git(folder, "rev-parse", "HEAD")
        return Origin(_address(remote), commit) if remote and commit else None
    except (InputError, KeyError):
        return None


def origin_of(named: str | None, *, needed: bool) -> Origin | None:
    """Where CI gets recoverable from: as named, else where this installation came from.

    Raises:
        InputError: it is needed, and neither is known.
    """
    origin = parse_origin(named) if named else own_origin()
    if origin is None and needed:
        raise InputError("it is not known where CI gets recoverable from", "--source", FIX)
    return origin


def _address(text: str) -> str:
    """An address without a user and password.

    Raises:
        InputError: it is none, or holds a password.
    """
    ssh = _SSH.fullmatch(text)
    if ssh:
        text = f"https://{ssh[1]}/{ssh[2]}"
    split = urllib.parse.urlsplit(text)
    if split.username or split.password:
        raise InputError("the address holds a user or a password", "--source", "Leave it out: what is written here is committed.")
    if split.scheme not in _SCHEMES or not split.path.strip("/") or re.search(r"[\s\"'`$\\#]", text):
        raise InputError(f"{_shown(text)} is no address of a git repository", "--source", FIX)
    return text


def _shown(text: str) -> str:
    """A text without what may be a password in it."""
    return repr(re.sub(r"//[^/@]*@", "//…@", text)[:120])


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
