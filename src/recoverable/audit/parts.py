"""What an audit of any cloud hands over to be judged: readings, in parts where memory has to stay small."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from recoverable.model.finding import Finding
from recoverable.model.raw import Reading

BATCH = 200
"""Stores that are read and judged together where findings are streamed."""


@dataclass(slots=True)
class Part:
    """A reading to be judged. ``only``: findings of these addresses count; ``but``: findings of these were told before.

    Who judged a part with ``only`` says in ``needed`` which of its stores later parts need, for what plans and keys protect is judged
    in the last one; None: all.
    """

    reading: Reading
    only: frozenset[str] = frozenset()
    but: frozenset[str] = frozenset()
    needed: frozenset[str] | None = None

    def is_needed(self, address: str) -> bool:
        """Whether a store of this part is to be in the last one, too."""
        return self.needed is None or address in self.needed


class Look(Protocol):
    """One look at running accounts. ``now`` is the moment that ages are counted from; ``cloud`` the word of ``recoverable audit``, and
    ``code_only`` the rules that no account of it answers, by name with the reason.

    What came of it is known when all parts were taken: ``crashes`` are findings, ``unreached`` says whether somebody did not answer or was
    too busy, ``whole`` whether every store was seen.
    """

    cloud: ClassVar[str]
    code_only: ClassVar[Mapping[str, str]]
    now: datetime.datetime
    crashes: list[Finding]
    unreached: bool

    @property
    def whole(self) -> bool:
        """Whether everybody who was asked answered, and nothing crashed."""
        ...

    def parts(self) -> Iterator[Part]:
        """All there is, account by account; of the parts of an account the last one has no ``only``."""
        ...
