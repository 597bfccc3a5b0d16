"""Numeric functions."""

from __future__ import annotations

import math
from typing import Any

from recoverable.readers.hcl.functions_signature import FunctionError, Table, integer, not_evaluated
from recoverable.readers.hcl.hcl_numbers import Number, add, exact, less, negate, parse_number
from recoverable.readers.hcl.hcl_types import ANY, NUMBER, HclList, to_number
from recoverable.readers.hcl.hcl_values import has_unknown, is_sequence, joined

TABLE = Table()
LONGEST_RANGE = 1024
_EXACT = 2**53  # beyond it, Terraform prints other digits of a float than it calculates with
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@TABLE.add("abs", NUMBER)
def _absolute(number: Number) -> Number:
    return negate(number) if less(number, 0) else number


@TABLE.add("ceil", NUMBER)
def _ceil(number: Number) -> Number:
    return number if _infinite(number) else math.ceil(exact(number))


@TABLE.add("floor", NUMBER)
def _floor(number: Number) -> Number:
    return number if _infinite(number) else math.floor(exact(number))


@TABLE.add("log", NUMBER, NUMBER)
def _log(number: Number, base: Number) -> Any:
    """Worked out in 64-bit floats, in Terraform too."""
    return _from_float(_logarithm(float(number)), _logarithm(float(base)))


def _logarithm(value: float) -> float:
    if value < 0:
        raise FunctionError("log: the logarithm of a negative number is not defined")
    return -math.inf if value == 0 else math.log(value)


def _from_float(value: float, divisor: float = 1.0) -> Any:
    if divisor == 0:
        if value == 0:
            raise FunctionError("the result is not a number")
        return math.copysign(math.inf, value)
    result = value / divisor
    if math.isnan(result):
        raise FunctionError("the result is not a number")
    if abs(result) >= _EXACT and not math.isinf(result):
        return not_evaluated("pow", "the result is too large for a 64-bit float to hold every digit")
    return result if math.isinf(result) else parse_number(repr(result))


@TABLE.add("pow", NUMBER, NUMBER)
def _power(number: Number, exponent: Number) -> Any:
    """Worked out in 64-bit floats, in Terraform too."""
    base, raised = float(number), float(exponent)
    if base == 0 and raised < 0:
        return math.inf
    try:
        result = math.pow(base, raised)
    except OverflowError:
        return math.inf if base > 0 or raised % 2 == 0 else -math.inf
    except ValueError:
        raise FunctionError("pow: the result is not a number") from None
    return _from_float(result)


@TABLE.add("signum", NUMBER)
def _signum(number: Number) -> int:
    whole = integer(number)
    return (whole > 0) - (whole < 0)


@TABLE.add("max", rest=NUMBER)
def _maximum(*numbers: Number) -> Number:
    return _extreme("max", numbers, largest=True)


@TABLE.add("min", rest=NUMBER)
def _minimum(*numbers: Number) -> Number:
    return _extreme("min", numbers, largest=False)


def _extreme(name: str, numbers: tuple[Number, ...], largest: bool) -> Number:
    if not numbers:
        raise FunctionError(f"{name}: must pass at least one number")
    found = numbers[0]
    for number in numbers[1:]:
        if less(found, number) if largest else less(number, found):
            found = number
    return found


@TABLE.add("sum", ANY, unknown_aware=True)
def _total(items: Any) -> Any:
    if not is_sequence(items):
        if has_unknown(items):
            return joined(items, not_null=True)
        raise FunctionError("sum: argument must be list, set, or tuple")
    if not items:
        raise FunctionError("sum: cannot sum an empty list")
    if has_unknown(items):
        return joined(items, not_null=True)
    result: Number = 0
    for item in items:
        number = to_number(item)
        if number is None:
            raise FunctionError("sum: argument must be list, set, or tuple of number values")
        result = add(result, number)
    return result


@TABLE.add("range", rest=NUMBER)
def _number_range(*numbers: Number) -> HclList:
    """``range(limit)``, ``range(start, limit)`` or ``range(start, limit, step)``."""
    if not 1 <= len(numbers) <= 3:
        raise FunctionError("range: must have one, two, or three arguments")
    start: Number = 0 if len(numbers) == 1 else numbers[0]
    limit = numbers[0] if len(numbers) == 1 else numbers[1]
    down = less(limit, start)
    step: Number = numbers[2] if len(numbers) == 3 else -1 if down else 1
    if step == 0:
        raise FunctionError("range: step must not be zero")
    if down != less(step, 0) and start != limit:
        raise FunctionError("range: step leads away from the limit")
    found: list[Number] = []
    while less(limit, start) if down else less(start, limit):
        if len(found) == LONGEST_RANGE:
            raise FunctionError(f"range: more than {LONGEST_RANGE} values were generated")
        found.append(start)
        start = add(start, step)
    return HclList(found, NUMBER)


@TABLE.add("parseint", ANY, NUMBER)
def _parseint(text: Any, base: Number) -> int:
    if not isinstance(text, str):
        raise FunctionError("parseint: first argument must be a string")
    size = integer(base, "base")
    if not 2 <= size <= 62:
        raise FunctionError("parseint: base must be a whole number between 2 and 62 inclusive")
    digits = text[1:] if text[:1] in ("+", "-") else text
    if size <= 36:
        digits = digits.lower()
    values = [_DIGITS.find(digit) for digit in digits]
    if not digits or any(value < 0 or value >= size for value in values):
        raise FunctionError(f"parseint: cannot parse {text!r} as a base {size} integer")
    result = 0
    for value in values:
        result = result * size + value
    return -result if text[0] == "-" else result


def _infinite(number: Number) -> bool:
    return isinstance(number, float) and math.isinf(number)
