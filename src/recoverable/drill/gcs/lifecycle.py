"""What the lifecycle rules of a bucket of Cloud Storage remove, and when (https://cloud.google.com/storage/docs/lifecycle).

All conditions of a rule must hold. Conditions that hold for some objects alone are taken to hold for all, but for prefixes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from recoverable.drill.objects.buckets import Expiry
from recoverable.drill.rest.client import Json

DAY = datetime.timedelta(days=1)


def soonest_expiry(bucket: Json, prefix: str) -> Expiry | None:
    """The rule that removes noncurrent generations soonest. ``age`` counts from the writing, so that by a rule for noncurrent ones alone what is
    old when it is replaced goes at once; a number of newer versions sets no time at all.
    """
    found = [Expiry(_days(condition), name) for name, condition in _deleting(bucket, prefix) if condition.get("isLive") is not True]
    return min(found, key=lambda each: each.days, default=None)


def may_have_ended(bucket: Json, prefix: str, now: datetime.datetime) -> datetime.datetime | None:
    """Objects written before this may have been deleted by a rule while they were live; None where no rule does that."""
    return _before([each for _, each in _deleting(bucket, prefix) if each.get("isLive") is not False and not _noncurrent_alone(each)], now)


def may_be_removed(bucket: Json, prefix: str, now: datetime.datetime) -> datetime.datetime | None:
    """Noncurrent generations written before this may have been removed by a rule that counts from the writing."""
    rules = [each for _, each in _deleting(bucket, prefix) if each.get("isLive") is not True and "daysSinceNoncurrentTime" not in each]
    return _before(rules, now)


def _days(condition: Json) -> int:
    if "daysSinceNoncurrentTime" in condition:
        return int(condition["daysSinceNoncurrentTime"])
    counts = "age" in condition and condition.get("isLive") is not False and "numNewerVersions" not in condition
    return int(condition["age"]) if counts else 0


def _before(conditions: list[Json], now: datetime.datetime) -> datetime.datetime | None:
    found: list[datetime.datetime] = []
    for each in conditions:
        limits = [now - int(each["age"]) * DAY] if "age" in each else []
        if "createdBefore" in each:
            limits.append(datetime.datetime.fromisoformat(str(each["createdBefore"])).replace(tzinfo=datetime.UTC))
        found.append(min(limits, default=now))
    return max(found, default=None)


def _noncurrent_alone(condition: Json) -> bool:
    """These conditions hold for no live object."""
    return bool({"daysSinceNoncurrentTime", "noncurrentTimeBefore"} & condition.keys()) or bool(condition.get("numNewerVersions"))


def _deleting(bucket: Json, prefix: str) -> Iterator[tuple[str, Json]]:
    for number, rule in enumerate((bucket.get("lifecycle") or {}).get("rule") or [], 1):
        condition = rule.get("condition") or {}
        within = condition.get("matchesPrefix") or [""]
        if (rule.get("action") or {}).get("type") == "Delete" and any(_overlap(str(each), prefix) for each in within):
            yield f"number {number} ({', '.join(sorted(condition)) or 'without a condition'})", condition


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
