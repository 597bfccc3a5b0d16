"""Values inside of the YAML that is written."""

from __future__ import annotations

import json
import re

from recoverable.model.errors import InputError

_PLAIN = re.compile(r"[A-Za-z_./][\w./@:+-]*")
# Words that YAML takes for something else than text.
_OTHER = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~", ".", ".."})


def quoted(value: str) -> str:
    """A text as a YAML scalar, in quotes where it needs them.

    Raises:
        InputError: a CI system would take a part of it for an expression.
    """
    if "${{" in value or "$[[" in value:
        raise InputError(f"{value!r} would be carried out as an expression", "", "Rename it.")
    if not value.isprintable():
        raise InputError(f"{value!r} holds what no one can read", "", "Rename it.")
    if value == "." or (_PLAIN.fullmatch(value) and value.lower() not in _OTHER and not value.endswith(":") and ": " not in value):
        return value
    return json.dumps(value, ensure_ascii=False)
