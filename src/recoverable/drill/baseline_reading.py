"""Reads a baseline: at the source with read-only credentials, or from a verified copy."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from recoverable.drill.connection import Connection
from recoverable.drill.reading import catalog_facts
from recoverable.drill.reading.collation_facts import collations
from recoverable.drill.reading.exact_state import next_transaction, position_now, snapshot
from recoverable.drill.reading.patterns import names_table
from recoverable.drill.reading.recovery_end import recovery_state
from recoverable.drill.reading.relations import UNLOGGED, Relation
from recoverable.drill.reading.sessions import session, setting
from recoverable.drill.reading.survey import Survey, each_database
from recoverable.drill.reading.table_contents import Contents, key_of, read_contents, user_tables
from recoverable.drill.rung import Depth, LadderContext

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

SCHEMA_NAME = "recoverable.drill.baseline/1"
Json = dict[str, Any]


class UnreadableError(Exception):
    """Something of the source could not be read; a baseline with holes would prove less than it says."""


def databases_of(connection: Connection, settings: Mapping[str, Any]) -> list[str]:
    """The databases of a source that take connections, but for templates and those that the settings leave out.

    Raises:
        psycopg.Error: nobody answers.
    """
    query = "SELECT datname::text FROM pg_database WHERE datallowconn AND datconnlimit <> -2 AND NOT datistemplate ORDER BY 1"
    with session(connection) as opened:
        found = [str(row[0]) for row in opened.execute(query).fetchall()]
    return [name for name in found if name not in set(settings.get("databases_left_out") or ())]


def of_source(connection: Connection, names: Iterable[str], depth: Depth, now: datetime.datetime, say: Callable[[str], None]) -> Json:
    """Ask the source itself. Reads only, each database in one snapshot.

    ``depth`` quick takes names, owners and grants; standard the numbers of rows, too; deep hashes of all contents with the
    exact log position that they belong to.

    Raises:
        psycopg.Error: nobody answers, or a table may not be read.
        UnreadableError: see there.
    """
    with session(connection) as opened:
        baseline = _cluster(opened, now, "source")
        baseline["preload_libraries"] = _preloaded(opened, say)
    baseline["databases"], baseline["hashes"] = {}, {}
    numbers: dict[str, int] = {}
    for name in names:
        say(f"reading database {name}")
        with session(connection, name) as opened, snapshot(opened) as lsn:
            numbers[name] = next_transaction(opened)
            found = _facts(opened)
            tables = user_tables(opened)
            if depth is not Depth.QUICK:
                contents = read_contents(opened, tables, hashed=depth is Depth.DEEP, failed=_refuse)
                found["tables"] = _rows(tables, contents)
                if depth is Depth.DEEP:
                    baseline["hashes"][name] = {"lsn": lsn, "tables": _hashes(tables, contents)}
            baseline["databases"][name] = found
    _extend(connection, baseline["hashes"], numbers)
    return baseline


def _preloaded(opened: Session, say: Callable[[str], None]) -> list[str]:
    """Only members of pg_read_all_settings may see this setting."""
    import psycopg

    try:
        text = setting(opened, "shared_preload_libraries")
    except psycopg.errors.InsufficientPrivilege:
        say("shared_preload_libraries may not be read (grant pg_read_all_settings): the copy will not be asked for them")
        return []
    return sorted(each.strip(' "') for each in text.split(",") if each.strip(' "'))


def _extend(connection: Connection, hashes: Json, numbers: Mapping[str, int]) -> None:
    """Hashes hold ``until`` the present position where no transaction has been given a number since."""
    with session(connection) as opened:
        until, number = position_now(opened), next_transaction(opened)
    for name, each in hashes.items():
        each["until"] = until if each["lsn"] and numbers[name] == number else each["lsn"]


def of_copy(context: LadderContext) -> Json:
    """Ask a copy that was verified.

    Raises:
        UnreadableError: something could not be read after all.
    """
    with session(context.restored.connection) as opened:
        baseline = _cluster(opened, context.clock.now(), "verified drill")
        state = recovery_state(opened)
    identifier = context.restored.system_identifier
    baseline["system_identifier"] = None if identifier is None else str(identifier)
    baseline["timeline"] = state.ending.parent if state.ending else context.restored.timeline
    baseline["databases"] = {}
    survey = Survey()
    for name, opened in each_database(context, survey):
        found = _facts(opened)
        for each in found["collations"].values():
            each["actual"] = None  # of the machine of the drill, not of the source
        tables = [each for each in user_tables(opened) if each.persistence != UNLOGGED]
        found["tables"] = _rows(tables, read_contents(opened, tables, hashed=False, failed=_refuse))
        baseline["databases"][name] = found
    if survey.failed or survey.unproven:
        raise UnreadableError("; ".join(survey.failed + survey.unproven))
    return baseline


def unchanging_of(settings: Mapping[str, Any], database: str, tables: Iterable[Relation]) -> list[Relation]:
    """The tables that the settings say never change."""
    patterns = (settings.get("unchanging") or {}).get(database, ())
    return [each for each in tables if names_table(patterns, key_of(each))]


def _cluster(opened: Session, now: datetime.datetime, origin: str) -> Json:
    row = opened.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    timeline = opened.execute("SELECT timeline_id FROM pg_control_checkpoint()").fetchone()
    return {
        "schema": SCHEMA_NAME,
        "origin": origin,
        "taken": now.astimezone(datetime.UTC).isoformat(timespec="milliseconds"),
        "server_version": opened.info.server_version,
        "system_identifier": str(row[0]) if row else None,
        "timeline": timeline[0] if timeline else None,
        "roles": catalog_facts.roles(opened),
    }


def _facts(opened: Session) -> Json:
    return {
        "owners": catalog_facts.owners(opened),
        "grants": catalog_facts.grants(opened),
        "objects": catalog_facts.objects(opened),
        "extensions": catalog_facts.extensions(opened),
        "collations": collations(opened),
        "invalid_indexes": catalog_facts.invalid_indexes(opened),
    }


def _rows(tables: Iterable[Relation], contents: Mapping[str, Contents]) -> Json:
    unlogged = {key_of(each) for each in tables if each.persistence == UNLOGGED}
    return {name: {"rows": each.rows, **({"unlogged": True} if name in unlogged else {})} for name, each in contents.items()}


def _hashes(tables: Iterable[Relation], contents: Mapping[str, Contents]) -> Json:
    logged = [key_of(each) for each in tables if each.persistence != UNLOGGED]
    return {name: {"rows": contents[name].rows, "hash": contents[name].hash} for name in logged if name in contents}


def _refuse(relation: Relation, error: Exception) -> bool:
    code = getattr(error, "sqlstate", None) or type(error).__name__
    raise UnreadableError(f"{relation} could not be read ({code})") from None
