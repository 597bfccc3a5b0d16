"""What an entry of the damage catalogue is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Any


class Artefact(str, Enum):
    """What an injection damages; the type of its first argument."""

    DATA_DIRECTORY = "files of a stopped copy"
    BASE_BACKUP = "base backup folder"
    LOG_ARCHIVE = "log archive"
    DUMP = "dump file"
    DATABASE = "database"
    REQUEST = "what the drill is asked or given"


@dataclass(frozen=True, slots=True)
class Injection:
    """One way to damage one artefact.

    ``row`` is its row in the failure catalogue; ``name`` is unique. ``inject`` takes the artefact (a folder, a file, a
    connection or a mapping) and a generator of random numbers that chooses the place, and says what it did.
    """

    name: str
    row: int
    title: str
    artefact: Artefact
    inject: Callable[[Any, Random], str]


class CannotDamageError(Exception):
    """There is nothing in the artefact that could be damaged in this way."""
