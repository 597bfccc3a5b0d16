"""Documents with outputs in them: resolved together, as Pulumi's own functions would."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from recoverable.components.late_values import json_text, together
from tests.components.harness import build


def found(make: Callable[[], pulumi.Output[Any]]) -> tuple[Any, bool]:
    """What an output holds in the end, and whether it is secret."""
    got: list[tuple[Any, bool]] = []

    def program() -> None:
        made = make()

        async def look() -> None:
            got.append((await made.future(), await made.is_secret()))

        pulumi.Output.from_input(look())

    build(program, preview=False)
    return got[0]


def late(value: Any) -> Any:
    return pulumi.Output.from_input(value)


DOCUMENT: list[Callable[[], Any]] = [
    lambda: {"Statement": [{"Sid": "A", "Resource": [late("arn"), "b"], "N": 1, "On": True, "No": None}, late("x")]},
    lambda: {"plain": ["a", {"b": 2.5}], "größe": "ü"},
    list,
    lambda: late({"a": [1]}),
    lambda: "text",
    lambda: (late(1), 2),
]


@pytest.mark.parametrize("document", DOCUMENT)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_text_is_the_one_that_pulumi_would_make(document: Callable[[], Any], indent: int | None) -> None:
    """To the byte: a policy of an earlier version must not change."""
    assert found(lambda: json_text(document(), indent)) == found(lambda: pulumi.Output.json_dumps(document(), indent=indent))


@pytest.mark.parametrize("document", DOCUMENT[:5])
def test_the_value_is_the_one_that_pulumi_would_make(document: Callable[[], Any]) -> None:
    assert found(lambda: together(document())) == found(lambda: late(document()))


def test_one_secret_makes_all_of_it_secret() -> None:
    value, secret = found(lambda: json_text({"a": pulumi.Output.secret("s"), "b": 1}))
    assert (json.loads(value), secret) == ({"a": "s", "b": 1}, True)
    assert found(lambda: together({"b": 1}))[1] is False
