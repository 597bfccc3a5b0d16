"""Adding one item to a list of somebody's YAML file, with every byte of theirs kept.

No YAML library does that: even those that keep comments write quotes, widths and blank lines anew. So the item is put between
two lines, and only where the file is written in the plain block style; anything else is left alone, and the user gets the lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ITEM = re.compile(r"( *)-(?: |$)")


def add_item(text: str, key: str, item: Sequence[str]) -> str | None:
    """The text with ``item`` (lines of one item, without indentation) at the end of the top-level list ``key``; None where it
    is not written as a plain block list, exactly once.
    """
    lines = text.splitlines(keepends=True)
    heads = [number for number, line in enumerate(lines) if re.match(rf"{re.escape(key)}\s*:", line)]
    if len(heads) != 1 or not re.fullmatch(rf"{re.escape(key)}: *(#.*)?[\r\n]*", lines[heads[0]]):
        return None
    if any("\t" in line[: len(line) - len(line.lstrip())] for line in lines):
        return None
    start = heads[0] + 1
    first = next((number for number in range(start, len(lines)) if not _is_empty(lines[number])), None)
    match = _ITEM.match(lines[first]) if first is not None else None
    if first is None or match is None:
        return None
    indent = match[1]
    last = _last_of_block(lines, first, indent)
    return _inserted(lines, last + 1, [f"{indent}{line}" if line else "" for line in item])


def add_key(text: str, key: str, item: Sequence[str]) -> str | None:
    """The text with a new top-level list ``key`` of one item at its end; None where the key is there already."""
    if re.search(rf"^[\"']?{re.escape(key)}[\"']?\s*:", text, re.MULTILINE):
        return None
    if re.search(r"^\.\.\.|^[{\[]", text, re.MULTILINE):
        return None
    lines = text.splitlines(keepends=True)
    gap = [""] if lines and lines[-1].strip() else []
    return _inserted(lines, len(lines), [*gap, f"{key}:", *(f"  {line}" for line in item)])


def _last_of_block(lines: list[str], first: int, indent: str) -> int:
    """The last line that belongs to the list: deeper than its dashes, or a dash. A comment that is not deeper belongs to what follows."""
    last = first
    for number in range(first, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip(" "))
        deeper = depth > len(indent)
        dash = _ITEM.match(line) is not None and depth == len(indent)
        if deeper or dash:
            last = number
        elif not line.lstrip().startswith("#"):
            break
    return last


def _is_empty(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _inserted(lines: list[str], at: int, added: list[str]) -> str:
    """The lines with others between them, which end as the user's do."""
    end = "\r\n" if any(line.endswith("\r\n") for line in lines) else "\n"
    before = list(lines[:at])
    if before and not before[-1].endswith(("\n", "\r")):
        before[-1] += end
    return "".join([*before, *(f"{line}{end}" for line in added), *lines[at:]])
