"""The drill report for a terminal: the table of the status, then the newest drill of each store."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.drill.durations import say_seconds
from recoverable.drill.reports.overview import Overview, StoreReport, control, figure, headline, moment
from recoverable.drill.reports.status_text import lines, wrapped
from recoverable.drill.verdict import RungVerdict
from recoverable.report.words import clean


def render(over: Overview, width: int = 80) -> str:
    """The whole text; no line but an unbreakable one is wider than ``width``."""
    statuses = [each.status for each in over.stores if each.status]
    _, word, rest = over.sentence()
    said = [f"{word}: {rest}", "", *lines(statuses, over.history)]
    for each in over.stores:
        said += ["", *_store(each)]
    return "\n".join(each for line in said for each in wrapped(clean(line), width)) + "\n"


def _store(store: StoreReport) -> Iterator[str]:
    drill = store.newest
    if drill is None:
        yield f"{store.name}: no drill was ever recorded"
        return
    yield f"{store.name}: {headline(drill)}"
    yield f"  when      {moment(drill.started)}, {drill.depth} depth"
    yield f"  restored  {drill.target} from backup {drill.backup_id or 'unknown'} ({drill.provider}, {drill.environment})"
    yield f"  RPO       {figure(drill.rpo, drill.rpo_demanded)}"
    yield f"  RTO       {figure(drill.rto, drill.rto_demanded)}, to the first query"
    yield f"  verified  {'no' if drill.verified_after is None else f'after {say_seconds(drill.verified_after)}'}"
    yield f"  control   {control(drill)}"
    yield f"  phases    {', '.join(f'{each.name} {say_seconds(each.seconds)}' for each in drill.phases)}"
    passed, failed, open_ = (drill.count(each) for each in (RungVerdict.PASS, RungVerdict.FAIL, RungVerdict.COULD_NOT_RUN))
    yield f"  rungs     {passed} passed, {failed} failed, {open_} could not run; {len(drill.not_covered)} not covered"
    for each in drill.rungs:
        if each.verdict is not RungVerdict.PASS:
            yield f"  {each.verdict.value:<14}{each.name}: {each.detail}"
    yield from (f"  reserved  {each}" for each in drill.reservations)
    yield from (
        f"  left over {each.get('kind', '')} {each.get('name', '')}; remove it with: {each.get('command', '')}" for each in drill.leftovers
    )
    if drill.hash:
        yield f"  record    {drill.sequence}, whose hash is"
        yield f"            {drill.hash}"
