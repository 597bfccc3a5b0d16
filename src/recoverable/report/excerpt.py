"""Lines of code for a report, with what looks like a secret masked.

A report travels further than the code: into pull requests, logs and mail. A finding about a
password in code must not be the thing that publishes it.
"""

from __future__ import annotations

import os
import re

from recoverable.report.words import clean, clip

CODE = (
    ".tf",
    ".tofu",
    ".tf.json",
    ".tofu.json",
    ".hcl",
    ".tfvars",
    ".toml",
    ".yaml",
    ".yml",
    ".py",
    ".ts",
    ".js",
    ".go",
)
LARGEST = 4_000_000
WIDEST = 160

_LITERAL = r'"(?:[^"\\]|\\.)*"?|\'(?:[^\'\\]|\\.)*\'?'
_SECRET = re.compile(
    r"([\w\-]*(?:passw(?:or)?d|pwd|secret|token|credential|private_?key|api_?key|access_?key|connection_string|"
    rf"database_url|dsn)[\w\-]*[\"']?\s*[=:]\s*)({_LITERAL})",
    re.IGNORECASE,
)
_ANY_LITERAL = re.compile(rf"([=:]\s*)({_LITERAL})")
_CREDENTIALS = re.compile(r"://[^/\s@\"']+:[^/\s@\"']+@")
_ACCESS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
_BLOB = re.compile(r"^\s*[A-Za-z0-9+/=]{40,}\s*$")


class Excerpts:
    """Reads files once; a file that is gone, too large or no code gives no lines."""

    def __init__(self) -> None:
        self._files: dict[str, list[str]] = {}

    def line(self, file: str, number: int) -> str:
        """One line of code, or nothing."""
        lines = self.around(file, number, 0)
        return lines[0][1] if lines else ""

    def around(self, file: str, number: int, context: int = 2) -> list[tuple[int, str]]:
        """Numbered lines around a line."""
        if number < 1:
            return []
        lines = self._read(file)
        if number > len(lines):
            return []
        first = max(1, number - context)
        return [(at, _show(file, lines[at - 1])) for at in range(first, min(len(lines), number + context) + 1)]

    def _read(self, file: str) -> list[str]:
        if file not in self._files:
            self._files[file] = _lines(file)
        return self._files[file]


def _lines(file: str) -> list[str]:
    if not file.lower().endswith(CODE):
        return []
    try:
        if not os.path.isfile(file) or os.path.getsize(file) > LARGEST:
            return []
        with open(file, encoding="utf-8-sig", errors="replace") as stream:
            return stream.read().split("\n")
    except (OSError, ValueError):
        return []


def _show(file: str, line: str) -> str:
    return clip(clean(mask(line.rstrip(), everything=file.lower().endswith(".tfvars")).expandtabs(2)), WIDEST)


def mask(line: str, *, everything: bool = False) -> str:
    """The line with literals that look like a secret replaced; ``everything`` masks every literal."""
    if _BLOB.match(line):
        return "***"
    line = (_ANY_LITERAL if everything else _SECRET).sub(r'\1"***"', line)
    return _ACCESS_KEY.sub("***", _CREDENTIALS.sub("://***@", line))
