"""The vocabulary of Terraform's types; :mod:`hcl_types` converts values to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PRIMITIVES = frozenset({"string", "number", "bool"})


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an object type; a default stands in for a missing or null value."""

    name: str
    type: HclType
    optional: bool = False
    default: Any = None

    def __hash__(self) -> int:
        return hash((self.name, self.optional))


@dataclass(frozen=True, slots=True)
class HclType:
    """``kind`` is string, number, bool, any, list, set, map, tuple or object.

    ``items`` holds the one item type of a list, set or map, or a tuple's types in order.
    """

    kind: str
    items: tuple[HclType, ...] = ()
    attributes: tuple[Attribute, ...] = ()

    @property
    def element(self) -> HclType:
        """The item type of a list, set or map."""
        return self.items[0]

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name, or None."""
        return next((found for found in self.attributes if found.name == name), None)

    def has_any(self) -> bool:
        """True when a part of the type is left open."""
        parts = (*self.items, *(attribute.type for attribute in self.attributes))
        return self.kind == "any" or any(part.has_any() for part in parts)

    def __str__(self) -> str:
        if self.kind in ("list", "set", "map"):
            return f"{self.kind} of {self.element}"
        return "dynamic" if self.kind == "any" else self.kind


STRING = HclType("string")
NUMBER = HclType("number")
BOOL = HclType("bool")
ANY = HclType("any")


def list_of(element: HclType) -> HclType:
    """``list(element)``."""
    return HclType("list", (element,))


def set_of(element: HclType) -> HclType:
    """``set(element)``."""
    return HclType("set", (element,))


def map_of(element: HclType) -> HclType:
    """``map(element)``."""
    return HclType("map", (element,))


def tuple_of(items: Iterable[HclType]) -> HclType:
    """``tuple([...])``."""
    return HclType("tuple", tuple(items))


def object_of(attributes: Iterable[Attribute] | Mapping[str, HclType]) -> HclType:
    """``object({...})``; a mapping when every attribute is required. Order does not matter."""
    if isinstance(attributes, Mapping):
        attributes = [Attribute(name, kind) for name, kind in attributes.items()]
    return HclType("object", attributes=tuple(sorted(attributes, key=lambda attribute: attribute.name)))


def required(kind: HclType) -> HclType:
    """The type that a converted value has: optional attributes are there, defaults applied."""
    attributes = tuple(Attribute(a.name, required(a.type)) for a in kind.attributes)
    return HclType(kind.kind, tuple(required(item) for item in kind.items), attributes)
