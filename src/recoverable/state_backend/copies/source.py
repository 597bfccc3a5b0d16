"""Where copies are taken from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

from recoverable.state_backend.settings import Backend, GcsBackend, HcpBackend

HCP_HOST = "app.terraform.io"


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


def label_of(backend: Backend) -> str:
    """What a manifest calls the place that a backend lies in."""
    if isinstance(backend, HcpBackend):
        return f"https://{backend.hostname or HCP_HOST}/app/{quote(backend.organization)}"
    return f"{'gs' if isinstance(backend, GcsBackend) else 's3'}://{backend.bucket}"
