"""The one type that several types can share, found as Terraform finds it.

Objects with the same attributes stay objects, otherwise they become maps; tuples of the same
length stay tuples, otherwise they become lists; strings take numbers and truth values in.
"""

from __future__ import annotations

from collections.abc import Sequence

from recoverable.readers.hcl.hcl_kinds import ANY, PRIMITIVES, HclType, list_of, map_of, object_of, tuple_of


def convertible(given: HclType, wanted: HclType, risky: bool = True) -> bool:
    """True when values of the one type can be converted to the other.

    ``risky`` conversions may fail for some values, or lose something: text to number, list to set.
    """
    if wanted.kind == "any" or given == wanted:
        return True
    if given.kind == "any":
        return risky
    if wanted.kind in PRIMITIVES:
        if given.kind not in PRIMITIVES:
            return False
        return wanted.kind == "string" or (risky and given.kind == "string")
    if wanted.kind == "object":
        return _to_object(given, wanted, risky)
    if wanted.kind == "tuple":
        if given.kind != "tuple" or len(given.items) != len(wanted.items):
            return False
        pairs = zip(given.items, wanted.items, strict=True)
        return all(convertible(item, target, risky) for item, target in pairs)
    return _to_collection(given, wanted, risky)


def _to_object(given: HclType, wanted: HclType, risky: bool) -> bool:
    if given.kind == "map":
        return risky and all(convertible(given.element, a.type, risky) for a in wanted.attributes)
    if given.kind != "object":
        return False
    for attribute in wanted.attributes:
        own = given.attribute(attribute.name)
        if own is None and not attribute.optional:
            return False
        if own is not None and not convertible(own.type, attribute.type, risky):
            return False
    return True


def _to_collection(given: HclType, wanted: HclType, risky: bool) -> bool:
    if wanted.kind == "map":
        if given.kind == "map":
            return convertible(given.element, wanted.element, risky)
        if given.kind != "object":
            return False
        return _all_to([a.type for a in given.attributes], wanted.element, risky)
    if given.kind == "tuple":
        loses = wanted.kind == "set" and not risky
        return not loses and _all_to(given.items, wanted.element, risky)
    if given.kind not in ("list", "set") or (wanted.kind == "set" and given.kind == "list" and not risky):
        return False
    return convertible(given.element, wanted.element, risky)


def _all_to(given: Sequence[HclType], element: HclType, risky: bool) -> bool:
    if element.kind == "any" and given and unify(given) is None:
        return False
    return all(convertible(item, element, risky) for item in given)


def unify(types: Sequence[HclType]) -> HclType | None:
    """The type all can be converted to, or None. No types at all share ``any``."""
    known = [kind for kind in dict.fromkeys(types) if kind.kind != "any"]
    if len(known) < 2:
        return known[0] if known else ANY
    kinds = {kind.kind for kind in known}
    if {"object", "tuple"} <= kinds:
        return None
    if kinds == {"object"}:
        return _unify_objects(known)
    if kinds == {"tuple"}:
        return _unify_tuples(known)
    if len(kinds) == 1 and kinds <= {"list", "set", "map"}:
        element = unify([kind.element for kind in known])
        return None if element is None else HclType(known[0].kind, (element,))
    if kinds <= {"list", "tuple"} or kinds <= {"map", "object"}:
        shared = unify([part for kind in known for part in _parts(kind)])
        return None if shared is None else list_of(shared) if "list" in kinds else map_of(shared)
    for wanted in _preferred(known):
        if all(convertible(kind, wanted) for kind in known):
            return wanted
    return None


def _parts(kind: HclType) -> list[HclType]:
    """The types of what a value of this type holds."""
    return [attribute.type for attribute in kind.attributes] if kind.kind == "object" else list(kind.items)


def _preferred(types: Sequence[HclType]) -> list[HclType]:
    """The more general first: what others convert to without risk; otherwise as they stand."""

    def generality(wanted: HclType) -> int:
        return -sum(convertible(kind, wanted, risky=False) for kind in types)

    return sorted(types, key=generality)


def _unify_objects(types: Sequence[HclType]) -> HclType | None:
    names = [attribute.name for attribute in types[0].attributes]
    if any([attribute.name for attribute in kind.attributes] != names for kind in types):
        shared = unify([attribute.type for kind in types for attribute in kind.attributes])
        return None if shared is None else map_of(shared)
    found: dict[str, HclType] = {}
    for index, name in enumerate(names):
        member = unify([kind.attributes[index].type for kind in types])
        if member is None:
            return None
        found[name] = member
    return object_of(found)


def _unify_tuples(types: Sequence[HclType]) -> HclType | None:
    if any(len(kind.items) != len(types[0].items) for kind in types):
        shared = unify([item for kind in types for item in kind.items])
        return None if shared is None else list_of(shared)
    found = []
    for index in range(len(types[0].items)):
        member = unify([kind.items[index] for kind in types])
        if member is None:
            return None
        found.append(member)
    return tuple_of(found)
