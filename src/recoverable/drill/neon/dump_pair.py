"""The pair of a Neon drill: a logical dump of the same database, restored on this machine, since a branch shares its parent's storage."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check, Restored, Run, Store
from recoverable.drill.local.logical import LogicalDrills
from recoverable.drill.local.settings import KEYS
from recoverable.drill.postgres.connect import connect
from recoverable.drill.target import LATEST
from recoverable.drill.verdict import RungVerdict

NAME = "independent-copy"
MOST_NAMED = 5
_TABLES = """
SELECT n.nspname::text || '.' || c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
"""


def as_local(store: Store) -> Store:
    """The dump of a Neon store as a store of the provider ``local``. Its own database is what the dump names."""
    mine = store.settings
    settings = {**dict.fromkeys(KEYS, ""), **{key: mine[key] for key in ("dump", "globals", "programs", "scratch")}}
    return replace(store, settings={**settings, "without_owners": mine["without_owners"], "database": mine["database"]})


def preflight(store: Store, provider: str, run: Run) -> Iterator[Check]:
    """Whether the dump is whole and can be loaded here; each check's name says that it is of the dump."""
    for each in LogicalDrills(provider).preflight(as_local(store), LATEST, run):
        yield replace(each, name=f"dump-{each.name}")


@contextlib.contextmanager
def loaded(store: Store, provider: str, run: Run, branch: Connection) -> Iterator[Check]:
    """Load the dump beside the branch; what it lacks of the branch's tables, or has more, is told."""
    with LogicalDrills(provider).restored(as_local(store), LATEST, run) as found:
        yield _compare(found, branch)


def _compare(dump: Restored, branch: Connection) -> Check:
    import psycopg

    try:
        theirs, ours = _tables(branch), _tables(dump.connection)
    except psycopg.Error as error:
        return Check(NAME, RungVerdict.COULD_NOT_RUN, f"the tables could not be listed ({type(error).__name__})")
    when = f" of {dump.backup_stop.isoformat(timespec='seconds')}" if dump.backup_stop else ""
    missing = sorted(theirs - ours)
    figures = {"tables": len(ours), "missing": len(missing), "more": len(ours - theirs), "dump": dump.backup_id}
    if not ours:
        return Check(NAME, RungVerdict.FAIL, f"the dump{when} holds no table", figures)
    if missing:
        names = ", ".join(missing[:MOST_NAMED]) + (f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else "")
        return Check(NAME, RungVerdict.FAIL, f"the dump{when} lacks tables of the branch: {names}", figures)
    return Check(NAME, RungVerdict.PASS, f"the dump{when} was loaded on this machine to its end: {len(ours)} tables, none missing", figures)


def _tables(connection: Connection) -> set[str]:
    with connect(connection, options="-c search_path=pg_catalog") as session:
        return {str(row[0]) for row in session.execute(_TABLES).fetchall()}
