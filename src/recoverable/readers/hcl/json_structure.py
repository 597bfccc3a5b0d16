"""Terraform's JSON syntax (``.tf.json``), read into the same blocks and arguments as the native one.

JSON does not say which objects are blocks: only Terraform's own blocks are recognised here, and
a provider's nested block becomes an argument whose value is an object or a list of objects,
which :class:`recoverable.model.raw.RawResource` reads alike. Lines are found by searching the
keys in order, since Python's JSON parser gives none.
"""

from __future__ import annotations

import json
from typing import Any

from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.expression_parser import DEEPEST, parse_expression
from recoverable.readers.hcl.hcl_numbers import parse_number
from recoverable.readers.hcl.source_text import HclSyntaxError, SourceText
from recoverable.readers.hcl.structure import Argument, Block, Body
from recoverable.readers.hcl.template_parser import parse_template

# Terraform's top-level blocks and how many labels each has.
LABELS = {
    "terraform": 0, "provider": 1, "variable": 1, "locals": 0, "output": 1, "module": 1, "resource": 2,
    "data": 2, "ephemeral": 2, "import": 0, "moved": 0, "removed": 0, "check": 1, "action": 2,
}  # fmt: skip
# Blocks inside them that Terraform itself defines.
_INNER = {
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0, "provider_meta": 1},
    "cloud": {"workspaces": 0},
    "resource": {"lifecycle": 0, "provisioner": 1, "connection": 0, "dynamic": 1},
    "data": {"lifecycle": 0, "dynamic": 1},
    "dynamic": {"content": 0},
    "content": {"dynamic": 1},
    "variable": {"validation": 0},
    "removed": {"lifecycle": 0},
    "check": {"data": 2, "assert": 0},
}
# Arguments whose text is an expression and no template: types, and references to be taken as names.
_NAMES = frozenset({"provider", "providers", "depends_on", "ignore_changes", "replace_triggered_by"})


class _Members(list[tuple[str, Any]]):
    """A JSON object with its members in order, repeated keys included."""


class _Reader:
    def __init__(self, source: SourceText) -> None:
        self.source = source

    def place(self, key: str, after: int) -> int:
        """Where a key stands behind the place of what holds it; there if it is not found."""
        text, quoted = self.source.text, json.dumps(key, ensure_ascii=False)
        position = text.find(quoted, after)
        while position >= 0:
            end = position + len(quoted)
            if text[end : end + 20].lstrip().startswith(":"):
                return position
            position = text.find(quoted, end)
        return after

    def body(self, kind: str, value: Any, at: int, depth: int = 0) -> Body:
        found = Body()
        self._refuse_depth(depth, at)
        for members in _objects(value, self.source, at):
            for key, item in members:
                if key == "//":
                    continue
                place = self.place(key, at)
                labels = (LABELS if kind == "" else _INNER.get(kind, {})).get(key)
                if labels is not None:
                    found.blocks.extend(self.blocks(key, labels, item, place, (), depth + 1))
                elif key in found.arguments:
                    raise self.source.error(f'the argument "{key}" is already set', place)
                elif kind == "":
                    raise self.source.error(f'"{key}" is no block of Terraform', place)
                else:
                    found.arguments[key] = self.argument(kind, key, item, place)
        return found

    def blocks(self, kind: str, labels: int, value: Any, at: int, given: tuple[str, ...], depth: int) -> list[Block]:
        self._refuse_depth(depth, at)
        if labels == 0:
            items = value if isinstance(value, list) and not isinstance(value, _Members) else [value]
            line = self.source.line(at)
            return [Block(kind, given, self.body(kind, item, at, depth + 1), line, self.source) for item in items]
        found = []
        for members in _objects(value, self.source, at):
            for key, item in members:
                if key != "//":
                    place = self.place(key, at)
                    found.extend(self.blocks(kind, labels - 1, item, place, (*given, key), depth + 1))
        return found

    def argument(self, kind: str, key: str, value: Any, at: int) -> Argument:
        as_names = key in _NAMES or (kind == "variable" and key == "type")
        node = self.names(value, at) if as_names else self.expression(value, at, 0)
        return Argument(key, self.source, at, at, self.source.line(at), node)

    def expression(self, value: Any, at: int, depth: int) -> tree.Node:
        self._refuse_depth(depth, at)
        if isinstance(value, str):
            return parse_template(SourceText(value, self.source.file, self.source.line(at)))
        if isinstance(value, _Members):
            pairs = [(key, item) for key, item in value if key != "//"]
            return tree.Object([(self.expression(key, at, depth + 1), self.expression(item, at, depth + 1)) for key, item in pairs])
        if isinstance(value, list):
            return tree.Tuple([self.expression(item, at, depth + 1) for item in value])
        return tree.Literal(value)

    def names(self, value: Any, at: int) -> tree.Node:
        if isinstance(value, str):
            text = value[2:-1] if value.startswith("${") and value.endswith("}") else value
            return parse_expression(SourceText(text, self.source.file, self.source.line(at)), 0, len(text))
        if isinstance(value, _Members):
            return tree.Object([(self.names(key, at), self.names(item, at)) for key, item in value])
        if isinstance(value, list):
            return tree.Tuple([self.names(item, at) for item in value])
        return tree.Literal(value)

    def _refuse_depth(self, depth: int, at: int) -> None:
        if depth > DEEPEST:
            raise self.source.error(f"nested deeper than {DEEPEST} levels", at)


def _objects(value: Any, source: SourceText, at: int) -> list[_Members]:
    """One object, or a list of objects that stand for repeated definitions."""
    items = [value] if isinstance(value, _Members) else value if isinstance(value, list) else None
    if items is None or not all(isinstance(item, _Members) for item in items):
        raise source.error("expected an object, or a list of objects", at)
    return items


def load_json(source: SourceText) -> Any:
    """The JSON value of a file, its objects as ordered members."""
    try:
        return json.loads(
            source.text,
            object_pairs_hook=_Members,
            parse_float=parse_number,
            parse_int=parse_number,
        )
    except json.JSONDecodeError as error:
        raise HclSyntaxError(f"no valid JSON: {error.msg}", error.lineno) from None
    except (RecursionError, ValueError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise HclSyntaxError(f"no valid JSON: {what}", 1) from None


def parse_json_structure(source: SourceText) -> Body:
    """The blocks of a ``.tf.json`` file."""
    return _Reader(source).body("", load_json(source), 0)


def parse_json_arguments(source: SourceText) -> Body:
    """The arguments of a ``.tfvars.json`` file: plain values, in which nothing is a template."""
    found = Body()
    reader = _Reader(source)
    for members in _objects(load_json(source), source, 0):
        for key, item in members:
            place = reader.place(key, 0)
            found.arguments[key] = Argument(key, source, place, place, source.line(place), tree.Literal(_plain(item)))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, _Members):
        return {key: _plain(item) for key, item in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value
