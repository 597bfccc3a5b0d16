"""A process is known again by when it started and by its words."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.system import processes

SLEEPER = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(600)", "a-word"]


@pytest.fixture(params=["proc", "ps"])
def source(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Where the facts come from: /proc, or `ps` as on macOS."""
    if request.param == "ps":
        if not shutil.which("ps"):
            pytest.skip("no ps here")
        if sys.platform == "linux":
            pytest.skip("procps works the start out anew each time, and may be a second off; macOS asks the kernel")
        monkeypatch.setattr(processes, "PROC", tmp_path)
    elif not processes.PROC.joinpath("self").exists():
        pytest.skip("no /proc here")
    return str(request.param)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has said it runs: between the kernel's exec and its new command line there is a moment with none."""
    with subprocess.Popen(SLEEPER, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


def test_a_process_is_itself(source: str, sleeper: subprocess.Popen[bytes]) -> None:
    start = processes.started(sleeper.pid)
    assert start
    assert start == processes.started(sleeper.pid)
    assert processes.is_same(sleeper.pid, start, ("a-word", "time.sleep"))


def test_other_words_or_another_start_are_another_process(source: str, sleeper: subprocess.Popen[bytes]) -> None:
    start = processes.started(sleeper.pid)
    assert not processes.is_same(sleeper.pid, start, ("another-word",))
    assert not processes.is_same(sleeper.pid, f"{start}0", ("a-word",))
    assert not processes.is_same(sleeper.pid, "", ())


def test_a_process_that_ended_has_no_start_though_nobody_asked_for_its_end(source: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and still in the list of processes
    assert processes.started(process.pid) == ""
    process.wait()
    assert processes.started(process.pid) == ""
    assert processes.command_line(process.pid) == ""


def test_a_process_that_ignores_the_polite_signal_is_stopped(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.2)
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        processes.stop(stubborn.pid, processes.started(stubborn.pid))
        assert processes.started(stubborn.pid) == ""


def test_a_process_that_started_at_another_time_is_not_stopped(source: str, sleeper: subprocess.Popen[bytes]) -> None:
    processes.stop(sleeper.pid, "another start")
    assert sleeper.poll() is None
