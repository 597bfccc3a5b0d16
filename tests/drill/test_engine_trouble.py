"""The engine in trouble: clouds that break, hang and refuse, signals, bugs; nothing is left, and the verdict says what happened."""

from __future__ import annotations

import datetime
import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from recoverable.drill.contract import Check, Phase, RestoreFailedError, TransientError
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from recoverable.model.errors import InputError
from tests.drill.harness import Harness
from tests.fakes.fake_async_cloud import CloudError, Schedule

FAIL, PASS, COULD_NOT_RUN = RungVerdict.FAIL, RungVerdict.PASS, RungVerdict.COULD_NOT_RUN


def truth(fake: Harness) -> list[str]:
    return [each["name"] for each in fake.provider.cloud.truth()]


def test_an_instance_that_breaks_fails_the_drill_with_what_to_do(fake: Harness, schedule: Schedule) -> None:
    schedule.born = lambda kind: "incompatible-network" if kind == "instance" else "available"
    outcome = fake.drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "incompatible-network" in outcome.evidence.reason
    assert "Look at the events" in outcome.evidence.reason
    assert truth(fake) == []


def test_an_instance_that_never_comes_up_ends_at_the_budget(fake: Harness, schedule: Schedule) -> None:
    schedule.born = lambda kind: "creating" if kind == "instance" else "available"
    outcome = fake.drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert outcome.evidence.reason.startswith("restore was over its budget")
    assert fake.clock.monotonic() < 7200 + 600
    assert truth(fake) == []


def test_a_cloud_that_is_busy_for_good_is_unreachable_not_failed(fake: Harness, schedule: Schedule) -> None:
    def busy(operation: str, number: int) -> None:
        raise CloudError("Throttled")

    schedule.before = busy
    outcome = fake.drill()

    assert outcome.unreachable
    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN


def test_a_lost_answer_to_our_own_call_makes_no_second_instance_and_no_failure(fake: Harness, schedule: Schedule) -> None:
    lost: list[int] = []

    def lose(operation: str, number: int) -> None:
        if operation == "create" and not lost:
            lost.append(number)
            raise CloudError("TimedOut")

    schedule.after = lose

    assert fake.drill().evidence.verdict is DrillVerdict.VERIFIED
    assert truth(fake) == []


def test_teardown_that_fails_leaves_the_verdict_and_lists_what_is_left(fake: Harness, schedule: Schedule) -> None:
    def refuse(operation: str, number: int) -> None:
        if operation == "delete":
            raise CloudError("AccessDenied")

    schedule.before = refuse
    outcome = fake.drill()

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED
    assert sorted(each.resource.kind for each in outcome.evidence.leftovers) == ["instance", "network"]
    assert any("fake delete instance" in line for line in fake.said)
    assert [each["command"] for each in outcome.record["leftovers"]]
    assert len(list((fake.state / "runs").iterdir())) == 1


def test_a_login_that_ends_in_the_middle_is_told_with_what_is_left(fake: Harness, schedule: Schedule) -> None:
    def refuse(operation: str, number: int) -> None:
        if operation == "delete":
            raise CloudError("AccessDenied")

    def ended(connection: Any) -> None:
        raise InputError("there is no login any more", "environment", "Log in again.")

    schedule.before = refuse
    fake.first_query = ended
    outcome = fake.drill()

    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert "there is no login any more" in outcome.evidence.reason
    assert sorted(each["kind"] for each in outcome.record["leftovers"]) == ["instance", "network"]
    assert not outcome.crashed


def test_a_provider_whose_teardown_raises_does_not_change_the_verdict(fake: Harness) -> None:
    fake.provider._take_down = lambda resource, run: (_ for _ in ()).throw(TransientError("gone away"))  # type: ignore[method-assign]
    outcome = fake.drill()

    assert (outcome.evidence.verdict, outcome.evidence.leftovers) == (DrillVerdict.VERIFIED, [])
    assert truth(fake) == []


@pytest.fixture
def hearing(number: int) -> Iterator[None]:
    """A process that hears the signal, whoever started it: under nohup a drill is deaf to SIGHUP, as it should be."""
    before = signal.signal(number, signal.SIG_DFL)
    yield
    signal.signal(number, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_drill_and_teardown_runs(fake: Harness, schedule: Schedule, number: int, hearing: None) -> None:
    asked: list[str] = []

    def interrupt(operation: str, count: int) -> None:
        if operation == "describe" and not asked:
            asked.append(operation)
            os.kill(os.getpid(), number)

    schedule.before = interrupt
    outcome = fake.drill()

    assert outcome.interrupted
    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert outcome.evidence.reason.startswith("interrupted in ")
    assert truth(fake) == []


def test_a_second_signal_during_teardown_does_not_leak(fake: Harness, schedule: Schedule) -> None:
    count: list[int] = []

    def interrupt(operation: str, number: int) -> None:
        if operation in ("describe", "delete") and len(count) < 2:
            count.append(number)
            os.kill(os.getpid(), signal.SIGINT)

    schedule.before = interrupt
    outcome = fake.drill()

    assert len(count) == 2
    assert outcome.interrupted
    assert truth(fake) == []


def test_a_third_signal_gives_up_and_lists_what_is_left(fake: Harness, schedule: Schedule) -> None:
    count: list[int] = []

    def interrupt(operation: str, number: int) -> None:
        if operation in ("describe", "delete") and len(count) < 3:
            count.append(number)
            os.kill(os.getpid(), signal.SIGINT)

    schedule.before = interrupt
    outcome = fake.drill()

    assert outcome.interrupted
    assert {each.resource.name for each in outcome.evidence.leftovers} >= set(truth(fake)) > set()
    assert any("recoverable drill reap" in line for line in fake.said)


def test_handlers_are_put_back(fake: Harness) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)]
    fake.drill()

    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)] == before


def test_a_call_that_hangs_is_ended_by_the_watchdog(fake: Harness, schedule: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    from recoverable.drill import run

    monkeypatch.setattr(run, "GRACE", 0.2)
    fake.store = {"budgets": {Phase.PREFLIGHT: datetime.timedelta(seconds=0.3)}}
    schedule.before = lambda operation, number: time.sleep(60) if operation == "quota" else None
    since = time.monotonic()
    outcome = fake.drill()

    assert time.monotonic() - since < 10
    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "hung beyond its budget" in outcome.evidence.reason


def test_migrations_and_smoke_count_like_rungs(fake: Harness) -> None:
    class Part:
        name = "sql"

        def __init__(self, verdict: RungVerdict) -> None:
            self.verdict = verdict

        def check(self, copy: Any) -> Any:
            yield Check("smoke-orders", self.verdict, "42 rows")

        def versions(self) -> dict[str, str]:
            return {"sql": "3"}

    fake.store = {"migrations": Part(PASS), "smoke": Part(FAIL)}
    outcome = fake.drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert outcome.record["versions"]["sql"] == "3"
    assert [each["stage"] for each in outcome.record["rungs"]][-2:] == ["migrate", "smoke"]


def test_smoke_tests_that_crash_could_not_run(fake: Harness) -> None:
    class Crashing:
        def check(self, copy: Any) -> Any:
            yield Check("smoke-one", PASS, "fine")
            raise RuntimeError("boom")

    fake.store = {"smoke": Crashing()}
    outcome = fake.drill()

    assert (outcome.evidence.verdict, outcome.crashed) == (DrillVerdict.COULD_NOT_RUN, True)


def test_a_first_query_that_is_not_answered_fails_the_drill(fake: Harness) -> None:
    def deaf(connection: Any) -> None:
        raise RestoreFailedError("the restored database does not answer")

    fake.first_query = deaf

    assert fake.drill().evidence.verdict is DrillVerdict.FAILED
    assert truth(fake) == []


def test_a_bug_in_a_provider_is_told_by_its_place_and_leaves_nothing(fake: Harness) -> None:
    fake.provider._wait = lambda resource, run: {}["missing"]  # type: ignore[method-assign]
    outcome = fake.drill()

    assert outcome.crashed
    assert "KeyError at test_engine_trouble.py" in outcome.evidence.reason
    assert truth(fake) == []


def test_a_restored_server_that_says_its_data_is_corrupt_fails_the_drill_and_is_no_bug_of_ours(fake: Harness) -> None:
    import psycopg

    def corrupt(connection: Any) -> None:
        raise psycopg.errors.DataCorrupted("invalid page in block 3 of relation base/1/2619")

    fake.first_query = corrupt
    outcome = fake.drill()

    assert (outcome.evidence.verdict, outcome.crashed) == (DrillVerdict.FAILED, False)
    assert "XX001" in outcome.evidence.reason


def test_a_mistake_in_our_own_sql_is_a_bug_of_ours(fake: Harness) -> None:
    import psycopg

    def mistaken(connection: Any) -> None:
        raise psycopg.errors.SyntaxError("near SELEC")

    fake.first_query = mistaken

    assert fake.drill().crashed


def test_a_ledger_that_cannot_be_written_keeps_a_drill_from_being_verified(fake: Harness) -> None:
    fake.ledger.path.mkdir(parents=True)
    outcome = fake.drill()

    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert "could not be kept" in outcome.evidence.reason


def test_the_evidence_file_holds_the_record_of_the_ledger(fake: Harness) -> None:
    path = fake.state.parent / "out" / "evidence.json"
    record = fake.drill(evidence_file=path).record

    assert json.loads(path.read_text()) == record
    assert [each.data for each in fake.ledger.entries()] == [record]
