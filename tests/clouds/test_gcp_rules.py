"""The rules that only Google and Neon stores are asked."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.finding import Severity, Verdict
from recoverable.rules import api_deletion_protection_off, bucket_single_location, neon_default_branch_unprotected, soft_delete_off
from tests.clouds.gcp_builders import ask, estate_of, instance, replica, res, unk
from tests.clouds.test_gcp_buckets import COPY, job, raw_bucket

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


def off(length: Any) -> dict[str, Any]:
    """A soft delete policy."""
    return {"soft_delete_policy": [{"retention_duration_seconds": length}]}


@pytest.mark.parametrize(
    ("attrs", "verdict", "severity"),
    [
        (off(604800), PASS, None),
        (off(0), FAIL, None),
        (off(0) | {"versioning": [{"enabled": True}]}, FAIL, Severity.LOW),
        ({}, PASS, None),
        (off(unk()), UNKNOWN, None),
    ],
)
def test_soft_delete_off(attrs: dict[str, Any], verdict: Verdict, severity: Severity | None) -> None:
    (answer,) = ask(soft_delete_off.check, estate_of(raw_bucket(**attrs)).buckets[0])
    assert (answer.verdict, answer.severity) == (verdict, severity)


def test_soft_delete_is_not_asked_of_log_buckets() -> None:
    sink = res("google_logging_project_sink.s", destination="storage.googleapis.com/acme-b")
    assert ask(soft_delete_off.check, estate_of(raw_bucket(**off(0)), sink).buckets[0]) == []


@pytest.mark.parametrize(
    ("location", "more", "verdict"),
    [
        ("EU", [], PASS),
        ("EUROPE-WEST1", [], FAIL),
        ("EUROPE-WEST1", [COPY, job()], PASS),
        ("EUROPE-WEST1", [COPY, job(status="DISABLED")], FAIL),
        ("EUROPE-WEST1", [COPY, job(status=unk())], UNKNOWN),
        ("EUROPE-WEST1", [job()], UNKNOWN),
        ("EUROPE-NORTH1", [COPY, job()], FAIL),
        (unk(), [], UNKNOWN),
    ],
)
def test_bucket_single_location(location: Any, more: list[Any], verdict: Verdict) -> None:
    bucket = estate_of(raw_bucket(location=location), *more).buckets[0]
    (answer,) = ask(bucket_single_location.check, bucket)
    assert answer.verdict is verdict
    assert ask(bucket_single_location.check, bucket, second_region=False) == []


def test_single_location_is_not_asked_of_the_copy() -> None:
    assert ask(bucket_single_location.check, estate_of(raw_bucket(), COPY, job()).buckets[1]) == []


@pytest.mark.parametrize(
    ("attrs", "verdict"), [({"default_branch_protected": True}, PASS), ({}, FAIL), ({"default_branch_protected": unk()}, UNKNOWN)]
)
def test_neon_default_branch_unprotected(attrs: dict[str, Any], verdict: Verdict) -> None:
    database = estate_of(res("neon_project.prod", provider_region="", **attrs)).databases[0]
    (answer,) = ask(neon_default_branch_unprotected.check, database)
    assert answer.verdict is verdict
    if verdict is FAIL:
        assert ask(neon_default_branch_unprotected.check, database, "dev")[0].severity is Severity.LOW
        assert answer.severity is Severity.MEDIUM


def test_neon_branches_are_not_asked() -> None:
    assert (
        ask(neon_default_branch_unprotected.check, estate_of(res("neon_branch.b", provider_region="", project_id="p")).databases[0]) == []
    )


@pytest.mark.parametrize(
    ("settings", "attrs", "verdict", "words"),
    [
        ({"deletion_protection_enabled": True}, {}, PASS, "is on"),
        ({"deletion_protection_enabled": False}, {}, FAIL, "only Terraform"),
        ({}, {}, FAIL, "only Terraform"),
        ({}, {"deletion_protection": False}, FAIL, "anyone with access"),
        ({"deletion_protection_enabled": unk()}, {}, UNKNOWN, "var.later"),
    ],
)
def test_api_deletion_protection_off(settings: dict[str, Any], attrs: dict[str, Any], verdict: Verdict, words: str) -> None:
    (answer,) = ask(api_deletion_protection_off.check, estate_of(instance(settings, **attrs)).databases[0])
    assert answer.verdict is verdict
    assert words in answer.message


def test_api_deletion_protection_is_not_asked_of_replicas() -> None:
    assert ask(api_deletion_protection_off.check, estate_of(replica("europe-west4", "db")).databases[0]) == []


@pytest.mark.parametrize("module", [soft_delete_off, bucket_single_location, neon_default_branch_unprotected, api_deletion_protection_off])
def test_examples_show_every_case(module: Any) -> None:
    assert {"stated", "absent", "default", "unknown"} <= {example.case for example in module.RULE.examples}
    assert {PASS, FAIL, UNKNOWN} == {example.verdict for example in module.RULE.examples}
    assert all(example.code.count("{") == example.code.count("}") for example in module.RULE.examples)
