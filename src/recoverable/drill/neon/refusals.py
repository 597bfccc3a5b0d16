"""What Neon's refusals mean, and what to do about each."""

from __future__ import annotations

from contextlib import AbstractContextManager

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.managed import refused
from recoverable.drill.rest.client import RefusedError

_BY_STATUS = {
    400: "Neon does not take the request: mind the time or position, and that it lies inside the project's history.",
    401: "The API key is missing, wrong or revoked: make a new one in the console and export it.",
    403: "The API key may not do this: it needs the role Member or higher on the project.",
    404: "Mind project, branch, database and role in [drill.stores.NAME.source], and whose key it is.",
    406: "Neon cannot do this in the project's present state: look at it in the console.",
    409: "Something of this name is there already: run `recoverable drill reap`, then drill again.",
    412: "The project does not store passwords: allow it in the console, for the drill resets the one of its own branch.",
    422: "The request goes against a limit or rule of the project: the message names it.",
    423: "Another operation runs on the project and did not end: wait for it, then drill again.",
}
_BY_CODE = {
    "BRANCHES_LIMIT_EXCEEDED": "The project has as many branches as its plan allows: delete some, or run `recoverable drill reap`.",
    "ENDPOINTS_LIMIT_EXCEEDED": "The project has as many computes as its plan allows: delete some, or raise the limit.",
    "ACTIVE_ENDPOINTS_LIMIT_EXCEEDED": "Too many computes are active at once: suspend some, or raise the limit.",
    "BRANCH_ALREADY_EXISTS": "A branch of this name is there already: run `recoverable drill reap`, then drill again.",
}
_BY_WORDS = (
    ("retention", "The time lies before the history that the project keeps: raise its history retention, or choose a later time."),
    ("timestamp", "Choose a time inside the history of the branch, and not in the future."),
    ("lsn", "Choose a position inside the history of the branch."),
    ("expire", "Neon does not take the branch's expiry: it must be within 30 days, and the plan must allow it."),
    ("protected", "The branch is protected, or too many are: a drill never protects one."),
    ("child", "A branch with children cannot be deleted: delete them first."),
    ("limit", "A limit of the plan is reached: delete what is not needed, or raise the limit."),
    ("suspended", "The project is suspended, by its owner's quota or by Neon: look at it in the console."),
)


def explain(what: str, error: RefusedError) -> RestoreFailedError:
    """A refusal as what it means: ``what`` could not be done, Neon's own words, and what to do."""
    return RestoreFailedError(f"{what}: Neon answers {error}", advice(error))


def advice(error: RefusedError) -> str:
    """What to do about a refusal."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    message = error.message.lower()
    if error.status in (400, 406, 409, 422):
        for word, text in _BY_WORDS:
            if word in message:
                return text
    return _BY_STATUS.get(error.status, "Look at the project in the console, and at https://neonstatus.com.")


def explained(what: str) -> AbstractContextManager[None]:
    """Whatever is refused inside is told as ``what`` that could not be done."""
    return refused.explained(explain, what)


def no_clone() -> AbstractContextManager[None]:
    """A clone for the negative control that cannot be had is no crash."""
    return refused.no_clone(explain)
