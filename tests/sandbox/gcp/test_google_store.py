"""The store that is the laptop's Google Cloud."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from recoverable.sandbox.gcp.store import Event, ExistsError, Store

KIND = "gcp:storage/bucket:Bucket"
WRITER = """
import sys
from recoverable.sandbox.gcp.store import ExistsError, Store
store, who = Store(sys.argv[1]), sys.argv[2]
won = 0
for number in range(40):
    try:
        store.create("race", str(number), {"by": who})
        won += 1
    except ExistsError:
        pass
    store.put("own", f"{who}-{number}", {})
print(won)
"""


def test_fake_store_holds_what_was_put(store: Store) -> None:
    """By type and id; another type with the same id is another thing."""
    store.create(KIND, "one", {"versioning": {"enabled": True}})
    store.put("other", "one", {"a": 1})
    assert store.get(KIND, "one") == {"versioning": {"enabled": True}}
    assert store.list(KIND) == {"one": {"versioning": {"enabled": True}}}
    assert store.get(KIND, "none") is None
    assert store.list("nothing") == {}


def test_fake_store_refuses_a_second_of_one_id(store: Store) -> None:
    """And keeps the first."""
    store.create(KIND, "one", {"by": "first"})
    with pytest.raises(ExistsError):
        store.create(KIND, "one", {"by": "second"})
    assert store.get(KIND, "one") == {"by": "first"}


def test_fake_store_changes_behind_the_back(store: Store) -> None:
    """One property set, one removed; what is not there cannot be changed."""
    store.create(KIND, "one", {"a": 1, "b": 2})
    assert store.change(KIND, "one", a=3, b=None) == {"a": 3}
    assert store.get(KIND, "one") == {"a": 3}
    with pytest.raises(KeyError):
        store.change(KIND, "none", a=1)


def test_fake_store_deletes_once(store: Store) -> None:
    """True where something went, False where nothing was."""
    store.create(KIND, "one", {})
    assert store.delete(KIND, "one")
    assert not store.delete(KIND, "one")


def test_fake_store_logs_calls_without_values(store: Store) -> None:
    """What changed and when in the order; a refused or idle call changes nothing."""
    store.create(KIND, "one", {"password": "hunter2"})
    with pytest.raises(ExistsError):
        store.create(KIND, "one", {})
    store.put(KIND, "one", {}, verb="update")
    store.delete(KIND, "one")
    store.delete(KIND, "one")
    assert [(event.verb, event.type, event.id) for event in store.events()] == [
        ("create", KIND, "one"),
        ("update", KIND, "one"),
        ("delete", KIND, "one"),
    ]
    assert store.events(after=2) == (Event(3, "delete", KIND, "one"),)


def test_fake_store_digests_differ_between_two_clouds(tmp_path: Path) -> None:
    """Salted: a digest tells nothing about a secret to whoever has another store."""
    one, other = Store(tmp_path / "one.sqlite"), Store(tmp_path / "other.sqlite")
    assert one.digest("hunter2") == Store(tmp_path / "one.sqlite").digest("hunter2")
    assert one.digest("hunter2") != other.digest("hunter2")
    assert one.digest("hunter2") != one.digest("hunter3")


def test_fake_store_survives_processes_that_write_at_once(store: Store) -> None:
    """Each id is won by exactly one of four processes, and nothing that any of them wrote is lost."""
    runs = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(store.path), f"p{number}"], stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    won = [int(run.communicate(timeout=120)[0]) for run in runs]
    assert sum(won) == 40
    assert len(store.list("race")) == 40
    assert len(store.list("own")) == 160


def test_fake_store_takes_threads_at_once(store: Store) -> None:
    """The provider answers up to 16 calls at a time."""
    errors: list[BaseException] = []

    def write(who: int) -> None:
        try:
            for number in range(20):
                store.put("own", f"{who}-{number}", {"who": who})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    assert len(store.list("own")) == 160


def test_fake_store_makes_its_folder(tmp_path: Path) -> None:
    """The sandbox need not make it first."""
    assert Store(tmp_path / "a" / "b" / "google.sqlite").list(KIND) == {}


def test_fake_store_loses_no_change_of_two_at_once(store: Store) -> None:
    """Each change reads and writes as one: what another thread set on the same resource meanwhile stays."""
    store.create(KIND, "one", {})
    errors: list[BaseException] = []

    def change(who: int) -> None:
        try:
            for number in range(25):
                store.change(KIND, "one", **{f"p{who}-{number}": number})
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=change, args=(who,)) for who in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert errors == []
    assert len(store.get(KIND, "one") or {}) == 200
