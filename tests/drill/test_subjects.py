"""Stores that are no PostgreSQL: only their own rungs are asked, one thing is really read, and what needs a database is refused."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill import parts
from recoverable.drill.contract import Capabilities, Restored, RestoreFailedError, Store
from recoverable.drill.ladder import LadderRung, all_rungs, choose
from recoverable.drill.rung import Depth
from recoverable.drill.settings import read_settings
from recoverable.drill.subject import Subject
from recoverable.drill.target import LATEST
from recoverable.drill.verdict import DrillVerdict
from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError
from tests.drill.fake_async_provider import FakeAsyncProvider
from tests.drill.harness import Harness, green
from tests.drill.virtual_clock import VirtualClock


def of(subject: Subject, name: str = "rows-are-there") -> LadderRung:
    """A rung of a subject that passes."""
    found = green(name)
    return dataclasses.replace(found, rung=dataclasses.replace(found.rung, subject=subject))


class Shelf:
    """Something without a database that can be read, or not."""

    def __init__(self, error: Exception | None = None) -> None:
        self.reads = 0
        self.error = error

    def first_read(self) -> None:
        self.reads += 1
        if self.error:
            raise self.error


class WithoutServer(FakeAsyncProvider):
    """The fake cloud, whose copies are no database."""

    capabilities = dataclasses.replace(FakeAsyncProvider.capabilities, subject=Subject.OBJECTS)
    shelf: Shelf | None = None

    @contextlib.contextmanager
    def restored(self, store: Store, target: object, run: object) -> Iterator[Restored]:  # type: ignore[override]
        with super().restored(store, target, run) as found:  # type: ignore[arg-type]
            yield dataclasses.replace(found, server=None, contents=self.shelf)


@pytest.fixture
def harness(tmp_path: Path, quick_disk: None) -> Harness:
    clock = VirtualClock()
    found = Harness(WithoutServer(tmp_path / "cloud.sqlite", clock), clock, tmp_path / "state", rungs=(of(Subject.OBJECTS),))
    found.first_query = lambda connection: pytest.fail("a store without a database was asked a query")
    return found


@pytest.mark.parametrize("subject", Subject)
def test_a_ladder_holds_rungs_of_the_providers_subject_and_does_not_name_the_others(subject: Subject) -> None:
    every = [of(each, each.value) for each in Subject]
    capabilities = dataclasses.replace(FakeAsyncProvider.capabilities, subject=subject)

    ladder = choose(every, Depth.DEEP, capabilities, {})

    assert [each.rung.name for each in ladder.rungs] == [subject.value]
    assert ladder.not_covered == ()


@pytest.mark.parametrize("subject", Subject)
def test_every_rung_of_a_folder_is_of_the_folders_subject(subject: Subject) -> None:
    assert {each.rung.subject for each in all_rungs(subject)} <= {subject}


def test_a_provider_that_says_nothing_restores_postgresql() -> None:
    fields = {each.name: each.default for each in dataclasses.fields(Capabilities)}

    assert fields["subject"] is Subject.POSTGRES


def test_one_thing_is_read_of_a_store_without_a_database_before_the_rto_ends(harness: Harness) -> None:
    harness.provider.shelf = shelf = Shelf()  # type: ignore[attr-defined]
    outcome = harness.drill()

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert shelf.reads == 1
    assert outcome.evidence.rto_first_query_seconds is not None


def test_what_cannot_be_read_was_not_restored(harness: Harness) -> None:
    harness.provider.shelf = Shelf(RestoreFailedError("the first object cannot be read"))  # type: ignore[attr-defined]
    outcome = harness.drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "the first object cannot be read" in outcome.evidence.reason
    assert outcome.evidence.rto_first_query_seconds is None


def test_a_provider_that_hands_out_nothing_has_not_restored(harness: Harness) -> None:
    outcome = harness.drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "handed out nothing" in outcome.evidence.reason


def test_rungs_of_another_subject_prove_nothing(harness: Harness) -> None:
    harness.provider.shelf = Shelf()  # type: ignore[attr-defined]
    harness.rungs = (of(Subject.POSTGRES),)
    outcome = harness.drill()

    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert "no rung looked at the running copy" in outcome.evidence.reason


def test_asking_a_store_without_a_server_for_its_connection_is_an_error_that_says_so() -> None:
    with pytest.raises(TypeError, match="no database server"):
        _ = Restored(LATEST, None, "backup-1").connection


@pytest.mark.parametrize("table", ["migrations", "smoke"])
def test_tables_that_need_a_database_are_refused_elsewhere_with_their_line(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "provider_names", lambda: ("shelf",))
    monkeypatch.setattr(parts, "subject_of", lambda name: Subject.OBJECTS)
    monkeypatch.setattr(parts, "read_source", lambda name, table: {})
    monkeypatch.setattr(parts, "read_expectations", lambda table, subject: {})
    text = f'[drill.stores.uploads]\nprovider = "shelf"\nenvironment = "prod"\n[drill.stores.uploads.{table}]\ntool = "drizzle"\n'

    with pytest.raises(StandardError) as refused:
        read_settings(parse(text))

    assert "needs a database, and the provider shelf restores none" in str(refused.value)
    assert "recoverable.toml:4" in str(refused.value)
