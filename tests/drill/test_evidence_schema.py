"""Every record, however its drill ended, is what the schema says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from recoverable.drill.evidence_schema import schema
from recoverable.drill.rung import Depth
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import RungVerdict
from tests.drill.harness import Harness, green, rung, says
from tests.fakes.fake_async_cloud import CloudError, Schedule

VALIDATOR = Draft202012Validator(schema())
CONTRACT = (
    "schema",
    "store",
    "verdict",
    "rungs",
    "rpo_seconds",
    "rto_first_query_seconds",
    "verified_seconds",
    "leftovers",
    "previous_hash",
)


def test_the_schema_is_a_schema_and_holds_the_contract_of_the_command() -> None:
    Draft202012Validator.check_schema(schema())

    assert set(CONTRACT) <= set(schema()["required"])


def verified(fake: Harness, schedule: Schedule) -> dict[str, Any]:
    return fake.drill().record


def failed(fake: Harness, schedule: Schedule) -> dict[str, Any]:
    fake.rungs = (
        green(figure=float("nan"), nested={"a": [1, None]}),
        rung("broken", says(RungVerdict.FAIL)),
        rung("d", says(RungVerdict.PASS), depth=Depth.DEEP),
    )
    return fake.drill(with_control=True).record


def out_of_the_window(fake: Harness, schedule: Schedule) -> dict[str, Any]:
    return fake.drill(target=parse_target("time:2020-01-01T00:00:00Z")).record


def unreachable(fake: Harness, schedule: Schedule) -> dict[str, Any]:
    schedule.before = lambda operation, number: (_ for _ in ()).throw(CloudError("Throttled"))
    return fake.drill().record


def left_over(fake: Harness, schedule: Schedule) -> dict[str, Any]:
    schedule.before = lambda operation, number: (_ for _ in ()).throw(CloudError("AccessDenied")) if operation == "delete" else None
    return fake.drill().record


def not_kept(fake: Harness, schedule: Schedule) -> dict[str, Any]:
    fake.ledger.path.mkdir(parents=True)
    return fake.drill().record


@pytest.mark.parametrize("how", [verified, failed, out_of_the_window, unreachable, left_over, not_kept])
def test_a_record_is_what_the_schema_says(fake: Harness, schedule: Schedule, how: Any) -> None:
    record = json.loads(json.dumps(how(fake, schedule), allow_nan=False))

    assert [error.message for error in VALIDATOR.iter_errors(record)] == []
