"""Globs over addresses and files: ``*`` is any text, ``?`` one character, all else is itself.

Unlike ``fnmatch`` the brackets of Terraform's indices (``aws_db_instance.orders[0]``) are literal.
"""

from __future__ import annotations

import re
from functools import lru_cache


def is_glob(pattern: str) -> bool:
    """True when the pattern can match more than its own text."""
    return "*" in pattern or "?" in pattern


def glob_matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    first, *rest = [_literal(part) for part in pattern.split("*")]
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    # Atomic groups: without them a pattern of many stars takes exponential time on a near miss.
    return re.compile(first + "".join(f"(?>.*?{part})" for part in middle if part) + ".*" + last, re.DOTALL)


def _literal(part: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in part)
