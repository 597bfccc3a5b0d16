"""When things run: often enough for the standard, and at a minute of one's own, so that not everybody's jobs begin together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

FIRST_HOUR, HOURS = 1, 5  # the quiet hours of most: 1:00 to 5:59 UTC
LEAST_MINUTE, MINUTES = 3, 54  # apart from full hours, when schedulers are late (docs.github.com, "schedule")


@dataclass(frozen=True, slots=True)
class Cadence:
    """``days`` is the longest gap it leaves; ``cron`` its day fields, ``calendar`` those of systemd."""

    name: str
    days: int
    cron: str
    calendar: str


# The first of a month, for a cadence in days is counted from proof to proof and 31 days are the longest month.
CADENCES = (
    Cadence("yearly", 366, "1 1 *", "*-01-01"),
    Cadence("half-yearly", 184, "1 1,7 *", "*-01,07-01"),
    Cadence("quarterly", 92, "1 1,4,7,10 *", "*-01,04,07,10-01"),
    Cadence("monthly", 31, "1 * *", "*-*-01"),
    Cadence("weekly", 7, "* * 1", "Mon *-*-*"),
    Cadence("daily", 1, "* * *", "*-*-*"),
)
DAILY = CADENCES[-1]


@dataclass(frozen=True, slots=True)
class Moment:
    """An hour and a minute of UTC."""

    hour: int
    minute: int

    def before(self, minutes: int) -> Moment:
        """So many minutes earlier; of the day before, where need be, which for what is daily is the same."""
        left = (self.hour * 60 + self.minute - minutes) % (24 * 60)
        return Moment(left // 60, left % 60)

    def cron(self, cadence: Cadence) -> str:
        """The five fields."""
        return f"{self.minute} {self.hour} {cadence.cron}"

    def calendar(self, cadence: Cadence) -> str:
        """An OnCalendar of systemd."""
        return f"{cadence.calendar} {self.hour:02}:{self.minute:02}:00 UTC"


def cadence_for(days: int) -> Cadence:
    """The rarest that leaves no longer gap than so many days; every day where that is not enough."""
    return next((each for each in CADENCES if each.days <= days), DAILY)


def moment_of(*names: str) -> Moment:
    """A moment that is always the same for the same names, and spread over the quiet hours for others."""
    number = int.from_bytes(hashlib.sha256("\0".join(names).encode("utf-8", "surrogatepass")).digest()[:8], "big")
    return Moment(FIRST_HOUR + number % HOURS, LEAST_MINUTE + number // HOURS % MINUTES)
