"""One project of Neon: how much history it keeps, its branches, the snapshots of its default branch and when they are taken."""

from __future__ import annotations

import datetime
from typing import Any

from recoverable.audit.asking import Listed
from recoverable.audit.resources import Found
from recoverable.audit.web.asking import Place
from recoverable.audit.web.client import Json
from recoverable.audit.web.resources import age, moment, raw, store_fact, table
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

PROJECT, BRANCH, SCHEDULE = "neon_project", "neon_branch", "neon_branch_backup_schedule"


def address_of(project: str, branch: str = "") -> str:
    """A project, or a branch of it."""
    return f"neon:{project}/{branch}" if branch else f"neon:{project}"


def read_project(place: Place, found: Found, project: str, now: datetime.datetime) -> str:
    """Everything about one project; gives its name."""
    said = place.one("neon", "project", project, project=project)
    item = table(said.get("project")) if isinstance(said, dict) else {}
    if not item:
        return ""
    branches = place.pages("neon", "branches", project, project=project)
    main: Json = next((each for each in branches if each.get("default") or each.get("primary")), {})
    doubt = branches.gap or Unknown("the default branch", "it was not told")
    found.add(_project(project, item, main, doubt))
    found.add(*(_branch(project, item, each) for each in branches if each is not main))
    schedule, planned = _schedule(place, project, str(main.get("id") or ""), doubt)
    found.add(*schedule)
    facts: Json = {"age_minutes": age(item.get("created_at"), now)}
    if planned:
        facts["backup_minutes"] = _newest(place.pages("neon", "snapshots", project, project=project), str(main.get("id")), now)
    found.add(store_fact(address_of(project), project, {key: value for key, value in facts.items() if value is not None}))
    return str(item.get("name") or "")


def _project(project: str, item: Json, main: Json, doubt: Unknown) -> RawResource:
    kept = item.get("history_retention_seconds")
    return raw(
        PROJECT,
        address_of(project),
        id=project,
        name=item.get("name"),
        region_id=item.get("region_id"),
        pg_version=item.get("pg_version"),
        history_retention_seconds=kept if isinstance(kept, int) else Unknown("history_retention_seconds", "it was not told"),
        default_branch_protected=bool(main.get("protected")) if main else doubt,
        store_password="yes" if item.get("store_passwords") else "no",
        subscription_type=table(item.get("owner")).get("subscription_type"),
    )


def _branch(project: str, item: Json, branch: Json) -> RawResource:
    name = str(branch.get("name") or branch["id"])
    return raw(
        BRANCH, address_of(project, name), id=str(branch["id"]), name=name, project_id=project, protected=bool(branch.get("protected"))
    )


def _schedule(place: Place, project: str, branch: str, doubt: Unknown) -> tuple[list[RawResource], bool]:
    """When snapshots of the default branch are taken, and whether they are, or may be."""
    address = f"{address_of(project)}#schedule"
    if not branch:
        return [raw(SCHEDULE, address, project_id=project, schedule=[{"frequency": doubt, "retention_seconds": doubt}])], True
    said = place.one("neon", "schedule", project, project=project, branch=branch)
    if isinstance(said, Unknown):
        return [
            raw(SCHEDULE, address, project_id=project, branch_id=branch, schedule=[{"frequency": said, "retention_seconds": said}])
        ], True
    items: Any = (said or {}).get("schedule") or []
    return ([raw(SCHEDULE, address, project_id=project, branch_id=branch, schedule=items)], True) if items else ([], False)


def _newest(listed: Listed, branch: str, now: datetime.datetime) -> int | Unknown | None:
    """Minutes since the newest snapshot of a branch; None where there surely is none."""
    if listed.gap is not None:
        return listed.gap
    mine = [each for each in listed if each.get("source_branch_id") in (branch, None)]
    times = [time for each in mine if (time := moment(each.get("created_at")))]
    if len(times) < len(mine) and not times:
        return Unknown("the snapshots", "their times were not told")
    return age(max(times).isoformat(), now) if times else None
