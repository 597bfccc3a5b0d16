"""Names of components as a stranger gives them: taken, or refused in one line before anything is registered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import recoverable as rc
from recoverable.components.refusal import RefusedError, shown
from tests.components.composed import AWS, GCP, arguments, policy
from tests.components.harness import build

KINDS = ("StateBackend", "Bucket", "Postgres", "BackupVault", "RestoreTest", "BackupAlerts", "Secrets", "NeonProject")
ODD = ("", "größe", "a b", "a/b", "a:b", "a\nb", "x" * 300, "日本", "'; rm -rf", None, 7)


def refusal(kind: str, name: Any, folder: Path, cloud: rc.Cloud = AWS, **more: Any) -> str:
    def program() -> None:
        given = arguments(kind, policy("dev", cloud))
        for key, value in more.items():
            setattr(given, key, value)
        getattr(rc, kind)(name, given)

    with pytest.raises(RefusedError) as refused:
        build(program, folder=folder, stack="dev")
    return str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_refused_in_one_line_that_a_reader_can_hold(tmp_path: Path, kind: str, name: Any) -> None:
    said = refusal(kind, name, tmp_path)
    assert said.startswith(kind)
    assert ("database = " if kind == "NeonProject" and isinstance(name, str) and name else "name = ") in said  # made of the name
    assert said.isprintable()
    assert len(said) < 900


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "written"), [("", '""'), (None, "None"), (7, "7")])
def test_what_is_no_name_is_refused_by_us(tmp_path: Path, kind: str, name: Any, written: str) -> None:
    assert refusal(kind, name, tmp_path) == f"{kind}: name = {written} is refused: a text. The names of its children are made of it."


MADE_OF_IT = "The names of its children are made of it."


@pytest.mark.parametrize(
    ("kind", "cloud", "name", "more", "message"),
    [
        ("RestoreTest", AWS, "a/b", {}, f"at most 45 characters: letters, digits, dots, _ and -. {MADE_OF_IT}"),
        (
            "RestoreTest",
            AWS,
            "a.b",
            {"drill": rc.DrillTargetArgs("t", "c")},
            f"at most 45 characters: letters, digits, _ and -. {MADE_OF_IT}",
        ),
        ("RestoreTest", GCP, "a.b", {}, f"at most 45 characters: letters, digits, _ and -. {MADE_OF_IT}"),
        (
            "Bucket",
            GCP,
            "a.b",
            {},
            "a name without dots. Cloud Storage takes a name with dots for a domain, whose owner has to be verified.",
        ),
        (
            "StateBackend",
            GCP,
            "a.b",
            {},
            "a name without dots. Cloud Storage takes a name with dots for a domain, whose owner has to be verified.",
        ),
    ],
)
def test_a_name_that_a_child_could_not_have_is_refused(
    tmp_path: Path, kind: str, cloud: rc.Cloud, name: str, more: dict[str, Any], message: str
) -> None:
    assert refusal(kind, name, tmp_path, cloud, **more) == f'{kind} "{name}": name = "{name}" is refused: {message}'


@pytest.mark.parametrize("kind", ["StateBackend", "Bucket", "RestoreTest"])
def test_dots_are_taken_on_aws(tmp_path: Path, kind: str) -> None:
    assert build(lambda: getattr(rc, kind)("a.b", arguments(kind, policy("dev"))), folder=tmp_path, stack="dev").children


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", '"plain"'),
        ("größe", '"größe"'),
        ("two\nlines\t", '"two\\nlines\\t"'),
        ("x" * 256, f'"{"x" * 256}"'),
        ("x" * 257, f'"{"x" * 128}…{"x" * 64}"'),
        (30, "30"),
        (None, "None"),
        (rc.Cloud.AWS, '"aws"'),
        ({"a": "x" * 300}, "{'a': '" + "x" * 121 + "…" + "x" * 62 + "'}"),
    ],
)
def test_a_value_is_shown_in_one_line_of_a_length_to_read(value: Any, text: str) -> None:
    assert shown(value) == text
