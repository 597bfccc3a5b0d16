"""The engine: what a drill says in the end, from what its rungs and its times say."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from recoverable.drill.contract import Phase
from recoverable.drill.evidence_schema import schema
from recoverable.drill.ledger import verify
from recoverable.drill.rung import Depth, Need, RungResult, Stage
from recoverable.drill.summary import lines
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from recoverable.model.errors import InputError
from tests.drill.harness import Harness, green, hours, rung, says
from tests.fakes.fake_async_cloud import Schedule

FAIL, PASS, COULD_NOT_RUN = RungVerdict.FAIL, RungVerdict.PASS, RungVerdict.COULD_NOT_RUN


def truth(fake: Harness) -> list[str]:
    return [each["name"] for each in fake.provider.cloud.truth()]


def test_a_drill_whose_rungs_all_pass_is_verified_and_leaves_nothing(fake: Harness) -> None:
    outcome = fake.drill()

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert truth(fake) == []
    assert list((fake.state / "runs").iterdir()) == []
    assert verify(fake.ledger) == []


def test_the_record_states_what_was_measured(fake: Harness) -> None:
    record = fake.drill().record

    assert (record["rpo_seconds"], record["rpo_demanded_seconds"]) == (12.5, 900)
    assert record["rto_demanded_seconds"] == 7200
    assert 120 <= record["rto_first_query_seconds"] <= 140
    assert record["verified_seconds"] >= record["rto_first_query_seconds"]
    assert [each["name"] for each in record["phases"]] == ["preflight", "provision", "restore", "verify", "destroy"]
    assert record["backup_id"] == "backup-7"
    assert record["previous_hash"] == "0" * 64
    assert json.loads(json.dumps(record)) == record


@pytest.mark.parametrize(("address", "named"), [("", "orders"), ("urn:pulumi:prod::shop::aws:rds/instance:Instance::orders", None)])
def test_the_record_names_the_resource_in_code(fake: Harness, address: str, named: str | None) -> None:
    fake.store = {**fake.store, "address": address}
    record = fake.drill().record

    assert record["address"] == (named or address)
    assert (f"  address   {address}" in lines(record)) == bool(address)
    assert [error.message for error in Draft202012Validator(schema()).iter_errors(record)] == []


def test_without_a_negative_control_the_evidence_is_amber(fake: Harness) -> None:
    evidence = fake.drill(with_control=False).evidence

    assert evidence.colour is Colour.AMBER
    assert evidence.reservations == ["the negative control was switched off"]


@pytest.mark.parametrize(
    ("verdict", "expected"), [(FAIL, DrillVerdict.FAILED), (COULD_NOT_RUN, DrillVerdict.COULD_NOT_RUN)], ids=["fail", "could not run"]
)
def test_one_rung_that_does_not_pass_keeps_a_drill_from_being_verified(fake: Harness, verdict: RungVerdict, expected: DrillVerdict) -> None:
    fake.rungs = (green(), rung("pages-are-whole", says(verdict)))
    outcome = fake.drill()

    assert outcome.evidence.verdict is expected
    assert "pages-are-whole" in outcome.evidence.reason
    assert outcome.evidence.colour is Colour.RED
    assert truth(fake) == []


def test_a_rung_that_crashes_could_not_run_and_its_text_is_not_kept(fake: Harness) -> None:
    def crash(context: Any) -> RungResult:
        raise ValueError("row (4711, 'Ann') is broken")

    fake.rungs = (green(), rung("crashing", crash))
    outcome = fake.drill()

    assert outcome.crashed
    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert "ValueError at test_engine_verdicts.py" in json.dumps(outcome.record)
    assert "4711" not in json.dumps(outcome.record) + "\n".join(fake.said)


def test_a_rung_that_says_nothing_could_not_run(fake: Harness) -> None:
    fake.rungs = (green(), rung("silent", lambda context: None))  # type: ignore[arg-type,return-value]

    assert fake.drill().evidence.verdict is DrillVerdict.COULD_NOT_RUN


def test_a_drill_without_any_rung_proves_nothing(fake: Harness) -> None:
    fake.rungs = ()

    assert fake.drill().evidence.verdict is DrillVerdict.COULD_NOT_RUN


@pytest.mark.parametrize(("seconds", "verdict"), [(900, DrillVerdict.VERIFIED), (900.1, DrillVerdict.FAILED)])
def test_a_missed_rpo_fails_the_drill(fake: Harness, seconds: float, verdict: DrillVerdict) -> None:
    fake.rungs = (green(rpo_seconds=seconds),)

    assert fake.drill().evidence.verdict is verdict


def test_an_rpo_that_was_not_measured_is_a_reservation(fake: Harness) -> None:
    fake.rungs = (green(),)
    evidence = fake.drill().evidence

    assert (evidence.verdict, evidence.colour) == (DrillVerdict.VERIFIED, Colour.AMBER)
    assert "RPO was not measured (demanded: 15 min)" in evidence.reservations


@pytest.mark.parametrize("figure", [math.nan, math.inf, "12"])
def test_an_rpo_that_is_no_number_does_not_verify(fake: Harness, figure: Any) -> None:
    fake.rungs = (green(rpo_seconds=figure),)

    assert fake.drill().evidence.verdict is DrillVerdict.COULD_NOT_RUN


def test_a_missed_rto_fails_the_drill_although_everything_is_there(fake: Harness) -> None:
    fake.store = {"budgets": {Phase.RESTORE: hours(9)}}
    fake.first_query = lambda connection: fake.clock.sleep(7200)
    evidence = fake.drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "RTO missed: 2 h 2 min, demanded 2 h" in evidence.reason


def test_a_rung_beyond_the_asked_depth_is_not_covered_and_not_missed(fake: Harness) -> None:
    fake.rungs = (green(), rung("deep-one", says(FAIL), depth=Depth.DEEP))
    evidence = fake.drill(depth=Depth.QUICK).evidence

    assert evidence.verdict is DrillVerdict.VERIFIED
    assert [(each.name, each.reason) for each in evidence.not_covered if each.name == "deep-one"] == [
        ("deep-one", "not asked for at depth quick; it belongs to deep")
    ]


@pytest.mark.parametrize("more", [{"stage": Stage.STOPPED}, {"stage": Stage.BACKUP}, {"needs": frozenset({Need.FILES})}])
def test_a_rung_that_the_provider_can_never_run_is_not_covered_with_the_reason(fake: Harness, more: dict[str, Any]) -> None:
    fake.rungs = (green(), rung("checksums", says(FAIL), **more))
    evidence = fake.drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED
    assert "no access to the files" in next(each.reason for each in evidence.not_covered if each.name == "checksums")


def test_a_missing_baseline_is_a_reservation_and_a_verified_drill_writes_one(fake: Harness) -> None:
    fake.rungs = (green(rpo_seconds=1), rung("roles-as-before", says(PASS), needs=frozenset({Need.BASELINE})))
    first, second = fake.drill().evidence, fake.drill().evidence

    assert any("roles-as-before was not looked at" in text for text in first.reservations)
    assert "roles-as-before" in [each.name for each in second.rungs]


def test_a_failed_drill_writes_no_baseline(fake: Harness) -> None:
    fake.rungs = (rung("broken", says(FAIL)),)
    fake.drill()

    assert fake.baselines.kept == {}


def test_a_target_outside_the_window_is_red_and_makes_nothing(fake: Harness) -> None:
    for target in ("time:2020-01-01T00:00:00Z", "time:2030-01-01T00:00:00Z"):
        evidence = fake.drill(target=parse_target(target)).evidence

        assert evidence.verdict is DrillVerdict.FAILED
        assert "what can be restored" in evidence.reason
    assert {each.phase for each in evidence.phases} == {Phase.PREFLIGHT}


def test_a_kind_of_target_that_the_provider_does_not_take_is_a_mistake_of_the_user(fake: Harness) -> None:
    with pytest.raises(InputError, match="cannot restore to lsn"):
        fake.drill(target=parse_target("lsn:0/3000148"))
    assert list((fake.state / "runs").iterdir()) == []


def test_no_backup_at_all_is_red(fake: Harness, schedule: Schedule) -> None:
    from recoverable.drill.contract import RestoreWindow

    fake.provider.window = lambda store: RestoreWindow(None, None)  # type: ignore[method-assign]

    assert "there is no backup" in fake.drill().evidence.reason
