"""Which store of an account is which store of the code, as far as names, regions and accounts tell."""

from __future__ import annotations

from dataclasses import dataclass, field

from recoverable.audit.against.naming import Naming, account_of, naming_of
from recoverable.clouds.index import CONDITIONAL
from recoverable.model.estate import Estate, Store
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

GLOBAL = "aws_s3_bucket"
"""There is one bucket of a name in the world: its region tells nothing more."""


@dataclass(slots=True)
class Declared:
    """A store as code declares it. ``regions`` are those of its own replicas, None where they are not known; ``found``: it is there."""

    store: Store
    estate: Estate
    raw: RawResource
    naming: Naming
    accounts: frozenset[str]
    region: str
    regions: frozenset[str] | None
    found: bool = False

    @property
    def condition(self) -> str:
        """Why it may not be declared at all: a number of instances that is not known."""
        known = self.raw.attrs.get(CONDITIONAL)
        return known.expression if isinstance(known, Unknown) else ""

    def may_be_in(self, account: str, region: str) -> bool:
        """Whether code lets it be there."""
        return (not self.accounts or account in self.accounts) and (not self.region or region == self.region or self.raw.type == GLOBAL)

    def reaches(self, account: str, region: str) -> bool:
        """Whether a replica of it may be there."""
        return (not self.accounts or account in self.accounts) and (self.regions is None or region in self.regions)


@dataclass(frozen=True, slots=True)
class Place:
    """A store that is there: its type, names, account and region."""

    kind: str
    texts: frozenset[str]
    account: str
    region: str


@dataclass(slots=True)
class Catalogue:
    """All stores that are declared, by type and name; ``hidden`` are those whose name is not known."""

    named: dict[tuple[str, str], list[Declared]] = field(default_factory=dict)
    hidden: dict[str, list[Declared]] = field(default_factory=dict)
    every: list[Declared] = field(default_factory=list)

    def add(self, estate: Estate) -> None:
        """Take the stores of one input in."""
        for store in estate.stores:
            if store.raw is None:
                continue
            raw = store.raw
            one = Declared(
                store,
                estate,
                raw,
                naming_of(raw),
                account_of(raw),
                str(store.region.data or "") if store.region.known else "",
                _replicas(raw),
            )
            self.every.append(one)
            for text in one.naming.texts:
                self.named.setdefault((raw.type, text), []).append(one)
            if one.naming.doubt:
                self.hidden.setdefault(raw.type, []).append(one)

    def exact(self, place: Place) -> list[Declared]:
        """Those that a store is by its name."""
        found = {
            id(one): one
            for text in place.texts
            for one in self.named.get((place.kind, text), ())
            if one.may_be_in(place.account, place.region)
        }
        return list(found.values())

    def as_replica(self, place: Place) -> bool:
        """Whether it is the replica of one that is declared."""
        return any(one.reaches(place.account, place.region) for text in place.texts for one in self.named.get((place.kind, text), ()))

    def maybe(self, place: Place) -> Declared | None:
        """One that it may be, whose name is not known."""
        return next(
            (
                one
                for one in self.hidden.get(place.kind, ())
                if one.may_be_in(place.account, place.region) and one.naming.may_be(place.texts)
            ),
            None,
        )


def place_of(store: Store, account: str) -> Place | None:
    """Where a store of an account is; ``account`` is the one that was looked at."""
    if store.raw is None:
        return None
    arn = str(store.raw.attrs.get("arn", ""))
    own = arn.split(":")[4] if arn.count(":") >= 5 else ""
    return Place(store.raw.type, naming_of(store.raw).texts, own or account, str(store.region.data or ""))


def _replicas(raw: RawResource) -> frozenset[str] | None:
    """The regions of a global table's replicas."""
    blocks = raw.blocks("replica") if raw.type == "aws_dynamodb_table" else []
    if isinstance(blocks, Unknown):
        return None
    names = [block.get("region_name", block.get("*")) for block in blocks]
    return None if any(isinstance(name, Unknown) for name in names) else frozenset(str(name) for name in names if name)
