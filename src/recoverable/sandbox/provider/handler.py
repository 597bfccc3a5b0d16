"""What a stand-in provider must know of one resource type: how the cloud makes, shows, changes and removes it.

A file in ``sandbox/aws`` or ``sandbox/gcp`` holds the handlers of one service; subclasses of ``Handler`` with a ``token`` are
discovered, never listed by hand; so are the provider's functions, subclasses of ``Function``. Values are plain Python values under
the provider's own (camel case) property names. What the SDK's type information says (names, types, what is required, which outputs
are computed) is checked before a handler is called. ``sandbox/FAMILY/cloud.py`` offers what the handlers talk to: ``connect``.

Shown as an output is only what ``read`` returns (and ``kept``): an answer is the cloud's own, never an echo of the inputs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
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


class PartlyMadeError(Exception):
    """The resource exists, and a later step of making it failed: the engine keeps it in the state, and the next update goes on."""

    def __init__(self, identity: str, reason: Exception) -> None:
        super().__init__(str(reason))
        self.identity, self.reason = identity, reason


@contextmanager
def made(identity: str) -> Iterator[None]:
    """The steps of a creation after the resource exists under this id. What fails in here raises PartlyMadeError."""
    try:
        yield
    except Exception as error:
        raise PartlyMadeError(identity, error) from error


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
    kept: ClassVar[frozenset[str]] = frozenset()
    """Settings of the provider itself that no cloud holds (``forceDestroy``) and secrets that none returns (``password``):
    taken from what was held wherever ``read`` does not return them."""
    filled: ClassVar[frozenset[str]] = frozenset()
    """What the cloud fills in inside a block where the program states nothing (``rules.id``), and the SDK's types do not tell so:
    it is no drift then."""
    fake: ClassVar[bool] = False
    """True where moto has no such call and our own stand-in answers it. Tests that rely on it are named ``fake_…``."""

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Combinations that the real provider or API refuses. Unknown values equal ``wire.UNKNOWN``: they are never refused."""
        return ()

    @abstractmethod
    def create(self, cloud: C, inputs: Values) -> str:
        """Make it; its id. Steps after the first go into ``with made(identity):``, so that what exists is never lost sight of."""

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


class Function(ABC, Generic[C]):
    """One function of a provider (``aws:index/getRegion:getRegion``); looked up at preview too."""

    token: ClassVar[str] = ""
    """The Pulumi function token."""
    fake: ClassVar[bool] = False
    """True where our own store answers it."""

    @abstractmethod
    def call(self, cloud: C, arguments: Values) -> Values:
        """The answer, under the provider's property names. Raises RefusedError where the cloud has none."""
