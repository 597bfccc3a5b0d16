"""Documents that hold outputs: only what is an output is waited for.

Pulumi's own ``Output.from_input`` and ``Output.json_dumps`` make an output of every text and number in a document, with tasks that live
until the program ends: most of what a component cost, and it grew with the square of their number
(docs/bench-stacks.md).
"""

import json
from collections.abc import Awaitable
from typing import Any

import pulumi


def together(value: Any) -> pulumi.Output[Any]:
    """The value with every output in its dicts and lists resolved; secret and unknown where one of them is."""
    late: list[Any] = []
    shape = _outline(value, late)
    return pulumi.Output.all(*late).apply(lambda known: _filled(shape, known))


def json_text(value: Any, indent: int | None = None) -> pulumi.Output[str]:
    """The same as JSON: ``indent`` as ``json.dumps`` has it."""
    late: list[Any] = []
    shape = _outline(value, late)
    return pulumi.Output.all(*late).apply(lambda known: json.dumps(_filled(shape, known), indent=indent))


class _Place:
    """Where the output of this number belongs."""

    def __init__(self, number: int) -> None:
        self.number = number


def _outline(value: Any, late: list[Any]) -> Any:
    """The value with places for its outputs, which are put on the list."""
    if isinstance(value, dict):
        return {key: _outline(each, late) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_outline(each, late) for each in value]
    if not isinstance(value, pulumi.Output | Awaitable):
        return value
    late.append(value)
    return _Place(len(late) - 1)


def _filled(shape: Any, known: list[Any]) -> Any:
    if isinstance(shape, dict):
        return {key: _filled(each, known) for key, each in shape.items()}
    if isinstance(shape, list):
        return [_filled(each, known) for each in shape]
    return known[shape.number] if isinstance(shape, _Place) else shape
