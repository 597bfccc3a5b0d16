"""The drills of all stores as one result: RPO and RTO of each, and of the service that needs all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recoverable.drill.durations import say_seconds
from recoverable.drill.verdict import DrillVerdict

Json = dict[str, Any]
FIRST = ("secret", "state")
LAST = ("bucket",)
HEADS = ("store", "verdict", "RPO", "RTO", "verified after")


@dataclass(frozen=True, slots=True)
class StoreResult:
    """One store's drill: its exit code, its record where it came to one, and else its last words."""

    store: str
    code: int
    record: Mapping[str, Any] | None
    last_words: str = ""

    @property
    def verified(self) -> bool:
        """Whether it proved its store."""
        return self.code == 0 and self.record is not None and self.record.get("verdict") == DrillVerdict.VERIFIED.value

    def figure(self, name: str) -> float | None:
        """A number of the record; None where it was not measured."""
        found = (self.record or {}).get(name)
        return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def in_order(stores: Mapping[str, str]) -> list[str]:
    """Names in the order of a recovery, from name to provider: what opens the rest (secrets, state), then databases, then buckets."""
    rank = {**dict.fromkeys(FIRST, 0), **dict.fromkeys(LAST, 2)}
    return sorted(stores, key=lambda name: rank.get(stores[name], 1))  # stable: else as in the file


def summary(results: Sequence[StoreResult]) -> Json:
    """The service as a whole; a figure is None where one store has none, for then nobody knows it.

    It has lost what the worst store lost. It answers when the slowest store does where all are restored at once, and after the
    sum where one is restored after the other; what is demanded is the strictest of the stores' numbers.
    """
    rpo, rto = _all(results, "rpo_seconds"), _all(results, "rto_first_query_seconds")
    return {
        "verified": bool(results) and all(each.verified for each in results),
        "stores": len(results),
        "stores_verified": sum(each.verified for each in results),
        "rpo_seconds": max(rpo) if rpo else None,
        "rpo_demanded_seconds": _strictest(results, "rpo_demanded_seconds"),
        "rto_at_once_seconds": max(rto) if rto else None,
        "rto_one_by_one_seconds": sum(rto) if rto else None,
        "rto_demanded_seconds": _strictest(results, "rto_demanded_seconds"),
    }


def as_text(results: Sequence[StoreResult]) -> Iterator[str]:
    """A table of the stores, what is wrong with each, and the service."""
    rows = [HEADS, *(_row(each) for each in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    for each in results:
        if not each.verified:
            record = each.record or {}
            why = "" if record.get("verdict") == DrillVerdict.VERIFIED.value else record.get("reason")
            yield f"{each.store}: {why or each.last_words or f'ended with {each.code}'}"
    found = summary(results)
    yield f"service: {found['stores_verified']} of {found['stores']} stores are proven"
    yield f"  RPO  {_say(found['rpo_seconds'])}{_demanded(found['rpo_demanded_seconds'])}: what the worst store lost"
    yield (
        f"  RTO  {_say(found['rto_at_once_seconds'])} with all at once, {_say(found['rto_one_by_one_seconds'])} one by one"
        f"{_demanded(found['rto_demanded_seconds'])}"
    )


def _row(result: StoreResult) -> tuple[str, ...]:
    record = result.record or {}
    word = f"{record.get('verdict')} ({record.get('colour')})" if result.record else "no record"
    return (
        result.store,
        word if result.code in (0, 1) else f"{word}, exit {result.code}",
        _say(result.figure("rpo_seconds")),
        _say(result.figure("rto_first_query_seconds")),
        _say(result.figure("verified_seconds")),
    )


def _all(results: Sequence[StoreResult], name: str) -> list[float]:
    found = [figure for each in results if (figure := each.figure(name)) is not None]
    return found if len(found) == len(results) else []


def _strictest(results: Sequence[StoreResult], name: str) -> float | None:
    return min((figure for each in results if (figure := each.figure(name)) is not None), default=None)


def _say(seconds: float | None) -> str:
    return "not measured" if seconds is None else say_seconds(seconds)


def _demanded(seconds: float | None) -> str:
    return "" if seconds is None else f" (demanded: {say_seconds(seconds)})"
