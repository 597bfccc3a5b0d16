"""Arguments as any caller gives them: what is read, what is converted, and what is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pulumi
import pytest

from recoverable.components.arguments import read
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.refusal import RefusedError, shown


class Size(str, Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True)
class Move:
    days: int


@dataclass
class ThingArgs:
    policy: ProtectionPolicy
    days: int | None = None
    ratio: float | None = None
    on: bool | None = None
    size: Size | None = None
    key: pulumi.Input[str] | None = None
    moves: Sequence[Move] | None = None
    names: list[str] | None = None
    tags: Mapping[str, str] | None = None
    statements: list[dict[str, Any]] | None = None


POLICY = ProtectionPolicy("dev")
THING = "ThingArgs has policy, days, ratio, on, size, key, moves, names, tags, statements"
POLICY_HAS = "ProtectionPolicy has environment, alert_address, replica_region, owner, cloud, region, project, tags, standard"
MISSPELT = "A misspelt argument would protect nothing."


def given(**more: Any) -> ThingArgs:
    return ThingArgs(POLICY, **more)


def refusal(value: Any) -> str:
    with pytest.raises(RefusedError) as error:
        read(ThingArgs, value, 'Thing "a"')
    return str(error.value)


def test_the_dataclass_comes_back_as_it_is() -> None:
    whole = given(days=3, size=Size.SMALL, moves=[Move(1)])

    found = read(ThingArgs, whole, 'Thing "a"')

    assert (found.days, found.size, found.moves) == (3, Size.SMALL, [Move(1)])
    assert found.policy is POLICY


def test_a_dict_with_floats_texts_and_nested_dicts_becomes_the_dataclass() -> None:
    sent = {
        "policy": {"environment": "dev", "cloud": "gcp"},
        "days": 30.0,
        "size": "large",
        "moves": [{"days": 2.0}],
        "key": "k",
        "on": None,
    }

    found = read(ThingArgs, sent, 'Thing "a"')

    assert (found.days, type(found.days), found.size, found.moves, found.on) == (30, int, Size.LARGE, [Move(2)], None)
    assert found.policy.cloud is Cloud.GCP


def test_a_text_for_an_enumeration_is_its_member_in_the_dataclass_too() -> None:
    assert read(ThingArgs, given(size="large"), 'Thing "a"').size is Size.LARGE


def test_an_input_takes_an_output() -> None:
    key = pulumi.Output.from_input("k")

    assert read(ThingArgs, given(key=key), 'Thing "a"').key is key


@pytest.mark.parametrize("form", [lambda **more: given(**more), lambda **more: {"policy": POLICY, **more}], ids=["dataclass", "dict"])
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("days", "30", 'days = "str" is refused: it takes int, not str. Nothing is guessed.'),
        ("days", 30.5, "days = 30.5 is refused: it takes int, not float. Nothing is guessed."),
        ("days", True, "days = True is refused: it takes int, not bool. Nothing is guessed."),
        ("on", 1, "on = 1 is refused: it takes bool, not int. Nothing is guessed."),
        ("ratio", "1", 'ratio = "str" is refused: it takes float, not str. Nothing is guessed.'),
        ("names", "abc", 'names = "str" is refused: it takes list, not str. Nothing is guessed.'),
        ("tags", ["a"], 'tags = "list" is refused: it takes Mapping, not list. Nothing is guessed.'),
    ],
)
def test_a_plain_argument_of_another_type_is_refused_by_name(form: Any, field: str, value: Any, said: str) -> None:
    assert refusal(form(**{field: value})) == f'Thing "a": {said}'


def test_an_output_where_the_value_must_be_known_is_refused() -> None:
    assert refusal(given(days=pulumi.Output.from_input(30))) == (
        'Thing "a": days = "an output" is refused: it must be known when the program runs. '
        "It decides what is built: give a plain value, not an output."
    )


def test_a_text_in_the_wrong_place_is_not_shown() -> None:
    assert "hunter2" not in refusal(given(days="hunter2"))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"policy": POLICY, "dayz": 3}, f'Thing "a": dayz = 3 is refused: {THING}. {MISSPELT}'),
        ({"policy": POLICY, "dsn": "postgres://hunter2@db"}, f'Thing "a": dsn = "str" is refused: {THING}. {MISSPELT}'),
        ({}, 'Thing "a": policy = None is refused: it is required. ThingArgs cannot do without it.'),
        ({"policy": POLICY, "size": "medium"}, 'Thing "a": size = "medium" is refused: it is one of small, large. There is no other.'),
        ({"policy": {"environment": "dev", "owners": "x"}}, f'Thing "a": policy: owners = "str" is refused: {POLICY_HAS}. {MISSPELT}'),
        ({"policy": POLICY, "moves": ["x"]}, 'Thing "a": moves: args = "str" is refused: give Move or a dict. Nothing else can be read.'),
        ("text", 'Thing "a": args = "str" is refused: give ThingArgs or a dict. Nothing else can be read.'),
        (None, 'Thing "a": args = "NoneType" is refused: give ThingArgs or a dict. Nothing else can be read.'),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(sent: Any, said: str) -> None:
    assert refusal(sent) == said


@pytest.mark.parametrize("name", ["password", "master_secret", "apiKey", "api_key", "neon_token"])
def test_the_value_of_an_unknown_argument_that_may_be_a_secret_is_not_shown(name: str) -> None:
    said = refusal({"policy": POLICY, name: "hunter2"})

    assert said == f'Thing "a": {name} = "[secret]" is refused: {THING}. {MISSPELT}'


@dataclass
class Loose:
    """Arguments that take outputs, alone and in lists."""

    policy: ProtectionPolicy
    key: pulumi.Input[str] | None = None
    ids: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None
    names: list[pulumi.Input[str]] | None = None
    texts: list[str] | None = None
    tags: Mapping[str, str] | None = None
    switches: Mapping[str, bool] | None = None


def loose(**more: Any) -> Any:
    return read(Loose, {"policy": POLICY, **more}, 'Thing "a"')


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("key", 7, "key = 7 is refused: it takes str or an output, not int. Nothing is guessed."),
        ("key", b"hunter2", 'key = "bytes" is refused: it takes str or an output, not bytes. Nothing is guessed.'),
        ("key", {"a": "b"}, 'key = "dict" is refused: it takes str or an output, not dict. Nothing is guessed.'),
        ("key", float("nan"), "key = nan is refused: it takes str or an output, not float. Nothing is guessed."),
        ("ids", "sg-1", 'ids = "str" is refused: it takes Sequence or an output, not str. Nothing is guessed.'),
        ("ids", ["sg-1", None], 'ids[1] = "NoneType" is refused: it takes str or an output, not NoneType. Nothing is guessed.'),
        ("names", [1], "names[0] = 1 is refused: it takes str or an output, not int. Nothing is guessed."),
        ("texts", ["a", 1], "texts[1] = 1 is refused: it takes str, not int. Nothing is guessed."),
        ("tags", {1: "b"}, "tags: key = 1 is refused: it takes str, not int. Nothing is guessed."),
        ("tags", {"a": None}, "tags['a'] = \"NoneType\" is refused: it takes str, not NoneType. Nothing is guessed."),
        ("switches", {"RDS": "no"}, "switches['RDS'] = \"str\" is refused: it takes bool, not str. Nothing is guessed."),
    ],
)
def test_what_an_input_or_a_list_cannot_take_is_refused_by_its_place(field: str, value: Any, said: str) -> None:
    with pytest.raises(RefusedError) as refused:
        loose(**{field: value})
    assert str(refused.value) == f'Thing "a": {said}'


def test_an_output_in_a_list_of_plain_texts_is_refused() -> None:
    with pytest.raises(RefusedError) as refused:
        loose(texts=[pulumi.Output.from_input("a")])
    assert str(refused.value).startswith('Thing "a": texts[0] = "an output" is refused: it must be known when the program runs.')


def test_outputs_are_taken_where_an_input_is() -> None:
    late: Any = pulumi.Output.from_input("a")
    made = loose(key=late, ids=[late, "b"], names=[late])
    assert (made.key, made.ids[0], made.names) == (late, late, [late])
    assert loose(ids=late).ids is late


def test_an_argument_whose_name_is_no_text_is_refused_too() -> None:
    with pytest.raises(RefusedError):
        read(Loose, {"policy": POLICY, 1: "b", "x": "c"}, 'Thing "a"')


def test_an_output_is_shown_as_one() -> None:
    assert shown(pulumi.Output.from_input("a")) == '"an output"'
