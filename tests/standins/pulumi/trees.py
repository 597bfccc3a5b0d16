"""Small questions to the trees of a plan (values, unknowns, expressions), and Python source made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.standins.pulumi import sdk
from tests.standins.pulumi.plan_reading import Untranslatable

NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Code(str):
    """A piece of Python source, where a plain string would be a literal."""


def part(tree: Any, key: Any) -> Any:
    """The part of an `after_unknown` or `after_sensitive` tree that belongs to one key."""
    if isinstance(tree, Mapping):
        return tree.get(key)
    if isinstance(tree, list):
        return tree[key] if isinstance(key, int) and key < len(tree) else None
    return tree if tree is True else None


def is_leaf(expression: Mapping[str, Any]) -> bool:
    """Whether this is the expression of one attribute, not the attributes of a block."""
    return bool(expression) and expression.keys() <= {"constant_value", "references"}


def references(expression: Any) -> list[str]:
    """Every reference anywhere below an expression."""
    if isinstance(expression, Mapping):
        own = expression.get("references")
        if isinstance(own, list):
            return [str(each) for each in own]
        return [text for each in expression.values() for text in references(each)]
    return [text for each in expression for text in references(each)] if isinstance(expression, list) else []


def leaves(expression: Any) -> list[str]:
    """The references of an expression without those that only lead to a longer one (`a.b` before `a.b.id`)."""
    found = list(dict.fromkeys(references(expression)))
    return [one for one in found if not any(other != one and other.startswith((f"{one}.", f"{one}[")) for other in found)]


def agreement(expression: Any, value: Mapping[str, Any]) -> int:
    """How well a block of code fits a planned block: constants that agree, minus those that differ."""
    constants = {key: each["constant_value"] for key, each in expression.items()
                 if isinstance(each, Mapping) and "constant_value" in each}  # fmt: skip
    return sum(1 if value.get(key) == constant else -1 for key, constant in constants.items())


def coerce(shape: sdk.Shape, value: Any, where: str) -> Any:
    """A literal of the type that the SDK wants; Terraform converts between text, numbers and flags by itself."""
    if shape.kind == "text" and isinstance(value, bool):
        return str(value).lower()
    if shape.kind == "text" and isinstance(value, int | float):
        return str(value)
    if shape.kind == "number" and isinstance(value, str) and NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    if shape.kind == "flag" and value in ("true", "false"):
        return value == "true"
    wanted = {"text": str, "number": (int, float), "flag": bool}.get(shape.kind, object)
    if not isinstance(value, wanted):  # type: ignore[arg-type]
        raise Untranslatable(f"{where} is {value!r}, the Pulumi SDK wants {shape.kind}")
    return value


def render(value: Any, depth: int) -> str:
    """Python source of a tree of literals and code."""
    if isinstance(value, Code):
        return str(value)
    inner, outer = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict) and value:
        rows = "".join(f"{inner}{key!r}: {render(each, depth + 1)},\n" for key, each in value.items())
        return f"{{\n{rows}{outer}}}"
    if isinstance(value, list) and any(isinstance(each, (dict, list, Code)) for each in value):
        return f"[\n{''.join(f'{inner}{render(each, depth + 1)},{chr(10)}' for each in value)}{outer}]"
    return repr(value)
