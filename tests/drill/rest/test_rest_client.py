"""How the APIs of clouds are asked by drills: an answer that did not come whole is none, and a call that may have had its effect is looked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.contract import TransientError
from recoverable.drill.rest.client import TRIES, LostAnswerError, RefusedError, RestClient
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.json_server import Call, Faults, JsonServer, Reply

CUT = ("lost", "broken", "bodiless")


class FakeApi(JsonServer):
    """Answers every call with ``reply``."""

    reply = Reply(200, {"items": [1]})

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"code": "BUSY", "message": message})

    def answer(self, call: Call) -> Reply:
        return self.reply


def words(status: int, data: dict[str, Any]) -> tuple[str, str]:
    return str(data.get("code", "")), str(data.get("message", ""))


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    with FakeApi(tmp_path) as fake:
        assert isinstance(fake, FakeApi)
        monkeypatch.setenv("SSL_CERT_FILE", str(fake.certificate))
        yield fake


@pytest.fixture
def client(api: FakeApi) -> RestClient:
    return RestClient(api.address, dict, VirtualClock(), "the API", words)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("cut", CUT)
def test_a_call_whose_answer_is_cut_is_repeated(cut: str, method: str, client: RestClient, api: FakeApi) -> None:
    api.faults = Faults(planned={1: cut, 2: cut})

    assert client.call(method, "/things") == {"items": [1]}
    assert len(api.calls) == 3


@pytest.mark.parametrize("cut", CUT)
def test_a_call_that_makes_something_is_not_repeated_after_a_cut(cut: str, client: RestClient, api: FakeApi) -> None:
    api.faults = Faults(planned={1: cut})

    with pytest.raises(LostAnswerError):
        client.call("POST", "/things", body={})
    assert len(api.calls) == 1


@pytest.mark.parametrize("cut", CUT)
def test_a_refusal_that_is_cut_is_not_taken_for_one_without_words(cut: str, client: RestClient, api: FakeApi) -> None:
    api.reply = Reply(409, {"code": "NOT_NOW", "message": "an operation runs"})
    api.faults = Faults(planned={1: cut})

    with pytest.raises(RefusedError) as refused:
        client.call("GET", "/things")
    assert (refused.value.code, refused.value.message) == ("NOT_NOW", "an operation runs")


def test_an_empty_answer_to_a_question_is_none(client: RestClient, api: FakeApi) -> None:
    api.reply = Reply(200, b"")

    with pytest.raises(TransientError, match="no whole answer"):
        client.call("GET", "/things")
    assert len(api.calls) == TRIES


def test_an_empty_answer_says_that_something_was_done(client: RestClient, api: FakeApi) -> None:
    api.reply = Reply(204, b"")

    assert client.call("DELETE", "/things/1") == {}
