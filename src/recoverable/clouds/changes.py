"""What a plan or preview does to protected stores, from the estate before and after."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.clouds.aws_buckets import add_buckets, names_of
from recoverable.clouds.index import Index
from recoverable.model.estate import Bucket, Estate, StoreChange, Subject
from recoverable.model.raw import Change, RawResource, Reading

BUCKET = "aws_s3_bucket"
COMPANIONS = tuple(
    f"{BUCKET}_{name}"
    for name in (
        "versioning",
        "object_lock_configuration",
        "lifecycle_configuration",
        "replication_configuration",
        "public_access_block",
        "server_side_encryption_configuration",
        "policy",
    )
)
NOT_HERE = "it is not in this input"


def add_changes(reading: Reading, before: Estate | None, estate: Estate) -> None:
    """One :class:`StoreChange` per protected store that was there before.

    A store whose own resource is untouched can still change through a companion (versioning
    removed, a selection dropped), so every store of the earlier estate is compared.
    """
    if before is None:
        return
    estate.changes.extend(_of_absent_buckets(reading))
    if reading.partial:
        estate.changes.extend(_dropped_selections(reading))
    after = {item.address: item for item in _protected(estate)}
    for old in _protected(before):
        change = reading.changes.get(old.address) or Change(old.address, "no-op")
        new = after.get(old.address)
        estate.changes.append(
            StoreChange(
                address=old.address,
                kind=old.kind,
                where=(new or old).where,
                tags=(new or old).tags,
                raw=(new or old).raw,
                region=old.region,
                change=change,
                before=old,
                after=new,
            )
        )


def _protected(estate: Estate) -> list[Subject]:
    return [*estate.stores, *estate.vaults, *estate.plans, *estate.keys, *estate.secrets]


def _dropped_selections(reading: Reading) -> Iterator[StoreChange]:
    """Selections of backup plans that go while what they select is hidden."""
    for raw in reading.before or ():
        change = reading.changes[raw.address]
        if raw.type == "aws_backup_selection" and change.action == "delete":
            yield StoreChange(address=raw.address, kind="backup-selection", where=raw.where, raw=raw, change=change)


def _of_absent_buckets(reading: Reading) -> Iterator[StoreChange]:
    """Changes to companions of a bucket that is itself not in the input, compared through a stand-in for it.

    A preview leaves an unchanged bucket out, and a plan may hold companions of a bucket that lives
    elsewhere; what is switched off there is switched off all the same.
    """
    before = reading.before or []
    present = {name for raw in [*before, *reading.resources] if raw.type == BUCKET for name in names_of(raw)}
    groups: dict[str, list[RawResource]] = {}
    for raw in before:
        name = raw.raw("bucket") if raw.type in COMPANIONS else None
        if isinstance(name, str) and name not in present:
            groups.setdefault(name, []).append(raw)
    after = {raw.address: raw for raw in reading.resources}
    for name, old in groups.items():
        changed = next((raw for raw in old if _action(reading, raw) not in ("no-op", "read")), None)
        if changed is None:
            continue
        new = [after[raw.address] for raw in old if raw.address in after]
        # Only what was surely on can be turned off: of a companion that is not here, nothing is known.
        was, now = _stand_in(name, changed, Index([*old], NOT_HERE)), _stand_in(name, changed, Index(new))
        where = (after.get(changed.address) or changed).where
        change = Change(changed.address, "no-op")
        yield StoreChange(
            address=changed.address, kind=was.kind, where=where, raw=changed, region=was.region, change=change, before=was, after=now
        )


def _stand_in(name: str, companion: RawResource, index: Index) -> Bucket:
    stub = RawResource(companion.address, BUCKET, name, {"bucket": name, "id": name}, where=companion.where, provider=companion.provider)
    estate = Estate(source="")
    add_buckets(Index([*index.all, stub], index.partial), estate)
    return estate.buckets[0]


def _action(reading: Reading, raw: RawResource) -> str:
    change = reading.changes.get(raw.address)
    return change.action if change else "no-op"
