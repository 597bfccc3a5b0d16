"""The commands over a bucket of Cloud Storage, as a person calls them, with google-auth's own tokens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.cli.entry import main
from recoverable.drill.gcs.permissions import role_of_buckets
from recoverable.drill.objects.contents import read_beat
from tests.drill.gcs.gcs_world import REPLICA, SOURCE, GcsWorld
from tests.drill.objects.drilled_world import HEARTBEAT
from tests.fakes.fake_gcs import TOKEN
from tests.fakes.fake_google_cloud import FakeGoogleCloud

CONFIG = f"""schema = 1
[drill]
ledger = "ledger.jsonl"
[drill.stores.uploads]
provider = "bucket"
environment = "prod"
[drill.stores.uploads.source]
bucket = "gs://{SOURCE}"
sample = 6
heartbeat = "{HEARTBEAT}"
replica = {{ bucket = "gs://{REPLICA}" }}
[drill.stores.uploads.expect]
object_lock = "compliance"
object_lock_days = 30
"""


@pytest.fixture
def estate(world: GcsWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "recoverable.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("RECOVERABLE_STATE_DIR", str(folder / "state"))
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(folder / "no-gcloud"))
    with FakeGoogleCloud() as metadata:
        for name in ("GCE_METADATA_HOST", "GCE_METADATA_IP", "GCE_METADATA_ROOT"):
            monkeypatch.setenv(name, metadata.address)
        yield folder


def recoverable(*words: str) -> tuple[int, str]:
    """Exit code and both outputs, in a process of its own: a token of one test is not that of another."""
    done = subprocess.run([sys.executable, "-m", "recoverable", *words], env=dict(os.environ), capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def test_a_drill_from_plan_to_report(estate: Path, world: GcsWorld) -> None:
    code, plan = recoverable("drill", "plan", "uploads")
    assert (code, f"backup versions of gs://{SOURCE}/ and replica gs://{REPLICA}" in plan) == (0, True), plan
    for colour in ("amber", "green"):  # the first one writes the baseline
        code, said = recoverable("drill", "run", "uploads", "--evidence", "evidence.json")
        assert (code, f"uploads: verified ({colour})" in said) == (0, True), said
        assert "went red, caught by" in said
        assert TOKEN not in said
    assert TOKEN not in (estate / "evidence.json").read_text() + (estate / "ledger.jsonl").read_text()
    assert world.buckets() == {SOURCE, REPLICA}
    code, said = recoverable("drill", "report", "uploads")
    assert (code, f"gs://{SOURCE}" in said) == (0, True), said


def test_a_drill_that_was_killed_leaves_its_bucket_to_the_reaper(estate: Path, world: GcsWorld) -> None:
    child = subprocess.Popen([sys.executable, "-m", "recoverable", "drill", "run", "uploads"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any("rewriteTo" in call.path for call in list(world.fake.calls)) and time.monotonic() < deadline:
        time.sleep(0.01)
    child.kill()
    child.wait()
    left = world.buckets() - {SOURCE, REPLICA}
    assert len(left) == 1

    code, said = recoverable("drill", "reap")
    assert code == 0, said
    assert left.pop() in said
    assert world.buckets() == {SOURCE, REPLICA}


def test_a_bucket_that_cannot_be_removed_is_exit_6_with_the_command(estate: Path, world: GcsWorld) -> None:
    world.fake.denied = {"storage.buckets.delete"}
    code, said = recoverable("drill", "run", "uploads")
    (left,) = world.buckets() - {SOURCE, REPLICA}

    assert code == 6, said
    assert f"gcloud storage rm --recursive gs://{left}" in said


def test_a_heartbeat_is_written_and_read_back(estate: Path, world: GcsWorld) -> None:
    code, said = recoverable("drill", "heartbeat", "--store", "uploads", "--times", "1")
    beat = read_beat(world.generations(HEARTBEAT)[-1].content)

    assert (code, "1 written" in said) == (0, True), said
    assert not isinstance(beat, str)
    assert abs((beat - world.clock.now()).total_seconds()) < 60
    assert world.fake.used == {"storage.objects.create", "storage.objects.delete"}


def test_the_role_is_printed(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "iam-policy", "uploads"]) == 0
    assert json.loads(capsys.readouterr().out) == role_of_buckets()
