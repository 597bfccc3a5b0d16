"""The blocks that Checkov has found: their lines, and the ``checkov:skip`` comments that hold for them.

Checkov keeps a context for every file and, for the file of a module, for every call of it: a comment in a ``module``
block holds for everything inside of the module.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from recoverable.report.excerpt import mask

_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_MODULE = re.compile(r"(?:^|\.)module\.([\w-]+)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block: first and last line, its code with secrets masked, and reasons to skip by check id.

    ``root`` is the folder of its root module, and ``calls`` are the names of the module calls from there to its file.
    """

    first: int
    last: int
    lines: list[tuple[int, str]] = field(default_factory=list)
    skips: Mapping[str, str] = field(default_factory=dict)
    root: str = ""
    calls: tuple[str, ...] = ()
    address: str = ""

    def is_on_the_way(self, root: str, address: str) -> bool:
        """Whether an address of a root module leads through the same calls as this block."""
        return self.root == os.path.realpath(root) and self.calls == tuple(_MODULE.findall(address))


class Blocks:
    """All blocks of a scan, found by file and line, or by address."""

    def __init__(self, context: Mapping[Any, Any] | None) -> None:
        self._files: dict[str, list[Block]] = {}
        self._addresses: dict[tuple[str, str], list[Block]] = {}
        for key, found in (context or {}).items():
            file = os.path.realpath(getattr(key, "file_path", key))
            names, outermost = call_chain(key)
            root = os.path.realpath(os.path.dirname(outermost)) if names else os.path.dirname(file)
            calls = tuple(names)
            for path, entry in _entries(found):
                address = str(entry.get("address") or "") or _written(path)
                block = _block(entry, root, calls, address)
                self._files.setdefault(file, []).append(block)
                self._addresses.setdefault((file, address), []).append(block)
                self._addresses.setdefault((root, ".".join([*(f"module.{name}" for name in names), _bare(address)])), []).append(block)

    def at(self, file: str, line: int, root: str, address: str) -> Block | None:
        """The block around a line; in a file that modules share, the one of the call the address goes through."""
        around = [block for block in self._files.get(os.path.realpath(file), ()) if block.first <= line <= block.last]
        same = [block for block in around if block.is_on_the_way(root, address)] or around
        # Checkov counts braces in texts too, and then takes a block for longer than it is.
        return max(same, key=lambda block: block.first, default=None)

    def of(self, plan: str, address: str) -> Block | None:
        """The block of a resource in a plan."""
        return next(iter(self._addresses.get((os.path.realpath(plan), address), ())), None)

    def skip(self, rule: str, root: str, address: str, block: Block | None) -> str | None:
        """What a comment for Checkov says about a rule: in the block of the resource, or in the block the finding is in."""
        blocks = list(self._addresses.get((os.path.realpath(root), _bare(address)), ()))
        if block is not None and block.is_on_the_way(root, address):
            blocks.append(block)
        return next((item.skips[rule] for item in blocks if rule in item.skips), None)


def call_chain(key: Any) -> tuple[list[str], str]:
    """The names of the module calls a definition is reached through, the outermost first, and the file of that one."""
    module = getattr(key, "tf_source_modules", None)
    names: list[str] = []
    outermost = ""
    while module is not None:
        names.insert(0, str(module.name))
        outermost = str(module.path)
        module = getattr(module, "nested_tf_module", None)
    return names, outermost


def _entries(found: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """The contexts of single blocks, however deep they lie, with the words that lead there."""
    if not isinstance(found, Mapping):
        return
    if isinstance(found.get("start_line"), int):
        yield path, found
        return
    for word, inner in found.items():
        yield from _entries(inner, (*path, str(word)))


def _written(path: tuple[str, ...]) -> str:
    """``aws_s3_bucket.b`` of the words of a resource, ``data.…`` and ``module.…`` of the others."""
    return ".".join(path[1:] if path[:1] == ("resource",) else path)


def _bare(address: str) -> str:
    """An address without the keys of its instances."""
    return _KEY.sub("", address)


def _block(entry: Mapping[str, Any], root: str, calls: tuple[str, ...], address: str) -> Block:
    first = max(1, int(entry["start_line"]))
    last = max(first, int(entry.get("end_line") or first))
    skips = {str(skip.get("id")): str(skip.get("suppress_comment") or "") for skip in reversed(entry.get("skipped_checks") or [])}
    lines = [(number, mask(text.rstrip("\n")) + "\n") for number, text in entry.get("code_lines") or []]
    return Block(first, last, lines, skips, root, calls, address)
