"""Encrypted pgBackRest repositories, in a folder and in S3, restored with the real pgBackRest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.target import format_lsn
from recoverable.drill.wal.names import SegmentName
from recoverable.model.errors import InputError
from tests.drill.local_drills import LocalDrill, orders, red
from tests.drill.repository_source import BUCKET, KEY, KEY_SECRET, PASSPHRASES, STANZA, RepositorySource, repository_source
from tests.drill.source_server import ACCOUNTS, SEGMENT_MEGABYTES, open_folder

SECRETS = (*PASSPHRASES, KEY_SECRET)

pytestmark = pytest.mark.xdist_group("pgbackrest")  # its source is built once


@pytest.fixture(scope="module")
def source() -> Iterator[RepositorySource]:
    with open_folder("rcv-pgbackrest-") as folder, repository_source(folder) as found:
        yield found


@pytest.fixture
def drill_of(source: RepositorySource, place: Path) -> Callable[..., LocalDrill]:
    def make(repository: int = 1, **more: Any) -> LocalDrill:
        config = {"stanza": STANZA, "config": str(source.config), "repo": repository, "program": str(source.program), **more}
        return LocalDrill(place, {"pgbackrest": {name: value for name, value in config.items() if value is not None}})

    return make


@pytest.mark.parametrize(
    ("repository", "kind", "moment"),
    [(1, "time", "first"), (1, "name", "second"), (1, "latest", "last"), (2, "lsn", "first"), (2, "latest", "last")],
)
def test_a_repository_is_restored_to_the_exact_rows(
    repository: int, kind: str, moment: str, source: RepositorySource, drill_of: Callable[..., LocalDrill]
) -> None:
    wanted = source.moments[moment]
    target = {
        "time": f"time:{wanted.time.isoformat()}",
        "lsn": f"lsn:{format_lsn(wanted.lsn)}",
        "name": "name:before_release",
        "latest": "latest",
    }[kind]
    drill = drill_of(repository)

    assert red(drill.preflight(target)) == {}
    with drill.restored(target) as copy:
        assert orders(copy.connection) == (wanted.orders, ACCOUNTS)
        assert copy.versions["pgbackrest"].startswith("2.")
        assert copy.backup_stop is not None
    assert drill.left == []
    assert not any(secret in line for secret in SECRETS for line in drill.said)


def test_a_repository_in_s3_is_reached_by_settings_of_our_own_with_secrets_from_files(
    source: RepositorySource, drill_of: Callable[..., LocalDrill], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "pass").write_text(PASSPHRASES[1] + "\n")
    monkeypatch.setenv("MARKED_KEY", KEY)
    monkeypatch.setenv("MARKED_SECRET", KEY_SECRET)
    drill = drill_of(
        1,
        config=None,
        path="/of-the-shop",
        type="s3",
        s3_bucket=BUCKET,
        s3_endpoint="localhost",
        s3_region="eu-west-1",
        s3_port=source.s3_port,
        s3_uri_style="path",
        verify_tls=False,
        cipher_pass_file="pass",
        s3_key_env="MARKED_KEY",
        s3_key_secret_env="MARKED_SECRET",
    )

    assert red(drill.preflight()) == {}


def test_the_window_reaches_from_the_backup_to_the_last_commit(source: RepositorySource, drill_of: Callable[..., LocalDrill]) -> None:
    drill = drill_of()
    window = drill.provider.window(drill.store)

    assert window.earliest is not None
    assert window.latest is not None
    assert window.earliest < source.moments["first"].time < window.latest <= source.moments["last"].time
    assert window.backup_id.endswith("F")


def test_a_wrong_passphrase_is_refused_without_showing_it(drill_of: Callable[..., LocalDrill], place: Path) -> None:
    (place / "pass").write_text("marked-wrong-passphrase\n")
    drill = drill_of(cipher_pass_file="pass")

    found = red(drill.preflight())

    assert set(found) <= {"backup-readable", "log-archive"}
    assert found
    assert "marked" not in str(found)
    with pytest.raises(RestoreFailedError) as caught, drill.restored():
        pytest.fail("restored with a wrong passphrase")
    assert "marked" not in str(caught.value)
    assert drill.left == []


def damaged(source: RepositorySource, place: Path, change: Callable[[Path], None]) -> Path:
    """A configuration for a copy of the repository in a folder, with damage to a segment that every restore to the newest state reads."""
    import shutil

    shutil.copytree(source.repository, place / "repository")
    size = SEGMENT_MEGABYTES * 2**20
    name = SegmentName(1, source.moments["first"].lsn // size).text(size)
    (segment,) = (place / "repository" / "archive").glob(f"{STANZA}/15-1/*/{name}-*")
    change(segment)
    config = place / "damaged.conf"
    config.write_text(source.config.read_text().replace(str(source.repository), str(place / "repository")))
    return config


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x40
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("change", "names"), [(Path.unlink, {"log-chain"}), (flip, {"log-chain", "log-archive"})], ids=["missing", "damaged"]
)
def test_a_hole_or_damage_in_the_log_of_a_repository_is_refused(
    change: Callable[[Path], None], names: set[str], source: RepositorySource, drill_of: Callable[..., LocalDrill], place: Path
) -> None:
    drill = drill_of(config=str(damaged(source, place, change)))

    found = red(drill.preflight())

    assert len(found) == 1
    assert set(found) <= names


def test_an_unknown_stanza_is_refused(drill_of: Callable[..., LocalDrill]) -> None:
    found = red(drill_of(stanza="nosuch").preflight())

    assert list(found) == ["backup-readable"]


def test_a_pair_of_versions_that_pgbackrest_does_not_know_is_refused(
    drill_of: Callable[..., LocalDrill], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recoverable.drill.backups.pgbackrest.PgBackRest.version", lambda self: (2, 40))

    found = red(drill_of().preflight())

    assert list(found) == ["version-pair"]
    assert "2.41 is the first that does" in found["version-pair"]


def test_a_secret_that_is_not_there_is_told_by_the_name_of_its_variable(drill_of: Callable[..., LocalDrill]) -> None:
    drill = drill_of(cipher_pass_env="NOT_SET_ANYWHERE")

    with pytest.raises(InputError, match="NOT_SET_ANYWHERE is not set"):
        drill.provider.window(drill.store)


def test_the_configuration_is_closed_and_goes_with_the_run(source: RepositorySource, drill_of: Callable[..., LocalDrill]) -> None:
    drill = drill_of()
    with drill.restored():
        (config,) = (drill.folder / "state").glob("**/pgbackrest.conf")
        assert config.stat().st_mode & 0o077 == 0
    assert list((drill.folder / "state").glob("**/pgbackrest.conf")) == []
