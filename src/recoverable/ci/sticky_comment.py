"""One comment per job on a pull request: made once, then updated, never doubled.

It is found by a hidden marker in its first line and by its author, so that nobody else's comment is touched, whatever it says.
Two runs that start at the same time may both make one: the next run keeps the older and deletes the other.
"""

from __future__ import annotations

import hashlib
import re
import urllib.parse
from dataclasses import dataclass

from recoverable.ci.github_api import ApiError, GitHub

# Who a job's own token writes as, where GitHub does not say.
JOB_AUTHOR = "github-actions[bot]"
_RUN = re.compile(r"<!-- run (\d+)\.(\d+) -->")
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Thread:
    """Where the comment stands: ``repository`` is OWNER/NAME."""

    repository: str
    number: int

    @property
    def path(self) -> str:
        """The path of its comments in the API."""
        return f"{self._base}/issues/{self.number}/comments"

    def comment(self, identity: int) -> str:
        """The path of one comment."""
        return f"{self._base}/issues/comments/{identity}"

    @property
    def _base(self) -> str:
        return f"/repos/{urllib.parse.quote(self.repository, safe='/')}"


@dataclass(frozen=True, slots=True)
class _Comment:
    identity: int
    body: str


def marker(key: str) -> str:
    """The hidden first line of the comment of one job."""
    return f"<!-- recoverable {hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]} -->"


def run_mark(number: int, attempt: int) -> str:
    """The hidden second line: which run wrote it."""
    return f"<!-- run {number}.{attempt} -->"


def author(github: GitHub, graphql: str) -> str:
    """The login the token writes as.

    ``GET /user`` refuses a job's token, the GraphQL API answers it. Where that does not answer either, it is a job's own.
    """
    try:
        answer = github.request("POST", graphql, {"query": "{viewer{login}}"}, repeatable=True)
        return str(answer.data["data"]["viewer"]["login"])
    except (ApiError, KeyError, TypeError):
        return JOB_AUTHOR


def publish(github: GitHub, thread: Thread, body: str, login: str) -> str:
    """Make the comment, or update the one that is there; says what was done.

    ``body`` begins with the two hidden lines.

    Raises:
        ApiError: refused, or still in trouble after several attempts.
    """
    first = body.partition("\n")[0]
    for round_ in range(_ROUNDS):
        mine = _mine(github, thread, first, login)
        if mine and _newer(mine[0].body, body):
            return "left as it is: a newer run wrote it"
        try:
            if not mine:
                github.request("POST", thread.path, {"body": body})
                return "made"
            github.request("PATCH", thread.comment(mine[0].identity), {"body": body})
        except ApiError as error:
            # Made after all, or deleted meanwhile: look again before anything is made twice.
            if round_ < _ROUNDS - 1 and (error.may_be_done or (error.status == 404 and mine)):
                github.pause(float(round_ + 1))
                continue
            raise
        for double in mine[1:]:
            github.request("DELETE", thread.comment(double.identity))
        return "updated"
    raise AssertionError("unreachable: the last round returns or raises")


def _mine(github: GitHub, thread: Thread, first: str, login: str) -> list[_Comment]:
    """Our own comments with this first line, the oldest first."""
    found = []
    for item in github.pages(f"{thread.path}?per_page=100"):
        user = item.get("user") if isinstance(item, dict) else None
        body, identity = (item.get("body"), item.get("id")) if isinstance(item, dict) else (None, None)
        if not isinstance(user, dict) or not isinstance(body, str) or not isinstance(identity, int):
            continue  # a ghost's comment has no author
        if _is_author(user, login) and body.splitlines()[:1] == [first]:
            found.append(_Comment(identity, body))
    return sorted(found, key=lambda one: one.identity)


def _is_author(user: dict[str, object], login: str) -> bool:
    """Whether a comment's user is who we are. GraphQL may leave out the "[bot]" that REST says; only an app is a Bot."""
    return user.get("login") == login or (user.get("type") == "Bot" and user.get("login") == f"{login}[bot]")


def _newer(there: str, ours: str) -> bool:
    """Whether the comment that is there is by a later run of the same workflow than ours."""
    marks = [_RUN.search("".join(text.splitlines()[1:2])) for text in (there, ours)]
    if marks[0] is None or marks[1] is None:
        return False
    theirs, own = (tuple(int(part) for part in mark.groups()) for mark in marks if mark)
    return theirs > own
