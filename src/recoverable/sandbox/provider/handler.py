"""What a stand-in provider must know of one resource type: how the cloud makes, shows, changes and removes it.

A file in ``sandbox/aws`` or ``sandbox/gcp`` holds the handlers of one service; subclasses of ``Handler`` with a ``token`` are
discovered, never listed by hand. Values are plain Python values under the provider's own (camel case) property names. What the
SDK's type information says (names, types, what is required, which outputs are computed) is checked before a handler is called.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

Values = dict[str, Any]
C = TypeVar("C")


@dataclass(frozen=True)
class Refusal:
    """One reason why inputs are refused; ``property`` is the path as the engine shows it (``rules[0].status``)."""

    property: str
    reason: str


class RefusedError(Exception):
    """The cloud said no. The message is shown to the user, with the resource's URN added by the engine."""


class Handler(ABC, Generic[C]):
    """One resource type. ``C`` is the cloud that it talks to, bound to the resource's region before each call."""

    token: ClassVar[str] = ""
    """The Pulumi type token, such as ``aws:s3/bucket:Bucket``."""
    autoname: ClassVar[str] = ""
    """The property that is named when the program does not; "" where the provider names nothing."""
    replaces: ClassVar[frozenset[str]] = frozenset()
    """Properties whose change needs a new resource (the provider's ForceNew)."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """What the provider's schema fills in; listed in ``__defaults`` as the bridge does."""
    fake: ClassVar[bool] = False
    """True where moto has no such call and our own stand-in answers it. Tests that rely on it are named ``fake_…``."""

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Combinations that the real provider or API refuses. Unknown values equal ``wire.UNKNOWN``: they are never refused."""
        return ()

    @abstractmethod
    def create(self, cloud: C, inputs: Values) -> str:
        """Make it; its id."""

    @abstractmethod
    def read(self, cloud: C, identity: str, held: Values) -> Values | None:
        """What the cloud holds now, inputs and computed outputs under one name each; None where it is gone.

        ``held`` is what was last known: all inputs and outputs, or nothing when a resource is imported. A property that the cloud does not
        return (a password) is taken from there.
        """

    @abstractmethod
    def update(self, cloud: C, identity: str, old: Values, new: Values) -> None:
        """Change it in place. ``old`` and ``new`` are inputs."""

    @abstractmethod
    def delete(self, cloud: C, identity: str, held: Values) -> None:
        """Remove it. What is gone already is no error. Raises RefusedError where the cloud refuses (deletion protection)."""
