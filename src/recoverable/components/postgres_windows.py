"""When backups are taken and maintenance happens, in UTC, as RDS writes it; other clouds get the same times in their words."""

import re

from recoverable.components.base import Component
from recoverable.components.refusal import RefusedError

BACKUP, MAINTENANCE = "02:00-03:00", "sun:04:00-sun:05:00"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEAST_MINUTES = 30
"""Of either window: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html"""
DAY, WEEK = 1440, 7 * 1440
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_BACKUP = re.compile(f"{_TIME}-{_TIME}")
_MAINTENANCE = re.compile(f"({'|'.join(DAYS)}):{_TIME}-({'|'.join(DAYS)}):{_TIME}")


def backup_window(component: Component, given: str | None, retention: int | None) -> str:
    """The daily window; "" where AWS Backup chooses it."""
    if retention is None:
        return ""
    window = given or BACKUP
    _daily(component, window)
    return window


def _daily(component: Component, window: str) -> tuple[int, int]:
    """Beginning and length in minutes."""
    found = _BACKUP.fullmatch(window)
    if found is None:
        form = "HH:MM-HH:MM in UTC, such as 02:00-03:00"
        raise RefusedError(component.label, "backup_window", window, form, "RDS reads no other form.")
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    length = (end - start) % DAY
    if length < LEAST_MINUTES:
        component.refuse("backup_window", window, f"{LEAST_MINUTES} minutes at least", "RDS takes no shorter one.")
    return start, length


def maintenance_window(component: Component, given: str | None, backup: str | None) -> str:
    """The weekly window, which must not meet the daily one."""
    window = given or MAINTENANCE
    found = _MAINTENANCE.fullmatch(window)
    if found is None:
        form = "ddd:HH:MM-ddd:HH:MM in UTC, such as sun:04:00-sun:05:00"
        raise RefusedError(component.label, "maintenance_window", window, form, "RDS reads no other form.")
    start = DAYS.index(found[1]) * DAY + int(found[2]) * 60 + int(found[3])
    end = DAYS.index(found[4]) * DAY + int(found[5]) * 60 + int(found[6])
    length = (end - start) % WEEK
    if not LEAST_MINUTES <= length <= DAY:
        component.refuse("maintenance_window", window, f"{LEAST_MINUTES} minutes to 24 hours", "RDS takes no other length.")
    daily, lasts = _daily(component, backup or BACKUP)
    if _meet(start, length, daily, lasts):
        component.refuse("maintenance_window", window, f"a time outside the backup window {backup or BACKUP}", "RDS refuses an overlap.")
    return window


def _meet(start: int, length: int, daily: int, lasts: int) -> bool:
    """Whether a weekly window meets a daily one on any day."""
    first = start % DAY
    return any(first < day + daily + lasts and day + daily < first + length for day in (-DAY, 0, DAY))


def google_maintenance(window: str) -> dict[str, int]:
    """The same window as Cloud SQL says it: a day from 1 (Monday) and an hour, one hour long."""
    return {"day": DAYS.index(window[:3]) + 1, "hour": int(window[4:6])}
