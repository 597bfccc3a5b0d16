"""Tables named in the settings: schema.table, with * for any part of a name."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable


def names_table(patterns: Iterable[str], table: str) -> bool:
    """Whether one of the patterns names a table (``schema.name``); capital letters count."""
    return any(fnmatch.fnmatchcase(table, pattern) for pattern in patterns)
