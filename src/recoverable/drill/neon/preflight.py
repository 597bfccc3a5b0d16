"""What can be known of a Neon project before anything is made in it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from recoverable.drill.contract import Check, RestoreFailedError, RestoreWindow, Store
from recoverable.drill.neon.api import NeonApi
from recoverable.drill.neon.refusals import explain
from recoverable.drill.rest.client import Json, RefusedError
from recoverable.drill.verdict import RungVerdict
from recoverable.model.errors import InputError


def project_and_parent(api: NeonApi, store: Store) -> tuple[Json, Json]:
    """The project, and the branch of it that is to be restored.

    Raises:
        InputError: there is none of that name, or several.
        RestoreFailedError: Neon refuses.
    """
    project, wanted = store.settings["project"], store.settings["branch"]
    try:
        found, all_ = api.project(project), api.branches(project)
    except RefusedError as error:
        raise explain(f"the project {project} cannot be read", error) from None
    if wanted:
        fitting = [each for each in all_ if each.get("id") == wanted] or [each for each in all_ if each.get("name") == wanted]
    else:
        fitting = [each for each in all_ if each.get("default") or each.get("primary")]
    if len(fitting) != 1:
        what = f"{len(fitting)} branches are {wanted}" if wanted else f"{len(fitting)} branches are the default one"
        raise InputError(f"{what} in project {project}", "source", 'Name one branch by its id: branch = "br-…".')
    return found, fitting[0]


def window(project: Json, parent: Json, now: datetime.datetime) -> RestoreWindow:
    """From as far back as history is kept, or the branch exists, to now.

    Raises:
        RestoreFailedError: Neon does not say how long it keeps history.
    """
    kept = project.get("history_retention_seconds")
    if not isinstance(kept, int) or isinstance(kept, bool):
        raise RestoreFailedError(
            "Neon does not say how long it keeps history (history_retention_seconds)", "Look at the project's settings."
        )
    name = f"{project.get('id')}/{parent.get('id')}"
    if kept <= 0:
        return RestoreWindow(None, None, name)
    try:
        born = datetime.datetime.fromisoformat(str(parent.get("created_at")))
    except ValueError:
        raise RestoreFailedError("Neon does not say when the branch was made", "Look at the branch in the console.") from None
    earliest = max(now - datetime.timedelta(seconds=kept), born.astimezone(datetime.UTC))
    return RestoreWindow(min(earliest, now), now, name)


def checks(api: NeonApi, store: Store, project: Json, parent: Json) -> Iterator[Check]:
    """The project, the branch, its database and role, and room for one branch more."""
    settings, branch = store.settings, str(parent["id"])
    days = int(project.get("history_retention_seconds") or 0) / 86400
    yield _passed("neon-project", f"{settings['project']}, PostgreSQL {project.get('pg_version')}, history of {days:.1f} days", days=days)
    ready = parent.get("current_state") == "ready"
    said = f"{parent.get('name')} ({branch}) is {parent.get('current_state')}"
    yield _passed("neon-branch", said) if ready else _failed("neon-branch", f"{said}: it cannot be branched off")
    limit = (project.get("owner") or {}).get("branches_limit")
    number = len(api.branches(settings["project"]))
    if isinstance(limit, int) and limit > 0:
        text = f"{number} of {limit} branches are there; a drill makes one, and one more for the negative control"
        yield _passed("branch-quota", text) if number + 2 <= limit else _failed("branch-quota", f"{text}. Delete some")
    else:
        yield _passed("branch-quota", f"{number} branches are there; Neon does not tell this key the limit")
    try:
        for name, key, there in (
            ("neon-database", "database", api.databases(settings["project"], branch)),
            ("neon-role", "role", api.roles(settings["project"], branch)),
        ):
            wanted = settings[key]
            found = f"the branch has {', '.join(sorted(there)) or 'none'}"
            yield _passed(name, f"{wanted} is there") if wanted in there else _failed(name, f"there is no {key} {wanted}; {found}")
    except RefusedError as error:
        yield _failed("neon-database", str(explain("its databases and roles cannot be read", error)))


def _passed(name: str, detail: str, **figures: float) -> Check:
    return Check(name, RungVerdict.PASS, detail, figures)


def _failed(name: str, detail: str) -> Check:
    return Check(name, RungVerdict.FAIL, detail)
