"""Functions that read files; ``base`` is the folder that Terraform runs in.

A path into the home folder or an absolute one elsewhere is not followed: the answer would depend
on the machine we run on, and the code we judge may not be trusted. A file that is missing is
refused, as Terraform does it.
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
from recoverable.readers.hcl.functions_signature import FunctionError, Table, not_evaluated
from recoverable.readers.hcl.hcl_types import ANY, STRING, HclSet
from recoverable.readers.hcl.hcl_values import joined, normal_text

TABLE = Table()
LARGEST_FILE = 64 * 1024 * 1024
MOST_FILES = 200_000
Render = Callable[[str, dict[str, Any]], Any]


def _place(name: str, path: str, base: Path) -> Path | Unknown:
    """The file a path means, or unknown where that depends on the machine."""
    elsewhere = os.path.isabs(path) and not Path(os.path.normpath(path)).is_relative_to(os.path.abspath(base))
    if elsewhere or path == "~" or path.startswith("~/"):
        return not_evaluated(name, f"what is at {path} depends on the machine")
    return base / os.path.normpath(path)


def _bytes(name: str, path: str, place: Path) -> bytes:
    try:
        status = place.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FunctionError(f"{name}: {path} is not a regular file")
        if status.st_size > LARGEST_FILE:
            raise FunctionError(f"{name}: {path} is larger than {LARGEST_FILE} bytes")
        return place.read_bytes()
    except (OSError, ValueError):
        raise FunctionError(f"{name}: no file exists at {path!r}, or it cannot be read") from None


def _reader(name: str, made: Callable[[bytes], str]) -> None:
    """A function of one path whose answer is made from the file's content."""

    def body(path: str, *, base: Path) -> Any:
        place = _place(name, path, base)
        return place if isinstance(place, Unknown) else made(_bytes(name, path, place))

    TABLE.add(name, STRING)(body)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _text(data: bytes) -> str:
    try:
        return str(normal_text(data.decode()))
    except UnicodeDecodeError:
        raise FunctionError("contents of the file are not valid UTF-8") from None


_reader("file", _text)
_reader("filebase64", _base64)
for _algorithm in ("md5", "sha1", "sha256", "sha512"):
    _reader(f"file{_algorithm}", lambda data, algorithm=_algorithm: digest(algorithm, data).hex())  # type: ignore[misc]
_reader("filebase64sha256", lambda data: _base64(digest("sha256", data)))
_reader("filebase64sha512", lambda data: _base64(digest("sha512", data)))


@TABLE.add("fileexists", STRING)
def _fileexists(path: str, *, base: Path) -> Any:
    place = _place("fileexists", path, base)
    if isinstance(place, Unknown):
        return place
    try:
        mode = place.stat().st_mode
    except (OSError, ValueError):
        return False
    if not stat.S_ISREG(mode):
        raise FunctionError(f"fileexists: {path!r} is not a regular file")
    return True


@TABLE.add("fileset", STRING, STRING)
def _fileset(path: str, pattern: str, *, base: Path) -> Any:
    """The regular files that match, named from ``path``; ``**`` stands for any number of folders."""
    place = _place("fileset", path, base)
    if isinstance(place, Unknown):
        return place
    root = posixpath.normpath(place.as_posix())
    full = posixpath.normpath(f"{root}/{pattern}")
    steps = posixpath.relpath(full, root).split("/")
    while steps and not set(steps[0]) & set("*?[{\\"):
        steps.pop(0)
    start = full.removesuffix("/".join(steps)) or "."
    wanted = re.compile(re.escape(start) + _glob("/".join(steps)))
    found = [posixpath.relpath(name, root) for name in _files(start) if wanted.match(name)]
    return HclSet(found, STRING)


def _files(start: str) -> Iterator[str]:
    """Every regular file at or below; a symbolic link to a folder is not followed."""
    if os.path.isfile(start):
        yield start
    seen = 0
    for folder, folders, names in os.walk(start):
        folders.sort()
        for name in names:
            seen += 1
            if seen > MOST_FILES:
                raise FunctionError(f"fileset: more than {MOST_FILES} files")
            place = posixpath.join(folder, name)
            if os.path.isfile(place):
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
            found += "[" + ("^/" + inner[1:] if inner[0] == "^" else inner) + "]"
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
    place = _place("templatefile", path, base)
    if isinstance(place, Unknown):
        return place
    found = render(_text(_bytes("templatefile", path, place)), _variables("templatefile", variables))
    if found is None:
        raise FunctionError("templatefile: the template must not result in null")
    return found


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
def _pathexpand(path: str, **_: Any) -> Any:
    """The home folder is the machine's affair."""
    if path == "~" or path.startswith("~/"):
        return not_evaluated("pathexpand", f"what {path} means depends on the machine")
    return path


@TABLE.add("basename", STRING)
def _basename(path: str, **_: Any) -> str:
    stripped = path.rstrip("/")
    return stripped.rpartition("/")[2] if stripped else "/" if path else "."


@TABLE.add("dirname", STRING)
def _dirname(path: str, **_: Any) -> str:
    head = path[: path.rfind("/") + 1]
    cleaned = posixpath.normpath(head) if head else "."
    return "/" if cleaned == "//" else cleaned
