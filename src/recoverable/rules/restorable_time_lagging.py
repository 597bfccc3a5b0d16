"""The latest time a store can be restored to is further behind than the RPO allows."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveStore
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, live
from recoverable.rules.registry.plan_questions import DAILY, apart
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, rds

LEAST = 10
"""Minutes: RDS ships its log every five, so that a healthy database may be nearly two of those behind when it is asked."""
KEPT = rds("backup_retention_period = 30")
NOT_ASKED = rds("backup_retention_period = 0", name="scratch") + live("", "aws_db_instance.scratch")
CLOSE = "[environments.prod]\nrpo_minutes = 5\n"
NONE = '[environments.prod]\nrpo_minutes = "none"\n'

RULE = Rule(
    id="RCV203",
    name="restorable-time-lagging",
    title="The latest restorable time is within the RPO",
    severity=Severity.HIGH,
    applies_to=LiveStore,
    why="Everything after the latest restorable time is lost in a failure of this moment, whatever the retention.",
    facts=(
        (
            "LatestRestorableTime is typically within the last five minutes.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html",
        ),
    ),
    examples=(
        good(KEPT + live("lag_minutes = 15"), **ONLY),
        bad(KEPT + live("lag_minutes = 16"), **ONLY),
        good(KEPT + live("lag_minutes = 10"), standard=CLOSE, **ONLY),
        bad(KEPT + live("lag_minutes = 11"), standard=CLOSE, **ONLY),
        good(KEPT + live("lag_minutes = 1440"), "other", standard=NONE, **ONLY),
        bad(KEPT + live("lag_minutes = 1441"), "other", standard=NONE, **ONLY),
        unsure(LATER + KEPT + live(f"lag_minutes = {UNKNOWN_NUMBER}"), **ONLY),
        good(KEPT + live("lag_minutes = 15") + NOT_ASKED, "absent", **ONLY),
    ),
    demand="rpo_minutes",
)


def check(live: LiveStore, context: Context) -> Iterator[Answer]:
    """Without an RPO a day counts."""
    value = live.lag
    if value.absent or not is_original(live.store):
        return
    limit = max(context.demands.rpo_minutes.value or DAILY, LEAST)
    wanted = f"at most {apart(limit)} behind"
    if value.unknown:
        yield unsure_because("its latest restorable time cannot be known", value.note, wanted=wanted)
        return
    behind = apart(value.data or 0)
    if (value.data or 0) <= limit:
        yield passed(f"its latest restorable time is {behind} behind", value, f"{behind} behind", wanted)
    else:
        yield failed(
            f"its latest restorable time is {behind} behind",
            value,
            found=f"{behind} behind",
            wanted=wanted,
            fix="See whether it is stopped, out of storage or cannot use its key: its log is not shipped.",
        )
