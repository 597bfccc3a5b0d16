"""What of the answers of an HTTPS API is kept: what the table says, never an error, never a list, never for another address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recoverable.audit.google.projects import next_page, words
from recoverable.audit.kept.answers_file import AnswersFile
from recoverable.audit.web.asking import Place
from recoverable.audit.web.calls import Table, WebCall
from recoverable.audit.web.client import ReadingClient
from recoverable.model.values import Unknown
from tests.audit.web.test_web_client import TOKEN, FakeThings, things
from tests.fakes.google_errors import error
from tests.fakes.json_server import Reply

__all__ = ["things"]
ONE = WebCall("api", "one", "/v1/one/{thing}", "api.one.get", nothing=frozenset({"notFound"}), kept="setting")
TABLE = Table.of([ONE, replace(ONE, name="moment", path="/v1/moment", kept="")])


def run(things: FakeThings, path: Path, address: str = "", account: str = "acme") -> Iterator[Place]:
    """One run after the other: each has the answers of those before it."""
    while True:
        file = AnswersFile(path, print)
        client = ReadingClient("api", address or things.address, TABLE, lambda: TOKEN, words, lambda seconds: None)
        yield Place(account, TABLE, {"api": client}, next_page, kept=file.of("gcp", "me", account))
        file.close(done=False)


def test_an_answer_is_asked_for_once_in_all_runs(things: FakeThings, tmp_path: Path) -> None:
    things.replies = [Reply(200, {"fine": True})]
    runs = run(things, tmp_path / "answers")

    answers = [next(runs).one("api", "one", thing="a") for _ in range(3)]

    assert answers == [{"fine": True}] * 3
    assert len(things.calls) == 1
    assert next(runs).one("api", "one", thing="b") == {"fine": True}
    assert next(runs).one("api", "one", query={"view": "full"}, thing="a") == {"fine": True}
    assert len(things.calls) == 3


def test_what_is_of_the_moment_is_asked_for_each_time(things: FakeThings, tmp_path: Path) -> None:
    things.replies = [Reply(200, {"at": "1"}), Reply(200, {"at": "2"})]
    runs = run(things, tmp_path / "answers")

    assert [next(runs).one("api", "moment"), next(runs).one("api", "moment")] == [{"at": "1"}, {"at": "2"}]


def test_that_nothing_is_set_is_kept_and_an_error_is_not(things: FakeThings, tmp_path: Path) -> None:
    denied, nothing = error(403, "no", "forbidden"), error(404, "no", "notFound")
    things.replies = [denied, nothing]
    runs = run(things, tmp_path / "answers")

    assert isinstance(next(runs).one("api", "one", thing="a"), Unknown)
    assert [next(runs).one("api", "one", thing="a") for _ in range(2)] == [None, None]
    assert len(things.calls) == 2


def test_another_address_or_account_is_another_question(things: FakeThings, tmp_path: Path) -> None:
    things.replies = [Reply(200, {})]
    path = tmp_path / "answers"
    for number, place in enumerate(
        next(each) for each in (run(things, path), run(things, path, f"{things.address}/"), run(things, path, account="other"))
    ):
        place.one("api", "one", thing="a")
        assert len(things.calls) == number + 1
        place._kept._file.close(done=False)  # type: ignore[union-attr]


@pytest.mark.parametrize("more", [{"key": "things"}, {"off_is_nothing": True}])
def test_no_list_may_be_kept_nor_that_an_api_is_off(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is a list, or may be off"):
        WebCall("api", "things", "/v1/things", "api.things.list", kept="setting", **more)
