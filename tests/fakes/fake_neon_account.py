"""The fake Neon with organisations and many projects, each with snapshots and a schedule of them; only looked at, never drilled.

Written from https://neon.com/docs/reference/api: ``/users/me/organizations``, ``/projects?org_id=``, ``/projects/{id}/snapshots``,
``/projects/{id}/branches/{id}/backup_schedule``. A listing without an organisation is refused where the key's owner has none of his own.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.fake_neon import KEY, FakeNeon
from tests.fakes.json_server import Call, Faults, Json, Reply
from tests.fakes.neon_requests import PAGES, BadRequestError, only
from tests.fakes.postgres_history import Databases


class FakeNeonAccount(FakeNeon):
    """``organizations`` maps an id to those of its projects; "" holds projects of no organisation. ``denied`` are beginnings of call lines."""

    def __init__(self, folder: Path, databases: Databases, now: Callable[[], datetime.datetime], faults: Faults | None = None) -> None:
        super().__init__(folder, databases, now, faults)
        self.projects: dict[str, Json] = {}
        self.of_project: dict[str, list[Json]] = {}
        self.snapshots: dict[str, list[Json]] = {}
        self.schedules: dict[str, list[Json]] = {}
        self.organizations: dict[str, list[str]] = {}
        self.personal_key = True
        self.denied: set[str] = set()

    def add(self, project: str, organization: str, *branches: Json, plan: str = "scale", days: int = 300, **fields: Any) -> None:
        """A project with branches, of which the first is the default one."""
        born = f"{self.now() - datetime.timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        self.projects[project] = {
            **self._project(), "id": project, "name": project, "created_at": born, "org_id": organization,
            "owner": {"email": "some@email.com", "branches_limit": 10, "subscription_type": plan}, **fields,
        }  # fmt: skip
        self.of_project[project] = [
            {"id": f"br-{project}-{number}", "project_id": project, "name": f"branch-{number}", "current_state": "ready",
             "default": number == 0, "primary": number == 0, "protected": False, "created_at": born, **branch}
            for number, branch in enumerate(branches or ({},))
        ]  # fmt: skip
        self.organizations.setdefault(organization, []).append(project)

    def snap(self, project: str, minutes: int) -> None:
        """A snapshot of the default branch, made so long ago."""
        made = f"{self.now() - datetime.timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
        own = {"id": f"snap-{project}-{minutes}", "name": f"auto-{minutes}", "created_at": made, "manual": False}
        self.snapshots.setdefault(project, []).append({**own, "source_branch_id": f"br-{project}-0"})

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {KEY}":
            return self.refusal(401, "This request requires authorization: the API key is missing or wrong")
        if call.method != "GET":
            return self.refusal(404, "no such route")
        if any(call.line.startswith(each) for each in self.denied):
            return self.refusal(403, "not allowed")
        try:
            return self._look(call)
        except BadRequestError as error:
            return self.refusal(400, str(error))

    def _look(self, call: Call) -> Reply:
        match call.path[2:]:
            case ["users", "me", "organizations"]:
                if not self.personal_key:
                    return self.refusal(403, "not allowed for organization API keys")
                listed = [{"id": each, "name": each, "plan": "scale", "handle": each} for each in self.organizations if each]
                return Reply(200, {"organizations": listed})
            case ["projects"]:
                return self._projects(call)
            case ["projects", project, *more] if project in self.projects:
                return self._of_project(call, project, more)
        return self.refusal(404, "not found")

    def _projects(self, call: Call) -> Reply:
        query = only(call.query, PAGES | {"org_id"}, "the query")
        organization = query.get("org_id", "" if self.personal_key else next(iter(self.organizations)))
        if organization not in self.organizations:
            if organization:
                return self.refusal(404, "organization not found")
            return self.refusal(400, "org_id is required, you can find it on your organization settings page")
        names = sorted(self.organizations[organization])
        start = names.index(query["cursor"]) + 1 if query.get("cursor") in names else 0
        shown = names[start : start + min(self.page, int(query.get("limit", "10")))]
        # As the real one, it gives a cursor with the last page, too.
        pages = {"pagination": {"cursor": shown[-1]}} if shown else {}
        return Reply(200, {"projects": [self.projects[name] for name in shown], **pages})

    def _of_project(self, call: Call, project: str, more: list[str]) -> Reply:
        match more:
            case []:
                return Reply(200, {"project": self.projects[project]})
            case ["branches"]:
                only(call.query, PAGES, "the query")
                return Reply(200, {"branches": self.of_project[project], "annotations": {}})
            case ["snapshots"]:
                return Reply(200, {"snapshots": self.snapshots.get(project, [])})
            case ["branches", branch, "backup_schedule"] if branch == f"br-{project}-0":
                return Reply(200, {"schedule": self.schedules.get(project, [])})
        return self.refusal(404, "not found")
