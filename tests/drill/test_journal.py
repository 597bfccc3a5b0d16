"""The run journal: what it says after a crash is what was announced before it."""

from __future__ import annotations

import datetime
import os
import stat
from pathlib import Path

import pytest

from recoverable.drill.connection import Secret
from recoverable.drill.contract import Resource
from recoverable.drill.journal import RUN_ID, Journal, journals, new_run_id
from tests.drill.virtual_clock import START

LATER = START + datetime.timedelta(hours=3)


def resource(run: str, name: str = "instance-1") -> Resource:
    return Resource("fake", "instance", name, run, LATER, {"zone": "a"})


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    found = Journal(tmp_path, new_run_id(START))
    found.begin("orders", "fake", START, LATER)
    return found


def test_run_ids_fit_into_every_clouds_names_and_are_unique() -> None:
    ids = {new_run_id(START) for _ in range(500)}

    assert len(ids) > 490
    assert all(RUN_ID.match(each) and len(each) <= 30 for each in ids)


def test_what_was_announced_is_read_back_whole(journal: Journal, tmp_path: Path) -> None:
    journal.intend(resource(journal.run), START)
    journal.intend(resource(journal.run, "instance-2"), START)
    journal.gone(resource(journal.run, "instance-2"), LATER)
    again = Journal(tmp_path, journal.run)

    assert [intent.resource for intent in again.open_intents()] == [resource(journal.run)]
    assert [(intent.resource.name, intent.gone) for intent in again.intents()] == [("instance-1", False), ("instance-2", True)]


def test_a_line_that_a_crash_cut_off_spoils_itself_alone(journal: Journal, tmp_path: Path) -> None:
    journal.intend(resource(journal.run), START)
    file = tmp_path / "runs" / journal.run / "journal.jsonl"
    file.write_bytes(file.read_bytes() + b'{"at": "2026-12-01T1')
    journal.intend(resource(journal.run, "instance-2"), START)

    assert [intent.resource.name for intent in Journal(tmp_path, journal.run).open_intents()] == ["instance-1", "instance-2"]


def test_the_notes_are_for_their_owner_alone(journal: Journal, tmp_path: Path) -> None:
    for path in [tmp_path / "runs", *(tmp_path / "runs").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_run_that_lives_cannot_be_taken(journal: Journal, tmp_path: Path) -> None:
    assert not Journal(tmp_path, journal.run).take()
    journal.release()
    assert Journal(tmp_path, journal.run).take()


def test_a_run_whose_process_was_killed_can_be_taken(tmp_path: Path) -> None:
    name = new_run_id(START)
    child = os.fork()
    if child == 0:
        Journal(tmp_path, name).begin("orders", "fake", START, LATER)
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)

    assert Journal(tmp_path, name).take()


def test_a_run_of_another_machine_cannot_be_taken(journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.release()
    monkeypatch.setattr("platform.node", lambda: "elsewhere")

    assert not Journal(tmp_path, journal.run).take()


def test_the_same_run_id_twice_is_refused(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        Journal(tmp_path, journal.run).begin("orders", "fake", START, LATER)


@pytest.mark.parametrize("name", ["../x", "", "Drill-1", "a" * 31, "-a"])
def test_a_name_that_is_no_run_id_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no id of a run"):
        Journal(tmp_path, name)


def test_a_run_that_is_over_leaves_nothing_and_takes_the_file_it_handed_out_along(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "url"
    handed_out(journal, path)
    journal.remove()

    assert (list(journals(tmp_path)), path.exists()) == ([], False)


def test_a_handed_out_file_that_somebody_changed_is_left_alone(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "url"
    handed_out(journal, path)
    path.write_text("mine now")
    journal.remove()

    assert path.read_text() == "mine now"


def handed_out(journal: Journal, path: Path) -> None:
    from recoverable.drill.interrupts import Interrupts
    from recoverable.drill.redaction import Redactor
    from recoverable.drill.run import DrillRun
    from tests.drill.virtual_clock import VirtualClock

    run = DrillRun(journal.run, LATER, VirtualClock(), journal, {}, Redactor(), Interrupts(), print)
    run.hand_out(path, Secret("postgresql://h/d"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        run.hand_out(path, Secret("x"))
