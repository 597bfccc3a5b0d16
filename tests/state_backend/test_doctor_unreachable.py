"""The doctor where nobody answers, may not ask at all, or breaks itself: no verdict, and an exit code of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.state_backend.conftest import SECRET, Outcome
from tests.state_backend.meddling import Meddling
from tests.state_backend.places import Place

Run = Callable[..., Outcome]
Make = Callable[..., Place]


def test_a_server_that_throttles_to_the_end_is_no_verdict(make: Make, run: Run, meddling: Meddling) -> None:
    place = make()
    place.declare()
    meddling.broken = [("GET", "?lifecycle")]

    told = run("doctor", "infra", "--json")

    assert told.code == 5, told.out
    assert told.steps("could not run") == {"lifecycle"}
    assert place.versions() == []


def test_no_server_at_all_is_unreachable(make: Make, run: Run) -> None:
    place = make()
    place.endpoint = "http://127.0.0.1:9"
    place.declare()

    told = run("doctor", "infra", "--json")
    assert told.code == 5
    assert told.steps("pass") == set()


def test_without_credentials_it_is_bad_input(make: Make, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    make().declare()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")

    told = run("doctor", "infra")

    assert told.code == 2
    assert "no AWS credentials" in told.err


def test_a_step_that_crashes_is_an_internal_error_and_what_was_written_is_removed(
    make: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()

    def broken(*_: object, **__: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("recoverable.state_backend.doctor.object_steps._encrypted", broken)
    told = run("doctor", "infra", "--json")

    assert told.code == 4, told.out
    assert told.steps("could not run") == {"encryption", "default-encryption"}
    assert "internal error: KeyError at test_doctor_unreachable.py:" in told.found("encryption")
    assert SECRET not in told.out + told.err
    assert place.versions() == []
