"""The audit of two accounts in three regions: it finds exactly what was seeded, says what it may not read, and only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.audit.calls import CALLS
from tests.audit.conftest import Run, Seeded
from tests.audit.twins import STANDARD, TWINS, common
from tests.support.judging import judge_code

pytestmark = pytest.mark.xdist_group("audit")
Audit = Callable[..., Run]
OF_CODE = {"RCV010", "RCV011", "RCV016", "RCV057", "RCV120", "RCV123"}


def broken(run: Run) -> dict[str, set[str]]:
    """The rules that each address fails."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in run.results:
        if item["verdict"] == "fail":
            found[item["address"]].add(item["rule"])
    return dict(found)


def test_it_finds_exactly_the_seeded_defects(audit: Audit, seeded: Seeded) -> None:
    run = audit("--format", "json")

    expected = {seeded.arns[twin.name]: set(twin.wrong | twin.only_live) for twin in TWINS if twin.wrong or twin.only_live}
    found = broken(run)
    told = [(item["rule"], item["address"], item["message"]) for item in run.results if item["verdict"] in ("unknown", "error")]
    assert [f"{name}: {sorted(found.get(name, ()))} for {sorted(expected.get(name, ()))}" for name in sorted(found.keys() | expected.keys()) if found.get(name) != expected.get(name)] == []
    assert told == []
    assert run.code == 1
