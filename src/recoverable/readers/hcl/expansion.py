"""``count`` and ``for_each``: which instances a resource or module call has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.evaluator import Scope, evaluate, pairs
from recoverable.readers.hcl.hcl_types import ConversionError, to_number
from recoverable.readers.hcl.hcl_values import HclSet, joined
from recoverable.readers.hcl.opaque_values import plain, quote_key
from recoverable.readers.hcl.structure import Body

MOST_INSTANCES = 10_000
"""Beyond so many instances of one block the rest is judged as one, whose key is not known."""

REST = "*"


@dataclass(slots=True)
class Expansion:
    """The instances of one block: their keys, and what each.* and count.* are in each.

    ``style`` is ``single``, ``count``, ``for_each``, or ``unknown`` with its ``cause``: then
    there is one stand-in for however many there are.
    """

    style: str
    instances: dict[Any, dict[str, Any]] = field(default_factory=dict)
    cause: Unknown | None = None
    total: int = 1

    @property
    def truncated(self) -> bool:
        """There are more instances than are told apart."""
        return self.total > len(self.instances)


def suffix(style: str, key: Any) -> str:
    """What an instance's address ends in."""
    return "" if style == "single" else "[*]" if key is None else quote_key(key)


def unknown_names(cause: Unknown) -> dict[str, Any]:
    """each.* and count.* of an instance that stands for any number of them."""
    key = Unknown(cause.expression, cause.reason, not_null=True)
    value = Unknown(cause.expression, cause.reason, cause.refs)
    return {"each": {"key": key, "value": value}, "count": {"index": key}}


def expand(body: Body, scope: Scope) -> Expansion:
    """The instances a block declares; EvalError where Terraform refuses its count or for_each."""
    if "count" in body.arguments:
        return _count(evaluate(body.arguments["count"].node, scope))
    if "for_each" in body.arguments:
        return _for_each(plain(evaluate(body.arguments["for_each"].node, scope)))
    for block in body.of_type("lifecycle"):
        if "enabled" in block.body.arguments:  # OpenTofu
            enabled = evaluate(block.body.arguments["enabled"].node, scope)
            if isinstance(enabled, Unknown):
                return undecided(enabled)
            return Expansion("single", {None: {}} if enabled in (True, "true") else {}, total=1 if enabled else 0)
    return Expansion("single", {None: {}})


def undecided(cause: Unknown) -> Expansion:
    """One stand-in for an unknown number of instances."""
    return Expansion("unknown", {None: unknown_names(cause)}, cause)


def _count(value: Any) -> Expansion:
    try:
        number = to_number(value)
    except ConversionError as error:
        raise EvalError(f"count: {error}") from None
    if isinstance(number, Unknown):
        return undecided(joined(number))
    if not isinstance(number, int) or number < 0:
        raise EvalError("count must be a whole number, zero or more")
    kept = min(number, MOST_INSTANCES)
    return Expansion("count", {index: {"count": {"index": index}} for index in range(kept)}, total=number)


def _for_each(value: Any) -> Expansion:
    if isinstance(value, Unknown):
        return undecided(joined(value))
    if isinstance(value, HclSet):
        doubtful = [item for item in value if isinstance(item, Unknown)]
        if doubtful:
            return undecided(joined(*doubtful))
        if not all(isinstance(item, str) for item in value):
            raise EvalError("for_each takes a map, or a set of strings")
    elif not isinstance(value, dict):
        raise EvalError("for_each takes a map, or a set of strings")
    items = pairs(value)
    kept = {key: {"each": {"key": key, "value": item}} for key, item in items[:MOST_INSTANCES]}
    return Expansion("for_each", kept, total=len(items))
