"""The whole command on a real PostgreSQL and a backup that this project did not make: verified, damaged, killed, interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from recoverable.drill.evidence_schema import schema
from tests.drill.source_server import SourceBackup

# The backup is made once, at the begin of a run of the tests that may take longer than the 15 minutes of "prod".
SETTINGS = """[stores.shop]
rpo_minutes = 1440
[drill.stores.shop]
provider = "local"
environment = "prod"
[drill.stores.shop.source]
base_backups = "{base}"
wal_archive = "{archive}"
[drill.stores.shop.expect]
heartbeat = "shop"
unlogged = {{ shop = ["public.sessions"] }}
rows = {{ shop = {{ "public.accounts" = 200 }} }}
[[drill.stores.shop.smoke.queries]]
name = "accounts"
sql = "SELECT count(*) FROM accounts"
equals = 200
"""


class Drills:
    """Runs the command for one backup."""

    def __init__(self, place: Path, backup: SourceBackup) -> None:
        self.backup = backup
        self.folder = place / "work"
        self.scratch = place / "scratch"
        for each in (self.folder, self.scratch):
            each.mkdir()
        (self.folder / "recoverable.toml").write_text(SETTINGS.format(base=backup.base, archive=backup.archive))

    def start(self, *words: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "TMPDIR": str(self.scratch), "RECOVERABLE_STATE_DIR": str(self.folder / "state")}
        line = [sys.executable, "-m", "recoverable", "drill", *words]
        return subprocess.Popen(line, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __call__(self, *words: str) -> tuple[int, str, str]:
        process = self.start(*words)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def record(self, *words: str) -> tuple[int, dict[str, Any]]:
        code, out, err = self("run", "shop", "--json", *words)
        assert out, err
        return code, json.loads(out)

    @property
    def left(self) -> list[str]:
        runs = self.folder / "state" / "runs"
        return [each.name for folder in (self.scratch, runs) if folder.is_dir() for each in folder.iterdir()]

    def servers(self) -> list[str]:
        """Servers of this test's copies that still run."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue
                if str(self.scratch) in line:
                    found.append(line)
        return found


@pytest.fixture
def drills(place: Path, backup: SourceBackup) -> Iterator[Drills]:
    found = Drills(place, backup)
    yield found
    assert found.servers() == []


def test_a_whole_backup_is_verified_then_green_and_the_ledger_is_whole(drills: Drills) -> None:
    first_code, first = drills.record("--depth", "quick")
    code, second = drills.record("--to", f"time:{drills.backup.moments['third'].time.isoformat()}")

    assert (first_code, first["verdict"], first["colour"]) == (0, "verified", "amber"), first["reason"]
    assert (code, second["verdict"], second["colour"]) == (0, "verified", "green"), (second["reason"], second["reservations"])
    assert [error.message for error in Draft202012Validator(schema()).iter_errors(second)] == []
    assert second["previous_hash"] == first["hash"]
    assert second["reached"]["system_identifier"] == str(drills.backup.system_identifier)
    assert second["rpo_seconds"] < 5
    assert second["negative_control"]["outcome"] == "red"
    assert any(each["name"].startswith("smoke-") and each["verdict"] == "pass" for each in second["rungs"])
    assert drills("verify-ledger", "--expect-head", second["hash"])[0] == 0
    assert drills.left == []


def test_a_hole_in_the_log_is_red(drills: Drills) -> None:
    drills.backup.segments[-3].unlink()
    code, record = drills.record("--depth", "quick")

    assert (code, record["verdict"]) == (1, "failed"), record["reason"]
    assert "RPO" not in record["reason"]
    assert drills.left == []


def test_a_table_that_was_cut_off_before_the_restore_is_red(drills: Drills) -> None:
    largest = max((path for path in (drills.backup.base / "base").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 8192 // 2 * 8192)
    code, record = drills.record()

    assert (code, record["verdict"]) == (1, "failed"), record["reason"]
    assert "RPO" not in record["reason"]
    assert drills.left == []


@pytest.mark.parametrize("backup", [18], indirect=True)
@pytest.mark.parametrize("phase", ["provision", "restore", "verify", "control", "smoke", "destroy"])
def test_kill_9_in_a_phase_leaves_what_the_reaper_removes(drills: Drills, phase: str) -> None:
    killed_in(drills, phase, signal.SIGKILL)
    code, out, err = drills("reap")

    assert code == 0, out + err
    assert drills.left == []


@pytest.mark.parametrize("backup", [18], indirect=True)
@pytest.mark.parametrize("phase", ["restore", "verify", "control"])
def test_a_signal_in_a_phase_exits_130_and_leaves_nothing(drills: Drills, phase: str) -> None:
    assert killed_in(drills, phase, signal.SIGINT) == 130
    assert drills.left == []


def killed_in(drills: Drills, phase: str, number: int) -> int:
    process = drills.start("run", "shop", "--depth", "quick")
    assert process.stderr
    for line in process.stderr:
        if line.startswith(f"{phase:<10} …"):
            break
    else:
        pytest.fail(f"the drill did not come to {phase}")
    time.sleep(0.3)
    process.send_signal(number)
    process.communicate(timeout=120)
    deadline = time.monotonic() + 30
    while drills.servers() and time.monotonic() < deadline:
        time.sleep(0.1)
    return process.returncode
