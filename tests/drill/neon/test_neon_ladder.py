"""The whole ladder on real PostgreSQL behind the fake Neon API: verified, damaged, behind, and with an independent copy beside it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.damage.control import CONTROL
from recoverable.drill.engine import Outcome
from recoverable.drill.ladder import all_rungs
from recoverable.drill.postgres.connect import connect
from recoverable.drill.providers.neon import NeonProvider
from recoverable.drill.target import LATEST, RecoveryTarget, TargetKind, format_lsn
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from tests.drill.harness import Harness
from tests.drill.managed_source import ManagedSource, QuickClock
from tests.drill.neon_cloud import neon, neon_settings
from tests.drill.source_server import open_folder
from tests.fakes.fake_neon import FakeNeon
from tests.fakes.postgres_history import DATABASE
from tests.fakes.real_postgres import Postgres


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def source() -> Iterator[ManagedSource]:
    with open_folder("rcv-neon-") as folder:
        found = ManagedSource(folder)
        try:
            yield found
        finally:
            found.history.stop()


@pytest.fixture
def cloud(tmp_path: Path, source: ManagedSource) -> Iterator[FakeNeon]:
    history = source.history
    history.mend, history.lag = lambda copy: None, datetime.timedelta()
    with neon(tmp_path, history, now) as fake:
        yield fake


def drilled(tmp_path: Path, target: RecoveryTarget = LATEST, orders: int = 1100, *, with_control: bool = False, **settings: Any) -> Outcome:
    """A drill as the command would run it, over the fake, with every rung there is."""
    expect = {"heartbeat": DATABASE, "rows": {DATABASE: {"public.accounts": 200, "public.orders": orders}}}
    harness = Harness(
        NeonProvider(QuickClock(), timeout=60), QuickClock(), tmp_path / "state", neon_settings(**settings), all_rungs(), CONTROL,
        first_query=first_query, store={"expectations": expect},
    )  # fmt: skip
    return harness.drill(target=target, with_control=with_control)


def said(outcome: Outcome, name: str) -> RungVerdict:
    """What one rung or check said."""
    (found,) = [each.verdict for each in outcome.evidence.rungs if each.name == name]
    return found


def failed(outcome: Outcome) -> set[str]:
    assert outcome.evidence.verdict is DrillVerdict.FAILED, outcome.evidence.reason
    return {each.name for each in outcome.evidence.failed()}


def test_a_drill_to_a_time_is_verified_by_the_real_ladder_and_its_control_goes_red(
    tmp_path: Path, cloud: FakeNeon, source: ManagedSource
) -> None:
    moment = source.moments["second"]
    outcome = drilled(tmp_path, RecoveryTarget(TargetKind.TIME, time=moment.time), moment.orders, with_control=True)
    evidence = outcome.evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert said(outcome, "recovery-target") is RungVerdict.PASS
    assert evidence.reached["time"] is not None
    assert said(outcome, "heap-against-index") is RungVerdict.PASS
    assert (evidence.control.outcome, evidence.control.caught_by) == ("red", "unlogged-tables")
    assert cloud.truth() == set()
    assert evidence.leftovers == []


def test_what_a_branch_cannot_prove_is_a_reservation_and_never_green(tmp_path: Path, cloud: FakeNeon) -> None:
    evidence = drilled(tmp_path).evidence

    assert (evidence.verdict, evidence.colour) == (DrillVerdict.VERIFIED, Colour.AMBER)
    assert any("shares its storage with its parent" in each for each in evidence.reservations)
    assert any(each.startswith("amcheck was not looked at: the service does not give it") for each in evidence.reservations)
    left_out = {each.name: each.reason for each in evidence.not_covered}
    assert left_out["page-checksums"] == "the provider gives no access to the files of the restored copy"


def test_a_drill_to_a_log_position_has_the_rows_of_that_position(tmp_path: Path, cloud: FakeNeon, source: ManagedSource) -> None:
    moment = source.moments["first"]
    outcome = drilled(tmp_path, RecoveryTarget(TargetKind.LSN, lsn=moment.lsn), moment.orders)

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert outcome.evidence.reached["lsn"] == format_lsn(moment.lsn)


def test_a_zeroed_page_in_the_branch_goes_red(tmp_path: Path, cloud: FakeNeon, source: ManagedSource) -> None:
    history = source.history
    ((file,),) = history.source.execute("SELECT pg_relation_filepath('orders')", DATABASE)

    def zero_a_page(copy: Postgres) -> None:
        with (copy.data / file).open("r+b") as stream:
            stream.seek(8192)
            stream.write(bytes(8192))

    history.mend = zero_a_page

    assert {"heap-against-index", "row-counts"} <= failed(drilled(tmp_path))


def test_data_that_are_older_than_neon_says_go_red(tmp_path: Path, cloud: FakeNeon, source: ManagedSource) -> None:
    source.history.lag = datetime.timedelta(seconds=0.8)
    moment = source.moments["second"]

    assert failed(drilled(tmp_path, RecoveryTarget(TargetKind.TIME, time=moment.time), moment.orders)) == {"row-counts"}


@pytest.mark.parametrize(
    "lie",
    [{"parent_timestamp": "2026-01-01T00:00:00Z"}, {"parent_id": "br-another-branch"}, {"init_source": "schema-only"}],
    ids=["time", "parent", "schema only"],
)
def test_a_branch_that_left_its_parent_elsewhere_goes_red(
    tmp_path: Path, cloud: FakeNeon, source: ManagedSource, lie: dict[str, str]
) -> None:
    cloud.lie = lie
    moment = source.moments["first"]

    assert failed(drilled(tmp_path, RecoveryTarget(TargetKind.TIME, time=moment.time), moment.orders)) == {"recovery-target"}


def test_with_a_dump_an_independent_copy_is_restored_beside_the_branch(
    tmp_path: Path, cloud: FakeNeon, source: ManagedSource, place: Path
) -> None:
    outcome = drilled(tmp_path, dump=str(dumped(source, place)), without_owners=True, scratch=str(place))
    evidence = outcome.evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert said(outcome, "independent-copy") is RungVerdict.PASS
    assert not any("shares its storage" in each for each in evidence.reservations)
    assert [path.name for path in place.iterdir()] == ["neondb.dump"]
    assert evidence.leftovers == []


def test_a_dump_that_lacks_a_table_goes_red(tmp_path: Path, cloud: FakeNeon, source: ManagedSource, place: Path) -> None:
    dump = dumped(source, place, "--exclude-table=orders")

    assert failed(drilled(tmp_path, dump=str(dump), without_owners=True, scratch=str(place))) == {"independent-copy"}


def test_a_dump_that_was_cut_off_goes_red_before_a_branch_is_made(
    tmp_path: Path, cloud: FakeNeon, source: ManagedSource, place: Path
) -> None:
    dump = dumped(source, place)
    dump.write_bytes(dump.read_bytes()[:-4000])
    outcome = drilled(tmp_path, dump=str(dump), without_owners=True, scratch=str(place))

    assert any(name.startswith("dump-") for name in failed(outcome))
    assert not any(call.method == "POST" for call in cloud.calls)


def dumped(source: ManagedSource, place: Path, *words: str) -> Path:
    """By the real tool, at the source."""
    server = source.history.source
    file = server.folder / "neondb.dump"
    server.run("pg_dump", "-h", server.folder, "-p", str(server.port), "-U", "cloud_admin", "-Fc", "-f", file, *words, DATABASE)
    moved = place / file.name
    moved.write_bytes(file.read_bytes())
    file.unlink()
    return moved


def first_query(connection: Any) -> None:
    with connect(connection) as opened:
        opened.execute("SELECT 1")
