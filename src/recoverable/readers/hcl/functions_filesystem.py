"""Functions that read the module's own files; ``base`` is the folder paths are relative to.

What Terraform would read on another machine (``~``, an absolute path) is read here only when
it is there; a missing file is an error in Terraform, too.
"""

from __future__ import annotations

import base64
import os
import posixpath
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions_hash import digest
from recoverable.readers.hcl.functions_signature import FunctionError, Table
from recoverable.readers.hcl.hcl_types import ANY, STRING, HclSet
from recoverable.readers.hcl.hcl_values import joined

TABLE = Table()
LARGEST_FILE = 64 * 1024 * 1024
MOST_FILES = 200_000
Render = Callable[[str, dict[str, Any]], Any]


def _resolved(path: str, base: Path) -> Path:
    return base / os.path.expanduser(path)


def _bytes(name: str, path: str, base: Path) -> bytes:
    place = _resolved(path, base)
    try:
        status = place.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FunctionError(f"{name}: {path} is not a regular file")
        if status.st_size > LARGEST_FILE:
            raise FunctionError(f"{name}: {path} is larger than {LARGEST_FILE} bytes")
        return place.read_bytes()
    except (OSError, ValueError):
        raise FunctionError(f"{name}: no file exists at {path!r}, or it cannot be read") from None


def _text(name: str, path: str, base: Path) -> str:
    try:
        return _bytes(name, path, base).decode()
    except UnicodeDecodeError:
        raise FunctionError(f"{name}: contents of {path!r} are not valid UTF-8") from None


@TABLE.add("file", STRING)
def _file(path: str, *, base: Path) -> str:
    return _text("file", path, base)


@TABLE.add("filebase64", STRING)
def _filebase64(path: str, *, base: Path) -> str:
    return base64.b64encode(_bytes("filebase64", path, base)).decode()


@TABLE.add("fileexists", STRING)
def _fileexists(path: str, *, base: Path) -> bool:
    try:
        mode = _resolved(path, base).stat().st_mode
    except (OSError, ValueError):
        return False
    if not stat.S_ISREG(mode):
        raise FunctionError(f"fileexists: {path!r} is not a regular file")
    return True


def _file_hash(name: str, algorithm: str, printed: Callable[[bytes], str]) -> None:
    def body(path: str, *, base: Path) -> str:
        return printed(digest(algorithm, _bytes(name, path, base)))

    TABLE.add(name, STRING)(body)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


_file_hash("filemd5", "md5", bytes.hex)
_file_hash("filesha1", "sha1", bytes.hex)
_file_hash("filesha256", "sha256", bytes.hex)
_file_hash("filesha512", "sha512", bytes.hex)
_file_hash("filebase64sha256", "sha256", _base64)
_file_hash("filebase64sha512", "sha512", _base64)


@TABLE.add("fileset", STRING, STRING)
def _fileset(path: str, pattern: str, *, base: Path) -> HclSet:
    """The regular files below ``path`` that match; ``**`` stands for any number of folders."""
    root = Path(posixpath.normpath(_resolved(path, base).as_posix()))
    wanted = re.compile(_glob(posixpath.normpath(pattern)))
    found = (place.relative_to(root).as_posix() for place in _files(root))
    return HclSet([name for name in found if wanted.match(name)], STRING)


def _files(root: Path) -> Iterator[Path]:
    """Every regular file below; a symbolic link to a folder is not followed."""
    seen = 0
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in names:
            seen += 1
            if seen > MOST_FILES:
                raise FunctionError(f"fileset: more than {MOST_FILES} files")
            place = Path(folder, name)
            if place.is_file():
                yield place


def _glob(pattern: str) -> str:
    """The glob patterns of doublestar: ``*``, ``?``, ``**/``, ``[a-z]``, ``{a,b}``."""
    found, place, depth = "", 0, 0
    while place < len(pattern):
        sign = pattern[place]
        if pattern.startswith("**/", place) and (place == 0 or pattern[place - 1] == "/"):
            found, place = found + "(?:[^/]*/)*", place + 3
            continue
        if pattern[place:] == "**" and (place == 0 or pattern[place - 1] == "/"):
            return found + r".*\Z"
        if sign == "[":
            end = pattern.find("]", place + 2)
            if end < 0:
                raise FunctionError("fileset: failed to glob pattern: syntax error in pattern")
            inner = pattern[place + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            found += "[" + ("^/" + inner[1:] if inner[0] in "!^" else inner) + "]"
            place = end
        elif sign == "\\" and place + 1 < len(pattern):
            place += 1
            found += re.escape(pattern[place])
        else:
            depth += {"{": 1, "}": -1}.get(sign, 0)
            found += {"*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")"}.get(sign) or ("|" if sign == "," and depth else re.escape(sign))
        place += 1
    if depth:
        raise FunctionError("fileset: failed to glob pattern: syntax error in pattern")
    return found + r"\Z"


@TABLE.add("templatefile", STRING, ANY, unknown_aware=True)
def _templatefile(path: Any, variables: Any, *, base: Path, render: Render) -> Any:
    """``render`` is the evaluator's: it knows templates, functions and what is unknown in them."""
    if isinstance(path, Unknown) or isinstance(variables, Unknown):
        return joined(path, variables)
    return render(_text("templatefile", path, base), _variables("templatefile", variables))


@TABLE.add("templatestring", STRING, ANY, unknown_aware=True)
def _templatestring(template: Any, variables: Any, *, render: Render) -> Any:
    if isinstance(template, Unknown) or isinstance(variables, Unknown):
        return joined(template, variables)
    return render(template, _variables("templatestring", variables))


def _variables(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FunctionError(f"{name}: invalid vars value: must be a map")
    for key in value:
        if not re.match(r"[^\W\d][\w-]*\Z", key):
            raise FunctionError(f'{name}: invalid template variable name "{key}"')
    return value


@TABLE.add("abspath", STRING)
def _abspath(path: str, *, base: Path) -> str:
    """Terraform runs in the root module's folder; a path from ``path.module`` is relative to it."""
    return os.path.abspath(base / path)


@TABLE.add("pathexpand", STRING)
def _pathexpand(path: str, **_: Any) -> str:
    return os.path.expanduser(path) if path == "~" or path.startswith("~/") else path


@TABLE.add("basename", STRING)
def _basename(path: str, **_: Any) -> str:
    stripped = path.rstrip("/")
    return stripped.rpartition("/")[2] if stripped else "/" if path else "."


@TABLE.add("dirname", STRING)
def _dirname(path: str, **_: Any) -> str:
    head = path[: path.rfind("/") + 1]
    cleaned = posixpath.normpath(head) if head else "."
    return "/" if cleaned == "//" else cleaned
