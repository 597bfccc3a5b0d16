"""Names of the archive, timelines, and labels, as PostgreSQL writes them."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoverable.drill.backups.backup_label import newest_file, read_backup_label, stop_time
from recoverable.drill.wal.archive import FolderArchive
from recoverable.drill.wal.names import Fork, SegmentName, parse_history, parse_segment
from recoverable.drill.wal.page_header import read_page_header
from recoverable.drill.wal.timelines import ChainError, Piece, pieces

SIZES = st.sampled_from([1 << shift for shift in range(20, 31)])


@given(SIZES, st.integers(1, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF))
def test_a_segments_name_is_read_back(size: int, timeline: int, number: int) -> None:
    per_id = 0x100000000 // size
    name = SegmentName(timeline, number % (per_id << 32))

    assert parse_segment(name.text(size), size) == name


@pytest.mark.parametrize("name", ["00000001000000000000001", "0000000100000000000000GG", "000000010000000000000001.partial", ""])
def test_what_is_no_segment_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        parse_segment(name, 1 << 24)


def test_a_name_that_does_not_fit_the_size_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        parse_segment("000000010000000000000100", 1 << 24)


def test_a_history_is_read_with_its_comments() -> None:
    assert parse_history("# x\n1\t0/3000148\tno recovery target specified\n\n2\tA/BC\tafter LSN\n") == (
        Fork(1, 0x3000148),
        Fork(2, 0xA000000BC),
    )


@pytest.mark.parametrize("text", ["1\n", "x\t0/1\tr\n", "1\tnonsense\tr\n"])
def test_a_damaged_history_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_history(text)


def histories(folder: Path, **texts: str) -> FolderArchive:
    for name, text in texts.items():
        (folder / f"{name.removeprefix('t')}.history").write_text(text)
    return FolderArchive(folder)


def test_the_newest_timeline_is_followed_through_its_forks(tmp_path: Path) -> None:
    archive = histories(tmp_path, t00000002="1\t0/500000\tx\n", t00000003="1\t0/500000\tx\n2\t0/900000\tx\n")

    assert pieces(archive, 1, 0x200000, None, 1 << 20) == (
        Piece(1, 0x200000, 0x500000),
        Piece(2, 0x500000, 0x900000),
        Piece(3, 0x900000, None),
    )
    assert pieces(archive, 2, 0x600000, None, 1 << 20) == (Piece(2, 0x600000, 0x900000), Piece(3, 0x900000, None))
    assert pieces(archive, 1, 0x200000, 1, 1 << 20) == (Piece(1, 0x200000, None),)


@pytest.mark.parametrize(
    ("timeline", "start", "pinned", "words"),
    [(1, 0x600000, None, "does not continue"), (4, 0x200000, 3, "does not continue"), (1, 0x200000, 9, "no history file")],
)
def test_a_timeline_that_does_not_come_from_the_backup_is_refused(
    timeline: int, start: int, pinned: int | None, words: str, tmp_path: Path
) -> None:
    archive = histories(tmp_path, t00000002="1\t0/500000\tx\n", t00000003="1\t0/500000\tx\n2\t0/900000\tx\n")

    with pytest.raises(ChainError, match=words):
        pieces(archive, timeline, start, pinned, 1 << 20)


@pytest.mark.parametrize(("data", "words"), [(bytes(40), "zeros"), (b"x" * 39, "only 39"), (b"\x01" * 40, "page header")])
def test_what_is_no_page_of_a_log_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_page_header(data)


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        ("UTC", datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)),
        ("GMT", datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)),
        ("+02", datetime.datetime(2026, 12, 1, 10, tzinfo=datetime.UTC)),
        ("-0330", datetime.datetime(2026, 12, 1, 15, 30, tzinfo=datetime.UTC)),
        ("CST", None),
        ("IST", None),
    ],
)
def test_a_time_counts_only_in_a_zone_that_means_one_thing(zone: str, found: datetime.datetime | None) -> None:
    assert stop_time(f"START TIME: 2026-12-01 11:00:00 {zone}\nSTOP TIME: 2026-12-01 12:00:00 {zone}\n") == found


def test_an_old_label_without_a_timeline_takes_it_from_the_files_name() -> None:
    label = read_backup_label("START WAL LOCATION: 1/A0000028 (file 0000000300000001000000A0)\nCHECKPOINT LOCATION: 1/A0000060\n")

    assert (label.timeline, label.start) == (3, 0x1A0000028)


def test_the_manifest_tells_the_time_of_its_newest_file() -> None:
    text = '{"Last-Modified": "2026-12-01 18:21:45 GMT"}, {"Last-Modified": "2026-12-01 18:21:51 GMT"}'

    assert newest_file(text) == datetime.datetime(2026, 12, 1, 18, 21, 51, tzinfo=datetime.UTC)
    assert newest_file("{}") is None
