"""What a drill is asked to do, and the parts it does it with: all that the engine does not decide itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recoverable.drill import parts
from recoverable.drill.clocks import SystemClock
from recoverable.drill.connection import Connection
from recoverable.drill.contract import Clock, Provider, RestoreFailedError
from recoverable.drill.hooks import Baselines, Copy, NegativeControl
from recoverable.drill.ladder import LadderRung, all_rungs, place_of
from recoverable.drill.ledger import Ledger
from recoverable.drill.rung import Depth
from recoverable.drill.settings import DrillStore
from recoverable.drill.target import RecoveryTarget

CONNECT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Order:
    """One drill as ordered. ``hold`` keeps the verified copy for somebody, for at most ``hold_for``; it ends by itself."""

    store: DrillStore
    target: RecoveryTarget
    depth: Depth
    state: Path
    say: Callable[[str], None]
    with_control: bool = True
    hold: Callable[[Copy], None] | None = None
    hold_for: datetime.timedelta = datetime.timedelta()
    evidence_file: Path | None = None


@dataclass(frozen=True, slots=True)
class DrillParts:
    """What the engine works with. Tests put others in their place."""

    provider: Provider
    ledger: Ledger
    rungs: tuple[LadderRung, ...]
    baselines: Baselines
    control: NegativeControl
    clock: Clock
    first_query: Callable[[Connection], None]


def usual_parts(order: Order, ledger: Ledger) -> DrillParts:
    """The real parts."""
    provider = parts.provider(order.store.store.provider)
    subject = provider.capabilities.subject
    return DrillParts(
        provider=provider,
        ledger=ledger,
        rungs=all_rungs(subject),
        baselines=parts.baselines(order.state, subject),
        control=parts.negative_control(subject),
        clock=SystemClock(),
        first_query=first_query,
    )


def first_query(connection: Connection) -> None:
    """Ask the restored database something that it must read from its own tables.

    Raises:
        RestoreFailedError: it does not answer.
    """
    import psycopg

    try:
        with psycopg.connect(**connection.keywords(), connect_timeout=CONNECT_SECONDS, autocommit=True) as session:  # type: ignore[arg-type]  # keywords of libpq
            session.execute("SELECT count(*) FROM pg_catalog.pg_class").fetchone()
    except psycopg.Error as error:
        raise RestoreFailedError(f"the restored database at {connection} does not answer a query ({place_of(error)})") from None
