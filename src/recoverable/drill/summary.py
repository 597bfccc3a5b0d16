"""A drill in a few lines of text, from its record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.drill import parts
from recoverable.drill.durations import say_seconds
from recoverable.drill.evidence import Record
from recoverable.drill.verdict import DrillVerdict, RungVerdict


def lines(record: Record) -> Iterator[str]:
    """What a person wants to know first, then what is wrong, then where the rest is."""
    yield f"{record['store']}: {record['verdict']} ({record['colour']})"
    if record.get("address", record["store"]) != record["store"]:
        yield f"  address   {record['address']}"
    if record["verdict"] != DrillVerdict.VERIFIED.value:
        yield f"  reason    {record['reason']}"
    yield f"  restored  {record['target']} from backup {record['backup_id'] or 'unknown'} ({record['provider']}, {record['environment']})"
    yield f"  RPO       {_figure(record['rpo_seconds'], record['rpo_demanded_seconds'])}"
    yield f"  RTO       {_figure(record['rto_first_query_seconds'], record['rto_demanded_seconds'])} to the first {_first(record['provider'])}"
    verified = record["verified_seconds"]
    yield f"  verified  {'no' if verified is None else f'after {say_seconds(verified)}'}"
    counts = {verdict: sum(1 for each in record["rungs"] if each["verdict"] == verdict.value) for verdict in RungVerdict}
    yield (
        f"  rungs     {counts[RungVerdict.PASS]} passed, {counts[RungVerdict.FAIL]} failed, "
        f"{counts[RungVerdict.COULD_NOT_RUN]} could not run; {len(record['not_covered'])} not covered (depth {record['depth']})"
    )
    yield f"  control   {_control(record['negative_control'])}"
    for each in record["rungs"]:
        if each["verdict"] != RungVerdict.PASS.value:
            yield f"  {each['verdict']:<13} {each['name']}: {each['detail']}"
    for text in record["reservations"]:
        yield f"  reserved  {text}"
    for each in record["leftovers"]:
        yield f"  left over {each['kind']} {each['name']}: {each['reason']}. Remove it with: {each['command']}"
    if record.get("hash"):
        yield f"  evidence  record {record['sequence']}, hash {record['hash']}"


def _first(provider: str) -> str:
    """What ends the RTO; one that this version does not know is taken for a database's, as all were once."""
    known = provider in parts.provider_names()
    return "query" if not known or parts.subject_of(provider).has_server else "read"


def _figure(found: float | None, demanded: float | None) -> str:
    limit = f" (demanded: {say_seconds(demanded)})" if demanded is not None else ""
    return f"{'not measured' if found is None else say_seconds(found)}{limit}"


def _control(control: dict[str, Any]) -> str:
    if control["outcome"] == "red":
        return f"{control['kind']} went red, caught by {control['caught_by']}"
    return ": ".join(text for text in (control["outcome"], control["detail"]) if text)
