"""Holds running accounts against code: what is declared and not there, what is there and not declared, and what differs.

"Not declared" is asked only of what code speaks of: types of which it declares a store, in the regions where it declares one or where one
was found, and in the accounts that it names, or where something of it was found. What cannot be told by name is unknown, never drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from recoverable.audit.against.comparing import differences
from recoverable.audit.against.matching import Catalogue, Declared, Place, place_of
from recoverable.audit.against.naming import LISTED
from recoverable.clouds.live_facts import DECLARED, declared_of
from recoverable.model.estate import Estate, Store
from recoverable.model.live import LiveDeclared, LiveReading
from recoverable.model.raw import Provider, RawResource
from recoverable.model.values import Location, Unknown

SIGN_IN = ("sts:AssumeRole", "sts:GetCallerIdentity")
"""Calls without which an account is not looked at at all."""


@dataclass(frozen=True, slots=True)
class _Stray:
    """A store that no name of the code fits; kept until it is known what code speaks of."""

    place: Place
    address: str
    kind: str
    tags: tuple[tuple[str, str], ...]
    source: str
    doubt: str


@dataclass(slots=True)
class Against:
    """The stores of code, and what was seen of them so far. ``everywhere``: every enabled region is looked at."""

    declared: Catalogue
    everywhere: bool
    doubts: dict[str, str] = field(default_factory=dict)
    looked: set[tuple[str, str]] = field(default_factory=set)
    _gaps: set[tuple[str, str, str]] = field(default_factory=set)
    _met: set[tuple[str, str, str]] = field(default_factory=set)
    _homes: dict[str, set[str]] = field(default_factory=dict)
    _strays: list[_Stray] = field(default_factory=list)

    @classmethod
    def of(cls, estates: Iterable[Estate], *, everywhere: bool, unread: str = "") -> Against:
        """Against what estates of code declare. ``unread``: why not all of the code could be read."""
        catalogue, doubts = Catalogue(), {}
        for estate in estates:
            catalogue.add(estate)
            missing = next((f"{problem.address or problem.message} was not read" for problem in estate.missing_modules), "")
            if doubt := unread or missing or estate.partial:
                doubts[estate.source] = doubt
        return cls(catalogue, everywhere, doubts)

    def take(self, estate: Estate, only: frozenset[str] = frozenset(), but: frozenset[str] = frozenset()) -> None:
        """Put what is to be said of an account's stores beside them; what has no name in the code waits for :meth:`rest`."""
        account = estate.source.partition(":")[2]
        for reading in estate.live:
            if isinstance(reading, LiveReading):
                self._note(reading)
        for store in estate.stores:
            if (only and store.address not in only) or store.address in but:
                continue
            place = place_of(store, account)
            if place is not None and (said := self._said(store, place, estate.source)):
                estate.live.append(declared_of(said))

    def rest(self, *, crashed: bool = False) -> list[Estate]:
        """What can be said once every account was looked at: what is not there, and what is not declared."""
        found: dict[str, Estate] = {}
        for one in self.declared.every:
            if one.found:
                continue
            about = self._missing(one, crashed)
            found.setdefault(one.estate.source, Estate(one.estate.source, environment_hints=one.estate.environment_hints)).live.append(
                about
            )
        for stray in self._strays:
            if self._speaks_of(stray.place):
                found.setdefault(stray.source, Estate(stray.source)).live.append(self._undeclared(stray))
        return list(found.values())

    def _note(self, reading: LiveReading) -> None:
        account, region = _whose(reading)
        self.looked.add((account, region))
        if reading.why:
            self._gaps.add((account, region, reading.action))

    def _said(self, store: Store, place: Place, source: str) -> RawResource | None:
        """A store that code declares, compared; None where no name fits."""
        hits = self.declared.exact(place)
        for one in hits:
            one.found = True
            self._met.add((place.kind, place.account, place.region))
            self._homes.setdefault(one.estate.source, set()).add(place.account)
        if len(hits) == 1:
            (one,) = hits
            return _raw(
                store, at=_place(one), where=one.store.where, declared=True, there=True, attribute=list(differences(one.store, store))
            )
        if hits:
            doubt = Unknown(f"it is declared {len(hits)} times: {', '.join(_place(one) for one in hits[:3])}")
            both = {"name": "which declaration is meant", "at": _place(hits[0]), "declared": "unknown", "live": "there", "same": doubt}
            return _raw(store, at=_place(hits[0]), where=hits[0].store.where, declared=True, there=True, attribute=[both])
        if self.declared.as_replica(place):
            return _raw(store, declared=True, there=True)
        hidden = self.declared.maybe(place)
        doubt_of = f"it may be {hidden.store.address} ({_place(hidden)}): {hidden.naming.doubt}" if hidden else _made_with(store)
        if any(one.raw.type == place.kind for one in self.declared.every):
            self._strays.append(_Stray(place, store.address, store.kind, tuple(store.tags.items()), source, doubt_of))
        return None

    def _missing(self, one: Declared, crashed: bool) -> LiveDeclared:
        there = self._there(one, crashed)
        return declared_of(_raw(one.store, at=_place(one), where=one.store.where, declared=True, there=Unknown(there) if there else False))

    def _there(self, one: Declared, crashed: bool) -> str:
        """Why it is not known whether a store that was not found is there; "" where it is not."""
        places = [(account, region) for account, region in sorted(self.looked) if not one.accounts or account in one.accounts]
        here = [(account, region) for account, region in places if not one.region or region == one.region]
        if not here:
            return f"{one.region or 'its region'} of {', '.join(sorted(one.accounts)) or 'its account'} was not looked at"
        actions = (*LISTED.get(one.raw.type, ()), *SIGN_IN)
        gap = next((action for account, region, action in sorted(self._gaps) if action in actions and (account, region) in here), "")
        if gap:
            return gap
        if crashed:
            return "a part of the audit that crashed"
        if one.raw.type not in LISTED:
            return f"{one.store.kind} is not looked at"
        if not one.region and not self.everywhere:
            return "its region, which code does not say: not all regions were looked at"
        if one.condition:
            return f"whether it is declared hangs on {one.condition}"
        if one.naming.doubt and (
            one.naming.like is None
            or any(one.naming.may_be(stray.place.texts) for stray in self._strays if stray.place.kind == one.raw.type)
        ):
            return one.naming.doubt
        return ""

    def _speaks_of(self, place: Place) -> bool:
        """Whether code speaks of stores of this type in this place."""
        if (place.kind, place.account, place.region) in self._met:
            return True
        return any(
            one.raw.type == place.kind
            and one.region == place.region
            and place.account in (one.accounts or self._accounts(one.estate.source))
            for one in self.declared.every
        )

    def _accounts(self, source: str) -> set[str]:
        """The accounts that an input is about, where it names none: those where something of it was found, or the only one there is."""
        only = {account for account, _ in self.looked}
        return self._homes.get(source) or (only if len(only) == 1 else set())

    def _undeclared(self, stray: _Stray) -> LiveDeclared:
        doubt = stray.doubt or next(iter(self.doubts.values()), "")
        raw = RawResource(
            stray.address,
            DECLARED,
            stray.address,
            {"kind": stray.kind, "there": True, "declared": Unknown(doubt) if doubt else False, "tags": dict(stray.tags)},
            provider=Provider("aws", attrs={"region": stray.place.region}),
        )
        return declared_of(raw)


def _made_with(store: Store) -> str:
    """Why a disk need not be declared by itself: one that goes with its instance is mostly a part of that."""
    instance = store.raw.attrs.get("dies_with") if store.raw is not None else None
    return f"it goes with {instance}, whose declaration is not read" if instance else ""


def _raw(store: Store, *, where: Location | None = None, **attrs: Any) -> RawResource:
    """What is said of a store, with the address, tags and region of the store."""
    return RawResource(
        store.address,
        DECLARED,
        store.address,
        {"kind": store.kind, "tags": dict(store.tags), **attrs},
        where=where,
        provider=store.raw.provider if store.raw else None,
    )


def _place(one: Declared) -> str:
    return str(one.store.where or one.store.address)


def _whose(reading: LiveReading) -> tuple[str, str]:
    """The account and region of a reading, by its address ``aws:ACCOUNT:REGION…``."""
    parts: Iterator[str] = iter([*reading.address.split(":"), "", ""])
    next(parts)
    return next(parts), next(parts)
