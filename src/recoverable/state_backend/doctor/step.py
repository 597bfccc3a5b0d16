"""One step of the doctor, and its three answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Status(str, Enum):
    """What came of a step. Only where all passed is a backend proven."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    COULD_NOT_RUN = "could not run"


class FailedError(Exception):
    """A step looked, and what it found is wrong. ``fix`` says what to do."""

    def __init__(self, found: str, fix: str) -> None:
        super().__init__(found)
        self.found = found
        self.fix = fix


class CouldNotRunError(Exception):
    """A step could not look."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Step:
    """``run`` is given the visit, says in a few words what it found, or raises. It runs only after the steps that it ``needs`` have passed."""

    name: str
    title: str
    run: Callable[[Any], str]
    needs: tuple[str, ...] = ("bucket",)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step. ``unreachable``: nobody answered, and running it again may help. ``crashed``: the step itself broke."""

    name: str
    title: str
    status: Status
    found: str
    fix: str = ""
    unreachable: bool = False
    crashed: bool = False
