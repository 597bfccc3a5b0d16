"""Compares facts of a copy with those of a baseline, as sets whose differences have names."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from recoverable.drill.reading.survey import Survey, baseline_of, each_database, shown
from recoverable.drill.rung import LadderContext

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session


def taken(context: LadderContext) -> datetime.datetime | None:
    """When the baseline was read."""
    text = baseline_of(context).get("taken")
    return datetime.datetime.fromisoformat(text) if text else None


def age_note(context: LadderContext) -> str:
    """What a reader of a difference must know: a baseline that is younger than the target holds what did not exist then."""
    when = taken(context)
    if when is None:
        return ""
    younger = when > context.disaster
    return f" (baseline of {when.isoformat(timespec='seconds')}" + (", younger than what was restored)" if younger else ")")


def each_known_database(context: LadderContext, survey: Survey) -> Iterator[tuple[str, Session, Mapping[str, Any]]]:
    """Every database of the copy with its part of the baseline (empty for a new one); databases that are gone are failures."""
    known: Mapping[str, Any] = baseline_of(context).get("databases") or {}
    seen = set()
    for name, opened in each_database(context, survey):
        seen.add(name)
        yield name, opened, known.get(name) or {}
    if not seen and (survey.unproven or survey.failed):
        return  # nobody answered: nothing is known to be gone
    left_out = set(context.settings.get("databases_left_out") or ())
    unreachable = " ".join(survey.unproven + survey.failed)
    for name in sorted(set(known) - seen - left_out):
        if f"database {shown(name)}" not in unreachable:
            survey.failed.append(f"database {shown(name)} is gone{age_note(context)}")
