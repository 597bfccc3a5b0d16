"""How often a schedule runs at worst: the longest gap between two runs of ``cron()`` or ``rate()``.

AWS's cron has six fields (minutes, hours, day of month, month, day of week, year); days of the
week count from 1, Sunday. The gap is found by looking at every day of 28 years, after which
weekdays and leap years repeat.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

DAY = 24 * 60
UNITS = {"minute": 1, "hour": 60, "day": DAY}
MONTHS = {
    name.upper(): number
    for number, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
WEEKDAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
FIRST, LAST = datetime.date(2025, 1, 1), datetime.date(2052, 12, 31)
ANY = ("*", "?")


class ScheduleError(ValueError):
    """A schedule that AWS would refuse, or that stops for good."""


@lru_cache(maxsize=512)
def longest_gap(expression: str) -> int:
    """Minutes between two runs at worst.

    Raises:
        ScheduleError: it cannot be read, or it stops at the end of some year.

    """
    text = " ".join(expression.split())
    rate = re.fullmatch(r"rate\( ?(\d+) (minute|hour|day)s? ?\)", text, re.IGNORECASE)
    if rate and int(rate[1]) > 0:
        return int(rate[1]) * UNITS[rate[2].lower()]
    cron = re.fullmatch(r"cron\((.*)\)", text, re.IGNORECASE)
    fields = cron[1].upper().split() if cron else []
    if len(fields) != 6:
        raise ScheduleError(f"{expression!r} is neither cron(…) with six fields nor rate(…)")
    try:
        return _cron_gap(fields)
    except (ValueError, IndexError) as error:
        raise ScheduleError(f"{expression!r} cannot be read: {error}") from error


def _cron_gap(fields: list[str]) -> int:
    minutes, hours, month_days, months, weekdays, years = fields
    times = sorted(hour * 60 + minute for hour in _numbers(hours, 0, 23) for minute in _numbers(minutes, 0, 59))
    inside = max((later - earlier for earlier, later in pairwise(times)), default=0)
    overnight = DAY - times[-1] + times[0]
    days = _Days(month_days, weekdays, _numbers(months, 1, 12, MONTHS), _numbers(years, 1970, 2199))
    between = 1 if days.every else days.longest()
    return max(inside, overnight + (between - 1) * DAY)


def _numbers(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    """The numbers a field without ``L``, ``W`` and ``#`` stands for."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        width = int(step) if step else 1
        if span in ANY:
            start, end = low, high
        else:
            first, dash, last = span.partition("-")
            start = _number(first, low, high, names)
            end = _number(last, low, high, names) if dash else (high if step else start)
        if width < 1:
            raise ValueError(f"{part!r} is no step")
        if end < start:
            found.update(low + (number - low) % (high - low + 1) for number in range(start, end + high - low + 2, width))
        else:
            found.update(range(start, end + 1, width))
    return found


def _number(text: str, low: int, high: int, names: dict[str, int] | None) -> int:
    number = names[text] if names and text in names else int(text)
    if not low <= number <= high:
        raise ValueError(f"{text!r} is not between {low} and {high}")
    return number


@dataclass(slots=True)
class _Days:
    """The days a cron expression runs on."""

    month_days: str
    weekdays: str
    months: set[int]
    years: set[int]

    def __post_init__(self) -> None:
        if self.month_days not in ANY and self.weekdays not in ANY:
            raise ValueError("one of day of month and day of week has to be ?")

    @property
    def every(self) -> bool:
        """True when it runs on every day."""
        return (
            self.month_days in ANY
            and self.weekdays in ANY
            and len(self.months) == 12
            and self.years >= set(range(FIRST.year, LAST.year + 1))
        )

    def longest(self) -> int:
        """Days between two runs at worst."""
        days = [
            day
            for year in range(FIRST.year, LAST.year + 1)
            if year in self.years
            for month in sorted(self.months)
            for day in self._in(year, month)
        ]
        if len(days) < 2:
            raise ValueError("it runs less than twice in 28 years")
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        if (LAST - days[-1]).days > max(*gaps, 366):
            raise ValueError(f"it stops after {days[-1].year}")
        return max(gaps)

    def _in(self, year: int, month: int) -> list[datetime.date]:
        last = calendar.monthrange(year, month)[1]
        if self.weekdays not in ANY:
            days = {day for part in self.weekdays.split(",") for day in _of_weekday(part, year, month, last)}
        elif self.month_days in ANY:
            days = set(range(1, last + 1))
        else:
            days = {day for part in self.month_days.split(",") for day in _of_month(part, year, month, last)}
        return [datetime.date(year, month, day) for day in sorted(days) if day <= last]


def _weekday(year: int, month: int, day: int) -> int:
    """1 for Sunday, as AWS counts."""
    return (datetime.date(year, month, day).weekday() + 1) % 7 + 1


def _of_weekday(part: str, year: int, month: int, last: int) -> list[int]:
    if part == "L":
        part = "SAT"
    elif part.endswith("L"):
        wanted = _number(part[:-1], 1, 7, WEEKDAYS)
        return [max(day for day in range(1, last + 1) if _weekday(year, month, day) == wanted)]
    elif "#" in part:
        name, _, nth = part.partition("#")
        wanted = _number(name, 1, 7, WEEKDAYS)
        days = [day for day in range(1, last + 1) if _weekday(year, month, day) == wanted]
        number = _number(nth, 1, 5, None)
        return days[number - 1 : number]
    wanted_days = _numbers(part, 1, 7, WEEKDAYS)
    return [day for day in range(1, last + 1) if _weekday(year, month, day) in wanted_days]


def _of_month(part: str, year: int, month: int, last: int) -> list[int]:
    if part == "L":
        return [last]
    if part.endswith("W"):
        middle = last if part == "LW" else min(_number(part[:-1], 1, 31, None), last)
        near = sorted(range(1, last + 1), key=lambda day: (abs(day - middle), day))
        return [next(day for day in near if 2 <= _weekday(year, month, day) <= 6)]
    return sorted(_numbers(part, 1, 31))
