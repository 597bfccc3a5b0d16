"""One comment, whatever GitHub does meanwhile."""

from __future__ import annotations

import socket

import pytest

from recoverable.ci.comment_body import MOST, fit, from_trouble
from recoverable.ci.github_api import ApiError, GitHub
from recoverable.ci.sticky_comment import JOB_AUTHOR, Thread, author, marker, publish, run_mark
from recoverable.model.errors import InputError
from tests.ci.fake_github import BOT, TOKEN, FakeGitHub, Trouble

THREAD = Thread("acme/shop", 7)
COMMENTS = "/repos/acme/shop/issues/7/comments"


@pytest.fixture
def waits() -> list[float]:
    """How long the client waited, instead of waiting."""
    return []


@pytest.fixture
def api(github: FakeGitHub, waits: list[float]) -> GitHub:
    """A client of the stand-in."""
    return GitHub(github.url, TOKEN, sleep=waits.append)


def body(text: str = "hello", key: str = "job", run: int = 1) -> str:
    """A comment as the action writes it."""
    return f"{marker(key)}\n{run_mark(run, 1)}\n\n{text}"


def test_it_is_found_on_a_later_page(api: GitHub, github: FakeGitHub) -> None:
    for number in range(230):
        github.add(f"comment {number}", "ann")
    ours = github.add(body("old"))

    assert publish(api, THREAD, body("new"), BOT) == "updated"

    assert github.asked("GET") == [f"{COMMENTS}?per_page=100", f"{COMMENTS}?per_page=100&page=2", f"{COMMENTS}?per_page=100&page=3"]
    assert github.comments[ours]["body"] == body("new")


def test_another_authors_comment_with_the_same_marker_is_not_touched(api: GitHub, github: FakeGitHub) -> None:
    theirs = github.add(body("mine!"), "mallory")
    ghost = github.add(body("gone"), None)

    assert publish(api, THREAD, body("ours"), BOT) == "made"

    assert github.comments[theirs]["body"] == body("mine!")
    assert github.comments[ghost]["body"] == body("gone")
    assert github.bodies() == [body("ours")]


@pytest.mark.parametrize("text", [f"> {body()}", f"look:\n{body()}", body(key="other"), "", marker("job")[:-1]])
def test_a_comment_of_ours_without_the_marker_in_its_first_line_is_not_touched(api: GitHub, github: FakeGitHub, text: str) -> None:
    github.add(text)

    assert publish(api, THREAD, body("new"), BOT) == "made"

    assert github.bodies() == [text, body("new")]


def test_a_body_that_came_back_with_other_line_ends_is_found(api: GitHub, github: FakeGitHub) -> None:
    github.add(body("old").replace("\n", "\r\n"))

    assert publish(api, THREAD, body("new"), BOT) == "updated"


def test_doubles_of_a_race_are_deleted_and_the_oldest_stays(api: GitHub, github: FakeGitHub) -> None:
    first, second = github.add(body("a")), github.add(body("b"))

    publish(api, THREAD, body("c"), BOT)

    assert (first in github.comments, second in github.comments) == (True, False)
    assert github.bodies() == [body("c")]


def test_an_older_run_that_ends_late_does_not_win(api: GitHub, github: FakeGitHub) -> None:
    github.add(body("newer", run=10))

    assert publish(api, THREAD, body("older", run=9), BOT).startswith("left as it is")

    assert github.bodies() == [body("newer", run=10)]


def test_a_comment_that_was_made_although_the_answer_was_an_error_is_not_made_twice(api: GitHub, github: FakeGitHub) -> None:
    github.troubles.append(Trouble("POST", "comments", 502, does=True))

    assert publish(api, THREAD, body(), BOT) == "updated"

    assert github.bodies() == [body()]


def test_a_comment_that_was_not_made_is_made_at_the_next_try(api: GitHub, github: FakeGitHub) -> None:
    github.troubles.append(Trouble("POST", "comments", 500))

    assert publish(api, THREAD, body(), BOT) == "made"

    assert github.bodies() == [body()]


def test_a_comment_that_is_deleted_meanwhile_is_made_anew(api: GitHub, github: FakeGitHub) -> None:
    github.add(body("old"))
    github.troubles.append(Trouble("PATCH", "comments", 404))

    assert publish(api, THREAD, body("new"), BOT) == "updated"

    assert github.bodies() == [body("new")]


@pytest.mark.parametrize(
    ("status", "headers", "message", "waited"),
    [
        (429, {"Retry-After": "7"}, "slow down", 7.0),
        (403, {"Retry-After": "3"}, "You have exceeded a secondary rate limit", 3.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}, "API rate limit exceeded", 0.0),
        (502, {"Retry-After": "2"}, "bad gateway", 2.0),
    ],
)
def test_a_limit_is_waited_out_as_long_as_the_server_says(
    api: GitHub, github: FakeGitHub, waits: list[float], status: int, headers: dict[str, str], message: str, waited: float
) -> None:
    github.troubles.append(Trouble("GET", "comments", status, headers, message))

    assert publish(api, THREAD, body(), BOT) == "made"

    assert waits == [waited]


def test_a_limit_without_a_time_is_waited_out_longer_and_longer(api: GitHub, github: FakeGitHub, waits: list[float]) -> None:
    github.troubles.append(Trouble("POST", "comments", 403, message="You have exceeded a secondary rate limit", times=3))

    assert publish(api, THREAD, body(), BOT) == "made"

    assert [int(wait) for wait in waits] == [1, 2, 4]
    assert github.bodies() == [body()]


def test_a_limit_of_an_hour_is_not_waited_out(api: GitHub, github: FakeGitHub, waits: list[float]) -> None:
    github.troubles.append(Trouble("GET", "comments", 429, {"Retry-After": "3600"}))

    with pytest.raises(ApiError) as caught:
        publish(api, THREAD, body(), BOT)

    assert (caught.value.status, waits) == (429, [])


@pytest.mark.parametrize(("status", "asked"), [(401, 1), (403, 1), (404, 1), (410, 1), (422, 1), (500, 5), (503, 5)])
def test_what_is_refused_is_asked_once_and_what_is_broken_five_times(api: GitHub, github: FakeGitHub, status: int, asked: int) -> None:
    github.troubles.append(Trouble("GET", "comments", status, message="no\x1b[31m", times=99))

    with pytest.raises(ApiError) as caught:
        publish(api, THREAD, body(), BOT)

    assert caught.value.status == status
    assert len(github.asked("GET")) == asked
    assert "\x1b" not in str(caught.value)


def test_a_redirect_is_not_followed(api: GitHub, github: FakeGitHub) -> None:
    github.troubles.append(Trouble("GET", "comments", 301, {"Location": "http://127.0.0.1:1/steal"}))

    with pytest.raises(ApiError) as caught:
        publish(api, THREAD, body(), BOT)

    assert caught.value.status == 301


def test_a_list_that_goes_on_at_another_host_gets_no_token(api: GitHub, github: FakeGitHub) -> None:
    for number in range(101):
        github.add(str(number), "ann")
    github.next_link = "http://localhost:1/more"

    with pytest.raises(ApiError, match="another host"):
        publish(api, THREAD, body(), BOT)

    assert github.bodies() == []


def test_no_answer_is_an_error_that_names_no_token(waits: list[float]) -> None:
    api = GitHub("http://127.0.0.1:1", TOKEN, sleep=waits.append)

    with pytest.raises(ApiError) as caught:
        publish(api, THREAD, body(), BOT)

    assert (caught.value.status, len(waits)) == (0, 4)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("url", ["http://example.com", "ftp://example.com", "", "file:///etc/passwd"])
def test_the_token_is_not_sent_in_clear(url: str) -> None:
    with pytest.raises(InputError):
        GitHub(url, TOKEN)


@pytest.mark.parametrize("token", ["", "a b", "a\nX-Evil: 1", "schlüssel"])
def test_a_token_that_is_none_is_refused_without_naming_it(token: str) -> None:
    with pytest.raises(InputError) as caught:
        GitHub("https://api.github.com", token)

    assert not token or token not in str(caught.value)


def test_the_author_is_who_the_token_belongs_to(api: GitHub, github: FakeGitHub) -> None:
    github.viewer = "acme-ci"
    assert author(api, f"{github.url}/graphql") == "acme-ci"

    github.troubles.append(Trouble("POST", "graphql", 403, times=9))
    assert author(api, f"{github.url}/graphql") == JOB_AUTHOR


def test_an_app_is_itself_with_and_without_bot_in_its_name_and_a_user_of_that_name_is_not(api: GitHub, github: FakeGitHub) -> None:
    theirs = github.add(body("theirs"), "acme-ci")
    ours = github.add(body("old"), "acme-ci[bot]")

    assert publish(api, THREAD, body("new"), "acme-ci[bot]") == "updated"
    assert github.comments[theirs]["body"] == body("theirs")

    github.comments[theirs]["user"]["login"] = "someone"
    assert publish(api, THREAD, body("newer"), "acme-ci") == "updated"
    assert github.comments[ours]["body"] == body("newer")


def test_a_server_that_does_not_answer_is_given_up(waits: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        api = GitHub(f"http://127.0.0.1:{deaf.getsockname()[1]}", TOKEN, timeout=0.1, sleep=waits.append)

        with pytest.raises(ApiError, match="no answer: TimeoutError"):
            publish(api, THREAD, body(), BOT)

    assert len(waits) == 4


def test_a_long_comment_is_cut_between_findings_and_says_so(api: GitHub, github: FakeGitHub) -> None:
    finding = "<details>\n<summary>one</summary>\n\n" + "x" * 900 + "\n\n</details>"
    long = fit(f"{marker('job')}\n{run_mark(1, 1)}", "\n\n".join([finding] * 90), "<sub>run</sub>")

    assert publish(api, THREAD, long, BOT) == "made"
    assert len(long) <= MOST
    assert long.count("<details>") == long.count("</details>") > 60
    assert "The rest is cut" in long
    assert long.endswith("<sub>run</sub>\n")


@pytest.mark.parametrize("letter", ["x", "ü", "😀", "\n"])
def test_a_comment_of_any_letters_fits(letter: str) -> None:
    cut = fit("head", letter * 70_000, "foot")

    assert len(cut.encode("utf-16-le")) // 2 <= MOST
    assert "The rest is cut" in cut


def test_what_a_command_said_cannot_leave_its_fence() -> None:
    said = from_trouble(2, "error: ```\n<!-- recoverable -->\n# big\n````")

    assert "`````\nerror: ```" in said
    assert said.endswith("\n`````")
