"""A command that gets a held copy: it ends with the hold, with all that it started, however the drill ends."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Restored
from recoverable.drill.hold import Hold
from recoverable.drill.hooks import Copy
from recoverable.drill.postgres import guardian
from recoverable.drill.target import LATEST
from recoverable.system.processes import command_line, started
from tests.drill.local_drills import LocalDrill

STAYS = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
daemon = subprocess.run(["sh", "-c", "setsid sleep 601 >/dev/null 2>&1 & echo $!"], stdout=subprocess.PIPE, text=True).stdout.strip()
numbers = [os.getpid(), os.getppid(), child.pid, int(daemon)]
pathlib.Path("part").write_text(" ".join(map(str, numbers)))
os.rename("part", "numbers")
time.sleep(600)
"""
HOLDS = """
import sys, pathlib
from tests.drill.test_hold import held
held(pathlib.Path(sys.argv[1]), 3600.0, *sys.argv[2:])
"""


def held(folder: Path, seconds: float, *command: str) -> LocalDrill:
    """Hold a copy that nobody needs to reach, for a command that runs in the folder."""
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    drill = LocalDrill(folder, {"base_backups": "nowhere"})
    with drill.run() as run:
        connection = Connection("127.0.0.1", 1, "drill", "shop", Secret("marked-secret"))
        copy = Copy(drill.store, Restored(target=LATEST, server=connection, backup_id="a test"), run)
        Hold(datetime.timedelta(seconds=seconds), command=command)(copy)
    return drill


def numbers_of(folder: Path) -> list[int]:
    """The command, its guardian, its child, and the daemon that it started."""
    deadline = time.monotonic() + 60
    while not (folder / "numbers").exists():
        assert time.monotonic() < deadline, "the command did not start"
        time.sleep(0.05)
    return [int(each) for each in (folder / "numbers").read_text().split()]


def all_gone(numbers: list[int]) -> bool:
    deadline = time.monotonic() + 3 * guardian.PATIENCE
    while any(started(each) for each in numbers) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(started(each) for each in numbers)


@pytest.fixture(autouse=True)
def _back(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_command_whose_time_is_over_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    drill = held(tmp_path / "d", 4.0, sys.executable, "-c", STAYS)

    assert all_gone(numbers_of(tmp_path / "d"))
    assert drill.said[-1].endswith(f"the command ended with {128 + signal.SIGTERM}")


@pytest.mark.parametrize("victim", ["the drill", "the guardian"])
def test_kill_9_ends_the_command(victim: str, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])}
    order = [sys.executable, "-c", HOLDS, str(tmp_path / "d"), sys.executable, "-c", STAYS]
    with subprocess.Popen(order, env=environment, cwd=root) as drill:
        command, watcher, child, daemon = numbers_of(tmp_path / "d")
        assert all(started(each) for each in (command, watcher, child, daemon))
        assert "marked-secret" not in "".join(command_line(each) for each in (drill.pid, command, watcher, child, daemon))
        os.kill(drill.pid if victim == "the drill" else watcher, signal.SIGKILL)

        if victim == "the drill":
            assert all_gone([command, watcher, child, daemon])
        else:  # what the command itself started hears of it from the command alone
            assert all_gone([command, watcher])
            assert drill.wait(60) == 0
            for each in (child, daemon):
                os.kill(each, signal.SIGKILL)


def test_a_command_that_ignores_the_polite_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{STAYS}"
    drill = held(tmp_path / "d", 4.0, sys.executable, "-c", stubborn)

    assert all_gone(numbers_of(tmp_path / "d"))
    assert drill.said[-1].endswith(f"the command ended with {128 + signal.SIGKILL}")


def test_the_command_gets_the_url_and_its_exit_code_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    drill = held(tmp_path / "d", 60.0, "sh", "-c", 'echo "$DATABASE_URL"; exit 7')

    assert "marked-secret" in capfd.readouterr().out
    assert drill.said[-1].endswith("the command ended with 7")
    assert not any("marked-secret" in each for each in drill.said)


def test_a_command_that_cannot_be_started_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    drill = held(tmp_path / "d", 60.0, str(tmp_path / "nosuch"))

    assert "nosuch cannot be started: No such file or directory" in capfd.readouterr().err
    assert drill.said[-1].endswith("the command ended with 127")
