"""What an HCL expression is made of, once parsed.

Plain data: :mod:`expression_parser` and :mod:`json_structure` make it, :mod:`evaluator` and
:mod:`references` walk it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True)
class Node:
    """Any expression."""

    def children(self) -> Iterator[Node]:
        """The expressions this one is directly made of."""
        for item in fields(self):
            yield from _nodes(getattr(self, item.name))


@dataclass(slots=True)
class Literal(Node):
    """A number, truth value, null, or text without interpolation."""

    value: Any


@dataclass(slots=True)
class Variable(Node):
    """The root name of a reference: ``var``, ``local``, ``aws_s3_bucket``, a loop variable."""

    name: str


@dataclass(slots=True)
class Attribute(Node):
    """``target.name``."""

    target: Node
    name: str


@dataclass(slots=True)
class Index(Node):
    """``target[key]``, or the old ``target.0``."""

    target: Node
    key: Node


@dataclass(slots=True)
class SplatItem(Node):
    """The item a splat is at, inside :attr:`Splat.each`."""


@dataclass(slots=True)
class Splat(Node):
    """``target[*].rest`` and ``target.*.rest``: ``each`` is applied to every item."""

    target: Node
    each: Node


@dataclass(slots=True)
class Call(Node):
    """``name(arguments)``; ``expand`` is set when the last argument carries ``...``."""

    name: str
    arguments: list[Node]
    expand: bool


@dataclass(slots=True)
class Conditional(Node):
    """``condition ? yes : no``."""

    condition: Node
    yes: Node
    no: Node


@dataclass(slots=True)
class Binary(Node):
    """``left operator right``."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Unary(Node):
    """``-operand`` or ``!operand``."""

    operator: str
    operand: Node


@dataclass(slots=True)
class Tuple(Node):
    """``[a, b]``."""

    items: list[Node]


@dataclass(slots=True)
class Object(Node):
    """``{a = b}``; a bare word as key is already a :class:`Literal`."""

    items: list[tuple[Node, Node]]


@dataclass(slots=True)
class For(Node):
    """``[for k, v in collection : value if condition]``, or with ``key =>`` in braces.

    ``group`` is the ``...`` that collects the values of equal keys.
    """

    key_name: str
    value_name: str
    collection: Node
    key: Node | None
    value: Node
    condition: Node | None
    group: bool


@dataclass(slots=True)
class Template(Node):
    """Text with interpolations and directives; the parts' texts are joined."""

    parts: list[Node]


@dataclass(slots=True)
class TemplateFor(Node):
    """``%{ for k, v in collection }body%{ endfor }``."""

    key_name: str
    value_name: str
    collection: Node
    body: Template


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _nodes(item)
