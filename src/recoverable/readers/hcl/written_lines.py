"""On which line each attribute of a resource is written, and what it refers to."""

from __future__ import annotations

from typing import Any

from recoverable.readers.hcl.block_values import blocks_by_type, iterator_name
from recoverable.readers.hcl.references import of_argument, of_node
from recoverable.readers.hcl.source_text import SourceText
from recoverable.readers.hcl.structure import Block, Body


def lines_of(block: Block, attrs: dict[str, Any], skipped: frozenset[str]) -> dict[str, int]:
    """Dotted paths with their lines, with and without the index of first blocks.

    ``attrs`` tells how many blocks the dynamic ones have made.
    """
    found: dict[str, int] = {}
    _body_lines(block.body, block.source, attrs, ("", ""), found, skipped)
    return found


def has_dynamic(body: Body) -> bool:
    """Whether a body's paths depend on values, so that instances cannot share their lines."""
    return any(block.type == "dynamic" or has_dynamic(block.body) for block in body.blocks)


def _body_lines(
    body: Body, source: SourceText, attrs: Any, prefixes: tuple[str, str], found: dict[str, int], skipped: frozenset[str]
) -> None:
    for name, argument in body.arguments.items():
        # A line of an override file would be looked up in the wrong file.
        if name not in skipped and argument.source is source:
            _note(found, prefixes, (name, name), argument.line)
    for kind, blocks in blocks_by_type(body, top=not prefixes[0]).items():
        made = attrs.get(kind) if isinstance(attrs, dict) else None
        values = made if isinstance(made, list) else [made]
        index = 0
        for block in blocks:
            content = block.body.of_type("content") if block.type == "dynamic" else []
            inner = content[0] if content else block
            count = 1 if block.type != "dynamic" or len(blocks) > 1 else max(1, len(values))
            if len(blocks) > 1 and block.type == "dynamic":
                count = max(0, len(values) - len(blocks) + 1) if _dynamics(blocks) == 1 else 1
            for _ in range(min(count, 1000)):
                if block.source is source:
                    steps = (f"{kind}.{index}", f"{kind}.{index}" if index else kind)
                    _note(found, prefixes, steps, inner.line)
                    deeper = (f"{prefixes[0]}{steps[0]}.", f"{prefixes[1]}{steps[1]}.")
                    value = values[index] if index < len(values) else None
                    _body_lines(inner.body, source, value, deeper, found, frozenset())
                index += 1


def _dynamics(blocks: list[Block]) -> int:
    return sum(block.type == "dynamic" for block in blocks)


def _note(found: dict[str, int], prefixes: tuple[str, str], steps: tuple[str, str], line: int) -> None:
    for prefix, step in zip(prefixes, steps, strict=True):
        found.setdefault(prefix + step, line)


def references_of(block: Block, skipped: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """For each attribute and nested block of a resource, the references its expressions are made of."""
    found = {name: of_argument(item) for name, item in block.body.arguments.items() if name not in skipped}
    for kind, blocks in blocks_by_type(block.body, top=True).items():
        words: dict[str, None] = {}
        for inner in blocks:
            _block_references(inner, frozenset(), words)
        found[kind] = tuple(words)
    return found


def _block_references(block: Block, bound: frozenset[str], words: dict[str, None]) -> None:
    is_dynamic = block.type == "dynamic"
    inner = bound | {iterator_name(block)} if is_dynamic and block.labels else bound
    for name, argument in block.body.arguments.items():
        if not (is_dynamic and name == "iterator"):
            words.update(dict.fromkeys(of_node(argument.node, bound)))
    for nested in block.body.blocks:
        _block_references(nested, inner, words)
