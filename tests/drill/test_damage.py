"""The catalogue of damage: it knows no rung, touches nothing but a drill's copies, and its place is chosen by the seed."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from recoverable.drill.damage import base_backup, dump_file, log_archive
from recoverable.drill.damage.injection import CannotDamageError
from recoverable.drill.damage.marked import MARKER, NotOursError, ours
from recoverable.drill.damage.registry import injections
from recoverable.drill.local import resources
from tests.test_imports import imported

FOLDER = Path(base_backup.__file__).parent
LADDER = ("rungs", "reading", "ladder", "stages", "expectations", "baselines", "baseline_reading", "control_run", "verdict")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_damage_imports_nothing_of_the_ladder(path: Path) -> None:
    ours = {name.removeprefix("recoverable.drill.") for name in imported(path) if name.startswith("recoverable.drill.")}

    assert not {name for name in ours if name.split(".")[0] in LADDER}


def test_the_marker_is_the_one_that_the_provider_writes() -> None:
    assert MARKER == resources.MARKER


def test_a_folder_without_a_marker_is_not_touched(tmp_path: Path) -> None:
    backup = tmp_path / "base" / "base" / "1"
    backup.mkdir(parents=True)
    (backup / "1234").write_bytes(bytes(range(256)) * 64)

    for inject in (base_backup.flip_byte, base_backup.truncate_file, base_backup.zero_page, base_backup.remove_file):
        with pytest.raises(NotOursError):
            inject(tmp_path / "base", Random(1))

    assert (backup / "1234").read_bytes() == bytes(range(256)) * 64


def test_a_marker_that_is_a_link_marks_nothing(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("x")
    (tmp_path / MARKER).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(NotOursError):
        ours(tmp_path)


def test_a_link_out_of_a_marked_folder_leads_to_a_refusal(tmp_path: Path) -> None:
    copy, production = tmp_path / "copy", tmp_path / "production"
    copy.mkdir()
    production.mkdir()
    (copy / MARKER).touch()
    (copy / "archive").symlink_to(production)

    with pytest.raises(NotOursError):
        log_archive.remove_segment(copy / "archive", Random(1))


def test_the_seed_chooses_the_place(tmp_path: Path) -> None:
    (tmp_path / MARKER).touch()
    told = []
    for seed in (1, 1, 2, 3, 4):
        folder = tmp_path / f"{len(told)}"
        folder.mkdir()
        for number in range(10):
            (folder / f"0000000100000000000000{number:02X}").write_bytes(bytes(1024))
        told.append(log_archive.truncate_segment(folder, Random(seed)))

    assert told[0] == told[1]
    assert len(set(told)) > 2


def test_an_archive_with_nothing_in_it_cannot_be_damaged(tmp_path: Path) -> None:
    (tmp_path / MARKER).touch()

    with pytest.raises(CannotDamageError):
        log_archive.spoil_record(tmp_path, Random(1))


def test_a_plain_dump_is_cut_between_two_rows(tmp_path: Path) -> None:
    (tmp_path / MARKER).touch()
    dump = tmp_path / "dump.sql"
    dump.write_text("CREATE TABLE t (a int);\nCOPY t (a) FROM stdin;\n" + "\n".join(str(each) for each in range(100)) + "\n\\.\n-- end\n")

    dump_file.cut_in_copy(dump, Random(3))

    text = dump.read_text()
    assert text.endswith("\n")
    assert "\\." not in text


def test_the_only_backup_of_a_folder_is_not_expired(tmp_path: Path) -> None:
    (tmp_path / MARKER).touch()
    (tmp_path / "monday").mkdir()
    (tmp_path / "monday" / "backup_label").touch()

    with pytest.raises(CannotDamageError):
        base_backup.remove_oldest(tmp_path, Random(1))
    assert (tmp_path / "monday" / "backup_label").exists()


def test_every_row_that_can_be_made_here_has_an_injection() -> None:
    rows = {each.row for each in injections().values()}

    assert rows == set(range(1, 31)) - {15, 18, 22, 28, 29}
