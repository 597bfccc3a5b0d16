"""Verdicts of a drill: there is no third way to be green."""

from __future__ import annotations

from enum import Enum


class RungVerdict(str, Enum):
    """What one rung of the ladder says. ``COULD_NOT_RUN`` is never green: what was not looked at is not proven."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    COULD_NOT_RUN = "could not run"


class DrillVerdict(str, Enum):
    """What a whole drill says.

    ``VERIFIED``: every rung that was asked for passed, within RPO and RTO. ``FAILED``: something is wrong with the
    backup, the restore or its time. ``COULD_NOT_RUN``: the drill itself did not get far enough to say either.
    """

    VERIFIED = "verified"
    FAILED = "failed"
    COULD_NOT_RUN = "could not run"


class Colour(str, Enum):
    """How evidence is shown: amber is verified with a reservation that a reader must see (no negative control, say)."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
