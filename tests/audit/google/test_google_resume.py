"""``audit gcp --resume FILE``: what was answered before somebody was too busy is not asked again, and no time is taken from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.audit.google import buckets
from recoverable.audit.google.calls import TABLE
from recoverable.audit.google.projects import Project
from recoverable.audit.resources import Found
from recoverable.audit.web.client import TRIES
from tests.audit.conftest import Run
from tests.audit.google.conftest import FixedToken, GoogleCloud
from tests.audit.test_aws_account import failing
from tests.support.watched_answers import Watch

pytestmark = pytest.mark.xdist_group("audit-google")
Audit = Callable[..., Run]
BUCKET = ("storage", "bucket")
KEPT = {key for key, call in TABLE.calls.items() if call.kept}


def test_of_no_answer_that_may_be_kept_a_time_is_read(whole: tuple[Run, list[str]], watch: Watch) -> None:
    assert whole[0].code == 1
    assert watch.timed == {("sql", "instances"), ("sql", "backupRuns"), ("sql", "recoveryTimes")}
    assert watch.timed & KEPT == set()
    assert KEPT - watch.asked == {BUCKET}


def test_of_a_whole_bucket_only_the_access_lists_are_read() -> None:
    """No twin leads to this call: buckets of the fake have uniform access."""
    wanted: set[str] = set()

    class Whole(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            wanted.add(name)
            return super().get(name, default)

    class Answered(Project):
        def one(self, service: str, name: str, *_: Any, **__: Any) -> Any:
            return Whole(acl=[{"entity": "allUsers"}], timeCreated="2026-12-02T08:00:00Z") if (service, name) == BUCKET else None

    buckets._access(Answered("acme-prod", {}), Found(), {"name": "orders"})

    assert wanted == {"acl", "defaultObjectAcl"}


def kept_calls(lines: list[str]) -> int:
    """How many of the calls are some whose answers may be kept."""
    paths = [line.partition(" ")[2].partition("?")[0] for line in lines]
    return sum(any(TABLE.calls[key].fits(path) for key in KEPT) for path in paths)


def test_an_audit_that_was_throttled_goes_on_and_says_what_a_whole_one_says(
    whole: tuple[Run, list[str]], audit: Audit, sick: GoogleCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "answers"
    sick.gcs.faults.planned["GET /storage/v1/b"] = f"unavailable x{TRIES}"
    first = audit("--format", "json", "--resume", str(file))
    assert first.code == 5
    copy = shutil.copy2(file, tmp_path / "copy")
    sick.forget()

    second = audit("--format", "json", "--resume", str(file))

    assert failing(second.results) == failing(whole[0].results)
    assert second.code == 1
    assert not file.exists()
    before, after = kept_calls(whole[1]), kept_calls(sick.lines)
    assert 0 < after < before
    assert f"{before - after} answers were taken" in second.err

    shutil.copy2(copy, file)
    monkeypatch.setattr(FixedToken, "identity", lambda self: "another@acme-prod.iam.gserviceaccount.com")
    sick.forget()
    other = audit("--format", "json", "--resume", str(file))
    assert kept_calls(sick.lines) == before
    assert "no answer" in other.err


def test_where_nobody_says_who_asks_nothing_is_kept(
    audit: Audit, sick: GoogleCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "answers"
    monkeypatch.setattr(FixedToken, "identity", lambda self: "")
    sick.gcs.faults.planned["GET /storage/v1/b"] = f"unavailable x{TRIES}"

    run = audit("--format", "json", "--resume", str(file))

    assert run.code == 5
    assert "do not say whose they are" in run.err
    assert not file.exists()
