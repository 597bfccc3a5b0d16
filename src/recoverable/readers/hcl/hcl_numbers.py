"""Numbers as Terraform keeps them: binary floats of 512 bits, written as their shortest decimal.

Python's own floats would say that ``0.1 + 0.2`` is ``0.30000000000000004``, and a string
template prints what it finds. A number here is an ``int`` where it is whole, a ``float`` where
the float prints the same digits, and a ``Decimal`` for the rest (``1/3`` has 155 digits). The
decimal names the 512-bit number exactly, so nothing is lost between two operations.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

Number = int | float | Decimal

PRECISION = 512
_DIGITS = 156
_TOO_MANY_DIGITS = 4000
_LITERAL = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:([eEpP])([+-]?\d+))?\Z", re.ASCII)
_INFINITE = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf}


class NumberError(ValueError):
    """No number, or one so large that printing it would take all memory."""


def is_number(value: object) -> bool:
    """True for a number; Python's ``bool`` is an ``int`` and Terraform's is not."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def parse_number(text: str) -> Number:
    """The number a string or literal stands for; no blanks, no underscores, no hexadecimal.

    >>> parse_number("1e3"), parse_number(".5"), parse_number("-0")
    (1000, 0.5, 0)
    """
    if text[-3:] in ("Inf", "inf") and text.lower() in _INFINITE:
        return _INFINITE[text.lower()]
    match = _LITERAL.match(text)
    if match is None or not (match[2] or match[3]):
        raise NumberError("a number is required")
    sign, whole, fraction, marker, exponent = match.groups()
    if len(text) > _TOO_MANY_DIGITS or abs(int(exponent or 0)) > _TOO_MANY_DIGITS:
        raise NumberError("the number has too many digits")
    if fraction is None and marker is None and len(whole) < 100:
        return int(sign + whole)
    digits = Fraction(int(sign + whole + (fraction or "")), 10 ** len(fraction or ""))
    base = 2 if marker in ("p", "P") else 10
    return rounded(digits * Fraction(base) ** int(exponent or 0))


def to_text(value: Number) -> str:
    """All digits and no exponent, as ``tostring`` and templates print a number."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return format(Decimal(repr(value)) if isinstance(value, float) else value, "f")


def digits_of(value: Number) -> tuple[bool, str, int]:
    """Sign, significant digits and the place of the point: 12.5 is (False, "125", 2)."""
    text = to_text(value)
    whole_part, _, fraction = text.removeprefix("-").partition(".")
    digits = (whole_part + fraction).lstrip("0")
    point = len(digits) - len(fraction)
    digits = digits.rstrip("0")
    return text.startswith("-"), digits, point if digits else 0


def rounded_digits(value: Number, count: int) -> tuple[str, int]:
    """At most ``count`` significant digits of a size, and the place of the point.

    It is the 512-bit number that is rounded, not its shortest decimal: 0.05 becomes 0.1, for the
    binary number is a little larger. A true half goes to the even neighbour.
    """
    size = abs(exact(value))
    if not size:
        return "", 0
    nearest = _nearest(size, max(count, 1))
    _, digits, point = digits_of(nearest)
    return digits, point


def fixed(value: Number, places: int) -> str:
    """The size of a number with that many digits behind the point."""
    scaled = str(round(abs(exact(value)) * 10**places)).rjust(places + 1, "0")
    return f"{scaled[:-places]}.{scaled[-places:]}" if places else scaled


def exact(value: Number) -> Fraction:
    """The value of the 512-bit number that ``value`` names."""
    if isinstance(value, int):
        return Fraction(value) if value.bit_length() <= PRECISION else _to_binary(Fraction(value))
    return _to_binary(Fraction(repr(value) if isinstance(value, float) else value))


def rounded(value: Fraction) -> Number:
    """The nearest 512-bit number in its canonical form."""
    if value.denominator == 1 and value.numerator.bit_length() <= PRECISION:
        return value.numerator
    binary = _to_binary(value)
    if binary.denominator == 1:
        return int(_shortest(binary))
    try:
        short = float(binary)
    except OverflowError:
        short = math.inf
    if short and not math.isinf(short) and _to_binary(Fraction(repr(short))) == binary:
        return short
    return _shortest(binary)


def add(left: Number, right: Number) -> Number:
    """``left + right``."""
    return _combine(left, right, "+")


def subtract(left: Number, right: Number) -> Number:
    """``left - right``."""
    return _combine(left, right, "-")


def multiply(left: Number, right: Number) -> Number:
    """``left * right``."""
    return _combine(left, right, "*")


def divide(left: Number, right: Number) -> Number:
    """``left / right``; a division by zero is infinite, as it is in Terraform."""
    return _combine(left, right, "/")


def modulo(left: Number, right: Number) -> Number:
    """``left % right``; the sign is the dividend's, and ``5 % 0`` is 5."""
    if right == 0 and left != 0:
        return left
    if _infinite(left) or _infinite(right) or right == 0:
        raise NumberError("the remainder of zero by zero or of infinity is not defined")
    quotient = math.trunc(exact(divide(left, right)))
    return subtract(left, multiply(quotient, right))


def negate(value: Number) -> Number:
    """``-value``; there is no negative zero to be seen."""
    return -value if value else 0


def less(left: Number, right: Number) -> bool:
    """``left < right``; canonical numbers compare by what they print."""
    if type(left) is type(right) or _infinite(left) or _infinite(right):
        return bool(left < right)
    return Decimal(to_text(left)) < Decimal(to_text(right))


def whole(value: Number) -> int | None:
    """The value as a whole number, or None when it is not one."""
    return value if isinstance(value, int) else None


def _infinite(value: Number) -> bool:
    return isinstance(value, float) and math.isinf(value)


def _combine(left: Number, right: Number, operator: str) -> Number:
    if operator == "/" and right == 0 and not _infinite(left):
        if left == 0:
            raise NumberError("zero divided by zero is not defined")
        return math.inf if left > 0 else -math.inf
    if _infinite(left) or _infinite(right):
        return _with_infinity(float(left), float(right), operator)
    first, second = exact(left), exact(right)
    if operator == "+":
        return rounded(first + second)
    if operator == "-":
        return rounded(first - second)
    return rounded(first * second if operator == "*" else first / second)


def _with_infinity(left: float, right: float, operator: str) -> Number:
    if operator == "/" and right == 0:
        return left
    result = {"+": left + right, "-": left - right, "*": left * right}.get(operator)
    if result is None:
        result = math.nan if math.isinf(left) and math.isinf(right) else left / right
    if math.isnan(result):
        raise NumberError("the result of this operation on infinity is not defined")
    return result if math.isinf(result) else 0


def _to_binary(value: Fraction) -> Fraction:
    """Round to 512 bits, ties to even."""
    if not value or (value.denominator == 1 and value.numerator.bit_length() <= PRECISION):
        return value
    size = value.numerator.bit_length() - value.denominator.bit_length()
    if abs(size) > _TOO_MANY_DIGITS * 10 // 3:
        raise NumberError("the number has too many digits")
    scale = Fraction(2) ** (PRECISION - size)
    mantissa = value * scale
    while abs(mantissa) >= 1 << PRECISION:
        mantissa, scale = mantissa / 2, scale / 2
    return Fraction(round(mantissa)) / scale


def _shortest(binary: Fraction) -> Decimal:
    """The decimal with the fewest digits that rounds to this 512-bit number."""
    low, high = 1, _DIGITS
    while low < high:
        middle = (low + high) // 2
        if _to_binary(Fraction(_nearest(binary, middle))) == binary:
            high = middle
        else:
            low = middle + 1
    return _nearest(binary, low)


def _nearest(value: Fraction, count: int) -> Decimal:
    """``value`` rounded to ``count`` significant digits."""
    size = abs(value)
    point = len(str(size.numerator)) - len(str(size.denominator))
    if size < Fraction(10) ** point:
        point -= 1
    shift = count - 1 - point
    digits = round(value * Fraction(10) ** shift)
    sign, parts = digits < 0, tuple(map(int, str(abs(digits))))
    return Decimal((int(sign), parts, -shift))
