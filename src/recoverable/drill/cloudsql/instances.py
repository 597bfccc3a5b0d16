"""The instances that a drill makes: announced, labelled, waited for, and deleted by exact name and label."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from recoverable.drill import marks
from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.refusals import advice, explain, explain_operation
from recoverable.drill.contract import Clock, Leftover, Resource, RestoreFailedError, Run, TransientError
from recoverable.drill.rest.client import Json, LostAnswerError, RefusedError

KIND = "instance"
PREFIX = "rcv-"
SETTLE = datetime.timedelta(seconds=120)
"""How long a call whose answer was lost may go on at Google before its instance is shown."""
POLL = 10.0
REMOVAL = 3000.0
TRIES = 3
SKEW = datetime.timedelta(minutes=5)
"""How far the clock here may be ahead of Google's."""
BROKEN = ("FAILED", "SUSPENDED", "PENDING_DELETE")


def resource_of(run: Run, provider: str, project: str, suffix: str = "") -> Resource:
    """The instance of a run. A clone cannot be labelled while it is made: until then its random name alone, which nobody else knows, is its mark."""
    token = secrets.token_hex(6)
    details = {"token": token, "since": run.clock.now().isoformat()}
    return Resource(provider, KIND, f"{project}/{PREFIX}{run.id}{suffix}-{token}", run.id, run.expires, details)


def split(resource: Resource) -> tuple[str, str]:
    """Project and name of the instance."""
    project, _, name = resource.name.rpartition("/")
    return project, name


def labels(resource: Resource) -> dict[str, str]:
    """The mark, as ``userLabels``."""
    return marks.tags(KIND, resource.name, resource.run, resource.expires)


def labels_of(instance: Mapping[str, Any]) -> dict[str, str]:
    """The labels of an instance."""
    settings = instance.get("settings")
    found = settings.get("userLabels") if isinstance(settings, dict) else None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def is_ours(resource: Resource, instance: Mapping[str, Any]) -> bool:
    """Whether an instance carries the mark of this run, made for this very name."""
    mark = marks.read(KIND, resource.name, labels_of(instance))
    return mark is not None and mark[0] == resource.run


def is_unlabelled_but_ours(resource: Resource, instance: Mapping[str, Any]) -> bool:
    """A clone of which the drill died before it could label it: its name ends in the token that only the drill's notes hold, it was made
    after the drill announced it, and no label says that it is another run's. A clone of the copy has the copy's labels at first.
    """
    token, since = resource.details.get("token", ""), resource.details.get("since", "")
    if len(token) < 12 or not resource.name.endswith(f"-{token}") or labels_of(instance).get(marks.RUN_TAG, resource.run) != resource.run:
        return False
    try:
        made = datetime.datetime.fromisoformat(str(instance.get("createTime")))
        return made >= datetime.datetime.fromisoformat(since) - SKEW
    except (ValueError, TypeError):
        return False


def find(api: CloudSqlApi, resource: Resource) -> Json | None:
    """The instance of exactly this name; None where there is none."""
    project, name = split(resource)
    try:
        return api.instance(project, name)
    except RefusedError as error:
        if error.status in (403, 404) and error.code in ("instanceDoesNotExist", "notFound", "NOT_FOUND", "notAuthorized"):
            # Google says "not authorized" of an instance that is not there; a list tells the two apart.
            return next((each for each in api.instances(project) if each.get("name") == name), None)
        raise


def make(api: CloudSqlApi, resource: Resource, begin: Callable[[], Json], run: Run, mine: list[Resource]) -> str:
    """Announce an instance and have it made by ``begin``; gives the name of the operation. Joins ``mine`` once it may exist."""
    _, name = split(resource)
    run.intend(resource)
    mine.append(resource)
    lost = False
    for _ in range(TRIES):
        try:
            return str(begin()["name"])
        except LostAnswerError:
            pass
        except RefusedError as error:
            if error.code != "instanceAlreadyExists" or not lost:
                raise explain(f"the instance {name} cannot be made", error) from None
        lost = True
        shown = _operation_after_a_lost_answer(api, resource, run)
        if shown:
            return shown
    raise TransientError("Cloud SQL gave no answer when the instance was to be made, and does not show it")


def _operation_after_a_lost_answer(api: CloudSqlApi, resource: Resource, run: Run) -> str:
    project, name = split(resource)
    deadline = run.clock.monotonic() + SETTLE.total_seconds()
    while True:
        run.check_budget()
        try:
            found = [each for each in api.operations(project, name) if each.get("targetId") == name]
        except RefusedError:
            found = []  # there is no instance of this name yet
        if found:
            return str(found[-1]["name"])  # its first one made it
        if run.clock.monotonic() >= deadline:
            return ""
        run.clock.sleep(POLL)


def wait(api: CloudSqlApi, project: str, operation: str, what: str, run: Run) -> Json:
    """Until an operation is DONE.

    Raises:
        RestoreFailedError: it is DONE with an error.
        OverBudgetError: from :meth:`Run.check_budget`.
    """
    while True:
        run.check_budget()
        found = api.operation(project, operation)
        if found.get("status") == "DONE":
            problem = error_of(found)
            if problem:
                raise explain_operation(what, *problem)
            return found
        run.note(f"{what}: {found.get('operationType')} is {found.get('status')}")
        run.clock.sleep(POLL)


def error_of(operation: Mapping[str, Any]) -> tuple[str, str] | None:
    """Code and message of an operation that ended with an error; any ``error`` at all is one."""
    if "error" not in operation:
        return None
    errors = operation["error"].get("errors") if isinstance(operation["error"], dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("code") or "UNKNOWN"), str(first.get("message") or "")


def existing(api: CloudSqlApi, provider: str, project: str, announced: Mapping[str, Resource]) -> Iterator[Resource]:
    """Marked instances of a project, and announced ones without their mark."""
    for each in api.instances(project):
        name = f"{project}/{each.get('name')}"
        mark = marks.read(KIND, name, labels_of(each))
        said = announced.get(name)
        if mark:
            yield Resource(provider, KIND, name, *mark, said.details if said else {})
        elif said:
            yield said


def remove(api: CloudSqlApi, resource: Resource, clock: Clock) -> Leftover | None:
    """Delete exactly this instance, after reading its name and labels once more; None when it is gone."""
    project, name = split(resource)
    command = f"gcloud sql instances delete {name} --project {project}"
    if resource.kind != KIND or not name.startswith(PREFIX):
        return Leftover(resource, "a Cloud SQL drill makes no such thing", command)
    deadline = clock.monotonic() + REMOVAL
    reason = "it is still being deleted"
    labelled = 0
    while clock.monotonic() < deadline:
        try:
            found = find(api, resource)
            if found is None:
                return None
            if found.get("state") != "PENDING_DELETE":
                labelled += not is_ours(resource, found)
                problem = _next_step(api, resource, found) if labelled <= TRIES else "it does not take the labels of the drill"
                if problem:
                    return Leftover(resource, problem, command)
        except RefusedError as error:
            reason = f"Cloud SQL refuses: {error}. {advice(error.status, error.code, error.message)}"
            if error.status != 404 and error.code != "invalidState":  # gone just now, or still being made
                return Leftover(resource, reason, command)
        except TransientError as error:
            return Leftover(resource, str(error), command)
        clock.sleep(POLL)
    return Leftover(resource, reason, command)


def _next_step(api: CloudSqlApi, resource: Resource, found: Json) -> str:
    """Label what is ours and has no label yet, else delete; says why neither can be done."""
    project, name = split(resource)
    if found.get("name") != name:
        return "its name changed while it was looked at"
    if is_ours(resource, found):
        if found["settings"].get("deletionProtectionEnabled"):
            return "somebody switched deletion protection on"
        api.delete(project, name)
        return ""
    if is_unlabelled_but_ours(resource, found):
        if found.get("state") in BROKEN:  # it takes no labels any more
            api.delete(project, name)
            return ""
        api.patch(project, name, {"userLabels": labels(resource), "deletionProtectionEnabled": False})
        return ""
    return "it does not carry the mark of this run, so it is not touched"


def fail_if_broken(instance: Mapping[str, Any]) -> None:
    """An instance that is there and will not run.

    Raises:
        RestoreFailedError: its state says so.
    """
    state = str(instance.get("state"))
    if state in BROKEN:
        raise RestoreFailedError(f"the instance {instance.get('name')} is {state}", "Look at its operations and its log in the console.")
