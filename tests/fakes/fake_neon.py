"""Neon's API, version 2, over a real PostgreSQL. Imports nothing of ``recoverable``.

Written from https://api-docs.neon.tech/reference and the OpenAPI description of it: projects, branches of the past with annotations and
expiry, computes, operations that take their time, role passwords, connection URIs; 423 while an operation runs, limits of the plan, and
the error body ``{request_id, code, message}``.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes.json_server import Call, Faults, Json, JsonServer, Reply
from tests.fakes.neon_requests import PAGES, URI, BadRequestError, branch_request, only, time_of
from tests.fakes.postgres_history import DATABASE, OWNER, Databases

KEY = "napi_marked0secret0of0the0api0key0k3y"
PROJECT = "shiny-wind-028834"
MAIN = "br-aged-salad-637688"
RETENTION = 604800
LOOKS = 2
"""How often an operation is looked at until it has finished."""
PAGE = 100


class FakeNeon(JsonServer):
    """One project with the branch ``main``. Time is the caller's; operations go on whenever somebody asks."""

    def __init__(self, folder: Path, databases: Databases, now: Callable[[], datetime.datetime], faults: Faults | None = None) -> None:
        super().__init__(folder, faults)
        self.databases = databases
        self.now = now
        self.born = now() - datetime.timedelta(days=300)
        self.branches: dict[str, Json] = {}
        self.notes: dict[str, dict[str, str]] = {}
        self.operations: list[Json] = []
        self.retention = RETENTION
        self.branches_limit = 10
        self.passwords: dict[str, str] = {}
        self.page = PAGE
        self.origins: dict[str, tuple[str, datetime.datetime | str]] = {}
        self.lie: dict[str, Any] = {}
        """Fields of a new branch that say something else than was asked for."""
        self.breaks: set[str] = set()
        """Actions of operations that fail for good."""
        self._put(MAIN, {"name": "main", "default": True, "primary": True, "created_at": _text(self.born)})

    def refusal(self, status: int, message: str, code: str = "") -> Reply:
        headers = {"Retry-After": "1"} if status == 429 else {}
        return Reply(status, {"request_id": secrets.token_hex(8), "code": code, "message": message}, headers)

    def plant(self, name: str, note: dict[str, str], **fields: Any) -> str:
        """A branch that no drill has made."""
        branch = f"br-planted-{secrets.token_hex(4)}"
        self._put(branch, {"name": name, "parent_id": MAIN, "parent_lsn": "0/1DE2850", **fields})
        self.notes[branch] = dict(note)
        return branch

    def truth(self) -> set[str]:
        """Names of all branches but the root, as ``project/name``: for tests, not a call of the API."""
        with self.lock:
            self._expire()
            return {f"{PROJECT}/{each['name']}" for branch, each in self.branches.items() if branch != MAIN}

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {KEY}":
            return self.refusal(401, "This request requires authorization: the API key is missing or wrong")
        if call.headers.get("accept") != "application/json":
            return self.refusal(406, "the request must accept application/json")
        if call.body is not None and call.headers.get("content-type") != "application/json":
            return self.refusal(415, "the body must be application/json")
        if call.path[:3] != ["api", "v2", "projects"]:
            return self.refusal(404, "no such route")
        self._expire()
        try:
            return self._route(call, call.path[3:])
        except BadRequestError as error:
            return self.refusal(400, str(error))

    def _route(self, call: Call, rest: list[str]) -> Reply:
        if not rest:
            only(call.query, PAGES, "the query")
            return Reply(
                200, {"projects": [self._project()], "pagination": {"cursor": PROJECT}} if "cursor" not in call.query else {"projects": []}
            )
        if rest[0] != PROJECT:
            return self.refusal(404, "project not found")
        match call.method, rest[1:]:
            case "GET", []:
                return Reply(200, {"project": self._project()})
            case "GET", ["branches"]:
                return self._list(call)
            case "POST", ["branches"]:
                return self._locked() or self._create(call)
            case "GET", ["operations"]:
                only(call.query, {"limit", "cursor"}, "the query")
                self._go_on()
                return Reply(200, {"operations": [dict(each) for each in reversed(self.operations)][: int(call.query.get("limit", "100"))]})
            case "GET", ["connection_uri"]:
                return self._uri(call)
            case method, ["branches", branch, *more]:
                return self._of_branch(call, method, branch, more)
        return self.refusal(404, "no such route")

    def _of_branch(self, call: Call, method: str, branch: str, more: list[str]) -> Reply:
        locked = self._locked() if method != "GET" else None
        if branch not in self.branches:
            return self.refusal(404, "branch not found")
        match method, more:
            case "GET", []:
                return Reply(200, {"branch": self.branches[branch], "annotation": self._note(branch)})
            case "DELETE", []:
                return locked or self._delete(branch)
            case "GET", ["databases"]:
                fields = {
                    "id": 834686,
                    "branch_id": branch,
                    "owner_name": OWNER,
                    "created_at": _text(self.born),
                    "updated_at": _text(self.born),
                }
                return Reply(200, {"databases": [{**fields, "name": DATABASE}]})
            case "GET", ["roles"]:
                fields = {"branch_id": branch, "protected": False, "created_at": _text(self.born), "updated_at": _text(self.born)}
                return Reply(200, {"roles": [{**fields, "name": OWNER}]})
            case "POST", ["roles", role, "reset_password"]:
                return locked or self._reset(branch, role)
        return self.refusal(404, "no such route")

    def _list(self, call: Call) -> Reply:
        query = only(call.query, PAGES, "the query")
        self._go_on()
        every = list(self.branches)
        start = every.index(query["cursor"]) + 1 if query.get("cursor") in every else 0
        shown = every[start : start + min(self.page, int(query.get("limit", "10000")))]
        pages = {"pagination": {"next": shown[-1]}} if start + len(shown) < len(every) else {}
        notes = {branch: self._note(branch) for branch in shown if self.notes.get(branch)}
        return Reply(200, {"branches": [self.branches[branch] for branch in shown], "annotations": notes, **pages})

    def _create(self, call: Call) -> Reply:
        asked, endpoints, note = branch_request(call.body, self.now())
        parent = asked.get("parent_id") or MAIN
        if parent not in self.branches:
            return self.refusal(404, "parent branch not found")
        if any(each["name"] == asked.get("name") for each in self.branches.values()):
            return self.refusal(409, "branch with the provided name already exists", "BRANCH_ALREADY_EXISTS")
        if len(self.branches) >= self.branches_limit:
            return self.refusal(422, f"branches limit exceeded, limit: {self.branches_limit}", "BRANCHES_LIMIT_EXCEEDED")
        branch = f"br-{secrets.choice(('wispy', 'icy', 'noisy'))}-meadow-{secrets.token_hex(4)}"
        origin: Json = {"parent_lsn": asked.get("parent_lsn") or self.databases.head(parent)}
        if "parent_timestamp" in asked:
            time = time_of(asked["parent_timestamp"], "parent_timestamp")
            if time > self.now():
                return self.refusal(400, "parent timestamp is in the future")
            if time < self.now() - datetime.timedelta(seconds=self.retention):
                return self.refusal(400, "parent timestamp is before the history retention window of the project")
            origin = {"parent_timestamp": _text(time), "exact": time, "parent_lsn": "0/0"}
        exact = origin.pop("exact", origin["parent_lsn"])
        kept = {name: asked[name] for name in ("name", "expires_at", "protected") if name in asked}
        self._put(branch, {"parent_id": parent, **origin, **kept, **self.lie})
        self.notes[branch] = note
        self.origins[branch] = (parent, exact)
        actions = ["create_branch", *("start_compute" for _ in endpoints)]
        operations = [self._begin(branch, each, endpoint=f"ep-{branch[3:]}") for each in actions]
        made = {"branch": self.branches[branch], "endpoints": [self._endpoint(branch) for _ in endpoints], "operations": operations}
        return Reply(201, {**made, "roles": [], "databases": [], "annotation": self._note(branch)})

    def _delete(self, branch: str) -> Reply:
        found = self.branches[branch]
        if found["default"] or found["protected"]:
            return self.refusal(422, f"cannot delete the {'default' if found['default'] else 'protected'} branch")
        if any(each.get("parent_id") == branch for each in self.branches.values()):
            return self.refusal(422, "cannot delete a branch that has child branches")
        operations = [self._begin(branch, each) for each in ("suspend_compute", "delete_timeline")]
        return Reply(200, {"branch": found, "operations": operations})

    def _reset(self, branch: str, role: str) -> Reply:
        if role != OWNER:
            return self.refusal(404, "role not found")
        server = self._compute(branch)
        password = f"npg_marked{secrets.token_hex(8)}"
        server.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
        self.passwords[str(server.folder)] = password
        operations = [self._begin(branch, "apply_config", endpoint=f"ep-{branch[3:]}")]
        fields = {"branch_id": branch, "name": role, "password": password, "protected": False}
        return Reply(200, {"role": fields, "operations": operations})

    def _uri(self, call: Call) -> Reply:
        query = only(call.query, URI, "the query")
        branch, database, role = query.get("branch_id", MAIN), query.get("database_name"), query.get("role_name")
        if branch not in self.branches or database != DATABASE or role != OWNER:
            return self.refusal(404, "branch, database or role not found")
        server = self._compute(branch)
        password = self.passwords.get(str(server.folder), "secret-of-production")
        return Reply(
            200, {"uri": f"postgresql://{role}:{password}@127.0.0.1:{server.port}/{database}?sslmode=require&channel_binding=require"}
        )

    def _compute(self, branch: str) -> Any:
        parent, at = self.origins.get(branch, ("", None))
        return self.databases.serve(branch, parent, at)

    def _locked(self) -> Reply | None:
        self._go_on()
        if any(each["status"] in ("scheduling", "running") for each in self.operations):
            return self.refusal(423, "project already has running conflicting operations, scheduling of new ones is prohibited")
        return None

    def _begin(self, branch: str, action: str, **fields: str) -> Json:
        now = _text(self.now())
        operation = {
            "id": f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-4a76-980b-{secrets.token_hex(6)}", "project_id": PROJECT, "branch_id": branch,
            "action": action, "status": "scheduling", "failures_count": 0, "created_at": now, "updated_at": now, "total_duration_ms": 0,
            **({"endpoint_id": fields["endpoint"]} if fields else {}),
        }  # fmt: skip
        self.operations.append({**operation, "looks": 0})
        return operation

    def _go_on(self) -> None:
        """One look further with every operation that is under way."""
        for each in self.operations:
            if each["status"] not in ("scheduling", "running", "failed") or (each["status"] == "failed" and each["action"] in self.breaks):
                continue
            each["looks"] += 1
            if each["looks"] < LOOKS:
                each["status"] = "running"
            elif each["action"] in self.breaks:
                each.update(status="failed", error="compute node could not be started", failures_count=3)
            else:
                each["status"] = "finished"
                if each["action"] == "delete_timeline":
                    self._gone(each["branch_id"])
                if each["action"] == "create_branch" and each["branch_id"] in self.branches:
                    self.branches[each["branch_id"]]["current_state"] = "ready"

    def _expire(self) -> None:
        for branch, each in list(self.branches.items()):
            if "expires_at" in each and time_of(each["expires_at"], "expires_at") <= self.now():
                self._gone(branch)

    def _gone(self, branch: str) -> None:
        if self.branches.pop(branch, None):
            self.databases.close(branch)
        self.notes.pop(branch, None)

    def _project(self) -> Json:
        return {
            "id": PROJECT, "name": PROJECT, "platform_id": "aws", "region_id": "aws-us-east-2", "provisioner": "k8s-pod", "pg_version": 18,
            "proxy_host": "us-east-2.aws.neon.tech", "history_retention_seconds": self.retention, "store_passwords": True,
            "created_at": _text(self.born), "updated_at": _text(self.born), "creation_source": "console", "owner_id": "1232111",
            "owner": {"email": "some@email.com", "branches_limit": self.branches_limit, "subscription_type": "launch"},
        }  # fmt: skip

    def _put(self, branch: str, fields: Json) -> None:
        now = _text(self.now())
        self.branches[branch] = {
            "id": branch, "project_id": PROJECT, "current_state": "init" if "parent_id" in fields else "ready", "logical_size": 28,
            "creation_source": "console", "primary": False, "default": False, "protected": False, "cpu_used_sec": 0,
            "compute_time_seconds": 0, "active_time_seconds": 0, "written_data_bytes": 0, "data_transfer_bytes": 0, "created_at": now,
            "updated_at": now, "init_source": "parent-data", **fields,
        }  # fmt: skip

    def _note(self, branch: str) -> Json:
        now = _text(self.now())
        return {
            "object": {"type": "console/branch", "id": branch},
            "value": self.notes.get(branch, {}),
            "created_at": now,
            "updated_at": now,
        }

    def _endpoint(self, branch: str) -> Json:
        name = f"ep-{branch[3:]}"
        return {
            "host": f"{name}.us-east-2.aws.neon.tech", "id": name, "project_id": PROJECT, "branch_id": branch, "type": "read_write",
            "autoscaling_limit_min_cu": 1, "autoscaling_limit_max_cu": 1, "region_id": "aws-us-east-2", "current_state": "init",
            "pending_state": "active", "settings": {"pg_settings": {}}, "pooler_enabled": False, "pooler_mode": "transaction",
            "disabled": False, "passwordless_access": True, "proxy_host": "us-east-2.aws.neon.tech", "provisioner": "k8s-pod",
            "creation_source": "console", "suspend_timeout_seconds": 0,
        }  # fmt: skip


def _text(moment: datetime.datetime) -> str:
    return f"{moment.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
