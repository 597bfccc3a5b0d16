"""``audit neon --resume FILE``: what was answered before Neon was too busy is not asked again, and no time is taken from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.audit.neon.calls import TABLE
from tests.audit.conftest import Run
from tests.audit.neon.conftest import TWINS
from tests.audit.test_aws_account import failing
from tests.fakes.fake_neon import KEY
from tests.fakes.fake_neon_account import FakeNeonAccount
from tests.fakes.json_server import Faults
from tests.support.watched_answers import Watch

pytestmark = pytest.mark.xdist_group("audit-neon")
Audit = Callable[..., Run]
KEPT = {key for key, call in TABLE.calls.items() if call.kept}


def schedules(account: FakeNeonAccount) -> int:
    """How many of the calls asked for a schedule, which may be kept."""
    return sum("/backup_schedule" in call.line for call in account.calls)


def test_an_audit_that_was_throttled_goes_on_and_says_what_a_whole_one_says(
    audit: Audit, sick: FakeNeonAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, watch = tmp_path / "answers", Watch()
    with monkeypatch.context() as patch:
        watch.web(patch)
        whole = audit("--format", "json")
    assert watch.timed == {("neon", "project"), ("neon", "snapshots")}
    assert watch.asked >= KEPT
    sick.faults.planned["GET /api/v2/projects/good-prod/branches"] = "unavailable"
    first = audit("--format", "json", "--resume", str(file))
    assert (first.code, KEY in first.err) == (5, False)
    assert KEY.encode() not in file.read_bytes()
    sick.faults = Faults()
    sick.calls.clear()

    second = audit("--format", "json", "--resume", str(file))

    assert failing(second.results) == failing(whole.results)
    assert (second.code, file.exists()) == (1, False)
    assert schedules(sick) == 1
    assert f"{len(TWINS) - 1} answers were taken" in second.err


def test_another_key_asks_everything_itself(audit: Audit, sick: FakeNeonAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be somebody else's, though it reaches the same projects."""
    file = tmp_path / "answers"
    sick.faults.planned["GET /api/v2/projects/good-prod/branches"] = "unavailable"
    assert audit("--format", "json", "--resume", str(file)).code == 5
    sick.faults = Faults()
    sick.calls.clear()
    monkeypatch.setenv("NEON_API_KEY", "napi_another")
    monkeypatch.setattr("tests.fakes.fake_neon_account.KEY", "napi_another")
    monkeypatch.setattr("tests.fakes.fake_neon.KEY", "napi_another")

    other = audit("--format", "json", "--resume", str(file))

    assert other.code == 1
    assert schedules(sick) == len(TWINS)
    assert "no answer" in other.err
