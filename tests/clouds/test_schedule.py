"""The longest gap between two runs of a schedule, against gaps counted by hand."""

from __future__ import annotations

import pytest

from recoverable.clouds.schedule import ScheduleError, longest_gap

HOUR, DAY = 60, 1440


@pytest.mark.parametrize(
    ("expression", "gap"),
    [
        ("cron(0 5 ? * * *)", DAY),
        ("cron(0 5 * * ? *)", DAY),
        ("  cron( 0  5 ? * * * ) ", DAY),
        ("cron(15 * ? * * *)", HOUR),
        ("cron(0/30 * * * ? *)", 30),
        ("cron(0 */6 ? * * *)", 6 * HOUR),
        ("cron(0 8,20 * * ? *)", 12 * HOUR),
        ("cron(0 8,18 * * ? *)", 14 * HOUR),
        ("cron(0 8-18/2 ? * * *)", 14 * HOUR),
        ("cron(0 22-4 * * ? *)", 18 * HOUR),
        ("cron(30 5,5 * * ? *)", DAY),
        ("cron(0 5 ? * 1 *)", 7 * DAY),
        ("cron(0 5 ? * SUN *)", 7 * DAY),
        ("cron(0 5 ? * L *)", 7 * DAY),
        ("cron(0 5 ? * MON-FRI *)", 3 * DAY),
        ("cron(0 5 ? * 2-6 *)", 3 * DAY),
        ("cron(0 5 ? * FRI-MON *)", 4 * DAY),
        ("cron(0 5 ? * MON,WED,FRI *)", 3 * DAY),
        ("cron(0 5,17 ? * MON *)", 7 * DAY - 12 * HOUR),
        ("cron(0 5 1 * ? *)", 31 * DAY),
        ("cron(0 5 L * ? *)", 31 * DAY),
        ("cron(0 5 1,15 * ? *)", 17 * DAY),
        ("cron(0 5 1-31/10 * ? *)", 10 * DAY),
        ("cron(0 5 31 * ? *)", 61 * DAY),
        ("cron(0 5 ? * SAT#1 *)", 35 * DAY),
        ("cron(0 5 ? * 6L *)", 35 * DAY),
        ("cron(0 5 15W * ? *)", 32 * DAY),
        ("cron(0 5 LW * ? *)", 33 * DAY),
        ("cron(0 5 1 1,4,7,10 ? *)", 92 * DAY),
        ("cron(0 5 1 JAN ? *)", 366 * DAY),
        ("cron(0 5 29 2 ? *)", 1461 * DAY),
        ("cron(0 5 * 1-6 ? *)", 185 * DAY),
        ("cron(0 5 * * ? 2024-2199)", DAY),
        ("rate(12 hours)", 12 * HOUR),
        ("rate(1 day)", DAY),
        ("RATE(90 minutes)", 90),
    ],
)
def test_longest_gap(expression: str, gap: int) -> None:
    assert longest_gap(expression) == gap


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "at(2027-01-01T00:00:00)",
        "cron(0 5 * * *)",
        "cron(0 5 1 * 2 *)",
        "cron(61 5 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 5 0 * ? *)",
        "cron(0 5 ? * 8 *)",
        "cron(0 5 ? * XYZ *)",
        "cron(0 5/0 * * ? *)",
        "cron(0 5 ? * 2#6 *)",
        "cron(0 5 * * ? 2026)",
        "cron(0 5 1 1 ? 2027)",
        "cron(0 5 30 2 ? *)",
        "rate(0 days)",
        "rate(1 week)",
        "daily",
    ],
)
def test_what_never_repeats_or_cannot_be_read(expression: str) -> None:
    with pytest.raises(ScheduleError):
        longest_gap(expression)
