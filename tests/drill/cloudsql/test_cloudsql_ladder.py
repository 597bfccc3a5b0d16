"""The whole ladder on real PostgreSQL behind the fake Cloud SQL: clones and backups, intact, damaged, and of another time."""

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
from recoverable.drill.target import LATEST, RecoveryTarget, TargetKind
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from tests.drill.cloudsql_cloud import cloudsql, cloudsql_settings, provider
from tests.drill.harness import Harness
from tests.drill.managed_source import ManagedSource, QuickClock
from tests.drill.source_server import open_folder
from tests.fakes.fake_cloudsql import CUSTOMER, SOURCE, FakeCloudSql, text
from tests.fakes.real_postgres import Postgres, free_port


@pytest.fixture(scope="module")
def source() -> Iterator[ManagedSource]:
    with open_folder("rcv-sql-") as folder:
        found = ManagedSource(folder, CUSTOMER, free_port())
        try:
            yield found
        finally:
            found.history.stop()


@pytest.fixture
def cloud(tmp_path: Path, source: ManagedSource) -> Iterator[FakeCloudSql]:
    history = source.history
    history.mend, history.lag = lambda copy: None, datetime.timedelta()
    with cloudsql(tmp_path, history, lambda: datetime.datetime.now(datetime.UTC)) as fake:
        yield fake


def drilled(
    tmp_path: Path,
    source: ManagedSource,
    target: RecoveryTarget = LATEST,
    orders: int = 1100,
    *,
    with_control: bool = False,
    **settings: Any,
) -> Outcome:
    """A drill as the command would run it, over the fake, with every rung there is."""
    name = CUSTOMER.database
    expect = {"heartbeat": name, "rows": {name: {"public.accounts": 200, "public.orders": orders}}}
    harness = Harness(
        provider(QuickClock(), timeout=60), QuickClock(), tmp_path / "state", cloudsql_settings(source.history.port, **settings),
        all_rungs(), CONTROL, first_query=first_query, store={"expectations": expect},
    )  # fmt: skip
    return harness.drill(target=target, with_control=with_control)


def first_query(connection: Any) -> None:
    with connect(connection) as opened:
        opened.execute("SELECT 1")


def said(outcome: Outcome, name: str) -> RungVerdict:
    (found,) = [each.verdict for each in outcome.evidence.rungs if each.name == name]
    return found


def failed(outcome: Outcome) -> set[str]:
    assert outcome.evidence.verdict is DrillVerdict.FAILED, outcome.evidence.reason
    return {each.name for each in outcome.evidence.failed()}


def test_a_clone_to_a_time_is_verified_by_the_real_ladder_and_its_control_goes_red(
    tmp_path: Path, cloud: FakeCloudSql, source: ManagedSource
) -> None:
    moment = source.moments["second"]
    outcome = drilled(tmp_path, source, RecoveryTarget(TargetKind.TIME, time=moment.time), moment.orders, with_control=True)
    evidence = outcome.evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert said(outcome, "recovery-target") is RungVerdict.PASS
    assert said(outcome, "heap-against-index") is RungVerdict.PASS
    assert (evidence.control.outcome, evidence.control.caught_by) == ("red", "unlogged-tables")
    assert (cloud.truth(), evidence.leftovers) == (set(), [])


def test_latest_is_the_time_that_cloud_sql_says_and_the_copy_has_the_last_rows(
    tmp_path: Path, cloud: FakeCloudSql, source: ManagedSource
) -> None:
    outcome = drilled(tmp_path, source)
    clone = next(call for call in cloud.calls if call.path[-1] == "clone")

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert clone.body["cloneContext"]["pointInTime"]
    assert outcome.evidence.rpo_seconds is not None


def test_a_backup_is_restored_and_verified(tmp_path: Path, cloud: FakeCloudSql, source: ManagedSource) -> None:
    moment = source.moments["first"]
    cloud.backups[0].update(startTime=text(moment.time), endTime=text(moment.time))
    outcome = drilled(tmp_path, source, orders=moment.orders, restore="backup")

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert outcome.evidence.backup_id.endswith(f"/{SOURCE}/1733050000000")


@pytest.mark.parametrize("form", ["retained-backup", "retained-clone"])
def test_a_deleted_instance_is_restored_and_verified_by_the_real_ladder(
    tmp_path: Path, cloud: FakeCloudSql, source: ManagedSource, form: str
) -> None:
    moment = source.moments["second"]
    cloud.keep(SOURCE, "FINAL", moment.time, moment.time)
    cloud.forget(SOURCE, datetime.datetime.now(datetime.UTC))
    target = LATEST if form == "retained-backup" else RecoveryTarget(TargetKind.TIME, time=moment.time)
    outcome = drilled(tmp_path, source, target, moment.orders, with_control=form == "retained-backup", restore=form)

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert said(outcome, "heap-against-index") is RungVerdict.PASS
    assert (outcome.evidence.control.outcome == "red") is (form == "retained-backup")
    assert (cloud.truth(), outcome.evidence.leftovers) == (set(), [])


def test_a_zeroed_page_in_the_clone_goes_red(tmp_path: Path, cloud: FakeCloudSql, source: ManagedSource) -> None:
    ((file,),) = source.history.source.execute("SELECT pg_relation_filepath('orders')", CUSTOMER.database)

    def zero_a_page(copy: Postgres) -> None:
        with (copy.data / file).open("r+b") as stream:
            stream.seek(8192)
            stream.write(bytes(8192))

    source.history.mend = zero_a_page

    assert {"heap-against-index", "row-counts"} <= failed(drilled(tmp_path, source))


def test_a_clone_that_stopped_too_early_goes_red(tmp_path: Path, cloud: FakeCloudSql, source: ManagedSource) -> None:
    source.history.lag = datetime.timedelta(seconds=0.8)
    moment = source.moments["second"]
    outcome = drilled(tmp_path, source, RecoveryTarget(TargetKind.TIME, time=moment.time), moment.orders)

    assert failed(outcome) == {"row-counts"}
