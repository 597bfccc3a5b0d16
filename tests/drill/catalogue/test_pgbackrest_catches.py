"""A lost key of an encrypted repository, with the real pgBackRest (2.45, which knows PostgreSQL up to 15)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from recoverable.drill.damage.marked import MARKER
from recoverable.drill.damage.registry import injections
from tests.drill.catalogue.record import check_record
from tests.drill.local_drills import LocalDrill, red
from tests.drill.repository_source import PASSPHRASES, STANZA, RepositorySource, repository_source
from tests.drill.source_server import open_folder


@pytest.fixture(scope="module")
def repository() -> Iterator[RepositorySource]:
    with open_folder("rcv-pgbackrest-") as folder, repository_source(folder) as found:
        yield found


def test_a_lost_passphrase_is_refused(repository: RepositorySource, place: Path) -> None:
    (place / MARKER).touch()
    key = place / "passphrase"
    key.write_text(PASSPHRASES[0] + "\n")
    words: dict[str, Any] = {
        "stanza": STANZA,
        "config": str(repository.config),
        "program": str(repository.program),
        "cipher_pass_file": str(key),
    }
    assert red(LocalDrill(place, {"pgbackrest": words}).preflight()) == {}

    injections()["passphrase-wrong"].inject(words, Random(15))

    found = set(red(LocalDrill(place, {"pgbackrest": words}).preflight()))
    assert found == {"backup-readable"}
    check_record(injections()["passphrase-wrong"], 15, found)
