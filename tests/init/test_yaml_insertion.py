"""One item more in somebody's YAML, and every byte of theirs as it was."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from recoverable.init.gitlab_job import stage_of
from recoverable.init.yaml_insertion import add_item, add_key
from recoverable.init.yaml_text import quoted
from recoverable.model.errors import InputError

ITEM = ["- repo: x", "  hooks:", "    - id: recoverable"]
ADDED = {"repo": "x", "hooks": [{"id": "recoverable"}]}
KEPT = {
    "plain": "repos:\n  - repo: a\n    hooks:\n      - id: b\n",
    "dashes under the key": "repos:\n- repo: a\n  hooks:\n  - id: b\n",
    "no line end": "repos:\n- repo: a",
    "a key after it": "repos:\n- repo: a\n  rev: 1\n\nci:\n  skip: [b]\n",
    "a key before it": "default_stages: [pre-commit]\nrepos:  # all of them\n  # first\n  - repo: a\n",
    "comments": "# top\nrepos:\n- repo: a  # why\n  # inside\n  rev: 1\n# about ci\nci: {}\n",
    "a text of several lines": "repos:\n- repo: local\n  entry: |\n    # no comment\n    - no item\n\n    end\n  id: x\n\n# tail\n",
    "a text of several lines at the end": "repos:\n  - repo: local\n    entry: >-\n      words\n\n      # more\n",
    "dashes of another width": "repos:\n  -   repo: a\n      rev: 1\n",
    "a document start": "---\nrepos:\n- repo: a\n",
    "a line break of Windows": "repos:\r\n- repo: a\r\n  rev: 1\r\nci: {}\r\n",
    "anchors": "x: &x [1]\nrepos:\n- &a\n  repo: a\n  y: *x\n- *a\n",
    "letters": "repos:\n- repo: ä\n  name: 'ünï: ©'\n",
}
LEFT = {
    "a flow list": "repos: []\n",
    "another flow list": "repos: [{repo: a}]\n",
    "no such key": "ci: {}\n",
    "a map": "repos:\n  a: b\n",
    "nothing under it": "repos:\n",
    "the key twice": "repos:\n- repo: a\nrepos:\n- repo: b\n",
    "tabs": "repos:\n-\trepo: a\n\trev: 1\n",
    "an anchor on the key": "repos: &all\n- repo: a\n",
    "a key of another": "x:\n  repos:\n  - repo: a\n",
    "an empty file": "",
}


def added_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """What was added and what was taken away."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [line[2:] for line in lines if line.startswith("+ ")], [line[2:] for line in lines if line.startswith("- ")]


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_the_item_comes_last_and_nothing_else_changes(text: str) -> None:
    after = add_item(text, "repos", ITEM)

    assert after is not None
    before, now = yaml.safe_load(text), yaml.safe_load(after)
    assert now["repos"] == [*before["repos"], ADDED]
    assert {key: value for key, value in now.items() if key != "repos"} == {key: value for key, value in before.items() if key != "repos"}
    added, taken = added_lines(text, after)
    assert (len(added), taken) == (len(ITEM), [])
    assert ("\r\n" in text) == ("\r\n" in after)
    assert "\r\n" not in text or after.count("\n") == after.count("\r\n")


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT.keys())
def test_what_is_written_otherwise_is_left_to_the_user(text: str) -> None:
    assert add_item(text, "repos", ITEM) is None


@pytest.mark.parametrize("text", ["", "a: 1\n", "a: 1", "# only words\n", "a: |\n  text\n", "spec: {}\n---\na: 1\n", "a:\r\n  b: 1\r\n"])
def test_a_key_is_added_at_the_end(text: str) -> None:
    after = add_key(text, "include", ["- local: x.yml"])

    assert after is not None
    assert after.startswith(text)
    before, now = list(yaml.safe_load_all(text)) or [None], list(yaml.safe_load_all(after))
    assert now == [*before[:-1], {**(before[-1] or {}), "include": [{"local": "x.yml"}]}]


@pytest.mark.parametrize("text", ["include: a.yml\n", "'include':\n- local: a\n", "a: 1\n...\n", "{a: 1}\n", "[]\n"])
def test_a_key_that_is_there_or_does_not_fit_is_not_added(text: str) -> None:
    assert add_key(text, "include", ["- local: x.yml"]) is None


LEAVES = st.one_of(st.text("ab#-: \n'\"|", max_size=12), st.integers(), st.booleans(), st.none())
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3), max_leaves=8
)


@settings(max_examples=150, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=3), st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES, max_size=3), st.booleans())
def test_whatever_a_file_holds_it_holds_it_still(items: list[Any], rest: dict[str, Any], sort: bool) -> None:
    text = yaml.safe_dump({**rest, "repos": items}, sort_keys=sort)

    after = add_item(text, "repos", ITEM)

    assert after is None or yaml.safe_load(after) == {**rest, "repos": [*items, ADDED]}


@pytest.mark.parametrize(
    ("pipeline", "stage"),
    [
        ("", "test"),
        ("build:\n  script: [x]\n", "test"),
        ("stages: [build, test]\n", "test"),
        ("stages: [ 'lint', deploy ]  # two\n", "lint"),
        ("stages:\n  - lint\n  - test\n", "test"),
        ("stages:\n- check  # first\n- deploy\n\nbuild:\n  script:\n    - test\n", "check"),
        ("stages: []\n", "test"),
    ],
)
def test_the_stage_is_one_the_pipeline_has(pipeline: str, stage: str) -> None:
    assert stage_of(pipeline) == stage


@pytest.mark.parametrize(
    "value", [".", "infra", "a b", "true", "1", "-x", "it's", 'a"b', "a: b", "#x", "*x", "é", "a\\b", "x:", "", "@x", "no", "~"]
)
def test_a_value_is_read_as_it_was_written(value: str) -> None:
    assert yaml.safe_load(f"a: {quoted(value)}\n") == {"a": value}
    assert yaml.safe_load(f"[{quoted(value)}]\n") == [value]


@pytest.mark.parametrize("value", ["${{ secrets.X }}", "$[[ inputs.x ]]", "a\nb", "a\x1b[1m"])
def test_a_value_that_a_ci_system_would_carry_out_is_refused(value: str) -> None:
    with pytest.raises(InputError):
        quoted(value)
