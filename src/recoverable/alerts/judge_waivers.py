"""Judges the waivers of the standard file: has one expired, or is it about to?"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable

from recoverable.alerts.alert import Alert, Kind, key_of
from recoverable.alerts.judgement import WAIVER, Judgement
from recoverable.standard.waivers import Waiver


def judge_waivers(waivers: Iterable[Waiver], today: datetime.date, warning_days: int, found: Judgement) -> None:
    """Judges each that has a day; one without is a finding of ``recoverable check``."""
    seen: Counter[str] = Counter()
    for waiver in sorted(waivers, key=lambda each: each.until or datetime.date.max):
        if waiver.until is None:
            continue
        found.watched += 1
        place = " ".join(part for part in (waiver.address, waiver.file) if part)
        name = f"{waiver.rule.lower()} {place}"
        seen[name] += 1
        key = key_of(WAIVER, "until", name=name if seen[name] == 1 else f"{name} #{seen[name]}")
        left = (waiver.until - today).days
        if left > warning_days:
            found.is_fine(key)
            continue
        kind, said = (Kind.WAIVER_EXPIRED, "expired") if left < 0 else (Kind.WAIVER_EXPIRING, "is about to expire")
        found.fires(
            Alert(
                key,
                kind,
                f"the waiver of {waiver.rule} for {place} {said}: its last day is {waiver.until}{f' ({waiver.where})' if waiver.where else ''}",
                owner=waiver.owner,
                fix="Mend what it excuses, or decide anew: reason, owner and day.",
            )
        )
