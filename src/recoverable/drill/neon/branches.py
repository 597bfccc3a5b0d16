"""The branches that a drill makes: announced and annotated before they are there, known again and deleted by exact name and annotation."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from recoverable.drill import marks
from recoverable.drill.contract import Clock, Leftover, Resource, RestoreFailedError, Run, TransientError
from recoverable.drill.neon.api import NeonApi
from recoverable.drill.neon.refusals import advice, explain
from recoverable.drill.rest.client import Json, LostAnswerError, RefusedError

KIND = "branch"
PREFIX = "rcv-"
SETTLE = datetime.timedelta(seconds=60)
"""How long a call whose answer was lost may go on at Neon before its branch is shown."""
TRIES = 3
"""Times that a branch is tried to be made where the answer is lost."""
POLL = 5.0
REMOVAL = 900.0
FAILED_PATIENCE = 300.0
"""Neon itself repeats an operation that failed; so long it is waited for."""
DONE = ("finished", "skipped", "cancelled")


def resource_of(run: Run, provider: str, project: str, key_variable: str, suffix: str = "") -> Resource:
    """The branch of a run: its name says project and branch."""
    return Resource(provider, KIND, f"{project}/{PREFIX}{run.id}{suffix}", run.id, run.expires, {"api_key_env": key_variable})


def split(resource: Resource) -> tuple[str, str]:
    """Project and name of the branch."""
    project, _, name = resource.name.partition("/")
    return project, name


def named(api: NeonApi, resource: Resource) -> list[Json]:
    """The branches of exactly this name; Neon allows one."""
    project, name = split(resource)
    return [each for each in api.branches(project) if each.get("name") == name]


def is_ours(resource: Resource, branch: Mapping[str, Any]) -> bool:
    """Whether a branch carries the mark of this run, made for this very name."""
    mark = marks.read(KIND, resource.name, branch.get("annotation") or {})
    return mark is not None and mark[0] == resource.run


def make(api: NeonApi, resource: Resource, origin: Mapping[str, str], run: Run, mine: list[Resource]) -> str:
    """Announce a branch and have it made; gives its id. ``origin`` holds parent_id and what of its past. Joins ``mine`` once it may exist.

    Raises:
        RestoreFailedError: Neon refuses, or a branch of this name is there already (it is another's, and stays).
        TransientError: nobody answers.
    """
    project, name = split(resource)
    if named(api, resource):
        raise RestoreFailedError(f"the branch {name} is there already", "Run `recoverable drill reap`, or begin a new drill.")
    run.intend(resource)
    mine.append(resource)
    body = {**origin, "name": name, "expires_at": f"{resource.expires.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"}
    lost = False
    for _ in range(TRIES):
        try:
            answer = api.create_branch(project, body, marks.tags(KIND, resource.name, resource.run, resource.expires))
            branch = answer.get("branch")
            if isinstance(branch, dict) and isinstance(branch.get("id"), str):
                return str(branch["id"])
        except LostAnswerError:
            pass
        except RefusedError as error:
            if error.status != 409 or not lost:
                if error.status == 409:
                    mine.remove(resource)  # somebody else's by this very name: not ours to take down
                raise explain(f"the branch {name} cannot be made", error) from None
        lost = True
        shown = _shown(api, resource, run)
        if shown:
            return shown
    raise TransientError("Neon gave no answer when the branch was to be made, and does not show it")


def _shown(api: NeonApi, resource: Resource, run: Run) -> str:
    """The id of the branch after an answer was lost; "" where it is not shown. Names are unique, so the call can then be repeated."""
    deadline = run.clock.monotonic() + SETTLE.total_seconds()
    while True:
        run.check_budget()
        for each in named(api, resource):
            if is_ours(resource, each):
                return str(each["id"])
        if run.clock.monotonic() >= deadline:
            return ""
        run.clock.sleep(POLL)


def wait(api: NeonApi, resource: Resource, branch_id: str, run: Run) -> None:
    """Until every operation of a branch has ended.

    Raises:
        RestoreFailedError: one failed, and Neon's own repetition of it did not mend it.
        OverBudgetError: from :meth:`Run.check_budget`.
    """
    project, name = split(resource)
    failed_since: float | None = None
    while True:
        run.check_budget()
        operations = api.operations(project, branch_id)
        open_ = [each for each in operations if each.get("status") not in DONE]
        failed = next((each for each in open_ if each.get("status") in ("failed", "error")), None)
        if not open_ and operations:
            return
        now = run.clock.monotonic()
        failed_since = (failed_since if failed_since is not None else now) if failed else None
        if failed and failed_since is not None and now - failed_since >= FAILED_PATIENCE:
            raise RestoreFailedError(
                f"{failed.get('action', 'an operation')} of the branch {name} failed: {str(failed.get('error') or 'no reason given')[:200]}",
                "Neon tried again in vain. Look at the operations of the project; a support ticket needs their ids.",
            )
        if open_:
            first = open_[0]
            run.note(f"branch {name}: {first.get('action')} is {first.get('status')}")
        run.clock.sleep(POLL)


def existing(api: NeonApi, provider: str, project: str, announced: Mapping[str, Resource]) -> Iterator[Resource]:
    """Marked branches of a project; and announced ones whose mark is lost, so that somebody looks at them instead of forgetting them."""
    for each in api.branches(project):
        name = f"{project}/{each.get('name')}"
        mark = marks.read(KIND, name, each.get("annotation") or {})
        said = announced.get(name)
        if mark:
            yield Resource(provider, KIND, name, *mark, said.details if said else {})
        elif said:
            yield said


def remove(api: NeonApi, resource: Resource, clock: Clock) -> Leftover | None:
    """Delete exactly this branch, after reading its name and annotation once more; None when it is gone."""
    project, name = split(resource)
    command = f"neonctl branches delete {name} --project-id {project}"
    if resource.kind != KIND or not name.startswith(PREFIX):
        return Leftover(resource, "a Neon drill makes no such thing", command)
    deadline = clock.monotonic() + REMOVAL
    reason = "it is still being deleted"
    while clock.monotonic() < deadline:
        try:
            found = named(api, resource)
            if not found:
                return None
            problem = _not_to_be_deleted(resource, found)
            if problem:
                return Leftover(resource, problem, command)
            again = api.branch(project, str(found[0]["id"]))
            if again.get("name") != name or not is_ours(resource, again):
                return Leftover(resource, "its name or mark changed while it was looked at", command)
            api.delete_branch(project, str(found[0]["id"]))
            reason = "it is still being deleted"
        except RefusedError as error:
            reason = f"Neon refuses: {error}. {advice(error)}"
            if error.status not in (404, 423):  # gone just now, or another operation is under way
                return Leftover(resource, reason, command)
        except TransientError as error:
            return Leftover(resource, str(error), command)
        clock.sleep(POLL)
    return Leftover(resource, reason, command)


def _not_to_be_deleted(resource: Resource, found: list[Json]) -> str:
    """Why a branch of this name is left alone; "" where it is the run's own."""
    if len(found) > 1:
        return "several branches bear this name"
    branch = found[0]
    if not is_ours(resource, branch):
        return "it does not carry the mark of this run, so it is not touched"
    if branch.get("default") or branch.get("primary"):
        return "it became the project's default branch"
    if branch.get("protected"):
        return "somebody protected it"
    return ""
