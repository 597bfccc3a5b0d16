"""Which version of a key was the object at a time, and lists that come in pages."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recoverable.drill.objects.inventory import Picked, _Lowest, side_by_side
from recoverable.drill.objects.versions import Version, at_time, histories

T0 = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)


def at(minutes: float) -> datetime.datetime:
    return T0 + datetime.timedelta(minutes=minutes)


def version(number: int, minutes: float, *, marker: bool = False, latest: bool = False, key: str = "k") -> Version:
    return Version(key, f"v{number}", at(minutes), latest, marker, 10)


def test_the_newest_version_up_to_the_time_is_the_object() -> None:
    history = (version(3, 30, latest=True), version(2, 20), version(1, 10))

    assert [(found.version.id if (found := at_time(history, at(minutes))).version else None) for minutes in (5, 10, 19, 20, 40)] == [
        None, "v1", "v1", "v2", "v3",
    ]  # fmt: skip
    assert at_time(history, None).version == history[0]


def test_a_delete_marker_makes_it_deleted_until_it_is_written_again() -> None:
    history = (version(3, 30, latest=True), version(2, 20, marker=True), version(1, 10))

    assert [at_time(history, at(minutes)).deleted for minutes in (5, 15, 25, 35)] == [False, False, True, False]
    assert at_time(history, at(25)).version is None


def test_a_marker_and_a_version_of_one_second_are_told_apart_by_the_latest_alone() -> None:
    latest_marker = (version(2, 10, marker=True, latest=True), version(1, 10))
    in_the_past = (version(3, 30, latest=True), version(2, 10, marker=True), version(1, 10))

    assert at_time(latest_marker, None).deleted
    assert at_time(in_the_past, at(20)).unclear
    assert at_time(in_the_past, at(20)).version is None


def test_nothing_is_there_before_the_first_version() -> None:
    found = at_time((version(1, 10, latest=True),), at(5))

    assert (found.version, found.deleted, found.unclear) == (None, False, False)


ENTRIES = st.lists(st.tuples(st.sampled_from(["a", "a/b", "b", "ü", "\U0001f600", "c d"]), st.booleans()), max_size=40)


def as_pages(entries: list[Version], size: int) -> list[dict[str, Any]]:
    """As S3 tells them: by key in the order of bytes, newest first, so many to a page, versions and markers apart."""
    ordered = sorted(entries, key=lambda each: (each.key.encode(), -each.modified.timestamp()))
    pages = []
    for start in range(0, max(1, len(ordered)), size):
        part = ordered[start : start + size]
        told = [
            {
                "Key": each.key,
                "VersionId": each.id,
                "LastModified": each.modified,
                "IsLatest": each.latest,
                "Size": each.size,
                "marker": each.marker,
            }
            for each in part
        ]
        pages.append(
            {
                "Versions": [each for each in told if not each["marker"]],
                "DeleteMarkers": [each for each in told if each["marker"]],
                "IsTruncated": start + size < len(ordered),
            }
        )
    return pages


def entries_of(drawn: list[tuple[str, bool]]) -> list[Version]:
    last = {key: number for number, (key, _) in enumerate(drawn)}
    return [Version(key, f"v{number}", at(number), last[key] == number, marker, 10) for number, (key, marker) in enumerate(drawn)]


@given(ENTRIES, st.integers(1, 7))
def test_each_key_comes_once_with_all_its_versions_however_the_list_is_cut_into_pages(drawn: list[tuple[str, bool]], size: int) -> None:
    entries = entries_of(drawn)
    found = list(histories(as_pages(entries, size)))

    assert [key for key, _ in found] == sorted({each.key for each in entries}, key=str.encode)
    for key, history in found:
        newest_first = sorted((each for each in entries if each.key == key), key=lambda each: each.modified, reverse=True)
        assert [(each.id, each.marker) for each in history] == [(each.id, each.marker) for each in newest_first]


@given(ENTRIES, ENTRIES)
def test_two_lists_side_by_side_tell_each_key_once_with_what_either_has(one: list[tuple[str, bool]], other: list[tuple[str, bool]]) -> None:
    mine, theirs = (dict(histories(as_pages(entries_of(each), 3))) for each in (one, other))
    found = list(side_by_side(iter(mine.items()), iter(theirs.items())))

    assert [key for key, _, _ in found] == sorted(mine.keys() | theirs.keys(), key=str.encode)
    assert all(left == mine.get(key, ()) and right == theirs.get(key, ()) for key, left, right in found)


@given(st.sets(st.text(min_size=1, max_size=5), max_size=60), st.integers(1, 20), st.randoms())
def test_a_sample_has_the_size_that_was_asked_for_and_does_not_hang_on_the_order(keys: set[str], count: int, random: Any) -> None:
    chosen = []
    for _ in range(2):
        order = sorted(keys)
        random.shuffle(order)
        lowest = _Lowest(count, "seed")
        for key in order:
            lowest.offer(key, Picked(version(1, 1, key=key)))
        chosen.append([each.version.key for each in lowest.chosen()])

    assert chosen[0] == chosen[1]
    assert len(set(chosen[0])) == min(count, len(keys))
