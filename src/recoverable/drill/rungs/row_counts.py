"""Tables have at least the rows that they must have, and about as many as in the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from recoverable.drill.reading.against_baseline import age_note, each_known_database, taken
from recoverable.drill.reading.patterns import names_table
from recoverable.drill.reading.relations import UNLOGGED, Relation
from recoverable.drill.reading.survey import Survey, baseline_of, shown
from recoverable.drill.reading.table_contents import key_of, read_contents, user_tables
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

RUNG = Rung(
    name="row-counts",
    title="Tables have the rows that are expected",
    why="The wrong database, an emptied table and half a dump are restored as faithfully as the right one.",
    stage=Stage.RUNNING,
    depth=Depth.STANDARD,
    catches=(20, 26),
    seconds_per_gb=0.2,
)
SMALL = 100
"""Tables with fewer rows in the baseline may shrink as they like: a band in percent says nothing about them."""


def excuse(context: LadderContext) -> str:
    """Why this cannot be asked of a copy; "" where it can."""
    return "" if context.baseline or context.settings.get("rows") else "there is neither a baseline nor a number of rows in the settings"


def run(context: LadderContext) -> RungResult:
    """Counts by reading the heaps, so that an index cannot answer for rows that are gone."""
    import psycopg

    survey = Survey()
    floors_of: Mapping[str, Mapping[str, int]] = context.settings.get("rows") or {}
    seen = set()
    for name, opened, known in each_known_database(context, survey):
        seen.add(name)
        try:
            tables = user_tables(opened)
            unlogged = {key_of(each) for each in tables if each.persistence == UNLOGGED}
            counts = read_contents(opened, tables, hashed=False, failed=partial(_error, survey, name))
        except (psycopg.Error, UnicodeError) as error:
            survey.error(f"database {shown(name)}", error)
            continue
        rows = {table: each.rows for table, each in counts.items()}
        survey.add("tables", len(rows))
        survey.add("rows", sum(rows.values()))
        _floors(name, floors_of.get(name) or {}, rows, survey)
        before = {table: each for table, each in (known.get("tables") or {}).items() if table not in unlogged and not each.get("unlogged")}
        _Bands.of(context, name).judge(before, rows, survey)
    survey.failed += [f"database {shown(each)} of the settings is not there" for each in sorted(set(floors_of) - seen)]
    if not survey.failed and not baseline_of(context) and not floors_of:
        survey.unproven.append("there is neither a baseline nor a number of rows to compare with")
    figures = survey.figures
    return survey.result(f"{figures.get('rows', 0)} rows in {figures.get('tables', 0)} tables, within what is expected")


def _error(survey: Survey, database: str, table: Relation, error: Exception) -> bool:
    return survey.error(f"{shown(database)}: {table}", error)


def _floors(database: str, floors: Mapping[str, int], rows: Mapping[str, int], survey: Survey) -> None:
    for table, least in floors.items():
        if table not in rows:
            survey.failed.append(f"{shown(database)}: {shown(table)} is not there, wanted at least {least} rows")
        elif rows[table] < least:
            survey.failed.append(f"{shown(database)}: {shown(table)} has {rows[table]} rows, wanted at least {least}")


@dataclass(frozen=True)
class _Bands:
    """How far tables of one database may be from the baseline."""

    database: str
    shrink: int
    grow: int
    changing: tuple[str, ...]
    note: str
    older: bool

    @classmethod
    def of(cls, context: LadderContext, database: str) -> _Bands:
        """From the settings; a table may shrink by half where they say nothing."""
        settings = context.settings
        when = taken(context)
        return cls(
            database,
            int(settings.get("shrink_percent", 50)),
            int(settings.get("grow_percent") or 0),
            tuple((settings.get("changing") or {}).get(database, ())),
            age_note(context),
            when is not None and context.disaster < when,
        )

    def judge(self, before: Mapping[str, Mapping[str, Any]], rows: Mapping[str, int], survey: Survey) -> None:
        """Each table that the baseline knows and that is there; those that are gone are another rung's."""
        for table, each in before.items():
            old, new = int(each.get("rows") or 0), rows.get(table)
            if new is None or names_table(self.changing, table):
                continue
            survey.add("compared")
            if old >= SMALL and new < old * (100 - self.shrink) / 100:
                survey.failed.append(
                    f"{self._where(table)} has {new} rows, the baseline {old}: more than {self.shrink} % are gone{self.note}"
                )
            elif self.grow and not self.older and new > max(old, SMALL) * (100 + self.grow) / 100:
                survey.failed.append(
                    f"{self._where(table)} has {new} rows, the baseline {old}: it grew by more than {self.grow} %{self.note}"
                )

    def _where(self, table: str) -> str:
        return f"{shown(self.database)}: {shown(table)}"
