"""The operators of expressions, indexing included, on evaluated values."""

from __future__ import annotations

from typing import Any

from recoverable.model.sketches import sketch_of, sketched
from recoverable.model.values import Unknown
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.hcl_numbers import (
    NumberError,
    add,
    divide,
    is_number,
    less,
    modulo,
    multiply,
    negate,
    subtract,
)
from recoverable.readers.hcl.hcl_types import ConversionError, to_bool, to_number, to_string
from recoverable.readers.hcl.hcl_values import HclSet, equal, joined, normal_text
from recoverable.readers.hcl.opaque_values import Opaque, OpaqueSet, attribute_of, extend, plain

_ARITHMETIC = {"+": add, "-": subtract, "*": multiply, "/": divide, "%": modulo}


def truth(value: Any, what: str) -> Any:
    """True, False or Unknown; Terraform takes the words "true" and "false" as well."""
    try:
        found = to_bool(value)
    except ConversionError as error:
        raise EvalError(f"{what}: {error}") from None
    if found is None:
        raise EvalError(f"{what} is null")
    return found


def _numeric(value: Any, operator: str) -> Any:
    try:
        found = to_number(value)
    except ConversionError as error:
        raise EvalError(f'"{operator}": {error}') from None
    if found is None:
        raise EvalError(f'"{operator}" is not defined for null')
    return found


def unary(operator: str, operand: Any) -> Any:
    """``-operand`` or ``!operand``."""
    value = truth(operand, '"!"') if operator == "!" else _numeric(operand, "-")
    if isinstance(value, Unknown):
        return joined(value, not_null=True)
    return not value if operator == "!" else negate(value)


def binary(operator: str, left: Any, right: Any) -> Any:
    """All operators but ``&&`` and ``||``, which need not look at both sides."""
    if operator in ("==", "!="):
        same = equal(plain(left) if right is not None else left, plain(right) if left is not None else right)
        if same is None:
            return joined(left, right, not_null=True)
        return same if operator == "==" else not same
    first, second = _numeric(left, operator), _numeric(right, operator)
    if isinstance(first, Unknown) or isinstance(second, Unknown):
        return joined(first, second, not_null=True)
    if operator in _ARITHMETIC:
        try:
            return _ARITHMETIC[operator](first, second)
        except NumberError as error:
            raise EvalError(str(error)) from None
    if operator == "<":
        return less(first, second)
    if operator == ">":
        return less(second, first)
    return not less(second, first) if operator == "<=" else not less(first, second)


def index(value: Any, key: Any) -> Any:
    """``value[key]``."""
    if isinstance(value, OpaqueSet):
        return value.instance(None if isinstance(key, Unknown) else key)
    if isinstance(value, Opaque) and isinstance(key, str):
        return attribute_of(value, key)
    if isinstance(key, Unknown):
        return _any_item(value, key)
    if isinstance(value, Unknown):
        step = to_string(key) if isinstance(key, str) or is_number(key) else ""
        shown = f'["{key}"]' if isinstance(key, str) else f"[{step}]"
        return extend(value, shown, step)
    if key is None or value is None:
        raise EvalError("null cannot be indexed, nor be an index")
    if isinstance(value, HclSet):
        raise EvalError("the items of a set have no index")
    if isinstance(value, list):
        return _list_item(value, key)
    if isinstance(value, dict):
        try:
            word = to_string(key)
        except ConversionError as error:
            raise EvalError(f"the index is no key: {error}") from None
        if word in value:
            return value[word]
        raise EvalError(f'there is no key "{word}"')
    raise EvalError("this value cannot be indexed")


def _list_item(value: list[Any], key: Any) -> Any:
    number = _numeric(key, "[]")
    if not isinstance(number, int):
        raise EvalError("the index of a list must be a whole number")
    if not 0 <= number < len(value):
        raise EvalError(f"there is no item {number}: the list has {len(value)}")
    return value[number]


def _any_item(value: Any, key: Unknown) -> Any:
    """An item whose key is unknown: where all items are instances of one resource, any of them."""
    items = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    sets = [item.whole_set for item in items if isinstance(item, Opaque) and item.whole_set is not None]
    if items and len(sets) == len(items):
        return sets[0].instance(None)
    return joined(key, value if isinstance(value, Unknown) else None)


def interpolate(parts: list[Any]) -> Any:
    """The parts of a template as one text; unknown as soon as one of them is."""
    texts = []
    unknown = False
    for part in parts:
        if isinstance(part, Unknown):
            unknown = True
        elif part is None:
            raise EvalError("null cannot be put into text")
        elif isinstance(part, list | dict):
            raise EvalError("a collection cannot be put into text")
        texts.append(sketch_of(part) if isinstance(part, Unknown) else to_string(part))
    text = normal_text("".join(texts))
    return sketched(joined(*parts, not_null=True), text) if unknown else text
