"""What the Google mappings share: durations, locations, protection against deletion, labels."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from recoverable.clouds.common import key_of, subject_fields
from recoverable.clouds.index import Index
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind, Unknown, Value, absent, stated, unknown

DAY = 86400
DURATION = re.compile(r"^\s*(\d+)(?:\.\d+)?\s*([dhms]?)\s*$")
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": DAY}
MULTI_REGIONS = frozenset({"us", "eu", "asia", "europe", "global"})
"""Locations that are more than one region, as buckets, backups and secrets name them."""
KEEPING_POLICIES = frozenset({"PREVENT", "ABANDON"})
AT_REST = "Google encrypts all data at rest (https://cloud.google.com/docs/security/encryption/default-encryption)"


def seconds(value: Value[Any]) -> Value[int]:
    """A duration (``604800``, ``"604800s"``, ``"7d"``, ``"24h"``) as seconds."""
    if not value.known:
        return value
    if isinstance(value.data, (int, float)) and not isinstance(value.data, bool):
        return value.map(int)
    found = DURATION.match(str(value.data))
    if found is None:
        return unknown(f"{value.path} is not a duration", value.path, value.where)
    count, unit = found.groups()
    return Value(value.kind, int(count) * SECONDS[unit], value.path, value.where, value.note)


def whole_days(value: Value[Any]) -> Value[int]:
    """A duration as whole days, rounded down; what the days leave out stands in the note."""
    length = seconds(value)
    if not length.known or length.data is None:
        return length
    rest = length.data % DAY
    note = length.note
    if rest:
        exact = f"{length.data} s, which is {_say(length.data)}"
        note = f"{note} ({exact})" if note else exact
    return Value(length.kind, length.data // DAY, length.path, length.where, note)


def _say(length: int) -> str:
    parts = [(length // DAY, "d"), (length % DAY // 3600, "h"), (length % 3600 // 60, "min"), (length % 60, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def longest(values: Iterable[Value[int]]) -> Value[int] | None:
    """The largest of the known numbers; an unknown one wins, as it may be larger; None of none."""
    best: Value[int] | None = None
    for value in values:
        if value.unknown:
            return value
        if value.known and (best is None or (value.data or 0) > (best.data or 0)):
            best = value
    return best


def guarded(raw: RawResource, protection: Value[bool]) -> Value[bool]:
    """Deletion protection, or a ``deletion_policy`` under which a destroy does not delete."""
    policy = raw.text("deletion_policy")
    if protection.is_false and policy.kind is Kind.STATED and policy.data in KEEPING_POLICIES:
        return stated(True, "deletion_policy", policy.where, f'deletion_policy = "{policy.data}"')
    if protection.is_false and policy.unknown:
        return unknown(policy.note, "deletion_policy", policy.where)
    return protection


def location_of(raw: RawResource, path: str = "location") -> Value[str]:
    """The location of a resource as a region, in small letters as regions are written."""
    return raw.text(path).map(str.lower)


def google_fields(raw: RawResource, labels: str = "labels", region: Value[str] | None = None) -> dict[str, Any]:
    """The fields every subject has; labels may stand in ``terraform_labels`` too."""
    fields = subject_fields(raw, "terraform_labels", labels)
    if region is not None:
        fields["region"] = region
    return fields


def target_of(index: Index, raw: RawResource, attribute: str, kind: str, *names: str) -> RawResource | None:
    """The resource of type ``kind`` that an attribute refers to, or names."""
    found = index.target(raw, attribute, kind)
    literal = raw.raw(attribute)
    if found is not None or not isinstance(literal, str):
        return found
    last = literal.rsplit("/", 1)[-1]
    hits = {id(item): item for text in (literal, last) for item in index.named(text, kind, ("id", "name", *names))}
    return next(iter(hits.values())) if len(hits) == 1 else None


def is_set(raw: RawResource, path: str) -> bool:
    """Whether an attribute or block surely has a value, known or not."""
    found = raw.raw(path)
    if isinstance(found, Unknown):
        return found.not_null or bool(found.refs)
    return found not in (None, "", [], {})


def own_key(raw: RawResource, *paths: str) -> Value[str]:
    """The first customer-managed key that is named at these paths."""
    for path in paths:
        value = key_of(raw, path)
        if not value.absent:
            return value
    return absent(paths[0], raw.where)
