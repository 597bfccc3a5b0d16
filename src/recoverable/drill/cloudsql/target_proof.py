"""Whether a copy is of the time that was asked for: Cloud SQL only says that its operation is done, so the heartbeats in the copy tell."""

from __future__ import annotations

import datetime
from typing import Any

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.heartbeat import Heartbeat, last_heartbeat
from recoverable.drill.postgres.connect import connect
from recoverable.drill.verdict import RungVerdict

NAME = "recovery-target"
SKEW = datetime.timedelta(seconds=60)
"""How far the clocks of source and service may differ."""
SILENCE = datetime.timedelta(minutes=15)
"""Longer without a heartbeat before the target, and nothing tells whether the restore or the heartbeat stopped."""


def proof(connection: Connection, target: datetime.datetime, since: datetime.datetime | None = None) -> Check:
    """Read the newest heartbeat of the copy and compare it with the time that the copy must be of. ``since`` is when the backup
    began, whose data may be of any moment between its begin and its end.

    Raises:
        psycopg.OperationalError: nobody answers.
    """
    with connect(connection, options="-c default_transaction_read_only=on") as session:
        return judge(last_heartbeat(session), target, since)


def judge(newest: Heartbeat | None, target: datetime.datetime, since: datetime.datetime | None = None) -> Check:
    """A heartbeat after the target says that the restore went too far; one shortly before it, that it got there."""
    said = "Cloud SQL says that the operation is done"
    if newest is None:
        fix = "and nothing in the copy tells of what time it is: let `recoverable drill heartbeat` write into this database"
        return Check(NAME, RungVerdict.COULD_NOT_RUN, f"{said}, {fix}")
    figures: dict[str, Any] = {"target": target.isoformat(), "reached_time": newest.at.isoformat()}
    found = f"the newest heartbeat is of {newest.at.isoformat()}"
    if newest.at > target + SKEW:
        return Check(NAME, RungVerdict.FAIL, f"{found}, after {target.isoformat()}", figures)
    if newest.at < (since or target) - SILENCE:
        behind = f"{found}, long before {target.isoformat()}: either the restore stopped there, or the heartbeat did"
        return Check(NAME, RungVerdict.COULD_NOT_RUN, f"{said}, but {behind}", figures)
    return Check(NAME, RungVerdict.PASS, f"{said}; {found}, and the copy is to be of {target.isoformat()}", figures)
