"""Regular expressions: our own matcher against Python's, and patterns on which Python's takes for ever."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoverable.readers.hcl.functions import FUNCTIONS
from recoverable.readers.hcl.functions_re2 import PatternError, parse
from recoverable.readers.hcl.functions_re2_machine import machine
from recoverable.readers.hcl.functions_regex import python_pattern

PIECES = st.sampled_from(["a", "b", "ab", ".", "[ab]", "[^a]", "\\w", "\\b", "^", "$", "(?i)B", "\\n"])
PATTERNS = st.recursive(
    PIECES,
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds("({})".format, inner),
        st.builds("(?:{})?".format, inner),
        st.builds("(?:x{})*".format, inner),
        st.builds("(?:x{})+?".format, inner),
        st.builds("(?:{}){{1,2}}".format, inner),
    ),
    max_leaves=5,
)


@given(PATTERNS, st.text("abxB\n ", max_size=8))
def test_both_matchers_find_the_same(pattern: str, text: str) -> None:
    parsed = parse(pattern)
    match = re.compile(python_pattern(parsed)).search(text)
    found = machine(parsed)(text, 0)
    assert found == (None if match is None else (*match.span(), match.groups()))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*)(.*)(.*)(.*)(.*)x", "(?:a?){30}a{30}b"])
def test_time_does_not_explode(pattern: str) -> None:
    started = time.monotonic()
    FUNCTIONS["regexall"](pattern, "a" * 60 + "!")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("pattern", ["(?=a)", "(?!a)", "(?<=a)", "(a)\\1", "a++", "a**", "(?>a)", "\\Z", "[b-a]", "(", "a{2,1}"])
def test_what_re2_refuses_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern)
