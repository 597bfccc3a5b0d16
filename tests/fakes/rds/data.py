"""Where the data of instances is: a real PostgreSQL per instance, one for all, or none."""

from __future__ import annotations

import datetime
from typing import Protocol


class DataPlane(Protocol):
    """The databases behind the endpoints."""

    def restore(self, name: str, data: str, time: datetime.datetime | None) -> None:
        """Begin to put the data of a source there, as it was at a time (None: all of it)."""

    def endpoint(self, name: str) -> tuple[str, int]:
        """Where it listens, once it does."""

    def set_password(self, name: str, user: str, password: str) -> None:
        """Change a role's password."""

    def destroy(self, name: str) -> None:
        """Take it away."""


class NoData:
    """Nobody listens."""

    def restore(self, name: str, data: str, time: datetime.datetime | None) -> None:
        """Nothing to do."""

    def endpoint(self, name: str) -> tuple[str, int]:
        """A port on which nobody listens."""
        return "127.0.0.1", 1

    def set_password(self, name: str, user: str, password: str) -> None:
        """Nothing to do."""

    def destroy(self, name: str) -> None:
        """Nothing to do."""
