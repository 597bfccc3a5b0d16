"""Buckets in batches: however many are judged together, the same is said of them, and no part holds more than its batch and what is tied to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from recoverable.audit.google import sweep
from recoverable.audit.google.bucket_batches import Waiting
from recoverable.audit.google.buckets import BUCKET
from recoverable.audit.parts import Part
from tests.audit.conftest import Run
from tests.audit.google.answers import address
from tests.audit.google.conftest import GoogleCloud, told

pytestmark = pytest.mark.xdist_group("audit-google")
Audit = Callable[..., Run]


@pytest.fixture
def logged(sick: GoogleCloud) -> Iterator[GoogleCloud]:
    """The bucket in one region takes the logs of the good one, so that it is no original."""
    sick.gcs.buckets["bucket-good"].fields["logging"] = {"logBucket": "bucket-place", "logObjectPrefix": "x"}
    yield sick
    del sick.gcs.buckets["bucket-good"].fields["logging"]


def of_buckets(rows: list[dict[str, Any]]) -> list[str]:
    """All that is said of buckets and keys, which do not age."""
    return sorted(
        json.dumps([row[name] for name in ("rule", "address", "verdict", "severity", "found", "wanted")])
        for row in rows
        if "storage.googleapis.com" in row["address"] or "cloudkms" in row["address"]
    )


@pytest.mark.parametrize("denied", ["", "storagetransfer.jobs.list", "monitoring.alertPolicies.list", "storage.buckets.getIamPolicy"])
def test_every_batch_says_what_the_whole_does_though_other_ends_lie_elsewhere(
    denied: str, audit: Audit, logged: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged.guards.denied.add(denied)
    logged.gcs.denied.add(denied)
    whole = audit("--format", "json")
    monkeypatch.setattr("recoverable.audit.parts.BATCH", 1)
    *rows, last = told(audit("--json-lines"))
    monkeypatch.setattr("recoverable.audit.parts.BATCH", 1000)
    *_, together = told(audit("--json-lines"))

    assert of_buckets(rows) == of_buckets(whole.results)
    assert last["summary"] == together["summary"]
    if not denied:
        place = address("bucket-place")
        assert "RCV051" not in {row["rule"] for row in rows if row["address"] == place and row["verdict"] == "fail"}, "it is one of logs"


def test_no_part_holds_more_than_its_batch_and_what_is_tied_to_it(audit: Audit, sick: GoogleCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[Part] = []
    really = sweep.part_of
    monkeypatch.setattr(sweep, "part_of", lambda *words: (parts.append(really(*words)), parts[-1])[1])
    monkeypatch.setattr("recoverable.audit.parts.BATCH", 2)
    *_, last = told(audit("--json-lines"))

    held = [sum(raw.type == BUCKET for raw in part.reading.resources) for part in parts]
    buckets = len(sick.gcs.buckets)
    assert len(parts) == -(-buckets // 2) + 1
    assert max(held[:-1]) <= 3, "two, and one at the other end of a transfer job"
    assert held[-1] < buckets
    assert len(parts[-1].but) == held[-1]
    assert {name for part in parts[:-1] for name in part.only} == {address(name) for name in sick.gcs.buckets}
    assert last["summary"]["stores"] > buckets


def test_a_bucket_that_waits_is_packed_small_and_comes_back_as_it_was(sick: GoogleCloud) -> None:
    item = {
        "name": "b",
        "location": "EU",
        "logging": {"logBucket": "l"},
        "lifecycle": {"rule": [{"condition": {"age": n}} for n in range(30)]},
    }
    waiting = Waiting.of(item)

    assert (waiting.item(), waiting.name, waiting.logs) == (item, "b", "l")
    assert len(waiting.packed) < len(json.dumps(item)) / 2


def test_an_empty_project_has_one_part(audit: Audit, sick: GoogleCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sick.gcs, "buckets", {})
    *rows, last = told(audit("--json-lines"))

    assert not [row for row in rows if "storage.googleapis.com" in row["address"]]
    assert last["summary"]["stores"] > 0
