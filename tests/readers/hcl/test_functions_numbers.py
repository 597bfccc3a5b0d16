"""Numbers of 512 bits: what they print, and that nothing is lost between two operations."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoverable.readers.hcl.hcl_numbers import (
    Number,
    NumberError,
    add,
    digits_of,
    divide,
    exact,
    less,
    modulo,
    multiply,
    parse_number,
    rounded,
    subtract,
    to_text,
)

LITERALS = st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e-?[0-9]{1,2})?", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("1.0", 1), ("1.50", 1.5), ("1e3", 1000), ("1e-3", 0.001), ("-0.5", -0.5), ("5.", 5), ("1p5", 32)],
)
def test_a_number_has_one_form(text: str, number: Number) -> None:
    found = parse_number(text)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize("text", ["", ".", "-", "1_0", " 1", "0x1", "1e", "one", "١", "1e999999", "9" * 5000])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NumberError):
        parse_number(text)


def test_decimals_add_up() -> None:
    assert add(0.1, 0.2) == 0.3
    assert subtract(1, 0.75) == 0.25
    assert multiply(divide(2, 3), 3) == 2
    assert to_text(multiply(0.1, 3)) == "0.3"


def test_a_third_keeps_155_digits() -> None:
    third = divide(1, 3)
    assert isinstance(third, Decimal)
    assert len(to_text(third)) == 157


def test_the_remainder_has_the_dividends_sign() -> None:
    assert [modulo(-7, 3), modulo(7, -3), modulo(5.5, 2), modulo(5, 0)] == [-1, 1, 1.5, 5]


def test_division_by_zero_is_infinite_and_zero_by_zero_refused() -> None:
    assert divide(-1, 0) == -math.inf
    with pytest.raises(NumberError):
        divide(0, 0)


def test_numbers_of_different_python_types_compare_by_value() -> None:
    assert less(divide(1, 3), 0.5)
    assert less(0.3, divide(1, 3))
    assert not less(1, 1)


@given(LITERALS)
def test_what_is_printed_reads_back_as_the_same_number(text: str) -> None:
    number = parse_number(text)
    assert parse_number(to_text(number)) == number
    assert rounded(exact(number)) == number


@given(LITERALS)
def test_a_literal_is_exact_to_150_digits(text: str) -> None:
    mantissa, _, exponent = text.partition("e")
    wanted = Fraction(mantissa) * Fraction(10) ** int(exponent or 0)
    assert abs(exact(parse_number(text)) - wanted) <= abs(wanted) / 10**150


@given(LITERALS)
def test_digits_and_point_make_up_the_number(text: str) -> None:
    number = parse_number(text)
    negative, digits, point = digits_of(number)
    size = Fraction(int(digits or 0)) * Fraction(10) ** (point - len(digits))
    assert (-size if negative else size) == Fraction(to_text(number))
