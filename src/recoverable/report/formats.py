"""The formats by name; a renderer is imported when it is asked for, and not before."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recoverable.report.result import Result


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its module, the usual ending of its files, and the options it takes."""

    name: str
    module: str
    suffix: str
    about: str
    options: tuple[str, ...] = ()


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("text", "text_report", ".txt", "for people at a terminal", ("verbose", "colour", "width")),
        Format("json", "json_report", ".json", "for programs, with a versioned schema"),
        Format("sarif", "sarif_report", ".sarif", "SARIF 2.1.0, for code scanning and editors", ("suppressed",)),
        Format("junit", "junit_report", ".xml", "JUnit XML, for the test tab of a CI system"),
        Format("github", "github_report", ".txt", "GitHub workflow annotations"),
        Format("gitlab", "gitlab_report", ".json", "GitLab code quality"),
        Format("markdown", "markdown_report", ".md", "a comment on a pull request"),
        Format("html", "html_report", ".html", "one self-contained page"),
    )
}


def names() -> list[str]:
    """The names of all formats."""
    return list(FORMATS)


def render(result: Result, name: str, **options: Any) -> str:
    """The report as text. Options that a format does not know are left out."""
    return "".join(_chunks(result, name, options))


def write(result: Result, name: str, target: str | None = None, **options: Any) -> None:
    """Write a report to a file, or to stdout when ``target`` is None or ``-``.

    A file appears whole or not at all: a reader never sees half a report, and a crash leaves the
    old one. Missing folders are made.
    """
    chunks = _chunks(result, name, options)
    if target in (None, "-"):
        _to_stdout(chunks, terminal=name == "text")
    elif target:
        _to_file(chunks, target)


def _chunks(result: Result, name: str, options: dict[str, Any]) -> Iterator[str]:
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}; known are {', '.join(FORMATS)}")
    chosen = FORMATS[name]
    module = import_module(f"recoverable.report.{chosen.module}")
    known = {key: value for key, value in options.items() if key in chosen.options}
    if hasattr(module, "chunks"):
        return iter(module.chunks(result, **known))
    return iter([module.render(result, **known)])


def _to_stdout(chunks: Iterator[str], *, terminal: bool) -> None:
    stream = sys.stdout
    raw = getattr(stream, "buffer", None)
    if raw is None:
        stream.writelines(chunks)
        return
    # A terminal that is not UTF-8 gets escapes instead of a crash; data is always UTF-8.
    encoding = (stream.encoding or "utf-8") if terminal else "utf-8"
    stream.flush()
    for chunk in chunks:
        raw.write(chunk.encode(encoding, "backslashreplace"))
    stream.flush()


def _to_file(chunks: Iterator[str], target: str) -> None:
    target = os.path.realpath(target)
    mode = os.stat(target).st_mode if os.path.exists(target) else None
    if mode is not None and not stat.S_ISREG(mode):
        with open(target, "w", encoding="utf-8", errors="backslashreplace", newline="") as device:
            device.writelines(chunks)
        return
    folder, last = os.path.split(target)
    os.makedirs(folder, exist_ok=True)
    part = os.path.join(folder, f".{last}.{os.getpid()}.part")
    try:
        with open(part, "x", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            stream.writelines(chunks)
        if mode is not None:
            os.chmod(part, stat.S_IMODE(mode))
        os.replace(part, target)
    except BaseException:
        if os.path.exists(part):
            os.unlink(part)
        raise
