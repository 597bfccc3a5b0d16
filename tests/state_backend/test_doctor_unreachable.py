"""The doctor where nobody answers, or where it may not ask at all: no verdict, and an exit code of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.state_backend.conftest import Outcome
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
