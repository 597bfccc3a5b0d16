"""``recoverable drill baseline``: read at the source with a role that may only read; compared later; nothing secret in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.cli.entry import main
from recoverable.drill.baselines import make
from recoverable.drill.contract import Store
from recoverable.model.errors import InputError
from tests.drill.rungs.copies import StandingCopy, standing
from tests.drill.source_server import open_folder

PASSWORD = "marked-reader-4711"
SHOP = Store("shop", "prod", "local", {})


@pytest.fixture(scope="module")
def source() -> Iterator[StandingCopy]:
    with open_folder("rcv-baseline-") as folder, standing(18, folder) as found:
        found.execute(
            f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}' IN ROLE pg_read_all_data",
            "CREATE ROLE app LOGIN PASSWORD 'marked-app-secret'",
            "ALTER ROLE app SET application_name = 'marked-setting'",
            "CREATE TABLE orders AS SELECT n AS id, 'marked-row-' || n AS note FROM generate_series(1, 300) n",
            "GRANT SELECT ON orders TO app",
            "CREATE TABLE nothing ()",
        )
        yield found


@pytest.fixture
def place(tmp_path: Path, source: StandingCopy, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "recoverable.toml").write_text(
        '[drill.stores.shop]\nprovider = "local"\nsource.base_backups = "backups"\nsource.wal_archive = "archive"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://reader:{PASSWORD}@127.0.0.1:{source.server.port}/postgres")
    return tmp_path


def baseline(place: Path, *more: str) -> int:
    return main(["drill", "baseline", "shop", "--state-dir", str(place / "state"), *more])


def test_a_reader_writes_it_down_and_changes_nothing(place: Path, source: StandingCopy, capsys: pytest.CaptureFixture[str]) -> None:
    before = source.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())")

    assert baseline(place, "--depth", "deep") == 0

    assert source.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())") == before
    found = make(place / "state").load(SHOP)
    assert found is not None
    assert found["databases"]["postgres"]["tables"]["public.orders"] == {"rows": 300}
    assert found["databases"]["postgres"]["grants"]["table public.orders"] == ["SELECT to app"]
    assert found["hashes"]["postgres"]["lsn"]
    said = capsys.readouterr()
    assert f"--to lsn:{found['hashes']['postgres']['until']}" in said.out
    text = (place / "state" / "baselines" / "shop.json").read_text()
    assert "marked" not in text + said.out + said.err
    assert (place / "state" / "baselines" / "shop.json").stat().st_mode & 0o077 == 0


def test_quick_counts_nothing(place: Path) -> None:
    assert baseline(place, "--depth", "quick") == 0

    found = make(place / "state").load(SHOP)
    assert found is not None
    assert "tables" not in found["databases"]["postgres"]
    assert found["hashes"] == {}


def test_what_may_not_be_read_leaves_no_baseline(
    place: Path, source: StandingCopy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://app:marked-app-secret@127.0.0.1:{source.server.port}/postgres")
    source.execute("CREATE TABLE closed (id int)", "INSERT INTO closed VALUES (1)")

    code = baseline(place)
    source.execute("DROP TABLE closed")

    assert code == 2
    assert not (place / "state" / "baselines").exists()
    said = capsys.readouterr()
    assert "closed" in said.err
    assert "marked" not in said.out + said.err


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", 2),
        ("http://marked@nowhere", 2),
        ("postgresql://marked:marked@127.0.0.1:1/postgres", 5),
        ("postgresql://reader:marked@127.0.0.1:{port}/postgres", 5),
        (f"postgresql://reader:{PASSWORD}@127.0.0.1:{{port}}/nosuch", 5),
    ],
)
def test_a_source_that_cannot_be_reached_is_said_without_its_url(
    url: str, code: int, place: Path, source: StandingCopy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url.format(port=source.server.port))

    assert baseline(place) == code

    said = capsys.readouterr()
    assert "marked" not in said.out + said.err
    assert not (place / "state" / "baselines").exists()


def test_a_broken_baseline_is_not_taken_for_none(tmp_path: Path) -> None:
    folder = make(tmp_path)
    assert folder.load(SHOP) is None
    folder.save(SHOP, {"schema": "recoverable.drill.baseline/1", "databases": {}})
    assert folder.load(SHOP) is not None

    for text in ("{", "[]", json.dumps({"schema": "another"})):
        folder.path(SHOP).write_text(text)
        with pytest.raises(InputError):
            folder.load(SHOP)
