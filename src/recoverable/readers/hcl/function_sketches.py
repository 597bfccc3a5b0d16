"""What is known of a text that a function makes of known and unknown parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recoverable.model.sketches import HOLE, filled, is_partly_known, sketch_of, sketched
from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions_signature import FunctionError
from recoverable.readers.hcl.hcl_types import STRING, to_string
from recoverable.readers.hcl.hcl_values import HclList, HclSet, is_unsettled


def with_sketch(name: str, arguments: list[Any], found: Any) -> Any:
    """A function's answer; one that is unknown gets the sketch that its arguments allow."""
    if not isinstance(found, Unknown):
        return found
    if name == "compact":
        return _compacted(arguments[0], found)
    make = _SKETCHES.get(name)
    try:
        text = make(*arguments) if make else None
    except (FunctionError, TypeError, ValueError):
        return found
    return found if text is None else sketched(found, text)


def _json(value: Any) -> str:
    from recoverable.readers.hcl.functions_json import json_text

    return json_text(filled(value))


def _text(value: Any) -> str:
    """One part of a text; ValueError for what has none."""
    if value is None or isinstance(value, list | dict):
        raise ValueError("no text")
    return sketch_of(value) if isinstance(value, Unknown) else str(to_string(value))


def _replaced(text: Any, part: Any, replacement: Any) -> str | None:
    """The known pieces with the part replaced: what is unknown may hold it as well, and stays unknown."""
    if isinstance(part, Unknown) or not part or part in HOLE or (len(part) > 1 and part[0] == part[-1] == "/"):
        return None
    new = _text(replacement)
    return HOLE.join(piece.replace(part, new) for piece in _text(text).split(HOLE))


def _joined(separator: Any, *lists: Any) -> str | None:
    if isinstance(separator, Unknown) or any(isinstance(items, Unknown) or is_unsettled(items) for items in lists):
        return None
    return str(separator).join(_text(item) for items in lists for item in items)


def _formatted(pattern: Any, *values: Any) -> str | None:
    """Only patterns of plain ``%s``."""
    pieces = [] if isinstance(pattern, Unknown) else str(pattern).split("%s")
    if len(pieces) != len(values) + 1 or any("%" in piece for piece in pieces):
        return None
    return pieces[0] + "".join(_text(value) + piece for value, piece in zip(values, pieces[1:], strict=True))


def _compacted(items: Any, found: Unknown) -> Any:
    """The list itself where each unknown item is certainly some text."""
    if (
        not isinstance(items, list)
        or isinstance(items, HclSet)
        or not all(item is None or isinstance(item, str) or is_partly_known(item) for item in items)
    ):
        return found
    return HclList([item for item in items if item is not None and item != ""], STRING)


_SKETCHES: dict[str, Callable[..., str | None]] = {"jsonencode": _json, "replace": _replaced, "join": _joined, "format": _formatted}
