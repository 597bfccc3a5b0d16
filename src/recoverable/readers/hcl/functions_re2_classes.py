"""Character classes of RE2 as ranges of code points."""

from __future__ import annotations

import sys
import unicodedata
from functools import lru_cache

Ranges = tuple[tuple[int, int], ...]

ALL: Ranges = ((0, sys.maxunicode),)
_DIGIT: Ranges = ((48, 57),)
_LOWER: Ranges = ((97, 122),)
_UPPER: Ranges = ((65, 90),)
_WORD: Ranges = (*_DIGIT, *_UPPER, (95, 95), *_LOWER)
_SPACE: Ranges = ((9, 10), (12, 13), (32, 32))
_CATEGORIES = frozenset(
    [
        "C",
        "Cc",
        "Cf",
        "Co",
        "Cs",
        "L",
        "Ll",
        "Lm",
        "Lo",
        "Lt",
        "Lu",
        "M",
        "Mc",
        "Me",
        "Mn",
        "N",
        "Nd",
        "Nl",
        "No",
        "P",
        "Pc",
        "Pd",
        "Pe",
        "Pf",
        "Pi",
        "Po",
        "Ps",
        "S",
        "Sc",
        "Sk",
        "Sm",
        "So",
        "Z",
        "Zl",
        "Zp",
        "Zs",
    ]
)


class UnsupportedClass(Exception):  # noqa: N818 - it is no fault of the pattern
    r"""A class RE2 knows and Python's Unicode tables do not: scripts, such as ``\p{Greek}``."""


def inverted(ranges: Ranges) -> Ranges:
    """All other characters."""
    found: list[tuple[int, int]] = []
    following = 0
    for low, high in sorted(ranges):
        if low > following:
            found.append((following, low - 1))
        following = max(following, high + 1)
    if following <= sys.maxunicode:
        found.append((following, sys.maxunicode))
    return tuple(found)


def folded(ranges: Ranges) -> Ranges:
    r"""The characters and those that differ from them only by case.

    Wide ranges (``\P{Lu}``) hold nearly everything in both cases already; folding them letter by
    letter would take long.
    """
    found = set(ranges)
    for low, high in ranges:
        if high - low <= _WIDE:
            for code in range(low, high + 1):
                found.update((other, other) for other in _same_case(code))
    return tuple(sorted(found))


_WIDE = 5000


@lru_cache(maxsize=4096)
def _same_case(code: int) -> frozenset[int]:
    """The other cases of a character; two letters have a third one far away (k and the kelvin sign)."""
    letter = chr(code)
    found = {letter.lower(), letter.upper(), letter.lower().upper(), letter.upper().lower(), letter.title()}
    found |= {"k": {"\u212a"}, "s": {"\u017f"}, "\u00e5": {"\u212b"}}.get(letter.lower(), set())
    return frozenset(ord(other) for other in found if len(other) == 1)


PERL: dict[str, Ranges] = {
    "d": _DIGIT,
    "D": inverted(_DIGIT),
    "s": _SPACE,
    "S": inverted(_SPACE),
    "w": _WORD,
    "W": inverted(_WORD),
}
NAMED: dict[str, Ranges] = {
    "alnum": (*_DIGIT, *_UPPER, *_LOWER),
    "alpha": (*_UPPER, *_LOWER),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": _LOWER,
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}


@lru_cache(maxsize=64)
def property_ranges(name: str) -> Ranges:
    """A general category (``L``, ``Lu``) or ``Any``."""
    if name == "Any":
        return ALL
    if name not in _CATEGORIES:
        raise UnsupportedClass(name)
    found: list[tuple[int, int]] = []
    start = -1
    for code in range(sys.maxunicode + 2):
        inside = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(name)
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            found.append((start, code - 1))
            start = -1
    return tuple(found)
