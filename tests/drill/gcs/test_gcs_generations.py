"""Generations become versions with deletions between them, and lifecycle rules say what may be gone."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.drill.contract import TransientError
from recoverable.drill.gcs import checksums, lifecycle
from recoverable.drill.gcs.generations import histories, history
from recoverable.drill.objects.versions import at_time, kept_since
from tests.fakes.gcs_checksums import crc32c, md5

START = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


def generation(number: int, made: float, gone: float | None = None, name: str = "a") -> dict[str, Any]:
    """Times in days after the start."""
    found = {"name": name, "generation": str(number), "size": "3", "crc32c": "AAAAAA=="}
    times = {"timeCreated": made, **({"timeDeleted": gone} if gone is not None else {})}
    return {**found, **{key: (START + days * DAY).isoformat() for key, days in times.items()}}


def test_a_gap_between_two_generations_is_a_deletion() -> None:
    found = history([generation(1, 0, 1), generation(2, 2, 3), generation(3, 3)])

    assert [(each.id, each.marker, each.latest) for each in found] == [
        ("3", False, True),
        ("2", False, False),
        ("1-deleted", True, False),
        ("1", False, False),
    ]
    assert at_time(found, START + 1.5 * DAY).deleted
    assert at_time(found, START + 2.5 * DAY).version == found[1]


def test_a_last_generation_that_is_noncurrent_is_a_deleted_object() -> None:
    found = history([generation(2, 1, 2), generation(1, 0, 1)])

    assert (found[0].marker, found[0].latest) == (True, True)
    assert at_time(found, None).deleted


def test_that_versions_were_kept_is_proven_by_when_a_generation_became_noncurrent() -> None:
    assert kept_since(history([generation(1, 0, 4), generation(2, 4)])) == START + 4 * DAY
    assert kept_since(history([generation(1, 0, 3)])) == START + 3 * DAY
    assert kept_since(history([generation(1, 0)])) is None


def test_a_name_goes_on_in_the_next_page() -> None:
    pages = [[generation(1, 0, 1), generation(2, 1, 2)], [generation(3, 2), generation(4, 0, name="b")]]

    assert [(name, len(versions)) for name, versions in histories(pages)] == [("a", 3), ("b", 1)]


def test_a_generation_without_its_time_is_no_whole_answer() -> None:
    with pytest.raises(TransientError):
        history([{**generation(1, 0), "timeCreated": "yesterday"}])


def deletes(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"lifecycle": {"rule": [{"action": {"type": "Delete"}, "condition": each} for each in conditions]}}


@pytest.mark.parametrize(
    ("condition", "days"),
    [
        ({"daysSinceNoncurrentTime": 35}, 35),
        ({"daysSinceNoncurrentTime": 35, "numNewerVersions": 2}, 35),
        ({"numNewerVersions": 2}, 0),
        ({"age": 90}, 90),
        ({"age": 90, "isLive": False}, 0),
        ({"age": 90, "isLive": True}, None),
        ({"daysSinceNoncurrentTime": 5, "matchesPrefix": ["logs/"]}, None),
        ({"daysSinceNoncurrentTime": 5, "matchesPrefix": ["logs/", "data/2026/"]}, 5),
        ({"daysSinceNoncurrentTime": 5, "matchesSuffix": [".tmp"]}, 5),
    ],
)
def test_how_soon_noncurrent_generations_go(condition: dict[str, Any], days: int | None) -> None:
    found = lifecycle.soonest_expiry(deletes(condition), "data/")

    assert (found.days if found else None) == days


def test_of_several_rules_the_soonest_counts_and_other_actions_remove_nothing() -> None:
    bucket = deletes({"daysSinceNoncurrentTime": 35}, {"daysSinceNoncurrentTime": 7})
    bucket["lifecycle"]["rule"].append({"action": {"type": "SetStorageClass"}, "condition": {"daysSinceNoncurrentTime": 1}})
    found = lifecycle.soonest_expiry(bucket, "")

    assert found is not None
    assert (found.days, found.rule) == (7, "number 2 (daysSinceNoncurrentTime)")
    assert lifecycle.soonest_expiry({}, "") is None


def test_what_a_rule_may_have_ended() -> None:
    assert lifecycle.may_have_ended(deletes({"daysSinceNoncurrentTime": 5}), "", START) is None
    assert lifecycle.may_have_ended(deletes({"age": 5}), "", START) == START - 5 * DAY
    assert lifecycle.may_have_ended(deletes({"age": 5, "isLive": False}), "", START) is None
    assert lifecycle.may_be_removed(deletes({"age": 5, "isLive": False}), "", START) == START - 5 * DAY
    assert lifecycle.may_be_removed(deletes({"daysSinceNoncurrentTime": 5}), "", START) is None
    assert lifecycle.may_have_ended(deletes({"createdBefore": "2026-01-01"}), "", START) == datetime.datetime(
        2026, 1, 1, tzinfo=datetime.UTC
    )


@pytest.mark.parametrize("content", [b"", b"123456789", bytes(range(256)) * 5])
def test_our_checksums_are_those_that_cloud_storage_notes(content: bytes) -> None:
    digester = checksums.Digester(crc=True)
    for at in range(0, len(content), 100):
        digester(content[at : at + 100])
    whole = {"size": str(len(content)), "crc32c": crc32c(content)}
    for noted in (checksums.noted(whole), checksums.noted({**whole, "md5Hash": md5(content)})):
        assert noted is not None
        assert digester.found().is_as_noted(*noted)
        assert not checksums.Digester(crc=True).found().is_as_noted(*noted) or not content


def test_the_slow_checksum_of_a_large_object_is_not_asked_for() -> None:
    assert checksums.noted({"size": str(checksums.LONGEST_CRC + 1), "crc32c": crc32c(b"x")}) is None
