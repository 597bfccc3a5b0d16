"""What functions say of values that are known only after apply.

The first test takes every call of the oracle's corpus, makes one part of its arguments unknown after the
other, and demands that the answer still leaves room for the one without unknowns.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.model.values import Ref, Unknown
from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.evaluator import Scope, evaluate
from recoverable.readers.hcl.expression_parser import parse_expression
from recoverable.readers.hcl.functions import FUNCTIONS, SIGNATURES, UNKNOWN_AWARE, FunctionError
from recoverable.readers.hcl.hcl_types import to_string
from recoverable.readers.hcl.hcl_values import HclList, HclMap, HclSet, has_unknown
from recoverable.readers.hcl.no_names import NoNames
from recoverable.readers.hcl.source_text import HclSyntaxError, SourceText
from tests.readers.hcl.oracle.oracle import entries

LATER = Unknown("aws_db_instance.a.arn", "known after apply", (Ref("aws_db_instance.a", "arn"),))


def _calls() -> Iterator[tuple[str, list[Any]]]:
    """Every call in the corpus whose arguments need no names."""
    scope = Scope(NoNames())
    for entry in entries():
        try:
            root = parse_expression(SourceText(entry.text, "x"), 0, len(entry.text))
        except HclSyntaxError:
            continue
        for node in _nodes(root):
            if isinstance(node, tree.Call) and node.name in UNKNOWN_AWARE and not node.expand:
                try:
                    yield node.name, [evaluate(argument, scope) for argument in node.arguments]
                except EvalError:
                    continue


def _nodes(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    for child in node.children():
        yield from _nodes(child)


def _with_one_unknown(value: Any) -> Iterator[Any]:
    """The value with each of its parts unknown in turn, the whole included."""
    yield LATER
    if isinstance(value, HclSet):
        for place, item in enumerate(value):
            yield from (HclSet([*value[:place], new, *value[place + 1 :]], value.element) for new in _with_one_unknown(item))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            for new in _with_one_unknown(item):
                items = [*value[:place], new, *value[place + 1 :]]
                yield HclList(items, value.element) if isinstance(value, HclList) else items
    elif isinstance(value, dict):
        for key, item in value.items():
            for new in _with_one_unknown(item):
                members = {**value, key: new}
                yield HclMap(members, value.element) if isinstance(value, HclMap) else members


def _leaves_room(vague: Any, exact: Any) -> bool:
    """True when the answer with unknowns may turn out to be the exact one."""
    if isinstance(vague, Unknown):
        return not (vague.not_null and exact is None)
    if isinstance(vague, HclSet) and isinstance(exact, list):
        known = [item for item in vague if not has_unknown(item)]
        return len(exact) <= len(vague) and all(any(_leaves_room(item, one) for one in exact) for item in known)
    if isinstance(vague, list) and isinstance(exact, list):
        return len(vague) == len(exact) and all(map(_leaves_room, vague, exact))
    if isinstance(vague, dict) and isinstance(exact, dict):
        return vague.keys() == exact.keys() and all(_leaves_room(vague[key], exact[key]) for key in vague)
    # Which type the items of a list share may depend on the unknown one.
    scalar = isinstance(vague, str | int | float) and isinstance(exact, str | int | float)
    return vague == exact or (scalar and to_string(vague) == to_string(exact))


def test_an_answer_with_unknowns_leaves_room_for_the_exact_one() -> None:
    context: dict[str, Any] = {"base": Path(), "render": lambda template, variables: LATER}
    tried, wrong = 0, []
    for name, arguments in _calls():
        extra = {key: context[key] for key in ("base", "render") if name == "templatefile" or (name, key) == ("templatestring", "render")}
        try:
            exact = FUNCTIONS[name](*arguments, **extra)
        except FunctionError:
            continue
        for place, argument in enumerate(arguments):
            for new in _with_one_unknown(argument):
                given = [*arguments[:place], new, *arguments[place + 1 :]]
                try:
                    vague = FUNCTIONS[name](*given, **extra)
                except FunctionError as error:
                    pytest.fail(f"{name}{tuple(given)} is refused: {error}")
                if not _leaves_room(vague, exact):
                    wrong.append((name, given, vague, exact))
                tried += 1
    assert wrong == []
    assert tried > 1500


@pytest.mark.parametrize("name", sorted(set(SIGNATURES) - UNKNOWN_AWARE))
def test_other_functions_pass_the_unknown_on(name: str) -> None:
    signature = SIGNATURES[name]
    count = len(signature.params) or 1
    found = FUNCTIONS[name](*[LATER] * count)
    assert isinstance(found, Unknown)
    assert found.refs == LATER.refs


def test_an_unknown_made_from_several_keeps_all_names_and_references() -> None:
    other = Unknown("var.x", "variable without a value", (Ref("aws_kms_key.k"),))
    found = FUNCTIONS["join"](",", [LATER, other])
    assert found.expression == "aws_db_instance.a.arn, var.x"
    assert found.refs == (*LATER.refs, *other.refs)
    assert found.not_null


def test_coalesce_with_an_unknown_first_may_be_any_of_those_that_follow() -> None:
    other = Unknown("var.x", refs=(Ref("aws_kms_key.k"),))
    assert FUNCTIONS["coalesce"](LATER, other).refs == (*LATER.refs, *other.refs)
    assert FUNCTIONS["coalesce"]("sure", LATER) == "sure"


def test_coalesce_stops_at_an_unknown_that_is_never_empty() -> None:
    number = Unknown("length(x)", not_null=True)
    assert FUNCTIONS["coalesce"](number, 5).not_null


def test_a_set_with_an_unknown_item_has_no_certain_length() -> None:
    assert isinstance(FUNCTIONS["length"](HclSet(["a", LATER])), Unknown)
    assert FUNCTIONS["length"](HclSet([LATER])) == 1
    assert FUNCTIONS["length"](["a", LATER]) == 2


def test_what_is_certain_is_said() -> None:
    assert FUNCTIONS["contains"](["a", LATER], "a") is True
    assert isinstance(FUNCTIONS["contains"](["a", LATER], "b"), Unknown)
    assert FUNCTIONS["alltrue"]([LATER, False]) is False
    assert FUNCTIONS["anytrue"]([LATER, True]) is True
    assert FUNCTIONS["lookup"]({"a": LATER}, "b", 7) == 7
    assert FUNCTIONS["keys"]({"b": LATER, "a": 1}) == ["a", "b"]
    assert FUNCTIONS["merge"]({"a": LATER}, {"a": 1}) == {"a": 1}
