"""How HTTPS APIs are asked: GETs of a table and nothing else, limits to tries and time, errors turned into codes without their text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.audit.google.calls import SERVICES
from recoverable.audit.google.calls import TABLE as GOOGLE
from recoverable.audit.google.projects import next_page, words
from recoverable.audit.neon.calls import TABLE as NEON
from recoverable.audit.web.asking import Place
from recoverable.audit.web.calls import ForbiddenRequestError, Table, WebCall
from recoverable.audit.web.client import LONGEST_PAUSE, TRIES, NoAnswerError, ReadingClient
from recoverable.drill.contract import TransientError
from recoverable.model.errors import InputError
from recoverable.model.values import Unknown
from tests.fakes.google_errors import error
from tests.fakes.json_server import Call, Faults, JsonServer, Reply

TOKEN = {"Authorization": "Bearer marked-token"}
TABLE = Table.of(
    [WebCall("api", "things", "/v1/{account}/things", "api.things.list", "things"), WebCall("api", "one", "/v1/one", "api.one.get")]
)


class FakeThings(JsonServer):
    """Answers what a test says: ``replies`` in their order, the last one again and again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.replies: list[Reply] = [Reply(200, {"things": [{"name": "a"}]})]

    def refusal(self, status: int, message: str) -> Reply:
        return error(status, message)

    def answer(self, call: Call) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeThings]:
    with FakeThings(tmp_path) as fake:
        assert isinstance(fake, FakeThings)
        monkeypatch.setenv("SSL_CERT_FILE", str(fake.certificate))
        yield fake


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(things: FakeThings, pauses: list[float]) -> ReadingClient:
    return ReadingClient("api", things.address, TABLE, lambda: TOKEN, words, pauses.append)


@pytest.fixture
def place(client: ReadingClient) -> Place:
    return Place("acme", TABLE, {"api": client}, next_page, lambda: frozenset({"projects/1"}))


@pytest.mark.parametrize(
    ("table", "service", "method", "path"),
    [
        (GOOGLE, "sql", "POST", "/v1/projects/p/instances"),
        (GOOGLE, "sql", "DELETE", "/v1/projects/p/instances/orders"),
        (GOOGLE, "sql", "GET", "/v1/projects/p/instances/orders/users"),
        (GOOGLE, "sql", "GET", "/v1/projects/../instances"),
        (GOOGLE, "sql", "GET", "/v1/projects//instances"),
        (GOOGLE, "storage", "GET", "/storage/v1/b/bucket/o/object"),
        (GOOGLE, "storage", "PATCH", "/storage/v1/b/bucket"),
        (GOOGLE, "storage", "GET", "/v1/projects/p/instances"),
        (GOOGLE, "kms", "GET", "/v1/projects/p/locations/l/keyRings/r/cryptoKeys/k:getIamPolicy/x"),
        (GOOGLE, "secretmanager", "GET", "/v1/projects/p/secrets/s/versions/latest:access"),
        (NEON, "neon", "DELETE", "/projects/p"),
        (NEON, "neon", "GET", "/projects/p/connection_uri"),
        (NEON, "neon", "GET", "/projects/p/branches/b/roles/r/reveal_password"),
    ],
)
def test_a_request_that_is_not_in_the_table_is_stopped_before_it_is_sent(table: Table, service: str, method: str, path: str) -> None:
    with pytest.raises(ForbiddenRequestError):
        table.guard(service, method, path)


def test_the_client_asks_the_guard_before_anything_is_sent(client: ReadingClient, things: FakeThings) -> None:
    with pytest.raises(ForbiddenRequestError):
        client.get("/v1/two", {})
    with pytest.raises(ForbiddenRequestError):
        client._once("DELETE", "/v1/one", {})

    assert things.calls == []


@pytest.mark.parametrize("table", [GOOGLE, NEON])
def test_every_call_of_the_tables_passes_its_own_guard(table: Table) -> None:
    for call in table.calls.values():
        filled = call.filled(
            dict.fromkeys(
                ("project", "instance", "bucket", "location", "ring", "key", "version", "branch", "cluster", "database", "dataset"),
                "a b/../c",
            )
        )
        table.guard(call.service, "GET", filled)

    assert {call.service for call in GOOGLE.calls.values()} == SERVICES.keys()


@pytest.mark.parametrize(
    ("reply", "why", "code"),
    [
        (error(401, "marked"), "denied", "required"),
        (error(403, "marked"), "denied", "notAuthorized"),
        (error(404, "marked"), "failed", "notFound"),
        (error(400, "marked"), "failed", "badRequest"),
        (error(429, "marked"), "throttled", "rateLimitExceeded"),
        (error(403, "marked", "rateLimitExceeded"), "throttled", "rateLimitExceeded"),
        (error(503, "marked"), "unreachable", "backendError"),
        (Reply(502, []), "unreachable", "502"),
        (Reply(200, []), "unreachable", "ValueError"),
        (Reply(302, {}), "failed", "302"),
    ],
)
def test_an_error_is_a_reason_and_a_code_without_its_text(reply: Reply, why: str, code: str, place: Place, things: FakeThings) -> None:
    things.replies = [reply]
    found = place.one("api", "one")

    assert isinstance(found, Unknown)
    assert [(gap.why, gap.code) for gap in place.gaps] == [(why, code)]
    assert len(things.calls) == (TRIES if why in ("throttled", "unreachable") else 1)
    assert "marked" not in repr((found, place.gaps))


def test_pauses_grow_vary_and_are_at_least_what_the_api_asks_for(client: ReadingClient, things: FakeThings, pauses: list[float]) -> None:
    things.replies = [Reply(429, {}, {"Retry-After": "7"}), Reply(503), Reply(503), Reply(200, {"fine": True})]

    assert client.get("/v1/one", {}) == {"fine": True}
    assert pauses[0] == 7
    assert 1 <= pauses[1] <= 2
    assert 2 <= pauses[2] <= 4


def test_a_call_ends_at_its_deadline(
    client: ReadingClient, things: FakeThings, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recoverable.audit.web.client.DEADLINE", LONGEST_PAUSE)
    things.replies = [Reply(503, {}, {"Retry-After": "3600"})]

    with pytest.raises(NoAnswerError, match="unreachable"):
        client.get("/v1/one", {})
    assert pauses == []


@pytest.mark.parametrize("kind", ["refuse", "lost", "broken", "bodiless"])
def test_an_answer_that_is_lost_is_asked_for_again(kind: str, client: ReadingClient, things: FakeThings) -> None:
    things.faults = Faults(planned={"GET /v1/one": f"{kind} x2"})
    things.replies = [Reply(200, {"fine": True})]

    assert client.get("/v1/one", {}) == {"fine": True}
    assert len(things.calls) == 3


def test_an_empty_answer_is_no_list_of_nothing(client: ReadingClient, things: FakeThings) -> None:
    things.replies = [Reply(200, b"")]

    with pytest.raises(NoAnswerError, match="ValueError"):
        client.get("/v1/one", {})
    assert len(things.calls) == TRIES


def test_a_server_that_nobody_trusts_gets_no_token(things: FakeThings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    client = ReadingClient("api", things.address, TABLE, lambda: TOKEN, words)

    with pytest.raises(NoAnswerError, match="CertificateNotTrusted"):
        client.get("/v1/one", {})
    assert things.calls == []


def test_an_address_without_tls_is_refused() -> None:
    with pytest.raises(InputError, match="https"):
        ReadingClient("api", "http://127.0.0.1", TABLE, lambda: TOKEN, words)


def test_a_token_that_nobody_gives_is_no_answer(things: FakeThings) -> None:
    def nobody() -> dict[str, str]:
        raise TransientError("marked")

    client = ReadingClient("api", things.address, TABLE, nobody, words, lambda seconds: None)
    with pytest.raises(NoAnswerError) as caught:
        client.get("/v1/one", {})
    assert (caught.value.why, caught.value.code, things.calls) == ("unreachable", "NoToken", [])


@pytest.mark.parametrize(
    ("replies", "names", "gap"),
    [
        ([{"things": [{"name": "a"}], "nextPageToken": "2"}, {"things": [{"name": "b"}]}], ["a", "b"], ""),
        ([{}], [], ""),
        ([{"nextPageToken": "2"}, {"things": [{"name": "b"}]}], ["b"], ""),
        ([{"things": [{"name": "a"}], "nextPageToken": "2"}, {"things": "b"}], ["a"], "NoList"),
        ([{"things": [{"name": "a"}], "warnings": [{"code": "REGION_UNREACHABLE"}]}], ["a"], "REGION_UNREACHABLE"),
        ([{"things": [{"name": "a"}], "unreachable": ["europe-west1"]}], ["a"], "UNREACHABLE"),
        ([{"things": [{"name": "a"}], "warnings": [{"code": "SOMETHING_ELSE"}]}], ["a"], ""),
    ],
)
def test_a_list_is_read_to_its_end_or_has_a_gap(
    replies: list[dict[str, Any]], names: list[str], gap: str, place: Place, things: FakeThings
) -> None:
    things.replies = [Reply(200, each) for each in replies]
    listed = place.pages("api", "things", account="acme")

    assert [each["name"] for each in listed] == names
    assert [each.code for each in place.gaps] == ([gap] if gap else [])
    assert (listed.gap is not None) is bool(gap)


def test_a_list_without_an_end_is_given_up(place: Place, things: FakeThings, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers: Callable[[], Iterator[int]] = lambda: iter(range(1000))  # noqa: E731 - a counter
    count = numbers()
    monkeypatch.setattr("recoverable.audit.web.asking.MOST_PAGES", 3)
    monkeypatch.setattr(things, "answer", lambda call: Reply(200, {"things": [], "nextPageToken": str(next(count))}))

    assert isinstance(place.pages("api", "things", account="acme").gap, Unknown)
    assert [gap.code for gap in place.gaps] == ["NoEnd"]
