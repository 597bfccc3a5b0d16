"""The commands over a bucket: heartbeat, plan, run, status, report, reap, as a person calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recoverable.cli.entry import main
from recoverable.drill.objects.contents import read_beat
from tests.drill.objects.bucket_world import AWAY, MARKED, REGION, REPLICA, SOURCE, BucketWorld
from tests.drill.objects.drilled_world import HEARTBEAT

CONFIG = f"""schema = 1
[drill]
ledger = "ledger.jsonl"
[drill.stores.uploads]
provider = "bucket"
environment = "prod"
[drill.stores.uploads.source]
bucket = "{SOURCE}"
region = "{REGION}"
sample = 10
heartbeat = "{HEARTBEAT}"
replica = {{ bucket = "{REPLICA}", region = "{AWAY}" }}
[drill.stores.uploads.expect]
object_lock = "compliance"
object_lock_days = 30
"""


@pytest.fixture
def estate(world: BucketWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "recoverable.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOVERABLE_STATE_DIR", str(tmp_path / "state"))
    return tmp_path


def test_a_drill_from_plan_to_report(estate: Path, world: BucketWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "plan", "uploads"]) == 0
    plan = capsys.readouterr().out
    assert f"backup versions of s3://{SOURCE}/ and replica s3://{REPLICA}" in plan
    assert "checksums-equal" in plan
    assert "page-checksums" not in plan

    assert main(["drill", "run", "uploads"]) == 0
    assert "uploads: verified (amber)" in capsys.readouterr().out  # the first one writes the baseline
    assert main(["drill", "run", "uploads", "--evidence", "evidence.json"]) == 0
    out, err = capsys.readouterr()
    assert "uploads: verified (green)" in out
    assert "to the first read" in out
    assert "went red, caught by" in out
    assert MARKED not in out + err
    assert MARKED not in (estate / "evidence.json").read_text()

    assert main(["drill", "status"]) == 0
    assert "uploads" in capsys.readouterr().out
    for form in ("text", "markdown", "html", "junit", "json"):
        assert main(["drill", "report", "uploads", "--format", form]) == 0, form
        assert "bucket" in capsys.readouterr().out
    assert main(["drill", "verify-ledger"]) == 0


def test_a_drill_that_was_killed_leaves_its_bucket_to_the_reaper(
    estate: Path, world: BucketWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real process, killed while it copies."""
    child = subprocess.Popen(
        [sys.executable, "-m", "recoverable", "drill", "run", "uploads"], cwd=estate, env=dict(os.environ), stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not [each for each in world.front.requests if each.source] and time.monotonic() < deadline:
        time.sleep(0.01)
    child.kill()
    child.wait()
    left = world.buckets() - {SOURCE, REPLICA}
    assert len(left) == 1

    assert main(["drill", "reap"]) == 0
    assert next(iter(left)) in capsys.readouterr().out
    assert world.buckets() == {SOURCE, REPLICA}


def test_heartbeats_are_written_into_the_one_object_and_nowhere_else(estate: Path, world: BucketWorld) -> None:
    before = len(world.versions(HEARTBEAT))

    assert main(["drill", "heartbeat", "--store", "uploads", "--interval", "1s", "--times", "2"]) == 0
    beats = world.versions(HEARTBEAT)[before:]
    assert len(beats) == 2
    assert all(not isinstance(read_beat(each.value), str) for each in beats)
    assert {(each.bucket, each.key) for each in world.front.requests if each.writes} == {(SOURCE, HEARTBEAT)}


def test_a_heartbeat_that_is_refused_says_what_to_do(estate: Path, world: BucketWorld, capsys: pytest.CaptureFixture[str]) -> None:
    world.front.answer = lambda request: (403, "AccessDenied") if request.writes else None

    assert main(["drill", "heartbeat", "--store", "uploads", "--times", "1"]) == 2
    assert "docs/drill-bucket.md" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"at": 5}', b'{"at": "yesterday"}', b'{"at": "2026-12-01T12:00:00"}', json.dumps({"at": None}).encode(), b"\xff"],
)
def test_what_is_no_heartbeat_is_not_read_as_one(content: bytes) -> None:
    assert isinstance(read_beat(content), str)
