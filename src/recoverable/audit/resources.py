"""What the readers of the audit make: raw resources in Terraform's words, as a plan would show them, named by their ARN.

The same mapping and rules then judge the account that judge its code. Companions (versioning, locks …) are joined by ARN
or by a name that is the only one of its kind in the world, never by a name that another region may use too.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from recoverable.audit.asking import Region
from recoverable.model.raw import Provider, RawResource
from recoverable.model.values import Unknown

Json = dict[str, Any]


@dataclass(slots=True)
class Found:
    """What is found in one account; safe to be filled by many threads.

    ``facts`` holds, by the ARN of a store, what only the running account knows of it; its times are minutes before now. ``doubts``
    holds, by the beginning of ARNs, facts that could not be read for any of them.
    """

    resources: list[RawResource] = field(default_factory=list)
    facts: dict[str, Json] = field(default_factory=dict)
    doubts: dict[str, Json] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, *resources: RawResource) -> None:
        """Take resources in."""
        with self.lock:
            self.resources.extend(resources)

    def tell(self, arn: str, **facts: Any) -> None:
        """Take facts about a store in; None says nothing."""
        with self.lock:
            self.facts.setdefault(arn, {}).update({name: value for name, value in facts.items() if value is not None})

    def tell_newest(self, arn: str, fact: str, minutes: int) -> None:
        """Take an age in, unless a smaller one is known: vaults of several regions may hold backups of one store."""
        with self.lock:
            facts = self.facts.setdefault(arn, {})
            facts[fact] = min(minutes, facts.get(fact, minutes))

    def doubt(self, beginning: str, **facts: Unknown) -> None:
        """Facts of all stores whose ARN begins so could not be read; what is known of one all the same stays known."""
        with self.lock:
            self.doubts.setdefault(beginning, {}).update(facts)


def made(region: str, kind: str, address: str, **attrs: Any) -> RawResource:
    """A raw resource; attributes that are None are left out, as a plan leaves them out."""
    known = {name: value for name, value in attrs.items() if value is not None}
    return RawResource(address, kind, address, known, provider=_provider(region))


def copy_there(region: Region, arn: str, place: str | Unknown) -> RawResource:
    """A copy of a store in the region ``place``, for the kinds whose copies code tells of in another way (``clouds/live_facts.py``)."""
    where = place if isinstance(place, str) else place.expression
    address = f"{arn}#copy-{where}"
    return RawResource(address, "audit_copy", address, {"source": arn, "region": place}, provider=_provider(region.name))


@lru_cache(maxsize=64)
def _provider(region: str) -> Provider:
    """One for all resources of a region, of which there may be many thousands."""
    return Provider("aws", attrs={"region": region})


def tags(items: Any, key: str = "Key", value: str = "Value") -> Json | Unknown:
    """A list of tags as a table."""
    return items if isinstance(items, Unknown) else {item[key]: item.get(value, "") for item in items or ()}


def block(**attrs: Any) -> Json:
    """A nested block without what is None."""
    return {name: value for name, value in attrs.items() if value is not None}


class KeyNames:
    """The keys of one region by their names: tells a key of AWS's own from a customer's, which an ARN alone does not."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self._lock = threading.Lock()
        self._names: dict[str, str] | Unknown | None = None

    def name(self, key: str | None) -> str | Unknown | None:
        """The key as it is named in code: by its alias where AWS manages it, else by its ARN."""
        if not key or "alias/aws/" in key:
            return key
        with self._lock:
            if self._names is None:
                self._names = self._read()
        if isinstance(self._names, Unknown):
            return self._names
        return self._names.get(key[key.find("alias/") :] if "alias/" in key else key.rsplit("/", 1)[-1], key)

    def _read(self) -> dict[str, str] | Unknown:
        """AWS's aliases by the id of their key, and the ARNs of keys by the customer's own aliases."""
        listed = self.region.pages("kms", "ListAliases", "Aliases")
        if listed.gap is not None:
            return listed.gap
        found: dict[str, str] = {}
        for item in listed:
            name, target = item["AliasName"], item.get("TargetKeyId")
            if target and name.startswith("alias/aws/"):
                found[target] = item["AliasArn"]
            elif target:
                found[name] = self.region.arn("kms", f"key/{target}")
        return found
