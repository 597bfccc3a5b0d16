"""Joins resources to their companions: by reference, by literal name, per instance.

S3 keeps versioning, encryption, lock, lifecycle and replication in resources of their own. A
companion belongs to a bucket when it refers to exactly that instance or names it; it *may*
belong to it when its target cannot be known. Both are deterministic: order never decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from recoverable.model.raw import RawResource, Reading
from recoverable.model.sketches import HOLE
from recoverable.model.values import Ref, Unknown

T = TypeVar("T")
CONDITIONAL = "__conditional__"
_PREFIX = re.compile(r"[^${}]*[:/]")


@dataclass(frozen=True, slots=True)
class Maybe:
    """Why something may be a companion, and what: None where the input does not say that it exists."""

    reason: str
    resource: RawResource | None = None


@dataclass(slots=True)
class Joined:
    """The companions of one resource: those that surely are, and what others may be. Where one is enough, those say nothing any more."""

    found: list[RawResource] = field(default_factory=list)
    maybe: list[Maybe] = field(default_factory=list)

    @property
    def first(self) -> RawResource | None:
        """The companion, where there is one."""
        return self.found[0] if self.found else None

    @property
    def doubt(self) -> str:
        """Why it is not known whether there is a companion; "" when there is one, or surely none."""
        return "" if self.found or not self.maybe else self.maybe[0].reason


def base_address(address: str) -> str:
    """An address without its last instance key."""
    if not address.endswith("]"):
        return address
    start = address.rfind('["') if address.endswith('"]') else address.rfind("[")
    return address[:start] if start > 0 else address


def _is_prefixed(value: Unknown, found: list[RawResource]) -> bool:
    """Whether a text is the name that it refers to behind a prefix. Of a name that is known in part, the text holds that part."""
    names = [HOLE]
    for item in found:
        for ref in value.refs:
            own = item.attrs.get(ref.attribute)
            names += [own.sketch] if isinstance(own, Unknown) and own.sketch else []
    return any(
        value.sketch == name or (value.sketch.endswith(name) and _PREFIX.fullmatch(value.sketch[: -len(name)]) is not None)
        for name in names
    )


class Index:
    """Resources of one reading by type and address, with companions joined on demand."""

    def __init__(
        self, resources: Iterable[RawResource], partial: str = "", deleted: Iterable[RawResource] = (), let_go: Iterable[RawResource] = ()
    ) -> None:
        self.all = list(resources)
        self.partial = partial
        self.deleted = list(deleted)
        self.let_go = list(let_go)
        self.by_type: dict[str, list[RawResource]] = {}
        self.by_address: dict[str, RawResource] = {}
        self.instances: dict[str, list[RawResource]] = {}
        self._names: dict[tuple[int, str, str], dict[str, list[RawResource]]] = {}
        self._tables: dict[tuple[str, str, str, tuple[str, ...]], _Table] = {}
        self._memory: dict[object, Any] = {}
        for resource in self.all:
            self.by_type.setdefault(resource.type, []).append(resource)
            self.by_address[resource.address] = resource
            self.instances.setdefault(base_address(resource.address), []).append(resource)

    @classmethod
    def of(cls, reading: Reading) -> Index:
        """The index of what a reading declares."""
        actions = {address: change.action for address, change in reading.changes.items()}
        before = reading.before or ()
        return cls(
            # What a plan lets go of still stands among the planned values, but without any.
            [item for item in reading.resources if actions.get(item.address) != "forget"],
            reading.partial,
            [item for item in before if actions.get(item.address) == "delete"],
            [item for item in before if actions.get(item.address) == "forget"],
        )

    def of_type(self, *types: str) -> list[RawResource]:
        """All resources of these types, in the order of the input."""
        return [resource for name in types for resource in self.by_type.get(name, ())]

    def memo(self, key: object, make: Callable[[], T]) -> T:
        """What ``make`` makes of this index, made once: a table saves every resource from asking all others."""
        if key not in self._memory:
            self._memory[key] = make()
        found: T = self._memory[key]
        return found

    def named(self, text: str, kind: str, names: tuple[str, ...]) -> list[RawResource]:
        """Resources of a type of which one of these attributes is this text, in the order of the input."""

        def table() -> dict[str, list[RawResource]]:
            found: dict[str, list[RawResource]] = {}
            for resource in self.by_type.get(kind, ()):
                for value in dict.fromkeys(value for name in names if isinstance(value := resource.attrs.get(name), str)):
                    found.setdefault(value, []).append(resource)
            return found

        return self.memo(("named", kind, names), table).get(text, [])

    def resolve(self, refs: Iterable[Ref], *types: str) -> tuple[list[RawResource], bool]:
        """The resources of ``types`` that references may point to, and whether that is exact."""
        found: dict[int, RawResource] = {}
        exact = True
        for ref in refs:
            one = self.by_address.get(ref.address)
            exact = exact and one is not None
            for item in (one,) if one else self._any_instance(ref.address):
                if not types or item.type in types:
                    found[id(item)] = item
        return list(found.values()), exact and len(found) <= 1

    def reach(self, value: Unknown, *types: str) -> tuple[list[RawResource], bool]:
        """The resources of ``types`` that a value may name, and whether it surely names the one: not where something else may win, and
        not where it is a text of more than what stands before a name (``arn:aws:s3:::``).
        """
        found, exact = self.resolve(value.refs, *types)
        return found, exact and (not value.open or _is_prefixed(value, found))

    def _any_instance(self, address: str) -> list[RawResource]:
        """The instances of a resource; one whose number is not known stands for all of its keys."""
        many = self.instances.get(address, [])
        undecided = self.by_address.get(f"{base_address(address)}[*]")
        return many if many or undecided is None else [undecided]

    def companions(self, target: RawResource, kind: str, attribute: str = "bucket", names: tuple[str, ...] = ("bucket",)) -> Joined:
        """Resources of type ``kind`` whose ``attribute`` points to ``target``.

        ``names`` are the target's attributes whose literal value identifies it. Where the input
        leaves unchanged resources out, a companion that is not there may still exist.
        """
        key = (kind, attribute, target.type, names)
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = _Table(self, kind, attribute, target.type, names)
        joined = table.of(target)
        if not joined.found:
            gone = self._earlier(self.let_go, target, kind, attribute, names)
            kept = [Maybe(f"{item.address} is let go of: it stays as it was, and nothing manages it", item) for item in gone]
            joined = Joined(joined.found, [*joined.maybe, *kept]) if kept else joined
        if not joined.found and self.partial:
            joined = Joined(joined.found, [*joined.maybe, Maybe(self.partial)])
        return joined

    def was(self, target: RawResource, kind: str, attribute: str = "bucket", names: tuple[str, ...] = ("bucket",)) -> RawResource | None:
        """The companion of type ``kind`` that the plan deletes."""
        return next(iter(self._earlier(self.deleted, target, kind, attribute, names)), None)

    def _earlier(
        self, items: list[RawResource], target: RawResource, kind: str, attribute: str, names: tuple[str, ...]
    ) -> list[RawResource]:
        """The companions among resources of an earlier state, where every name is literal."""
        key = (id(items), kind, attribute)
        table = self._names.get(key)
        if table is None:
            table = self._names[key] = {}
            for item in items:
                value = item.attrs.get(attribute)
                if item.type == kind and isinstance(value, str):
                    table.setdefault(value, []).append(item)
        values = [target.attrs.get(name) for name in (*names, "id", "arn")] if table else []
        return [item for value in dict.fromkeys(value for value in values if isinstance(value, str)) for item in table.get(value, ())]

    def target(self, resource: RawResource, attribute: str, *types: str) -> RawResource | None:
        """The one resource that ``attribute`` refers to, None where it is not exactly one."""
        value = resource.raw(attribute)
        found, exact = self.reach(value, *types) if isinstance(value, Unknown) else self.resolve(resource.refs(attribute), *types)
        return found[0] if exact and found else None


class _Table:
    """All companions of one kind, filed by the resource they point to."""

    def __init__(self, index: Index, kind: str, attribute: str, target_type: str, names: tuple[str, ...]) -> None:
        self.own_names = names
        self.names = (*names, "id", "arn")
        self.exact: dict[str, list[RawResource]] = {}
        self.literal: dict[str, list[RawResource]] = {}
        self.doubtful: dict[str, list[Maybe]] = {}
        self.anywhere: list[Maybe] = []
        self.conditional: dict[str, list[Maybe]] = {}
        self.sketched: dict[object, list[RawResource]] = {}
        self.alike: dict[tuple[tuple[Ref, ...], tuple[str, ...]], list[Maybe]] = {}
        for resource in index.by_type.get(kind, ()):
            self._file(index, resource, attribute, target_type)

    def _file(self, index: Index, resource: RawResource, attribute: str, target_type: str) -> None:
        raw = resource.raw(attribute)
        condition = resource.attrs.get(CONDITIONAL)
        if isinstance(raw, Unknown):
            targets, exact = index.resolve(raw.refs, target_type)
            same_number = len(targets) == 1 and together(resource, targets[0])
            if (same_number or (exact and len(targets) == 1 and condition is None)) and not raw.open:
                self.exact.setdefault(targets[0].address, []).append(resource)
                return
            if condition is None and (same := _same_text(raw, resource.references.get(attribute))):
                self.sketched.setdefault(same, []).append(resource)
                return
            note = condition.expression if isinstance(condition, Unknown) else raw.expression
            doubt = Maybe(f"{resource.address} may apply to it: {note}", resource)
            for target in targets:
                self.doubtful.setdefault(target.address, []).append(doubt)
            written = resource.references.get(attribute)
            if raw.refs and written:
                self.alike.setdefault((raw.refs, written), []).append(
                    Maybe(f"{resource.address} may apply to it: both are named by {', '.join(written)}", resource)
                )
            if not targets and not raw.refs:
                self.anywhere.append(Maybe(f"{resource.address} may apply to it: {attribute} comes from {raw.expression}", resource))
        elif raw is not None and condition is None:
            self.literal.setdefault(str(raw), []).append(resource)
        elif isinstance(condition, Unknown):
            doubt = Maybe(f"{resource.address} is there only if {condition.expression}", resource)
            self.anywhere.append(doubt) if raw is None else self.conditional.setdefault(str(raw), []).append(doubt)

    def of(self, target: RawResource) -> Joined:
        known = {id(item): item for item in self.exact.get(target.address, ())}
        for name in self.names:
            value = target.attrs.get(name)
            if isinstance(value, str):
                known.update((id(item), item) for item in self.literal.get(value, ()))
            elif isinstance(value, Unknown) and (same := _same_text(value, target.references.get(name))):
                known.update((id(item), item) for item in self.sketched.get(same, ()))
        found = list(known.values())
        perhaps = [*self.doubtful.get(target.address, ()), *self._named_alike(target), *self._named_perhaps(target), *self.anywhere]
        return Joined(found, [maybe for maybe in perhaps if maybe.resource is None or id(maybe.resource) not in known])

    def _named_perhaps(self, target: RawResource) -> Iterator[Maybe]:
        """Companions that are there under a condition alone and name their target: any, where the target's own name is not known."""
        own = [target.attrs.get(name) for name in self.own_names]
        for name, doubts in self.conditional.items() if any(isinstance(value, Unknown) for value in own) else ():
            yield from doubts if name not in own else ()
        for value in dict.fromkeys(value for name in self.names if isinstance(value := target.attrs.get(name), str)):
            yield from self.conditional.get(value, ())

    def _named_alike(self, target: RawResource) -> Iterator[Maybe]:
        """Companions whose name is made of the same unknown parts as the target's: it may be the same name."""
        for name in self.names:
            value = target.attrs.get(name)
            if isinstance(value, Unknown):
                yield from self.alike.get((value.refs, target.references.get(name, ())), ())


def together(one: RawResource, other: RawResource) -> bool:
    """Whether two resources of unknown number are there under the very same condition, in the same module."""
    mine, theirs = one.attrs.get(CONDITIONAL), other.attrs.get(CONDITIONAL)
    if not isinstance(mine, Unknown) or not isinstance(theirs, Unknown):
        return False
    return bool(mine.sketch) and mine.sketch == theirs.sketch and one.module == other.module


def _same_text(value: Unknown, written: tuple[str, ...] | None) -> object:
    """What tells a text that is unknown in one part: two that share it are the same text, whatever it is.

    Both are written with the same names, come from the same one attribute, and look the same.
    """
    exact = len(value.refs) == 1 and not value.refs[0].address.endswith("[*]")
    return (value.refs, value.sketch, written) if value.sketch and exact and written else None
