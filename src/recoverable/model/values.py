"""Values that know where they came from: stated, a provider default, unknown, or absent.

Absent, default and unknown are three different things: an RDS instance without
``backup_retention_period`` has no backups (default 0), one whose retention is a variable without
a value may have any (unknown), and an attribute the provider has no default for is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: path as given by the user (or relative to it) and a 1-based line."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A reference to an attribute of one resource *instance*.

    ``address`` is the full instance address (``module.a[0].aws_s3_bucket.b["x"]``, or a Pulumi
    URN). An address without an index, where the resource has ``count`` or ``for_each``, means
    that the instance is not known: any of them.
    """

    address: str
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands in a raw attribute tree where a value cannot be known before apply.

    ``expression`` names what is not known in the words of the input (``var.days``,
    ``aws_kms_key.k.arn``); ``reason`` says why (``variable without a value``). ``refs`` are the
    resource instances the value is made from: companions are joined by them.
    ``not_null`` is set where the value is known to be set, whatever it turns out to be.
    ``open`` is set where it may turn out to be something else than one of ``refs``: a literal on
    the other side of a conditional, or a text made from them. A join by reference is then a maybe.
    ``sketch`` is what is known of a text that is unknown only in part (see model/sketches.py);
    it says nothing about which value this is, so two unknowns that differ in it alone are equal.
    """

    expression: str
    reason: str = ""
    refs: tuple[Ref, ...] = ()
    not_null: bool = False
    open: bool = False
    sketch: str = field(default="", compare=False, repr=False)


class Kind(str, Enum):
    """Where a value came from."""

    STATED = "stated"
    DEFAULT = "default"
    UNKNOWN = "unknown"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """One attribute of a protected thing, with its origin.

    ``path`` is the attribute in the words of the input (``settings.backup_configuration.enabled``),
    so that a finding can say what to change. ``note`` is the source of a default, or the
    expression of an unknown.
    """

    kind: Kind
    data: T | None = None
    path: str = ""
    where: Location | None = None
    note: str = ""

    @property
    def known(self) -> bool:
        """True when there is a definite value: stated, or the provider's default."""
        return self.kind in (Kind.STATED, Kind.DEFAULT)

    @property
    def unknown(self) -> bool:
        """True when the value cannot be known before apply."""
        return self.kind is Kind.UNKNOWN

    @property
    def absent(self) -> bool:
        """True when nothing is stated and the provider has no default."""
        return self.kind is Kind.ABSENT

    @property
    def is_true(self) -> bool:
        """True only when known and true."""
        return self.known and self.data is True

    @property
    def is_false(self) -> bool:
        """True when known and false, or absent: only an unknown is neither true nor false."""
        return (self.known and not self.data) or self.absent

    def map(self, convert: Any) -> Value[Any]:
        """The same value with its data converted; unknown and absent pass through."""
        if not self.known or self.data is None:
            return Value(self.kind, None, self.path, self.where, self.note)
        return Value(self.kind, convert(self.data), self.path, self.where, self.note)


def stated(data: T, path: str = "", where: Location | None = None, note: str = "") -> Value[T]:
    """A value that is written in the input."""
    return Value(Kind.STATED, data, path, where, note)


def default(data: T, path: str = "", where: Location | None = None, note: str = "") -> Value[T]:
    """The provider's default for an attribute that is not written; ``note`` is its source."""
    return Value(Kind.DEFAULT, data, path, where, note)


def unknown(expression: str, path: str = "", where: Location | None = None) -> Value[Any]:
    """A value that cannot be known before apply; ``expression`` names why."""
    return Value(Kind.UNKNOWN, None, path, where, expression)


def absent(path: str = "", where: Location | None = None) -> Value[Any]:
    """An attribute that is not written and has no default."""
    return Value(Kind.ABSENT, None, path, where)
