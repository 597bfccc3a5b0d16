"""What only a running account says, as the audit reads it: joined with the stores and vaults that the other mappings have made.

No provider has these types. In code they stand in the examples of rules alone.
"""

from __future__ import annotations

from typing import Any

from recoverable.clouds.common import subject_fields
from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, Subject
from recoverable.model.live import CopyState, Difference, LiveCopies, LiveDeclared, LiveReading, LiveStore
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

STORE, COPIES, READING, DECLARED = "audit_store", "audit_copies", "audit_reading", "audit_declared"
COPY = "audit_copy"
"""A copy in another region of a store whose ARN is ``source``: for the kinds whose copies stand in resources that name no ARN."""
LIVE = "aws-account"
"""The kind of a reading that is a running account."""


def add_live(index: Index, estate: Estate) -> None:
    """Map what the account says of each store, of copies, and what came of reading it."""
    if not index.of_type(STORE, COPIES, READING, DECLARED):
        return
    for store in estate.stores:
        if store.raw is not None and (fact := index.companions(store.raw, STORE, "store", ("arn",)).first):
            estate.live.append(_store(store, fact))
    holders: dict[str, Subject] = {vault.address: vault for vault in estate.vaults}
    by_arn = {str(vault.raw.attrs.get("arn")): vault for vault in estate.vaults if vault.raw is not None}
    estate.live.extend(_copies(index, raw, {**by_arn, **holders}) for raw in index.of_type(COPIES))
    estate.live.extend(_reading(raw) for raw in index.of_type(READING))
    estate.live.extend(declared_of(raw) for raw in index.of_type(DECLARED))


def _store(store: Any, raw: RawResource) -> LiveStore:
    blocks = raw.blocks("replication")
    return LiveStore(
        address=store.address,
        kind=store.kind,
        where=raw.where or store.where,
        tags=store.tags,
        tags_unknown=store.tags_unknown,
        region=store.region,
        raw=raw,
        store=store,
        age=raw.number("age_minutes"),
        backup=raw.number("backup_minutes"),
        lag=raw.number("lag_minutes"),
        window=raw.number("window_minutes"),
        job=raw.text("job"),
        job_age=raw.number("job_minutes"),
        replication=[] if isinstance(blocks, Unknown) else [_copy(raw, number) for number in range(len(blocks))],
    )


def _copy(raw: RawResource, number: int) -> CopyState:
    path = f"replication.{number}"
    return CopyState(
        str(raw.text(f"{path}.target").data or ""), str(raw.text(f"{path}.status").data or "unknown"), raw.boolean(f"{path}.fine")
    )


def _copies(index: Index, raw: RawResource, holders: dict[str, Subject]) -> LiveCopies:
    target = index.target(raw, "holder")
    name = target.address if target else str(raw.text("holder").data or raw.address)
    holder = holders.get(name)
    fields = subject_fields(raw)
    if holder is not None:
        fields |= {"address": holder.address, "tags": holder.tags, "tags_unknown": holder.tags_unknown, "region": holder.region}
    else:
        fields["address"] = name
    return LiveCopies(
        kind=holder.kind if holder else "snapshots",
        total=raw.number("total"),
        unencrypted=raw.number("unencrypted"),
        public=raw.number("public"),
        example=str(raw.text("example").data or ""),
        **fields,
    )


def _reading(raw: RawResource) -> LiveReading:
    words: dict[str, Any] = {name: str(raw.text(name).data or "") for name in ("action", "why", "code", "about")}
    words["cloud"] = str(raw.text("cloud").data or "aws")
    return LiveReading(kind="audit", times=raw.number("times").data or 0, **subject_fields(raw), **words)


def declared_of(raw: RawResource) -> LiveDeclared:
    """A store of code beside the account."""
    blocks = raw.blocks("attribute")
    return LiveDeclared(
        kind=str(raw.text("kind").data or "store"),
        at=str(raw.text("at").data or ""),
        declared=raw.boolean("declared"),
        there=raw.boolean("there"),
        attributes=[] if isinstance(blocks, Unknown) else [_difference(raw, f"attribute.{number}") for number in range(len(blocks))],
        **subject_fields(raw),
    )


def _difference(raw: RawResource, path: str) -> Difference:
    words: dict[str, Any] = {name: str(raw.text(f"{path}.{name}").data or "") for name in ("name", "declared", "live", "at")}
    return Difference(**words, same=raw.boolean(f"{path}.same"), weaker=raw.boolean(f"{path}.weaker").is_true)
