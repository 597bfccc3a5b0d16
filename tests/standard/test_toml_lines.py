"""Every key path of a TOML text is found on its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from recoverable.standard.toml_lines import KeyPath, key_lines

# Each @ becomes the number of the line it stands on, so that the text checks itself.
TEMPLATE = r'''a = @ # [not.a.table]
b.c = @
"quoted key" . 'and literal' = @

[table]
x = @
[table . "with space"]
y = @

[[waivers]]
until = @
reason = "a # no comment, [no] = table"
[waivers.inner]
deep = @
[[waivers.list]]
n = @
[[waivers.list]]
n = @

[[waivers]]
until = @
[[waivers.list]]
n = @

[inline]
point = { x = @, y = {z = @}, "q.r" = @ }
array = [
    @, # a comment ]
    @, [@,
    @], { k = @ },
]
text = """
fake = @
\""" [fake]
quotes""""
after = @
literal = QQQ
fake = '0'
QQQ'
after2 = @
date = 1979-05-27 07:32:00
escaped = "a \" = ] \\"
after3 = @
empty = """"""
after4 = @
path = 'C:\'
after5 = @
[stores."aws_db_instance.orders[\"a\"]"]
rpo = @
[stores.'x[0]']
rpo = @
'''.replace("QQQ", "'" * 3)
SELF_CHECKING = "\n".join(line.replace("@", str(number)) for number, line in enumerate(TEMPLATE.split("\n"), start=1))


def numbers(data: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from numbers(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from numbers(value, (*path, index))
    elif isinstance(data, int):
        yield path, data


def test_every_number_of_the_text_stands_on_the_line_it_names() -> None:
    expected = dict(numbers(tomllib.loads(SELF_CHECKING)))
    lines = key_lines(SELF_CHECKING)

    assert len(expected) == 26
    assert expected == {path: lines.get(path) for path in expected}


def test_windows_line_ends_change_no_line() -> None:
    assert key_lines(SELF_CHECKING.replace("\n", "\r\n")) == key_lines(SELF_CHECKING)


def test_tables_and_array_elements_have_lines_of_their_own() -> None:
    lines = key_lines(SELF_CHECKING)

    assert (lines[("waivers",)], lines[("waivers", 0)], lines[("waivers", 1)]) == (10, 10, 20)
    assert (lines[("waivers", 0, "list", 1)], lines[("waivers", 1, "list", 0)]) == (17, 22)
    assert lines[("inline", "array", 2, 1)] == 30
    assert lines[("table",)] == 5


@pytest.mark.parametrize("text", ["", "\n", "# only a comment", "a = 1", "[t]", "a = []", "a = {}", "a = [[], [[]]]", "a = [1,]"])
def test_small_texts_are_scanned_to_their_end(text: str) -> None:
    assert set(dict(numbers(tomllib.loads(text)))) <= set(key_lines(text))
