"""Files that do not belong in a repository: Terraform state, ``.env`` files, tfvars that carry secrets.

Inside a git repository only tracked files count: an ignored state file is not committed.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from recoverable.model.raw import RawResource, Reading
from recoverable.model.values import Location

SKIPPED = {".git", ".terraform", "node_modules", ".venv", "venv", "__pycache__", ".cache"}
SAFE_ENV = re.compile(r"\.(example|sample|template|dist|schema|defaults?)$", re.I)
SECRET_NAME = re.compile(r"(password|passwd|secret|token|api_?key|private_?key|access_?key|credential)", re.I)
NOT_SECRET = re.compile(r"(_arn|_name|_id|_length|_path|_file|_enabled|_ttl|_days|_rotation|_version|_policy|_region)$", re.I)
ASSIGNED = re.compile(r'^\s*"?([A-Za-z_][A-Za-z0-9_-]*)"?\s*[=:]\s*"([^"]*)"')
REFERENCE = re.compile(r"^(\$|\{\{|<|arn:|ssm:|vault:|projects/|https?://|changeme$|todo$|x+$|\*+$|$)", re.I)
LARGEST = 1024 * 1024


def read_repository(path: Path, base: Path, *, below: bool = True) -> list[Reading]:
    """One reading with the troublesome files of a folder, and of those ``below`` it; none where there are none."""
    found = [raw for file in _files(path) if (below or file.parent == path) and (raw := _judge(file, path, base)) is not None]
    if not found:
        return []
    return [Reading("repository", _name(path, base), resources=found, files=[raw.name for raw in found])]


def _files(path: Path) -> Iterator[Path]:
    tracked = _tracked(path)
    if tracked is not None:
        yield from (path / name for name in sorted(tracked))
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        yield from (Path(folder, name) for name in sorted(names))


def _tracked(path: Path) -> list[str] | None:
    """Names git tracks below a folder; None outside a repository or without git."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=path, capture_output=True, text=True, check=False, timeout=60, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    names = [name for name in done.stdout.split("\0") if name]
    return names if done.returncode == 0 and names else None


def _judge(file: Path, root: Path, base: Path) -> RawResource | None:
    name = file.name
    if re.search(r"\.tfstate(\.backup|\.\d+\.backup)?$", name):
        return _raw("state-file", file, base, 0, "")
    if (name == ".env" or name.startswith(".env.") or name.endswith(".env")) and not SAFE_ENV.search(name):
        line, key = _secret(file, env=True)
        return _raw("env-file", file, base, line, key)
    if name.endswith((".tfvars", ".tfvars.json")) and not SAFE_ENV.search(name.removesuffix(".json").removesuffix(".tfvars")):
        line, key = _secret(file, env=False)
        return _raw("tfvars-secret", file, base, line, key) if key else None
    return None


def _secret(file: Path, *, env: bool) -> tuple[int, str]:
    """Line and name of the first setting that looks like a secret; its value is never kept."""
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return 0, ""
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=[\"']?([^\"'\s]*)", line) if env else ASSIGNED.match(line)
        if match and SECRET_NAME.search(match[1]) and not NOT_SECRET.search(match[1]) and not REFERENCE.match(match[2]):
            return number, match[1]
    return 0, ""


def _raw(trouble: str, file: Path, base: Path, line: int, key: str) -> RawResource:
    name = _name(file, base)
    return RawResource(
        address=name, type=f"file_{trouble}", name=name, attrs={"trouble": trouble, "detail": key}, where=Location(name, line or 1)
    )


def _name(path: Path, base: Path) -> str:
    try:
        return path.resolve().relative_to(base.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
