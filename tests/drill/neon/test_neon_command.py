"""The command against the fake Neon, as a user runs it: exit codes, evidence, and no secret anywhere."""

from __future__ import annotations

import datetime
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from recoverable.drill.evidence_schema import schema
from tests.drill.managed_source import ManagedSource
from tests.drill.neon_cloud import leading_to, neon
from tests.drill.source_server import open_folder
from tests.fakes.fake_neon import KEY, PROJECT, FakeNeon
from tests.fakes.postgres_history import DATABASE

SETTINGS = f"""[drill.stores.orders]
provider = "neon"
environment = "prod"
source = {{ project = "{PROJECT}" }}
expect = {{ heartbeat = "{DATABASE}" }}
"""
SECRETS = re.compile(rf"{KEY}|npg_marked[0-9a-f]+|secret-of-production|neondb_owner:[^*\[]")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeNeon]:
    with open_folder("rcv-neon-") as folder:
        source = ManagedSource(folder)
        try:
            with neon(tmp_path_factory.mktemp("api"), source.history, lambda: datetime.datetime.now(datetime.UTC)) as fake:
                yield fake
        finally:
            source.history.stop()


def command(folder: Path, cloud: FakeNeon, *words: str) -> tuple[int, str, str, str]:
    """Exit code, both outputs, and every process list that was seen meanwhile."""
    (folder / "recoverable.toml").write_text(SETTINGS)
    environment = {**os.environ, **leading_to(cloud), "RECOVERABLE_STATE_DIR": str(folder / "state")}
    line = [sys.executable, "-m", "recoverable", "drill", *words]
    process = subprocess.Popen(line, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seen: set[str] = set()

    def look() -> None:
        while process.poll() is None:
            seen.add(subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout)
            time.sleep(0.5)

    watcher = threading.Thread(target=look)
    watcher.start()
    out, err = process.communicate(timeout=300)
    watcher.join()
    return process.returncode, out, err, "\n".join(seen)


def test_a_run_is_verified_and_no_secret_is_in_outputs_evidence_journal_ledger_or_process_list(tmp_path: Path, cloud: FakeNeon) -> None:
    code, out, err, seen = command(tmp_path, cloud, "run", "orders", "--evidence", "orders.json", "--no-negative-control")
    record: dict[str, Any] = json.loads((tmp_path / "orders.json").read_text())
    kept = {path.name: path.read_text(errors="replace") for path in (tmp_path / "state").rglob("*") if path.is_file()}

    assert code == 0, err
    assert "orders: verified (amber)" in out
    assert [each.message for each in Draft202012Validator(schema()).iter_errors(record)] == []
    assert record["backup_id"].startswith(f"{PROJECT}/br-")
    assert cloud.truth() == set()
    for name, text in {"stdout": out, "stderr": err, "ps": seen, "evidence": json.dumps(record), **kept}.items():
        found = SECRETS.search(text)
        assert found is None, f"{name} holds {found and found[0][:12]}…"


def test_plan_says_the_window_and_makes_nothing(tmp_path: Path, cloud: FakeNeon) -> None:
    made = len([call for call in cloud.calls if call.method != "GET"])
    code, out, err, _ = command(tmp_path, cloud, "plan", "orders")

    assert code == 0, err
    assert "provider neon" in out
    assert len([call for call in cloud.calls if call.method != "GET"]) == made


def test_reap_asks_every_project_of_the_key_and_finds_nothing(tmp_path: Path, cloud: FakeNeon) -> None:
    code, out, err, _ = command(tmp_path, cloud, "reap")

    assert (code, out) == (0, "nothing to clean up\n"), err
