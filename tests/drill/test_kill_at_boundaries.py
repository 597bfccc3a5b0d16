"""``kill -9`` at every boundary of every phase, of the fake asynchronous provider and of the real command on a real PostgreSQL: the reaper
leaves nothing of the drill, and touches nothing else.
"""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recoverable.drill.hold import Hold
from recoverable.drill.journal import journals
from recoverable.drill.ledger import verify
from recoverable.drill.ledger_file import FileLedger
from recoverable.drill.local.resources import MARKER, PREFIX
from recoverable.drill.reaper import reap
from recoverable.drill.verdict import DrillVerdict
from tests.drill.conformance.slices import LONG, of_commit
from tests.drill.fake_async_provider import FakeAsyncProvider
from tests.drill.harness import Harness
from tests.drill.phase_boundaries import StandIn, kill_at, names
from tests.drill.source_server import SourceBackup, open_folder
from tests.drill.test_drill_end_to_end import Drills
from tests.drill.test_fault_schedules import plant_decoys
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_async_cloud import FakeAsyncCloud

EVERY = 1 if LONG else 13
"""Of the boundaries of the local provider, where each takes some seconds, one run takes each thirteenth; the commit says from which on."""
HOUR = 3600.0
LOCAL = names()[0 if LONG else of_commit() % EVERY :: EVERY]


class Drilled:
    """A drill with all phases over the fake cloud."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.path = folder / "cloud.sqlite"
        self.folder = folder
        self.state = folder / "state"

    def provider(self) -> FakeAsyncProvider:
        return FakeAsyncProvider(self.path, self.clock)

    def drill(self) -> DrillVerdict:
        hold = Hold(datetime.timedelta(minutes=5), self.folder / "url")
        harness = Harness(self.provider(), self.clock, self.state, store={"migrations": StandIn(), "smoke": StandIn()})
        return harness.drill(with_control=True, hold=hold, hold_for=hold.length).evidence.verdict

    def killed(self, boundary: str) -> bool:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                kill_at(boundary)
                code = 0 if self.drill() is DrillVerdict.VERIFIED else 2
            finally:
                os._exit(code)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])

    def things(self) -> set[str]:
        return {each["name"] for each in self.cloud.truth()}

    @property
    def cloud(self) -> FakeAsyncCloud:
        return FakeAsyncCloud(self.path, lambda: self.clock.now().timestamp())


@pytest.mark.usefixtures("quick_disk")
@pytest.mark.parametrize("boundary", names())
def test_the_fake_asynchronous_provider_killed_at_a_boundary_is_cleaned_up(boundary: str, tmp_path: Path) -> None:
    drilled = Drilled(tmp_path)
    decoys = plant_decoys(drilled.cloud)
    assert drilled.killed(boundary), "the drill did not come to this boundary"
    drilled.clock.sleep(HOUR)  # the drill's own time went on in its process; what it deleted is gone by now
    standing = drilled.things() - decoys
    found = reap(drilled.state, lambda name: drilled.provider(), ["fake"], drilled.clock, lambda seconds: None)

    assert found.leftovers == []
    assert drilled.things() == decoys
    assert list(journals(drilled.state)) == []
    assert not (tmp_path / "url").exists()
    assert verify(FileLedger(drilled.state / "ledger.jsonl")) == []
    assert bool(standing) is (boundary in BILLED), "whether something stood in the cloud when the drill was killed"


def between(first: str, last: str) -> set[str]:
    """The boundaries from one to another."""
    every = names()
    return set(every[every.index(first) : every.index(last) + 1])


BILLED = between("provision leaving", "destroy entered") - {"destroy leaving"}


@pytest.fixture(scope="module", name="whole")
def whole_fixture(backup_of: Callable[[int], SourceBackup]) -> Iterator[Drills]:
    """One backup, one state and one scratch folder for all: a run that is not cleaned up is seen by all that follow."""
    with open_folder() as place:
        yield Drills(place, backup_of(18))


@pytest.fixture(name="decoys")
def decoys_fixture(whole: Drills) -> Iterator[list[Path]]:
    """What looks like a drill's and is not: a folder without a marker, one with a marker that nobody announced, and a process in there."""
    plain, marked = whole.scratch / f"{PREFIX}precious", whole.scratch / f"{PREFIX}drill-261201120000-abcdef-copy"
    for each in (plain, marked):
        each.mkdir()
        (each / "precious").write_text("production\n")
    (marked / MARKER).write_text(
        '{"run": "drill-261201120000-abcdef", "expires": "2099-01-01T00:00:00+00:00", "provider": "local", "token": "0"}\n'
    )
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], cwd=plain)
    yield [plain, marked]
    assert process.poll() is None, "the reaper ended a process that was none of the drill's"
    process.kill()
    process.wait()
    assert all((each / "precious").read_text() == "production\n" for each in (plain, marked))
    for each in (marked / MARKER, marked / "precious", plain / "precious", marked, plain):
        each.rmdir() if each.is_dir() else each.unlink()


@pytest.mark.parametrize("boundary", LOCAL)
def test_the_command_killed_at_a_boundary_is_cleaned_up(boundary: str, whole: Drills, decoys: list[Path]) -> None:
    words = ["run", "shop", "--depth", "quick", "--hold", "1s", "--url-file", "url"]
    line = [sys.executable, "-m", "tests.drill.phase_boundaries", boundary, "drill", *words]
    environment = {**os.environ, "TMPDIR": str(whole.scratch), "RECOVERABLE_STATE_DIR": str(whole.folder / "state")}
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    killed = subprocess.run(line, cwd=whole.folder, env=environment, capture_output=True, text=True, timeout=300)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    deadline = time.monotonic() + 30
    while whole.servers() and time.monotonic() < deadline:
        time.sleep(0.05)
    code, out, err = whole("reap")

    assert whole.servers() == []
    assert code == 0, out + err
    assert sorted(whole.left) == sorted(each.name for each in decoys)
    assert not (whole.folder / "url").exists()
    ledger = whole.folder / "state" / "ledger.jsonl"
    assert not ledger.exists() or whole("verify-ledger")[0] == 0
