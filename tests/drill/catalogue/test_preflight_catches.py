"""Damage to backups, archives and requests: preflight refuses before anything is made, or a rung finds it; the twin is well."""

from __future__ import annotations

import dataclasses
import datetime
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.damage.injection import Artefact
from recoverable.drill.damage.marked import MARKER
from recoverable.drill.damage.registry import injections
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import RungVerdict
from recoverable.model.errors import InputError
from tests.drill.catalogue.record import check_record
from tests.drill.catalogue.specimen import Source15Or18, Specimen, failed
from tests.drill.local_drills import LocalDrill, red
from tests.drill.source_server import DATABASE, open_folder, running_source

MAJORS = (15, 18)
Twin = Callable[[int, str], dict[str, str]]
ARCHIVE = {
    "segment-missing": "log-chain",
    "record-corrupt": "log-chain",
    "segment-truncated": "log-chain",
    "last-segment-zeros": "log-chain",
    "foreign-segment": "log-chain",
    "history-forked": "log-chain",
}
BACKUP = {
    "backup-bit-flipped": "backup-manifest",
    "backup-file-truncated": "backup-manifest",
    "backup-page-zeroed": "backup-manifest",
    "backup-file-missing": "backup-manifest",
    "backup-label-missing": "backup-readable",
    "preload-library-missing": "preload-libraries",
}
REQUESTS = {
    "target-before-backup": "recovery-target",
    "target-in-the-future": "recovery-target",
    "target-behind-last-commit": "recovery-target",
    "archive-unreachable": "log-archive",
}
DUMPS = {"plain-dump-cut": ("plain", "shop.sql"), "custom-dump-cut": ("custom", "shop.dump")}


@pytest.fixture
def copy(place: Path) -> Path:
    """A folder with a drill's marker."""
    (place / MARKER).write_text("a test's own copy\n")
    return place


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("kind", ARCHIVE)
def test_a_damaged_archive_is_refused(kind: str, major: int, source_of: Callable[[int], Source15Or18], twin_of: Twin, copy: Path) -> None:
    mine = source_of(major).backup.copied(copy / "backup")
    drill = LocalDrill(copy, {"base_backups": str(mine.base), "wal_archive": str(mine.archive)})
    assert twin_of(major, "latest") == {}

    said = injections()[kind].inject(mine.archive, Random(major))

    assert list(red(drill.preflight("latest"))) == [ARCHIVE[kind]], said
    check_record(injections()[kind], major, [ARCHIVE[kind]])


def test_a_damaged_archive_is_not_restored_either(source_of: Callable[[int], Source15Or18], copy: Path) -> None:
    mine = source_of(18).backup.copied(copy / "backup")
    injections()["segment-missing"].inject(mine.archive, Random(1))

    with (
        pytest.raises(RestoreFailedError),
        LocalDrill(copy, {"base_backups": str(mine.base), "wal_archive": str(mine.archive)}).restored("latest"),
    ):
        pytest.fail("it was restored")


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("kind", BACKUP)
def test_a_damaged_backup_is_refused_or_red(
    kind: str, major: int, source_of: Callable[[int], Source15Or18], specimen_of: Callable[[int], Specimen], twin_of: Twin, copy: Path
) -> None:
    source, specimen = source_of(major), specimen_of(major)
    assert twin_of(major, source.target) == {}
    assert specimen.twin["backup-manifest"].verdict is RungVerdict.PASS
    mine = source.backup.copied(copy / "backup")
    drill = LocalDrill(copy, {"base_backups": str(mine.base), "wal_archive": str(mine.archive), "database": DATABASE})

    injections()[kind].inject(mine.base, Random(major))

    found = set(red(drill.preflight(source.target)))
    if not found:
        found = failed(specimen.climb(_on_files_of(specimen, mine.base), specimen.rungs_for(injections()[kind].row)))
    assert BACKUP[kind] in found
    check_record(injections()[kind], major, [BACKUP[kind]])


def _on_files_of(specimen: Specimen, base: Path) -> Any:
    """The standing copy, as if it came from the damaged backup: the manifest is looked at in the backup, before any restore."""
    restored = specimen.context.restored
    assert restored.files is not None
    files = dataclasses.replace(restored.files, backup=base)
    return dataclasses.replace(specimen.context, restored=dataclasses.replace(restored, files=files))


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("kind", REQUESTS)
def test_a_wrong_request_is_refused(kind: str, major: int, source_of: Callable[[int], Source15Or18], twin_of: Twin, copy: Path) -> None:
    source = source_of(major)
    assert twin_of(major, source.target) == {}
    behind = source.backup.moments["last"].time + datetime.timedelta(hours=1)
    request: dict[str, Any] = {"target": source.target, **source.settings, "behind_last_commit": behind.isoformat()}
    injections()[kind].inject(request, Random(major))
    request.pop("behind_last_commit")
    target = request.pop("target")

    assert list(red(LocalDrill(copy, request).preflight(target))) == [REQUESTS[kind]]
    check_record(injections()[kind], major, [REQUESTS[kind]])


def test_a_target_without_a_time_zone_is_refused(source_of: Callable[[int], Source15Or18]) -> None:
    request: dict[str, Any] = {"target": "time:2026-11-30T12:00:00Z"}
    assert parse_target(request["target"]).time is not None

    injections()["target-without-zone"].inject(request, Random(1))

    with pytest.raises(InputError, match="time zone"):
        parse_target(request["target"])
    for major in MAJORS:
        check_record(injections()["target-without-zone"], major, ["the command line"])


@pytest.mark.parametrize("major", MAJORS)
@pytest.mark.parametrize("kind", DUMPS)
def test_a_cut_dump_is_refused(kind: str, major: int, dumps_of: Callable[[int], Path], copy: Path) -> None:
    _, name = DUMPS[kind]
    dump = Path(shutil.copy(dumps_of(major) / name, copy))
    settings = {"dump": str(dump), "database": DATABASE, "without_owners": True}
    assert red(LocalDrill(copy, settings).preflight()) == {}

    said = injections()[kind].inject(dump, Random(major))

    assert "backup-readable" in red(LocalDrill(copy, settings).preflight()), said
    check_record(injections()[kind], major, ["backup-readable"])


@pytest.mark.parametrize("major", MAJORS)
def test_a_disk_that_is_too_small_is_refused(major: int, source_of: Callable[[int], Source15Or18], copy: Path) -> None:
    source = source_of(major)
    with _small_disk(copy / "small") as small:
        request: dict[str, Any] = {"small_disk": str(small), **source.settings}
        injections()["disk-too-small"].inject(request, Random(major))
        request.pop("small_disk")
        assert "disk-space" in red(LocalDrill(copy, request).preflight(source.target))
    check_record(injections()["disk-too-small"], major, ["disk-space"])


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture(scope="session")
def dumps_of() -> Iterator[Callable[[int], Path]]:
    built: dict[int, Path] = {}
    with ExitStack() as stack:

        def give(major: int) -> Path:
            if major not in built:
                folder = stack.enter_context(open_folder(f"rcv-dumps-{major}-"))
                with running_source(major, folder) as source:
                    source.order(300, "some")
                    source.dump(folder / "shop.sql")
                    source.dump(folder / "shop.dump", "-Fc")
                built[major] = folder
            return built[major]

        yield give


def test_every_kind_is_a_test_of_its_own() -> None:
    from tests.drill.catalogue.test_ladder_catches import KINDS, TOGETHER

    tested = {
        *ARCHIVE,
        *BACKUP,
        *REQUESTS,
        *DUMPS,
        *KINDS,
        *TOGETHER,
        "target-without-zone",
        "disk-too-small",
        "passphrase-wrong",
        "oldest-backup-expired",
    }
    assert set(injections()) == tested


def test_kinds_of_an_artefact_are_known() -> None:
    assert {each.artefact for each in injections().values()} == set(Artefact)
