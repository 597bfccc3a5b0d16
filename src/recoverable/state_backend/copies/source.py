"""Where copies are taken from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class State:
    """One state as it lies there. ``version`` is the place's own name of it, ``modified`` a moment in UTC."""

    client: str
    key: str
    version: str
    modified: str
    body: bytes = field(repr=False)


class Source(Protocol):
    """A backend that is read. ``empty`` names, after :meth:`states` has ended, what was found and holds no state yet."""

    name: str
    label: str
    empty: list[str]

    def states(self) -> Iterator[State]:
        """Every state."""
