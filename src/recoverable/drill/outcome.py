"""What a drill as a whole says. There is one way to be verified, and every doubt that remains is written on it."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.drill.durations import say_seconds
from recoverable.drill.evidence import Evidence
from recoverable.drill.verdict import Colour, DrillVerdict

MOST_NAMED = 5


def decide(evidence: Evidence, stopped_by: str, *, failed: bool) -> None:
    """Write verdict, colour and reason into the evidence.

    ``stopped_by`` says why the drill did not come to its end ("" where it did); ``failed`` whether that speaks against the
    restore (it failed, or took too long) and not only against the drill (interrupted, nobody answered).
    """
    against = list(_against(evidence))
    if stopped_by and failed:
        against.insert(0, stopped_by)
    if against:
        _set(evidence, DrillVerdict.FAILED, Colour.RED, "; ".join(against))
        return
    missing = [stopped_by] if stopped_by else list(dict.fromkeys(_missing(evidence)))
    if missing:
        _set(evidence, DrillVerdict.COULD_NOT_RUN, Colour.RED, "; ".join(missing))
        return
    evidence.reservations.extend(_reservations(evidence))
    colour = Colour.AMBER if evidence.reservations else Colour.GREEN
    _set(evidence, DrillVerdict.VERIFIED, colour, "every rung that was asked for passed")


def downgrade(evidence: Evidence, why: str) -> None:
    """A verified drill that left no evidence behind, or something else, is not verified any more."""
    if evidence.verdict is DrillVerdict.VERIFIED:
        _set(evidence, DrillVerdict.COULD_NOT_RUN, Colour.RED, why)


def _set(evidence: Evidence, verdict: DrillVerdict, colour: Colour, reason: str) -> None:
    evidence.verdict, evidence.colour, evidence.reason = verdict, colour, reason


def _against(evidence: Evidence) -> Iterator[str]:
    """What speaks against the backup, the restore or the ladder."""
    failed = evidence.failed()
    for each in failed[:MOST_NAMED]:
        yield f"{each.name}: {each.detail}"
    if len(failed) > MOST_NAMED:
        yield f"{len(failed) - MOST_NAMED} more rungs failed"
    if _over(evidence.rpo_seconds, evidence.rpo_demanded_seconds):
        yield _missed("RPO", evidence.rpo_seconds, evidence.rpo_demanded_seconds)
    if _over(evidence.rto_first_query_seconds, evidence.rto_demanded_seconds):
        yield _missed("RTO", evidence.rto_first_query_seconds, evidence.rto_demanded_seconds)
    if evidence.control.outcome == "green":
        yield f"the negative control stayed green: {evidence.control.detail}"


def _missing(evidence: Evidence) -> Iterator[str]:
    """What keeps a drill without a failure from being verified."""
    unproven = evidence.unproven()
    if unproven:
        named = ", ".join(each.name for each in unproven[:MOST_NAMED])
        more = f" and {len(unproven) - MOST_NAMED} more" if len(unproven) > MOST_NAMED else ""
        yield f"could not run: {named}{more}"
    yield from evidence.crashes
    if not any(each.stage == "running" for each in evidence.rungs):
        yield "no rung looked at the running copy"
    if evidence.rto_first_query_seconds is None:
        yield "no query was answered"


def _reservations(evidence: Evidence) -> Iterator[str]:
    """What a reader of a verified drill must see."""
    if evidence.control.outcome == "off":
        yield "the negative control was switched off"
    elif evidence.control.outcome != "red":
        yield f"the negative control could not run: {evidence.control.detail}"
    if evidence.rpo_demanded_seconds is not None and evidence.rpo_seconds is None:
        yield f"RPO was not measured (demanded: {say_seconds(evidence.rpo_demanded_seconds)})"
    for each in evidence.not_covered:
        if each.reserved:
            yield f"{each.name} was not looked at: {each.reason}"


def _over(found: float | None, demanded: float | None) -> bool:
    return found is not None and demanded is not None and not found <= demanded  # NaN is over, too


def _missed(what: str, found: float | None, demanded: float | None) -> str:
    return f"{what} missed: {say_seconds(found or 0)}, demanded {say_seconds(demanded or 0)}"
