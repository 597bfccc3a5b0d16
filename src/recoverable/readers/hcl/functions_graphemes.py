"""What a reader calls a character: Unicode's extended grapheme clusters (UAX 29).

``length``, ``substr``, ``strrev`` and the widths of ``format`` count these, so that a flag or a
family emoji is one. The classes come from Python's own Unicode tables; the two it lacks,
pictographs and Hangul syllables, are ranges.
"""

from __future__ import annotations

import unicodedata

_ZWJ = "\u200d"
_PREPEND = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd")
_EXTEND_TOO = frozenset("\u200c\u09be\u09d7\u0b3e\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\uff9e\uff9f")
_SPACING_TOO = frozenset("\u0e33\u0eb3")
_PICTOGRAPHS = (
    (0xA9, 0xA9), (0xAE, 0xAE), (0x203C, 0x203C), (0x2049, 0x2049), (0x2122, 0x2122), (0x2139, 0x2139),
    (0x2194, 0x21AA), (0x231A, 0x2328), (0x23CF, 0x23FA), (0x24C2, 0x24C2), (0x25AA, 0x25FE),
    (0x2600, 0x27BF), (0x2934, 0x2935), (0x2B05, 0x2B55), (0x3030, 0x303D), (0x3297, 0x3299),
    (0x1F000, 0x1F1E5), (0x1F200, 0x1F3FA), (0x1F400, 0x1FAFF), (0x1FC00, 0x1FFFD),
)  # fmt: skip


def graphemes(text: str) -> list[str]:
    """The characters of a text as its reader sees them."""
    if text.isascii() and "\r" not in text:
        return list(text)
    found: list[str] = []
    classes = [_class(character) for character in text]
    start = 0
    for place in range(1, len(text)):
        if _breaks(classes, start, place):
            found.append(text[start:place])
            start = place
    return [*found, text[start:]] if text else found


def _breaks(classes: list[str], start: int, place: int) -> bool:
    """True when a new character begins at ``place``; the present one began at ``start``."""
    before, after = classes[place - 1], classes[place]
    if before == "cr" and after == "lf":
        return False
    if before in ("cr", "lf", "control") or after in ("cr", "lf", "control"):
        return True
    if (before, after) in _HANGUL or after in ("extend", "zwj", "spacing") or before == "prepend":
        return False
    if before == "zwj" and after == "pictograph":
        inner = classes[start : place - 1]
        while inner and inner[-1] == "extend":
            inner.pop()
        return not inner or inner[-1] != "pictograph"
    if before == after == "region":
        return (place - start) % 2 == 0
    return True


_HANGUL = {(a, b) for a, rest in (("l", "l v lv lvt"), ("lv", "v t"), ("v", "v t"), ("lvt", "t"), ("t", "t"))
           for b in rest.split()}  # fmt: skip


def _class(character: str) -> str:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return "other"
    special = {"\r": "cr", "\n": "lf", _ZWJ: "zwj"}.get(character)
    if special:
        return special
    if character in _PREPEND:
        return "prepend"
    category = unicodedata.category(character)
    if character in _EXTEND_TOO or category in ("Mn", "Me") or 0x1F3FB <= code <= 0x1F3FF or 0xE0020 <= code <= 0xE007F:
        return "extend"
    if category == "Mc" or character in _SPACING_TOO:
        return "spacing"
    if category in ("Cc", "Cf", "Zl", "Zp"):
        return "control"
    if 0x1F1E6 <= code <= 0x1F1FF:
        return "region"
    if any(low <= code <= high for low, high in _PICTOGRAPHS):
        return "pictograph"
    return _hangul(code)


def _hangul(code: int) -> str:
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "l"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "v"
    if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB:
        return "t"
    if 0xAC00 <= code <= 0xD7A3:
        return "lv" if (code - 0xAC00) % 28 == 0 else "lvt"
    return "other"
