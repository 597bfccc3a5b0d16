"""The three answers of a rung. What could not be looked at is never green."""

from __future__ import annotations

from typing import Any

from recoverable.drill.rung import RungResult
from recoverable.drill.verdict import RungVerdict


def passed(detail: str, **figures: Any) -> RungResult:
    """It is proven."""
    return RungResult(RungVerdict.PASS, detail, figures)


def failed(detail: str, **figures: Any) -> RungResult:
    """It is not so: this speaks against what was restored."""
    return RungResult(RungVerdict.FAIL, detail, figures)


def could_not_run(detail: str, **figures: Any) -> RungResult:
    """It cannot be told."""
    return RungResult(RungVerdict.COULD_NOT_RUN, detail, figures)
