"""What a destination must do, and the two ways in which it can fail."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

TIMEOUT = 20.0  # seconds for each answer of a server


class SendError(Exception):
    """A message was not taken. The text is ours alone: what a server or library said may hold a secret."""


class UnreachableError(SendError):
    """Nobody answered, or somebody asked to come later: the other messages need not be tried now."""


class RefusedError(SendError):
    """It was answered with no, or something that is needed to send is missing."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message for one destination. ``id`` is the same each time it is tried, so that a receiver knows it again.

    ``text`` is for people, ``body`` is JSON, ``at`` is when it was written.
    """

    id: str
    at: datetime.datetime
    subject: str
    text: str
    body: str


class Destination(Protocol):
    """Somebody who is told. ``key`` is its name in the notes: the name in the settings, for e-mail with the recipient."""

    @property
    def key(self) -> str:
        """Its name."""

    def secrets(self) -> Iterator[str]:
        """What must not be shown, as far as it can be read."""

    def send(self, delivery: Delivery) -> None:
        """Send; on return it was taken, for certain.

        Raises:
            UnreachableError, RefusedError: it was not, or nobody can tell.
        """
