"""Judges the facts of backups against the standard: missing and failed backups, restorable time, replication, and facts that are old."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass

from recoverable.alerts.alert import Alert, Kind, key_of
from recoverable.alerts.facts import Facts, StoreFacts
from recoverable.alerts.judgement import FACTS, Judgement
from recoverable.drill.proof_status import say_age
from recoverable.standard.demands import Demands
from recoverable.standard.load import Standard

REPLICATION_MINUTES = 15
"""How late a copy may be where the standard sets no RPO: what S3's replication time control promises
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationTimeValue.html)."""
BACKUP, RESTORABLE, REPLICATION = "last_backup", "restorable_lag", "replication_lag"
"""Names of gauges; each but the first has a limit beside it, ``…_limit``."""


@dataclass(frozen=True, slots=True)
class FactLimits:
    """How old a backup may be (or the RPO, where that is longer), and how old the facts themselves."""

    backup_age: datetime.timedelta
    facts_age: datetime.timedelta


def judge_facts(
    facts: Facts, standard: Standard, limits: FactLimits, known: Collection[tuple[str, str]], now: datetime.datetime, found: Judgement
) -> None:
    """Judges every store. ``known`` are stores (name, environment) of which earlier facts spoke: one that is left out is told."""
    unreadable = Alert(
        key_of(FACTS, "unreadable"),
        Kind.FACTS_UNREADABLE,
        _say_problems(facts.problems),
        fix="What is in those lines was not judged.",
    )
    found.decide(unreadable, wrong=bool(facts.problems))
    found.problems += facts.problems
    found.watched += len(facts.stores)
    for each in facts.stores:
        demands = standard.demands(
            environment=each.environment, environment_source="facts", kind=each.kind, address=each.store, tags=dict(each.tags or {})
        )
        found.reported.add((each.store, demands.environment))
        _judge_store(_Judged(each, demands, limits, now, found))
    _judge_absent(known, found, whole=not facts.problems)


def _say_problems(problems: tuple[str, ...]) -> str:
    shown = "; ".join(problems[:3])
    return f"the facts of backups cannot be used: {shown}{f'; and {len(problems) - 3} more' if len(problems) > 3 else ''}"


def _judge_absent(known: Collection[tuple[str, str]], found: Judgement, *, whole: bool) -> None:
    """A store that was reported and is not any more: it is gone, or whoever looks cannot see it. A person must say which.

    One that is now reported under an environment that was not known before has moved; where both were known, one of two stores of
    the same name is gone. A line that could not be read may be that of the old environment, so then nothing has moved.
    """
    new = {store for store, _ in found.reported - set(known)}
    absent = set(known) - found.reported
    found.moved = {each for each in absent if each[0] in new} if whole else set()
    for store, environment in sorted(absent - found.moved):
        found.cannot_tell(*(key_of(FACTS, what, environment, store) for what in QUESTIONS))
        key = key_of(FACTS, "reported", environment, store)
        if not whole:
            found.cannot_tell(key)  # its line may be one of those that could not be read
            continue
        found.fires(
            Alert(
                key,
                Kind.STORE_NOT_REPORTED,
                "the facts of backups do not speak of it any more",
                store,
                environment,
                fix=f"Was it removed on purpose? recoverable alerts --forget {store}",
            )
        )
    for store, environment in found.reported:
        found.is_fine(key_of(FACTS, "reported", environment, store))


class _Judged:
    """One store in front of its judges."""

    def __init__(self, facts: StoreFacts, demands: Demands, limits: FactLimits, now: datetime.datetime, found: Judgement) -> None:
        self.facts, self.demands, self.limits, self.now, self.found = facts, demands, limits, now, found
        rpo = demands.rpo_minutes.value
        self.rpo = None if rpo is None else datetime.timedelta(minutes=rpo)

    def decide(self, what: str, kind: Kind, summary: str, *, wrong: bool, fix: str = "") -> None:
        """Fires or is fine."""
        environment = self.demands.environment
        key = key_of(FACTS, what, environment, self.facts.store)
        self.found.decide(Alert(key, kind, summary, self.facts.store, environment, self.demands.owner.value, fix), wrong=wrong)

    def cannot_tell(self, what: str) -> None:
        """It is not said."""
        self.found.cannot_tell(key_of(FACTS, what, self.demands.environment, self.facts.store))

    def gauge(self, name: str, value: float) -> None:
        """A number for the metrics."""
        self.found.gauges[name, self.facts.store, self.demands.environment] = value


def _judge_store(judged: _Judged) -> None:
    for what, judge in QUESTIONS.items():
        judge(judged, what)


def _stale(judged: _Judged, what: str) -> None:
    age, limit = judged.now - judged.facts.observed, judged.limits.facts_age
    judged.decide(
        what,
        Kind.FACTS_STALE,
        f"what is known of its backups is {_say(age)} old, more than {_say(limit)}",
        wrong=age > limit,
        fix="Look whether the job that writes the facts still runs.",
    )


def _missing(judged: _Judged, what: str) -> None:
    """A day and what its start may be late by, or the RPO where that allows more. Its age grows with every hour, so it is held against now."""
    limit = max(judged.limits.backup_age, judged.rpo or judged.limits.backup_age)
    judged.gauge(f"{BACKUP}_limit", limit.total_seconds())
    if "last_backup" not in judged.facts.says:
        judged.cannot_tell(what)
        return
    last = judged.facts.last_backup
    judged.gauge(BACKUP, last.timestamp() if last else 0)
    age = judged.now - last if last else None
    said = f"the last successful backup is {_say(age)} old, more than {_say(limit)}" if age else "no backup ever succeeded"
    judged.decide(what, Kind.BACKUP_MISSING, said, wrong=age is None or age > limit)


def _failed(judged: _Judged, what: str) -> None:
    """A failure after the last success; one before it is history."""
    facts = judged.facts
    if "failed_jobs" not in facts.says:
        judged.cannot_tell(what)
        return
    last = facts.last_backup
    since = [each for each in facts.failed_jobs if last is None or each.at > last]
    newest = max(since, key=lambda each: each.at, default=None)
    said = ""
    if newest:
        times = f"{len(since)} backup jobs failed" if len(since) > 1 else "a backup job failed"
        detail = " ".join(part for part in (newest.id, newest.message) if part)
        said = f"{times} since the last success; the newest at {newest.at:%Y-%m-%d %H:%M} UTC{f': {detail}' if detail else ''}"
    judged.decide(what, Kind.BACKUP_FAILED, said, wrong=newest is not None)


def _behind(judged: _Judged, what: str) -> None:
    """How far restorable time was behind when it was looked at: held against now, a daily look would always be late."""
    facts, rpo = judged.facts, judged.rpo
    if "latest_restorable" not in facts.says or rpo is None:
        judged.cannot_tell(what)
        return
    judged.gauge(f"{RESTORABLE}_limit", rpo.total_seconds())
    if facts.latest_restorable is None:
        judged.gauge(RESTORABLE, float("inf"))
        judged.decide(what, Kind.RESTORABLE_TIME_LATE, f"it can be restored to no moment at all; the RPO is {_say(rpo)}", wrong=True)
        return
    lag = max(facts.observed - facts.latest_restorable, datetime.timedelta())
    judged.gauge(RESTORABLE, lag.total_seconds())
    judged.decide(
        what,
        Kind.RESTORABLE_TIME_LATE,
        f"restorable time was {_say(lag)} behind when it was looked at; the RPO is {_say(rpo)}",
        wrong=lag > rpo,
    )


def _replication(judged: _Judged, what: str) -> None:
    """The worst copy. One whose state and lag are both unknown says nothing."""
    limit = judged.rpo or datetime.timedelta(minutes=REPLICATION_MINUTES)
    lags = [(each.target, each.lag) for each in judged.facts.replication if each.lag is not None]
    failing = [each.target for each in judged.facts.replication if each.state == "failing"]
    if lags:
        judged.gauge(REPLICATION, max(lag for _, lag in lags))
        judged.gauge(f"{REPLICATION}_limit", limit.total_seconds())
    late = [f"{target} is {_say(datetime.timedelta(seconds=lag))} behind" for target, lag in lags if lag > limit.total_seconds()]
    said = "; ".join([*(f"{target} fails" for target in failing), *late])
    silent = [each for each in judged.facts.replication if each.lag is None and each.state == "unknown"]
    if not said and (silent or "replication" not in judged.facts.says):
        judged.cannot_tell(what)
        return
    judged.decide(what, Kind.REPLICATION_LATE, f"replication: {said} (at most {_say(limit)})", wrong=bool(said))


QUESTIONS: dict[str, Callable[[_Judged, str], None]] = {
    "stale": _stale,
    "missing": _missing,
    "failed": _failed,
    "restorable": _behind,
    "replication": _replication,
}
"""What is asked about each store; the words are part of the keys of alerts."""


def _say(length: datetime.timedelta) -> str:
    return say_age(length.total_seconds() / 60)
