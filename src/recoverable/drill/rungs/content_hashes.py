"""Tables hold the very contents that they had at the source at this position of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from recoverable.drill.baseline_reading import unchanging_of
from recoverable.drill.reading.recovery_end import RecoveryState, recovery_state
from recoverable.drill.reading.relations import Relation
from recoverable.drill.reading.survey import Survey, baseline_of, each_database, first_session, shown
from recoverable.drill.reading.table_contents import key_of, read_contents, user_tables
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage
from recoverable.drill.target import format_lsn, parse_lsn

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

RUNG = Rung(
    name="content-hashes",
    title="Contents are those of the source",
    why="Only the contents themselves show a page that was damaged before any checksum or backup saw it, or rows of another day.",
    stage=Stage.RUNNING,
    depth=Depth.DEEP,
    needs=frozenset({Need.BASELINE}),
    catches=(5, 6, 7, 26),
    seconds_per_gb=3.8,
)


def excuse(context: LadderContext) -> str:
    """Why this cannot be asked of a copy; "" where it can."""
    known: Mapping[str, Any] = baseline_of(context).get("hashes") or {}
    if not known:
        return "the baseline has no hashes (recoverable drill baseline --depth deep takes them)"
    if context.settings.get("unchanging") or any(_holds_at(each, context.restored.target.lsn) for each in known.values()):
        return ""
    return f"the hashes are of another position; compare them with --to lsn:{next(iter(known.values())).get('until')}"


def run(context: LadderContext) -> RungResult:
    """All tables where the copy was restored to the baseline's position; else those that the settings call unchanging."""
    import psycopg

    survey = Survey()
    known: Mapping[str, Any] = baseline_of(context).get("hashes") or {}
    try:
        with first_session(context) as opened:
            state = recovery_state(opened)
    except psycopg.Error as error:
        survey.error("the copy", error)
        return survey.result("")
    seen = set()
    for name, opened in each_database(context, survey):
        seen.add(name)
        if name in known:
            _database(context, name, opened, known[name], state, survey)
    survey.failed += [
        f"database {shown(each)} is gone"
        for each in sorted(set(known) - seen)
        if f"database {shown(each)}" not in " ".join(survey.unproven)
    ]
    figures = survey.figures
    return survey.result(f"{figures.get('compared', 0)} tables with {figures.get('rows', 0)} rows have the contents of the baseline")


def _database(context: LadderContext, name: str, opened: Session, known: Mapping[str, Any], state: RecoveryState, survey: Survey) -> None:
    import psycopg

    try:
        tables = user_tables(opened)
        if not same_position(context, state, known):
            tables = unchanging_of(context.settings, name, tables)
            if not tables:
                survey.unproven.append(_elsewhere(name, known, state))
                return
        wanted: Mapping[str, Mapping[str, Any]] = known.get("tables") or {}
        tables = [each for each in tables if key_of(each) in wanted]

        def failed(table: Relation, error: Exception) -> bool:
            return survey.error(f"{shown(name)}: {table}", error)

        found = read_contents(opened, tables, hashed=True, failed=failed)
    except (psycopg.Error, UnicodeError) as error:
        survey.error(f"database {shown(name)}", error)
        return
    for table, contents in found.items():
        survey.add("compared")
        survey.add("rows", contents.rows)
        if contents.rows != wanted[table]["rows"]:
            survey.failed.append(f"{shown(name)}: {shown(table)} has {contents.rows} rows, the baseline {wanted[table]['rows']}")
        elif contents.hash != wanted[table]["hash"]:
            survey.failed.append(f"{shown(name)}: {shown(table)} has {contents.rows} rows as in the baseline, but other contents")
    if same_position(context, state, known):
        gone = sorted(set(wanted) - {key_of(each) for each in tables})
        survey.failed += [f"{shown(name)}: {shown(each)} is gone" for each in gone]


def same_position(context: LadderContext, state: RecoveryState, known: Mapping[str, Any]) -> bool:
    """Whether the copy was restored to a position at which the hashes hold."""
    if state.ending is None:
        return False
    return _holds_at(known, state.ending.lsn) or (state.ending.by_lsn and _holds_at(known, context.restored.target.lsn))


def _holds_at(known: Mapping[str, Any], lsn: int | None) -> bool:
    first = known.get("lsn")
    return first is not None and lsn is not None and parse_lsn(first) <= lsn <= parse_lsn(known.get("until") or first)


def _elsewhere(name: str, known: Mapping[str, Any], state: RecoveryState) -> str:
    lsn = known.get("until") or known.get("lsn")
    if lsn is None:
        return f"{shown(name)}: the baseline was taken while the source was too busy for an exact position"
    reached = "elsewhere" if state.ending is None else f"at {format_lsn(state.ending.lsn)}"
    return f"{shown(name)}: the baseline is of {lsn}, the copy {reached}: drill with --to lsn:{lsn}, or name unchanging tables"
