"""Every table, index, constraint, trigger, policy and function of the baseline is there."""

from __future__ import annotations

from recoverable.drill.reading import catalog_facts
from recoverable.drill.reading.against_baseline import age_note, each_known_database
from recoverable.drill.reading.survey import Survey, named, shown
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage

RUNG = Rung(
    name="objects-present",
    title="Everything that the baseline has is there",
    why="A dump that was cut off has its tables first: what is missing are indexes, constraints and the last tables. Another database has none of them.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    needs=frozenset({Need.BASELINE}),
    catches=(20, 26),
)


def run(context: LadderContext) -> RungResult:
    """Compare as sets; what is new is counted, what is gone is named."""
    import psycopg

    survey = Survey()
    for name, opened, known in each_known_database(context, survey):
        try:
            found = set(catalog_facts.objects(opened))
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
            continue
        wanted = set(known.get("objects") or ())
        survey.add("objects", len(found))
        survey.add("new", len(found - wanted))
        gone = sorted(wanted - found)
        if gone:
            told = named([shown(each) for each in gone])
            survey.failed.append(f"{shown(name)}: {len(gone)} of {len(wanted)} objects are gone{age_note(context)}: {told}")
    figures = survey.figures
    return survey.result(f"{figures.get('objects', 0)} objects, all of the baseline's among them; {figures.get('new', 0)} are new")
