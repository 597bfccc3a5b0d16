"""``recoverable drill run --all`` on real backups: the worst code, one report, RPO and RTO of the service, and signals that reach every drill."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.cli import exits
from tests.drill.source_server import SourceBackup
from tests.drill.test_drill_end_to_end import SETTINGS, Drills

pytestmark = pytest.mark.parametrize("backup", [18], indirect=True)


@pytest.fixture
def drills(place: Path, backup: SourceBackup) -> Iterator[Drills]:
    """Two stores with one backup; the second of them expects more rows than there are."""
    found = Drills(place, backup)
    text = SETTINGS.format(base=backup.base, archive=backup.archive)
    second = text.replace("stores.shop", "stores.till").replace('"public.accounts" = 200', '"public.accounts" = 20000')
    (found.folder / "recoverable.toml").write_text(text + second)
    yield found
    deadline = time.monotonic() + 30  # a program that a signal met while it was started ends at its next line, which nobody reads
    while found.servers() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found.servers() == []


def test_one_report_says_how_each_store_and_the_service_stand(drills: Drills) -> None:
    code, out, err = drills("run", "--all", "--json", "--no-negative-control")
    found = json.loads(out)
    by_name = {each["store"]: each for each in found["stores"]}

    assert code == exits.FINDINGS
    assert {name: each["exit"] for name, each in by_name.items()} == {"shop": exits.CLEAN, "till": exits.FINDINGS}
    assert by_name["shop"]["record"]["verdict"] == "verified", err
    assert found["service"]["stores_verified"] == 1
    assert found["service"]["verified"] is False
    assert found["service"]["rto_one_by_one_seconds"] > found["service"]["rto_at_once_seconds"] > 0
    assert {line.partition(":")[0] for line in err.splitlines()} == {"shop", "till"}
    assert drills("verify-ledger")[0] == 0
    assert drills.left == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_drill_with_its_clean_up(drills: Drills, number: signal.Signals) -> None:
    process = drills.start("run", "--all", "--depth", "quick")
    assert process.stderr
    for line in process.stderr:
        if ": restore " in line:
            break
    process.send_signal(number)
    out, err = process.communicate(timeout=120)

    assert process.returncode == exits.INTERRUPTED, err
    assert "service: 0 of 2 stores are proven" in out
    assert drills.left == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a store, or say --all"),
        (("shop", "--all"), "name a store, or say --all"),
        (("--all", "--jobs", "0"), "no number of drills at a time"),
        (("--all", "--hold", "2h"), "--hold is for one store"),
        (("--all", "--evidence", "e.json"), "--evidence is for one store"),
    ],
)
def test_what_cannot_be_meant_is_refused(drills: Drills, words: tuple[str, ...], said: str) -> None:
    code, out, err = drills("run", *words)

    assert (code, out) == (exits.BAD_INPUT, "")
    assert said in err


def test_a_drill_whose_starter_was_killed_comes_to_its_own_end(drills: Drills) -> None:
    process = drills.start("run", "--all", "--jobs", "1", "--depth", "quick")
    assert process.stderr
    for line in process.stderr:
        if ": restore " in line:
            break
    process.kill()
    process.communicate(timeout=240)
    ledger = drills.folder / "state" / "ledger.jsonl"
    deadline = time.monotonic() + 240
    while not (ledger.exists() and ledger.read_text().endswith("\n")) and time.monotonic() < deadline:
        time.sleep(0.1)
    while drills.left and time.monotonic() < deadline:
        time.sleep(0.1)

    assert json.loads(ledger.read_text())["verdict"] == "verified"
    assert drills.left == []
