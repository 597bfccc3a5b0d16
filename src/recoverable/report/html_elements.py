"""HTML that cannot be forgotten to escape: text is escaped, only elements made here are not."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from recoverable.report.words import clean

_VOID = frozenset({"meta", "link", "input", "br", "hr", "rect"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | Iterable[str] | None


def element(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """``element("td", "a < b", class_="x")``; attributes that are None or False are left out."""
    said = "".join(
        f" {key.strip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(clean(str(value)))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Markup(f"<{name}{said}>" if name != "rect" else f"<{name}{said}/>")
    return Markup(f"<{name}{said}>{''.join(_inner(child) for child in children)}</{name}>")


def text(said: str) -> Markup:
    """Text, escaped and clean."""
    return said if isinstance(said, Markup) else Markup(escape(clean(said)))


def _inner(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, str):
        return text(child)
    return "".join(text(one) for one in child)
