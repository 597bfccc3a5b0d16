"""What ``recoverable alerts`` wants to know of backups, from what the audit saw: a line for each store (docs/backup-facts.schema.json).

A key is left out where the account did not say, and null where it said that there is none.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from recoverable.model.estate import Database, Estate, Store, Volume
from recoverable.model.live import LiveStore
from recoverable.model.values import Value

Json = dict[str, Any]
GOOD_JOB = "COMPLETED"
YOUNG = 1920
"""Minutes: a daily backup, and the 8 hours in which AWS Backup starts it; a younger store need not have one."""
OWN_BACKUPS = ("primary", "clone")


def facts_of(estates: Iterable[Estate], environment: Callable[[Store], str], now: datetime.datetime) -> Iterator[Json]:
    """The facts of every store that the account says anything of. ``environment`` names a store's."""
    for estate in estates:
        for live in estate.live:
            if isinstance(live, LiveStore) and live.store.role in OWN_BACKUPS and (said := _said(live, now)):
                yield {
                    "schema": 1,
                    "store": live.address,
                    "environment": environment(live.store),
                    "observed": _time(now, 0),
                    "kind": live.kind,
                    "tags": live.tags,
                    **said,
                }


def _said(live: LiveStore, now: datetime.datetime) -> Json:
    facts: Json = {}
    if live.backup.known:
        facts["last_backup"] = _time(now, live.backup.data)
    elif live.backup.absent and _meant(live.store) and (live.age.data or 0) > YOUNG:
        facts["last_backup"] = None
    if live.lag.known:
        facts["latest_restorable"] = _time(now, live.lag.data)
    if live.job.known and live.job_age.known:
        facts["failed_jobs"] = [] if live.job.data == GOOD_JOB else [{"at": _time(now, live.job_age.data), "message": live.job.data}]
    if live.replication:
        facts["replication"] = [{"target": state.target, "state": _state(state.fine)} for state in live.replication if state.target]
    return facts


def _meant(store: Store) -> bool:
    """Whether backups of it are to be there: its own, or a plan's."""
    own = (isinstance(store, Database) and store.backups.is_true and store.kind != "dynamodb-table") or (
        isinstance(store, Volume) and store.own_backups.is_true
    )
    return own or bool(store.plans)


def _state(fine: Value[bool]) -> str:
    return "unknown" if not fine.known else ("ok" if fine.data else "failing")


def _time(now: datetime.datetime, minutes: int | None) -> str:
    moment = now - datetime.timedelta(minutes=minutes or 0)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
