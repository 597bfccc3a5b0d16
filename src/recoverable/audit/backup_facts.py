"""What ``recoverable alerts`` wants to know of backups, from what the audit saw: a line for each store (docs/backup-facts.schema.json).

A key is left out where the account did not say, and null where it said that there is none: no snapshot, no recovery point in any vault
and no job of the last 30 days, though the first was due.
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
DAY, START = 1440, 480
"""Minutes: from one backup to the next where nothing else is said, and the 8 hours in which AWS Backup starts a job."""
WITHOUT_RUNS = ("dynamodb-table", "neon-project", "neon-branch")
"""Their own backups are a history that is always written: no run of it is told of."""
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
    elif live.backup.absent and _due(live.store, live.age.data or 0):
        facts["last_backup"] = None
    if live.lag.known:
        facts["latest_restorable"] = _time(now, live.lag.data)
    if live.job.known and live.job_age.known:
        facts["failed_jobs"] = [] if live.job.data == GOOD_JOB else [{"at": _time(now, live.job_age.data), "message": live.job.data}]
    if live.replication:
        facts["replication"] = [{"target": state.target, "state": _state(state.fine)} for state in live.replication if state.target]
    return facts


def _due(store: Store, age: int) -> bool:
    """Whether a store that is ``age`` minutes old is to have backups by now: its own, or those of a plan whose schedule is known."""
    own = (isinstance(store, Database) and store.backups.is_true and store.kind not in WITHOUT_RUNS) or (
        isinstance(store, Volume) and store.own_backups.is_true
    )
    gaps = [rule.every_minutes.data for rule in store.plans if rule.every_minutes.data is not None]
    first = min([*([DAY] if own else []), *gaps], default=None)
    return first is not None and age > max(first, DAY) + START


def _state(fine: Value[bool]) -> str:
    return "unknown" if not fine.known else ("ok" if fine.data else "failing")


def _time(now: datetime.datetime, minutes: int | None) -> str:
    moment = now - datetime.timedelta(minutes=minutes or 0)
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
