"""Answers as text and back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from recoverable.audit.kept.tagged import data_of, text_of

LEAVES = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.floats(allow_nan=False),
    some.text(),
    some.binary(),
    some.datetimes(timezones=some.just(datetime.UTC)),
)
NAMES = some.one_of(some.text(), some.sampled_from(("=time", "=bytes", "=table", "=", "==")))
ANSWERS = some.recursive(LEAVES, lambda inner: some.one_of(some.lists(inner), some.dictionaries(NAMES, inner)), max_leaves=20)


@given(ANSWERS)
def test_every_answer_comes_back_as_it_was(answer: Any) -> None:
    """Also one of a customer who names a tag as a time is marked."""
    assert data_of(text_of(answer)) == answer


def test_the_order_of_keys_makes_no_other_question() -> None:
    assert text_of({"a": 1, "b": {"=x": 1, "c": 2}}) == text_of({"b": {"c": 2, "=x": 1}, "a": 1})


@pytest.mark.parametrize("strange", [object(), {1: "a"}, [{"a": {1, 2}}]])
def test_what_no_answer_holds_is_refused_and_not_changed(strange: Any) -> None:
    with pytest.raises(TypeError):
        text_of(strange)
