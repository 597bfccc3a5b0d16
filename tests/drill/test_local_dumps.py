"""Logical dumps in every format, with their roles, on real servers; those that were cut off are refused."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.postgres.connect import connect
from tests.drill.local_drills import LocalDrill, orders, red
from tests.drill.server_programs import is_installed
from tests.drill.source_server import ACCOUNTS, open_folder, running_source

ROWS = 340
MAJOR = 15 if is_installed(15) else 18
"""The older one where there are two: a dump of it is not to be loaded by the newer."""

pytestmark = pytest.mark.xdist_group("dumps")  # its source is built once


@pytest.fixture(scope="module")
def dumps() -> Iterator[Path]:
    """Dumps of one source, to be loaded into the same major version."""
    with open_folder("rcv-dumps-") as folder, running_source(MAJOR, folder) as source:
        source.order(ROWS, "dumped")
        source.dump(folder / "shop.dump", "-Fc")
        source.dump(folder / "shop.dir", "-Fd")
        source.dump(folder / "shop.tar", "-Ft")
        source.dump(folder / "shop.sql", "-Fp")
        source.dump(folder / "created.sql", "-Fp", "--create")
        (folder / "shop.sql.gz").write_bytes(gzip.compress((folder / "shop.sql").read_bytes()))
        source.dump_globals(folder / "globals.sql")
        yield folder


def drill_of(dumps: Path, place: Path, name: str, **more: Any) -> LocalDrill:
    return LocalDrill(place, {"dump": str(dumps / name), "globals": str(dumps / "globals.sql"), **more})


@pytest.mark.parametrize("name", ["shop.dump", "shop.dir", "shop.tar", "shop.sql", "shop.sql.gz", "created.sql"])
def test_a_dump_is_loaded_with_its_roles_and_grants(name: str, dumps: Path, place: Path) -> None:
    drill = drill_of(dumps, place, name)

    assert red(drill.preflight()) == {}
    with drill.restored() as copy:
        assert orders(copy.connection) == (ROWS, ACCOUNTS)
        assert (copy.system_identifier, copy.timeline) == (None, None)
        with connect(copy.connection) as opened:
            assert opened.execute("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'orders'").fetchone() == ("app",)
            assert opened.execute("SELECT has_table_privilege('reporting', 'open_orders', 'SELECT')").fetchone() == (True,)
    assert drill.left == []


@pytest.mark.parametrize("name", ["shop.dump", "shop.tar", "shop.sql", "shop.sql.gz", "shop.dir"])
def test_a_dump_that_was_cut_off_is_refused(name: str, dumps: Path, place: Path) -> None:
    if (dumps / name).is_dir():
        shutil.copytree(dumps / name, place / name)
        victim = max((place / name).glob("*.dat.gz"), key=lambda path: path.stat().st_size)
    else:
        victim = place / name
        shutil.copy(dumps / name, victim)
    data = victim.read_bytes()
    victim.write_bytes(data[: int(len(data) * 0.6)])

    drill = LocalDrill(place, {"dump": str(place / name), "globals": str(dumps / "globals.sql")})

    assert list(red(drill.preflight())) == ["backup-readable"]
    with pytest.raises(RestoreFailedError), drill.restored():
        pytest.fail("half a dump was restored")
    assert drill.left == []


def test_a_dump_without_its_roles_fails_and_says_what_is_missing(dumps: Path, place: Path) -> None:
    drill = LocalDrill(place, {"dump": str(dumps / "shop.dump")})

    with pytest.raises(RestoreFailedError, match="dumpall --globals-only"), drill.restored():
        pytest.fail("restored without roles")
    assert drill.left == []


def test_a_dump_can_be_loaded_without_owners_where_the_settings_say_so(dumps: Path, place: Path) -> None:
    drill = LocalDrill(place, {"dump": str(dumps / "shop.dump"), "without_owners": True})

    with drill.restored() as copy:
        assert orders(copy.connection) == (ROWS, ACCOUNTS)


def test_globals_that_were_cut_off_are_refused(dumps: Path, place: Path) -> None:
    data = (dumps / "globals.sql").read_bytes()
    (place / "globals.sql").write_bytes(data[: len(data) // 2])

    found = red(drill_of(dumps, place, "shop.dump", globals=str(place / "globals.sql")).preflight())

    assert list(found) == ["globals-readable"]


def test_a_dump_has_one_time_only(dumps: Path, place: Path) -> None:
    drill = drill_of(dumps, place, "shop.dump")
    window = drill.provider.window(drill.store)

    assert window.earliest == window.latest is not None
    assert list(red(drill.preflight("time:2026-01-01T00:00:00Z"))) == ["recovery-target"]


def test_an_older_server_is_not_tried(dumps: Path, place: Path) -> None:
    text = (dumps / "shop.sql").read_text().replace(f"Dumped by pg_dump version {MAJOR}", "Dumped by pg_dump version 99")
    (place / "newer.sql").write_text(text)

    found = red(LocalDrill(place, {"dump": str(place / "newer.sql")}).preflight())

    assert list(found) == ["version-pair"]
    assert "pg_dump 99" in found["version-pair"]


def test_an_error_in_the_middle_of_a_text_ends_the_load(dumps: Path, place: Path) -> None:
    text = (dumps / "shop.sql").read_text().replace("CREATE VIEW", "CREATE VEIW", 1)
    (place / "broken.sql").write_text(text)
    drill = LocalDrill(place, {"dump": str(place / "broken.sql"), "globals": str(dumps / "globals.sql")})

    assert red(drill.preflight()) == {}
    with pytest.raises(RestoreFailedError, match="could not be loaded"), drill.restored():
        pytest.fail("a dump with an error was restored")
