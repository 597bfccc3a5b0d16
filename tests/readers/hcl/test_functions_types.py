"""Types, conversions, equality and the order of sets."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.values import Unknown
from recoverable.readers.hcl.hcl_types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    Attribute,
    ConversionError,
    HclList,
    HclMap,
    HclSet,
    HclType,
    convert,
    list_of,
    map_of,
    object_of,
    set_of,
    tuple_of,
    type_of,
    unify_values,
)
from recoverable.readers.hcl.hcl_values import equal, joined, kind_of

LATER = Unknown("var.x", "variable without a value")
TRANSITION = object_of([Attribute("days", NUMBER), Attribute("class", STRING, True, "GLACIER")])
RULE = object_of([Attribute("name", STRING), Attribute("days", NUMBER, True, 7), Attribute("moves", list_of(TRANSITION), True, [])])


@pytest.mark.parametrize(
    ("value", "wanted", "found"),
    [
        (1, STRING, "1"),
        (True, STRING, "true"),
        ("1.50", NUMBER, 1.5),
        ("false", BOOL, False),
        (None, list_of(STRING), None),
        (LATER, NUMBER, LATER),
        ([1, LATER], list_of(STRING), ["1", LATER]),
        (["b", 1, "b"], set_of(STRING), ["1", "b"]),
        ({"a": 1}, map_of(STRING), {"a": "1"}),
        ([1, "2"], tuple_of([STRING, NUMBER]), ["1", 2]),
        ([1, "a"], list_of(ANY), ["1", "a"]),
        ({"a": [1], "b": []}, map_of(ANY), {"a": [1], "b": []}),
        ({"name": "r", "extra": 1}, RULE, {"name": "r", "days": 7, "moves": []}),
        ({"name": "r", "days": None}, RULE, {"name": "r", "days": 7, "moves": []}),
        (
            [{"name": 1, "moves": [{"days": "30"}]}],
            list_of(RULE),
            [{"name": "1", "days": 7, "moves": [{"days": 30, "class": "GLACIER"}]}],
        ),
    ],
)
def test_conversion(value: Any, wanted: HclType, found: Any) -> None:
    assert convert(value, wanted) == found


@pytest.mark.parametrize(
    ("value", "wanted", "message"),
    [
        ("x", NUMBER, "a number is required"),
        (True, NUMBER, "number required"),
        (1, BOOL, "bool required"),
        ("yes", BOOL, "a bool is required"),
        ([], STRING, "string required"),
        ("a", list_of(STRING), "list of string required"),
        ({}, RULE, 'attribute "name" is required'),
        ({"name": []}, RULE, 'attribute "name": string required'),
        ([1], tuple_of([STRING, STRING]), "tuple required"),
        ([1, True], list_of(ANY), "all list elements must have the same type"),
        ([[], {}], list_of(ANY), "all list elements must have the same type"),
    ],
)
def test_refusal(value: Any, wanted: HclType, message: str) -> None:
    with pytest.raises(ConversionError, match=message):
        convert(value, wanted)


def test_a_converted_list_keeps_its_class_and_item_type() -> None:
    found = convert([], list_of(STRING))
    assert (kind_of(found), found.element) == ("list", STRING)
    assert kind_of(convert(found, list_of(ANY))) == "list"
    assert convert(found, list_of(ANY)).element == STRING


def test_an_item_that_is_unknown_may_be_what_the_others_share() -> None:
    assert isinstance(convert([LATER, 1, True], list_of(ANY)), Unknown)


def test_a_set_with_unknown_items_has_no_order_to_make_a_list_of() -> None:
    assert isinstance(convert(HclSet(["a", LATER]), list_of(STRING)), Unknown)


def test_the_sides_of_a_conditional_share_a_type() -> None:
    assert unify_values([1, "a"]) == ["1", "a"]
    assert [kind_of(side) for side in unify_values([["a"], []])] == ["list", "list"]
    assert [kind_of(side) for side in unify_values([["a"], ["b"]])] == ["tuple", "tuple"]
    assert [kind_of(side) for side in unify_values([{"a": 1}, {}])] == ["map", "map"]
    assert unify_values([HclList([1], NUMBER), ["a"]]) == [["1"], ["a"]]
    with pytest.raises(ConversionError):
        unify_values([1, []])


def test_equality_is_of_values_and_kinds() -> None:
    assert equal([1], [1]) is True
    assert equal(1, "1") is False
    assert equal(True, 1) is False
    assert equal([], HclList([], STRING)) is False
    assert equal({}, HclMap({}, STRING)) is False
    assert equal(HclList([], STRING), HclList([], NUMBER)) is False
    assert equal(None, None) is True


def test_equality_with_unknowns() -> None:
    sure = Unknown("length(x)", not_null=True)
    assert equal(LATER, 1) is None
    assert equal(LATER, None) is None
    assert equal(sure, None) is False
    assert equal([1, LATER], [2, 5]) is False
    assert equal([1, LATER], [1, 5]) is None
    assert equal([LATER], [1, 2]) is False


def test_sets_are_unique_and_in_terraforms_order() -> None:
    assert HclSet(["b", "a", "b"]) == ["a", "b"]
    assert HclSet([10, 9, 10]) == [9, 10]
    assert HclSet([True, False]) == [False, True]
    assert HclSet([{"a": 10}, {"a": 2}, {"a": 10}]) == [{"a": 10}, {"a": 2}]
    assert HclSet([None, "a"]) == ["a", None]
    assert HclSet([LATER, "a", LATER]) == ["a", LATER, LATER]


def test_the_order_of_attributes_does_not_make_another_type() -> None:
    assert type_of({"a": 1, "b": "x"}) == type_of({"b": "y", "a": 2})
    assert type_of([None, LATER]) == tuple_of([ANY, ANY])


def test_one_unknown_stays_itself() -> None:
    assert joined([LATER], {"a": 1}) is LATER
