"""A store can be restored less far back than its retention says."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveStore
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.live_samples import ONLY, live
from recoverable.rules.registry.plan_questions import DAILY
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, rds
from recoverable.rules.registry.store_samples import efs

KEPT = rds("backup_retention_period = 10")
OLD = "age_minutes = 144000"
NOT_ASKED = efs() + live(f"{OLD}\nwindow_minutes = 60", "aws_efs_file_system.files")

RULE = Rule(
    id="RCV202",
    name="restore-window-too-short",
    title="The store can be restored as far back as its retention says",
    severity=Severity.MEDIUM,
    applies_to=LiveStore,
    why="Retention is a setting; the window is what is there. Backups that were off for a while, or deleted, leave a shorter one.",
    facts=(
        (
            "RestoreWindow holds the earliest and the latest time an instance can be restored to.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstanceAutomatedBackup.html",
        ),
    ),
    examples=(
        good(KEPT + live(f"{OLD}\nwindow_minutes = 12960"), **ONLY),
        bad(KEPT + live(f"{OLD}\nwindow_minutes = 12959"), **ONLY),
        good(KEPT + live("age_minutes = 14399\nwindow_minutes = 60"), **ONLY),
        bad(KEPT + live("age_minutes = 14400\nwindow_minutes = 60"), **ONLY),
        unsure(KEPT + live("window_minutes = 60"), "absent", **ONLY),
        unsure(LATER + KEPT + live(f"{OLD}\nwindow_minutes = {UNKNOWN_NUMBER}"), **ONLY),
        good(KEPT + live(f"{OLD}\nwindow_minutes = 12960") + NOT_ASKED, "other", **ONLY),
    ),
)


def check(live: LiveStore, context: Context) -> Iterator[Answer]:
    """A day less is no defect: the oldest backup goes when the next is there. A young store has not had the time."""
    store, value = live.store, live.window
    if not isinstance(store, Database) or not is_original(store) or value.absent or not store.pitr.is_true or not store.pitr_days.known:
        return
    days = store.pitr_days.data or 0
    need, wanted = days * DAILY, f"{days} days"
    if value.unknown:
        yield unsure_because("how far back it can be restored cannot be known", value.note, wanted=wanted)
        return
    found = f"{(value.data or 0) / DAILY:.1f} days"
    if (value.data or 0) >= need - DAILY:
        yield passed(f"it can be restored {found} back", value, found, wanted)
    elif live.age.known and (live.age.data or 0) < need:
        yield passed(f"it can be restored {found} back, and is younger than its retention", value, found, wanted)
    elif live.age.known:
        yield failed(
            f"it can be restored {found} back, its retention says {days} days",
            value,
            found=found,
            wanted=wanted,
            fix="Find out when backups were off or the retention was raised; the window grows by itself from then on.",
        )
    else:
        yield unsure_because("whether it is older than its retention cannot be known", "its age", wanted=wanted)
