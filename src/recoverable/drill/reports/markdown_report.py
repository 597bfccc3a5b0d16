"""The drill report in Markdown, for a ticket, a wiki or the summary of a pipeline."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.drill.durations import say_seconds
from recoverable.drill.proof_status import say_age
from recoverable.drill.reports.overview import Overview, StoreReport, control, figure, headline, moment, place_of, remarks
from recoverable.drill.reports.records import DrillRecord
from recoverable.drill.verdict import RungVerdict
from recoverable.report.markdown_text import code, escaped
from recoverable.report.words import clip

MARKER = "<!-- recoverable-drill -->"
MOST_ROWS = 30
LONGEST = 400


def render(over: Overview) -> str:
    """The whole text."""
    _, word, rest = over.sentence()
    parts = [
        MARKER,
        f"### Restore drills: {word.lower()}, {_say(rest)}",
        "\n".join(_table(over)),
        *("\n".join(_store(each)) for each in over.stores),
        "\n".join(f"- **broken** {code(each.place)}: {_say(each.what)}" for each in over.history.faults[:MOST_ROWS]),
        f"<sub>{len(over.history.records)} drills in {code(place_of(over.history))}, as of {moment(over.now)}, recoverable {_say(over.tool_version)}</sub>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(over: Overview) -> Iterator[str]:
    yield "| Store | Last proven | Newest drill | RPO | RTO | Verified after |"
    yield "| :-- | :-- | :-- | :-- | :-- | :-- |"
    for each in over.stores:
        status, newest = each.status, each.newest
        if status is None:
            proven = "not in recoverable.toml"
        else:
            age = "" if status.age_minutes is None else f", {say_age(status.age_minutes)} ago"
            proven = f"{'**' + status.freshness.value + '**' if status.alarming else status.freshness.value}{age}"
        if newest is None:
            yield f"| {code(each.name)} | {proven} | none | | | |"
            continue
        yield (
            f"| {code(each.name)} | {proven} | {newest.verdict.value} ({newest.colour.value}) {moment(newest.ended)} | "
            f"{figure(newest.rpo, newest.rpo_demanded)} | {figure(newest.rto, newest.rto_demanded)} | {figure(newest.verified_after, None)} |"
        )


def _store(store: StoreReport) -> Iterator[str]:
    drill = store.newest
    if drill is None:
        return
    yield f"#### {code(store.name)}: {_say(headline(drill))}"
    yield ""
    yield f"- Restored: {_say(drill.target)} from backup {code(drill.backup_id) or 'unknown'} with {_say(drill.provider)}, {_say(drill.environment)}"
    yield f"- Negative control: {_say(control(drill))}"
    yield from (f"- Reservation: {_say(each)}" for each in drill.reservations)
    yield from (
        f"- Left over: {_say(each.get('kind', ''))} {code(each.get('name', ''))}: {code(each.get('command', ''))}"
        for each in drill.leftovers
    )
    if store.status:
        yield from (f"- Status: {_say(each)}" for each in remarks(store.status))
    yield f"- Phases: {', '.join(f'{_say(each.name)} {say_seconds(each.seconds)}' for each in drill.phases)}"
    yield ""
    yield from _rungs(drill)


def _rungs(drill: DrillRecord) -> Iterator[str]:
    bad = [each for each in drill.rungs if each.verdict is not RungVerdict.PASS]
    yield f"{drill.count(RungVerdict.PASS)} rungs passed, {drill.count(RungVerdict.FAIL)} failed, {drill.count(RungVerdict.COULD_NOT_RUN)} could not run."
    if not bad:
        return
    yield ""
    yield "| Rung | Verdict | What it says |"
    yield "| :-- | :-- | :-- |"
    for each in bad[:MOST_ROWS]:
        yield f"| {code(each.name)} | **{each.verdict.value}** | {_say(each.detail)} |"
    if len(bad) > MOST_ROWS:
        yield f"| {len(bad) - MOST_ROWS} more | | the JSON report has all |"


def _say(text: str) -> str:
    return escaped(clip(text, LONGEST))
