"""``recoverable drill run`` whose reader leaves (``| head``, a terminal that is closed): the drill goes on, and its exit code is its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drill.test_command import ROOT, SETTINGS


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(("fault", "expected"), [("", 0), ("delete", 6)])
def test_the_drill_comes_to_its_end_and_its_code_is_its_own(stream: str, fault: str, expected: int, tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text(SETTINGS)
    reader, writer = os.pipe()
    os.close(reader)
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: writer}
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "RECOVERABLE_STATE_DIR": str(tmp_path / "state")}
    line = [sys.executable, "-m", "tests.drill.drive_cli", str(tmp_path / "cloud.sqlite"), "drill", "run", "orders", "--json"]
    done = subprocess.run(line, cwd=tmp_path, env={**environment, "FAKE_FAULT": fault}, check=False, timeout=120, **streams)
    os.close(writer)

    assert done.returncode == expected
    assert len((tmp_path / "state" / "ledger.jsonl").read_text().splitlines()) == 1
    left = [each.name for each in (tmp_path / "state" / "runs").iterdir()]
    assert (left == []) is (fault == "")
