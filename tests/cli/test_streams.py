"""Output of the command: formats, files, pipes, terminals, interrupts."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome
from tests.support.terraform_texts import BAD

Run = Callable[..., Outcome]
Spawn = Callable[..., "subprocess.CompletedProcess[str]"]
CALL = "import sys; from recoverable.cli.entry import main; sys.exit(main(sys.argv[1:]))"


def test_the_module_runs_like_the_script(folder: Path, spawn: Spawn) -> None:
    (folder / "main.tf").write_text(BAD)
    script = Path(sys.executable).with_name("recoverable")

    as_module = spawn("check", ".")
    as_script = subprocess.run([script, "check", "."], capture_output=True, text=True, check=False)

    assert (as_module.returncode, as_module.stdout) == (1, as_script.stdout)
    assert as_module.stderr == ""


def test_json_goes_to_stdout_alone(folder: Path, run: Run) -> None:
    report = json.loads(run("check", ".", "--format", "json").out)

    assert report["schema"] == 1
    assert set(report) >= {"schema", "summary", "results"}


def test_formats_mix_into_files_and_folders_are_made(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD)

    outcome = run(
        "check", ".", "--format", "text", "--format", "sarif=out/r.sarif", "--format", "junit=out/r.xml", "--format", "html=r.html"
    )

    assert outcome.code == 1
    assert "retention-too-short" in outcome.out
    assert json.loads((folder / "out/r.sarif").read_text())["version"] == "2.1.0"
    assert ET.parse(folder / "out/r.xml").getroot().tag == "testsuites"
    assert (folder / "r.html").read_text().startswith("<!doctype html>")


def test_files_alone_leave_stdout_empty(folder: Path, run: Run) -> None:
    assert run("check", ".", "--format", "json=r.json").out == ""


@pytest.mark.parametrize("arguments", [("--format", "json", "-o", "r.json"), ("--output", "r.json", "--format", "json")])
def test_output_takes_the_one_format(folder: Path, run: Run, arguments: tuple[str, ...]) -> None:
    outcome = run("check", ".", *arguments)

    assert outcome == Outcome(0, "", "")
    assert json.loads((folder / "r.json").read_text())["schema"] == 1


def test_a_dash_stands_for_stdout(folder: Path, run: Run) -> None:
    assert json.loads(run("check", ".", "--format", "json", "-o", "-").out)["schema"] == 1


def test_a_report_that_cannot_be_written_exits_2_and_the_others_are_written(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD)
    (folder / "taken").mkdir()

    outcome = run("check", ".", "--format", "json=taken", "--format", "text")

    assert outcome.code == 2
    assert "retention-too-short" in outcome.out
    assert "the json report cannot be written (taken)" in outcome.err


def test_nothing_coloured_goes_into_a_pipe(folder: Path, spawn: Spawn) -> None:
    (folder / "main.tf").write_text(BAD)

    assert "\x1b" not in spawn("check", ".").stdout
    assert "\x1b[" in spawn("check", ".", "--color", "always").stdout


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)])
def test_a_terminal_gets_colour_unless_it_says_no(folder: Path, env: dict[str, str], coloured: bool) -> None:
    (folder / "main.tf").write_text(BAD)

    shown = in_terminal(["check", "."], {"TERM": "xterm", **env})

    assert ("\x1b[" in shown) is coloured
    assert "retention-too-short" in shown


@pytest.mark.parametrize("columns", [60, 100])
def test_text_fits_the_terminal(folder: Path, columns: int) -> None:
    (folder / "main.tf").write_text(BAD)

    lines = [line.rstrip() for line in in_terminal(["check", "."], {"NO_COLOR": "1"}, columns).splitlines()]

    assert columns - 25 < max(map(len, lines)) <= columns


def test_a_reader_that_leaves_early_does_not_change_the_verdict(folder: Path) -> None:
    (folder / "main.tf").write_text("".join(BAD.split("terraform {")[0].replace('"orders"', f'"orders_{number}"') for number in range(300)))

    done = closed_pipe("check", ".", "--format", "json", "--format", "text=report.txt")

    assert done == (1, "")
    assert "retention-too-short" in (folder / "report.txt").read_text()


def test_a_list_that_is_cut_short_is_no_error(folder: Path) -> None:
    assert closed_pipe("rules") == (0, "")
    assert closed_pipe("rule", "RCV001") == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_exits_2_and_says_so(folder: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "recoverable", "check", "."], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_closed_stdout_is_told_and_a_file_still_works(folder: Path) -> None:
    command = f"{sys.executable} -m recoverable check . "

    closed = subprocess.run(["/bin/sh", "-c", command + ">&-"], capture_output=True, text=True, check=False)
    filed = subprocess.run(["/bin/sh", "-c", command + "--format json=r.json >&-"], capture_output=True, text=True, check=False)

    assert closed.returncode == 2
    assert "stdout is closed" in closed.stderr
    assert filed.returncode == 0
    assert json.loads((folder / "r.json").read_text())["schema"] == 1


def test_an_interrupt_exits_130_without_a_traceback(folder: Path) -> None:
    code = f"import os, signal\nimport recoverable.cli.check_run as r\nr.read_inputs = lambda *_: os.kill(os.getpid(), signal.{signal.SIGINT.name})\n{CALL}"

    done = subprocess.run([sys.executable, "-c", code, "check", "."], capture_output=True, text=True, check=False)

    assert done.returncode == 130
    assert done.stderr == "interrupted\n"


def test_names_that_a_terminal_cannot_show_do_not_crash(folder: Path, spawn: Spawn) -> None:
    (folder / "main.tf").write_text(BAD.replace('owner = "db"', 'owner = "Jürgen \\u001b[31m"'), encoding="utf-8")

    done = spawn("check", ".", "--verbose", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})

    assert done.returncode == 1
    assert "\x1b" not in done.stdout


def closed_pipe(*arguments: str) -> tuple[int, str]:
    """Exit code and stderr of a command whose stdout nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-m", "recoverable", *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    return done.returncode, done.stderr


def in_terminal(arguments: list[str], env: dict[str, str], columns: int = 80) -> str:
    """What a command shows in a terminal of some width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES", "TERM")}
    process = subprocess.Popen([sys.executable, "-m", "recoverable", *arguments], stdout=theirs, stderr=theirs, env={**clean, **env})
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    process.wait(60)
    os.close(ours)
    return shown.decode()
