"""Programs of others: their time, their children, their output and their environment are bounded."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from recoverable.drill.bounded_command import KEPT_HEAD, KEPT_TAIL, Outcome, ProgramMissingError, run_bounded, small_environment
from recoverable.drill.contract import OverBudgetError
from recoverable.drill.redaction import Redactor


def run(script: str, folder: Path, *, timeout: float = 20, poll: object = None) -> Outcome:
    """Run a shell script."""
    known = Redactor()
    known.add("hunter22marked")
    return run_bounded(
        ["/bin/sh", "-c", script],
        environment=small_environment({"ADDED": "1"}, ("DECLARED", "NOT_SET")),
        folder=folder,
        timeout=timeout,
        poll=poll if callable(poll) else lambda: None,
        strike=known.text,
    )


def alive(file: Path) -> bool:
    """Whether the process whose number is in the file still runs."""
    try:
        os.kill(int(file.read_text()), 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{file.read_text().strip()}/stat").read_text().rpartition(")")[2].split()[0]


def test_exit_code_and_output_are_told(tmp_path: Path) -> None:
    told = run("echo out; echo err >&2; pwd; exit 3", tmp_path)

    assert (told.code, told.output) == (3, f"out\nerr\n{tmp_path}\n")
    assert told.ended().startswith("exit code 3 after")


def test_the_environment_is_what_was_declared_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DECLARED", "yes")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "marked")

    names = {line.partition("=")[0] for line in run("env", tmp_path).output.splitlines()}

    assert {"ADDED", "DECLARED", "PATH", "HOME"} <= names
    assert names <= {"ADDED", "DECLARED", "PATH", "HOME", "LANG", "PWD", "SHLVL", "_", "OLDPWD"}


def test_a_program_that_hangs_dies_with_its_children_though_they_ignore_the_polite_signal(tmp_path: Path) -> None:
    began = time.monotonic()
    told = run(
        f"trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo $! > {tmp_path}/child; while :; do sleep 1; done",
        tmp_path,
        timeout=1,
    )

    assert told.timed_out
    assert told.ended().startswith("was killed after")
    assert time.monotonic() - began < 15
    assert not alive(tmp_path / "child")


def test_children_that_a_program_leaves_behind_die_with_it(tmp_path: Path) -> None:
    told = run(f"sleep 300 & echo $! > {tmp_path}/child; exit 0", tmp_path)

    assert told.code == 0
    assert not alive(tmp_path / "child")


def test_a_daemon_that_keeps_the_pipe_does_not_hold_the_drill(tmp_path: Path) -> None:
    began = time.monotonic()
    told = run("setsid sleep 15 & echo started", tmp_path)

    assert told.output == "started\n"
    assert time.monotonic() - began < 10


def test_a_budget_that_is_used_up_ends_the_program(tmp_path: Path) -> None:
    def poll() -> None:
        raise OverBudgetError("smoke took longer")

    with pytest.raises(OverBudgetError):
        run(f"sleep 300 & echo $! > {tmp_path}/child; wait", tmp_path, poll=lambda: poll() if (tmp_path / "child").exists() else None)

    assert not alive(tmp_path / "child")


def test_huge_output_is_counted_and_cut_between_lines(tmp_path: Path) -> None:
    told = run("echo first; yes hunter22marked | head -n 2000000; echo last", tmp_path, timeout=60)

    assert told.size == 2000000 * 15 + 11
    assert len(told.output) < KEPT_HEAD + KEPT_TAIL + 20
    assert told.output.startswith("first\n")
    assert told.output.endswith("last\n")
    assert "[...]" in told.output
    assert "hunter22" not in told.output


def test_output_without_line_ends_is_left_out_where_it_is_cut(tmp_path: Path) -> None:
    told = run("head -c 1000000 /dev/zero", tmp_path)

    assert (told.size, told.output) == (1000000, "[...]\n")


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    assert run(r"printf '\377ok\n'", tmp_path).output == "\ufffdok\n"


def test_a_program_that_closes_its_output_is_waited_for(tmp_path: Path) -> None:
    assert run("exec >&- 2>&-; sleep 0.5; exit 4", tmp_path).code == 4


def test_death_by_a_signal_is_told(tmp_path: Path) -> None:
    assert run("kill -9 $$", tmp_path).ended().startswith("died of signal 9")


@pytest.mark.parametrize("program", ["no-such-program", "/dev/null", "a\0b"])
def test_what_cannot_be_started_is_said(tmp_path: Path, program: str) -> None:
    with pytest.raises(ProgramMissingError, match="cannot be started"):
        run_bounded([program], environment={}, folder=tmp_path, timeout=5, poll=lambda: None, strike=str)
