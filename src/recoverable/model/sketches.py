"""Sketches: texts of which a part is unknown, with a placeholder where that part will stand.

The policy of a bucket nearly always names the bucket's own ARN, which nobody knows before apply;
whether it denies plain HTTP is written in its other parts. A sketch keeps those. A placeholder
that is the whole of a text in a JSON sketch may stand for any value: a text, a list, an object.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from recoverable.model.values import Unknown

HOLE = "${unknown}"
LONGEST = 100_000
"""The longest sketch that is kept; the policies of AWS have at most 20 KB."""


def sketch_of(value: Unknown) -> str:
    """What is known of an unknown's text, a lone placeholder where that is nothing."""
    return value.sketch or HOLE


def sketched(value: Unknown, text: str) -> Unknown:
    """The unknown with a sketch, where there is anything in it and it is not too long."""
    kept = text if len(text) <= LONGEST and text != HOLE else ""
    return value if value.sketch == kept else replace(value, sketch=kept)


def filled(value: Any) -> Any:
    """The data with the sketch of each unknown in its place."""
    if isinstance(value, Unknown):
        return sketch_of(value)
    if isinstance(value, list):
        return [filled(item) for item in value]
    if isinstance(value, dict):
        return {key: filled(item) for key, item in value.items()}
    return value


def is_partly_known(value: Any) -> bool:
    """Whether some of an unknown's text is known, so that it is neither empty nor null."""
    return isinstance(value, Unknown) and bool(value.sketch.replace(HOLE, ""))
