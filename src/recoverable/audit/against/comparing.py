"""What code says of a store beside what is there: only what is written is compared, for of a default code says nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from recoverable.model.estate import Bucket, Database, Store, Volume
from recoverable.model.values import Kind, Unknown, Value, absent, stated

Json = dict[str, Any]
AWS_MANAGED = "alias/aws/"
EVER = 1_000_000
"""Days: longer than any retention; stands for 'for ever'."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing to compare. ``one_way``: it is compared only where code says that it is on, for other code may turn it on."""

    name: str
    value: Callable[[Any], Value[Any]]
    say: Callable[[Any], str]
    weaker: Callable[[Any, Any], bool]
    missing: Any
    one_way: bool = False


def _days(name: str, value: Callable[[Any], Value[Any]], missing: int = 0) -> Attribute:
    return Attribute(name, value, lambda count: "for ever" if count >= EVER else f"{count} days", lambda was, now: now < was, missing)


def _switch(name: str, value: Callable[[Any], Value[Any]], good: bool = True, *, one_way: bool = False) -> Attribute:
    return Attribute(name, value, lambda on: "on" if on else "off", lambda was, now: was is good, missing=False, one_way=one_way)


def _planned(store: Store) -> Value[bool]:
    """Whether a backup plan selects it."""
    if not store.plans and store.plans_unknown:
        return Value(Kind.UNKNOWN, None, "plan", None, store.plans_unknown)
    return stated(bool(store.plans), "plan", store.plans[0].where if store.plans else None)


def _replicated(bucket: Bucket) -> Value[bool]:
    """Whether any replication rule is enabled."""
    if not bucket.replication.is_true:
        return bucket.replication
    flags = [each.enabled for each in bucket.replicas]
    doubt = next((flag for flag in flags if flag.unknown), None)
    return (
        doubt
        if doubt and not any(flag.is_true for flag in flags)
        else bucket.replication.map(lambda _: any(flag.is_true for flag in flags))
    )


def _mode(was: str, now: str) -> bool:
    return was == "COMPLIANCE" or not now


EVERY = (_switch("selected by a backup plan", _planned, one_way=True),)
DATABASE = (
    _days("backup retention", lambda store: store.retention_days),
    _switch("point-in-time recovery", lambda store: store.pitr),
    _days("point-in-time window", lambda store: store.pitr_days),
    _switch("encryption", lambda store: store.encrypted),
    _switch("deletion protection", lambda store: store.deletion_protection),
    _switch("tags on snapshots", lambda store: store.copy_tags),
    _switch("several zones", lambda store: store.multi_zone),
    _switch("a copy in another region", lambda store: store.second_region, one_way=True),
)
BUCKET = (
    _switch("versioning", lambda store: store.versioning),
    _switch("MFA delete", lambda store: store.mfa_delete),
    _switch("object lock", lambda store: store.lock.enabled),
    Attribute("object lock mode", lambda store: store.lock.mode, lambda word: word or "none", _mode, ""),
    _days("object lock retention", lambda store: store.lock.days),
    _switch("replication", _replicated),
    _days("old versions are kept", lambda store: store.noncurrent.expires_days, EVER),
    _switch("open to the public", lambda store: store.public, good=False),
    _switch("plain HTTP refused", lambda store: store.tls_only),
)
VOLUME = (
    _days("backup retention", lambda store: store.retention_days),
    _switch("automatic backups", lambda store: store.own_backups),
    _switch("encryption", lambda store: store.encrypted),
)
ATTRIBUTES: tuple[tuple[type[Store], tuple[Attribute, ...]], ...] = ((Database, DATABASE), (Bucket, BUCKET), (Volume, VOLUME))


def differences(declared: Store, live: Store) -> Iterator[Json]:
    """Every attribute that code writes, as a block of ``audit_declared``: name, both values in words, whether they are the same, and where."""
    seen: set[str] = set()
    of_kind = next((attributes for kind, attributes in ATTRIBUTES if isinstance(declared, kind)), ())
    for attribute in (*of_kind, *EVERY):
        said = attribute.value(declared)
        # What follows from one attribute (the window of recovery from the retention) is one difference.
        if said.kind not in (Kind.STATED, Kind.UNKNOWN) or said.path in seen or (attribute.one_way and said.is_false):
            continue
        seen.add(said.path)
        yield _compared(attribute, said, attribute.value(live), declared)
    yield from _key(declared, live)


def _compared(attribute: Attribute, said: Value[Any], there: Value[Any], declared: Store) -> Json:
    found = {"name": attribute.name, "at": place(said, declared)}
    if there.unknown or said.unknown:
        doubt = there.note if there.unknown else said.note
        both = {
            name: "unknown" if value.unknown else attribute.say(_data(attribute, value))
            for name, value in (("declared", said), ("live", there))
        }
        return {**found, **both, "same": Unknown(doubt), "weaker": False}
    was, now = _data(attribute, said), _data(attribute, there)
    return {
        **found,
        "declared": attribute.say(was),
        "live": attribute.say(now),
        "same": was == now,
        "weaker": was != now and attribute.weaker(was, now),
    }


def _data(attribute: Attribute, value: Value[Any]) -> Any:
    return value.data if value.known and value.data is not None else attribute.missing


def _key(declared: Store, live: Store) -> Iterator[Json]:
    """Whose key it is under, and which one where code names it by its ARN or id."""
    said, there = declared.kms_key, live.kms_key
    if said.kind is not Kind.STATED or not said.data:
        return
    attribute = Attribute("encryption key", lambda store: store.kms_key, _whose, lambda was, now: not _own(now), "")
    wanted, found = str(said.data), str(there.data or "")
    if there.unknown or (not _own(wanted) and not _own(found)):
        yield _compared(attribute, said, there if there.unknown else said, declared)
    elif not _own(wanted) or not _own(found):
        yield _compared(attribute, said, there if there.known and found else absent(), declared)
    elif wanted.startswith("<"):  # made by the same code: that there is one of its own is all that is known of it
        yield _compared(attribute, said, said, declared)
    elif "alias/" in wanted and "alias/" not in found:
        yield _compared(attribute, said, Value(Kind.UNKNOWN, None, said.path, None, f"which key {wanted} is an alias of"), declared)
    else:
        same = wanted.rsplit("/", 1)[-1] == found.rsplit("/", 1)[-1]
        yield _compared(attribute, said, said if same else there, declared)


def _whose(key: str) -> str:
    return key or "AWS's own"


def _own(key: str) -> bool:
    return bool(key) and AWS_MANAGED not in key


def place(value: Value[Any], declared: Store) -> str:
    """Where something is written: file and line, else the address in the plan or preview."""
    return str(value.where or declared.where or declared.address)
