"""What a plan or preview does to protected stores, from the estate before and after."""

from __future__ import annotations

from recoverable.model.estate import Estate, StoreChange, Subject
from recoverable.model.raw import Change, Reading


def add_changes(reading: Reading, before: Estate | None, estate: Estate) -> None:
    """One :class:`StoreChange` per protected store that was there before.

    A store whose own resource is untouched can still change through a companion (versioning
    removed, a selection dropped), so every store of the earlier estate is compared.
    """
    if before is None:
        return
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
