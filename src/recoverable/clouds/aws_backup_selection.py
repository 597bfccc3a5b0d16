"""Which stores an ``aws_backup_selection`` selects: surely, surely not, or maybe.

A resource is selected when it matches any of ``resources`` and any of the tags (OR inside each),
all conditions, and none of ``not_resources``. A selection without any of them selects everything
AWS Backup can back up. AWS's pages disagree on ``resources`` together with ``selection_tag``: the
developer guide filters one by the other, older API texts add them up; where only one of the two
matches, the answer is that it is not known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from recoverable.clouds.aws_arns import Family, all_of, any_of, arn_matches, family_of, like, own_name
from recoverable.clouds.common import region_of
from recoverable.clouds.given import is_made_of_references
from recoverable.clouds.index import Index
from recoverable.model.estate import Store
from recoverable.model.raw import RawResource
from recoverable.model.values import Ref, Unknown

TAG_KEY = "aws:ResourceTag/"
OPERATORS = {
    "string_equals": (True, False),
    "string_like": (True, True),
    "string_not_equals": (False, False),
    "string_not_like": (False, True),
}
AWS_ADDRESS = re.compile(r"(^|\.)aws_\w+\.|::aws:")
ALWAYS_OPT_IN = ("Aurora", "Neptune", "DocumentDB")
EVERY_TYPE = "*"
"""Stands for all types where the opt-ins of a region are not known."""
ONTAP = "aws_fsx_ontap_file_system"
BOTH = "it names resources and tags, and AWS documents that both as AND and as OR"
Doubt = bool | None


@dataclass(slots=True)
class Stores:
    """The stores of an estate, found by address and by tag."""

    all: list[Store]
    by_address: dict[str, Store]
    by_tag: dict[tuple[str, str], list[Store]]
    doubtful_tags: list[Store]
    by_name: dict[str, list[Store]]
    nameless: list[Store]

    @classmethod
    def of(cls, stores: Iterable[Store]) -> Stores:
        """Files every store AWS Backup can back up."""
        known = [store for store in stores if family_of(store)]
        by_tag: dict[tuple[str, str], list[Store]] = {}
        by_name: dict[str, list[Store]] = {}
        nameless: list[Store] = []
        for store in known:
            name = own_name(store)
            (nameless if name is None else by_name.setdefault(name, [])).append(store)
            for tag in store.tags.items():
                by_tag.setdefault(tag, []).append(store)
        return cls(
            known, {store.address: store for store in known}, by_tag, [store for store in known if store.tags_unknown], by_name, nameless
        )


class Selection:
    """One selection, ready to be asked about stores."""

    def __init__(self, index: Index, raw: RawResource) -> None:
        self.raw = raw
        self.resources = _Arns(index, raw, "resources")
        self.excluded = _Arns(index, raw, "not_resources")
        self.tags = _blocks(raw, "selection_tag")
        self.conditions = list(_conditions(raw))
        self.region = region_of(raw)
        self.opted = _opted_out(index)

    def candidates(self, stores: Stores) -> list[Store]:
        """The stores worth asking about: all, unless references or tags narrow them down."""
        if self.resources.given and self.resources.narrow and not self.tags:
            named = [stores.by_address[address] for address in sorted(self.resources.named) if address in stores.by_address]
            literal = [store for pattern in self.resources.patterns for store in stores.by_name.get(re.split("[:/]", pattern)[-1], ())]
            return list(
                {store.address: store for store in [*named, *literal, *(stores.nameless if self.resources.patterns else ())]}.values()
            )
        tags = [(item.get("key"), item.get("value")) for item in self.tags]
        if tags and not self.resources.given and all(isinstance(part, str) for tag in tags for part in tag):
            found = {store.address: store for tag in tags for store in stores.by_tag.get(tag, ())}  # type: ignore[arg-type]  # all texts, just checked
            return list((found | {store.address: store for store in stores.doubtful_tags}).values())
        return stores.all

    def selects(self, store: Store) -> tuple[Doubt, str]:
        """Whether it selects a store, and what that depends on."""
        family = family_of(store)
        if family is None or self._apart(store):
            return False, ""
        named = self.resources.match(store, family)
        tagged = any_of(_tag(item, store) for item in self.tags)
        if self.resources.given and self.tags:
            chosen = named if named == tagged else None
        elif self.resources.given:
            chosen = named
        else:
            chosen = tagged if self.tags else True
        rest = all_of([*(_condition(operator, item, store) for operator, item in self.conditions), self._opted_in(store, family)])
        barred = self.excluded.match(store, family)
        answer = all_of([chosen, rest, None if barred is None else not barred])
        if answer and store.raw is not None and store.raw.type == ONTAP:
            return None, "AWS Backup backs up volumes of ONTAP, not the file system"
        return answer, "" if answer is not None else self._why(store, named, tagged)

    def _apart(self, store: Store) -> bool:
        """A plan backs up what lies in its own region."""
        return self.region.known and store.region.known and self.region.data != store.region.data

    def _opted_in(self, store: Store, family: Family) -> Doubt:
        """An opt-in that is off counts for tags, and for Aurora, Neptune and DocumentDB however they are chosen."""
        here = str(self.region.data)
        otherwise = self.opted.get((here, EVERY_TYPE), self.opted.get(("None", EVERY_TYPE), True))
        state = self.opted.get((here, family.label), self.opted.get(("None", family.label), otherwise))
        if family.label in ALWAYS_OPT_IN or not self.resources.given or "*" in self.resources.patterns:
            return state
        return True

    def _why(self, store: Store, named: Doubt, tagged: Doubt) -> str:
        if named is not None and tagged is not None and self.tags and named != tagged:
            return BOTH
        for value in (*self.resources.unknowns, *self.excluded.unknowns, *(part for item in self.tags for part in item.values())):
            if isinstance(value, Unknown):
                return f"{value.expression}{f' ({value.reason})' if value.reason else ''}"
        return f"tags of {store.address} are not known" if store.tags_unknown else "it depends on names that are not known before apply"


class _Arns:
    """``resources`` or ``not_resources``: ARNs, patterns and references."""

    def __init__(self, index: Index, raw: RawResource, path: str) -> None:
        found = raw.raw(path)
        items: list[Any] = found if isinstance(found, list) else ([] if found is None else [found])
        self.given = bool(items)
        self.patterns = [str(item) for item in items if not isinstance(item, Unknown)]
        self.unknowns = [item for item in items if isinstance(item, Unknown)]
        self.named: dict[str, Doubt] = {}
        self.anything = False
        settled = raw.planned or raw.engine == "pulumi"
        sure = [settled or (is_made_of_references(item) if item is found else _is_one(item)) for item in self.unknowns]
        for (refs, certain), count in Counter((item.refs, known) for item, known in zip(self.unknowns, sure, strict=True)).items():
            self._note(index, refs, count, certain)

    @property
    def narrow(self) -> bool:
        """Whether it stands only for stores it refers to or names, without wildcards."""
        return not self.anything and not any("*" in pattern or "?" in pattern for pattern in self.patterns)

    def _note(self, index: Index, refs: tuple[Ref, ...], count: int, certain: bool) -> None:
        """File what ``count`` unknown items are made from; not ``certain``: a condition that is not known decides whether they are there.

        A reference to one store is certain. A plan says for each item of a list what the whole
        list is made from, so as many items as stores are all of them.
        """
        targets, _ = index.resolve(refs)
        for target in targets:
            self.named[target.address] = True if (certain and len(targets) <= count) or self.named.get(target.address) else None
        if not refs or not all(AWS_ADDRESS.search(ref.address) for ref in refs):
            self.anything = True

    def match(self, store: Store, family: Family) -> Doubt:
        """Whether one of them stands for the store."""
        own = self.named.get(store.address, False)
        others = (arn_matches(pattern, store, family) for pattern in self.patterns)
        return any_of([own, *others, None if self.anything else False])


def _is_one(item: Unknown) -> bool:
    """Whether an entry of a list in code is what it refers to, or a text made of it; a condition leaves neither a sketch nor a name."""
    return is_made_of_references(item) or bool(item.sketch) or (item.not_null and not item.open)


def _blocks(raw: RawResource, path: str) -> list[dict[str, Any]]:
    found = raw.blocks(path)
    return [{"*": found}] if isinstance(found, Unknown) else found


def _conditions(raw: RawResource) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, block in enumerate(_blocks(raw, "condition")):
        if "*" in block:
            yield "string_equals", block
            continue
        for operator in OPERATORS:
            for item in _blocks(raw, f"condition.{number}.{operator}"):
                yield operator, item


def _tag(item: dict[str, Any], store: Store) -> Doubt:
    key, value = item.get("key"), item.get("value")
    if not isinstance(key, str) or not isinstance(value, str):
        return None if any(isinstance(part, Unknown) for part in item.values()) else False
    if key in store.tags:
        return store.tags[key] == value
    return None if store.tags_unknown else False


def _condition(operator: str, item: dict[str, Any], store: Store) -> Doubt:
    key, value = item.get("key"), item.get("value")
    if not isinstance(key, str) or not isinstance(value, str) or not key.startswith(TAG_KEY):
        return None
    wanted, pattern = OPERATORS[operator]
    found = store.tags.get(key.removeprefix(TAG_KEY))
    if found is None:
        return None if store.tags_unknown or not wanted else False
    return (like(value, found) if pattern else value == found) is wanted


def _opted_out(index: Index) -> dict[tuple[str, str], Doubt]:
    """Types whose opt-in is declared to be off, or not known, per region."""
    found: dict[tuple[str, str], Doubt] = {}
    for raw in index.of_type("aws_backup_region_settings"):
        preference = raw.raw("resource_type_opt_in_preference")
        region = str(region_of(raw).data)
        if isinstance(preference, Unknown):
            found[region, EVERY_TYPE] = None
        for label, on in preference.items() if isinstance(preference, dict) else ():
            if isinstance(on, Unknown):
                found[region, str(label)] = None
            elif str(on).lower() == "false":
                found[region, str(label)] = False
    return found


def selections(index: Index) -> Iterator[Selection]:
    """All selections of the input."""
    for raw in index.of_type("aws_backup_selection"):
        yield Selection(index, raw)
