"""Neon's API, version 2 (https://api-docs.neon.tech/reference): the calls that a drill makes, and none that could change a source."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from recoverable.drill.contract import Clock, TransientError
from recoverable.drill.rest.client import Json, RefusedError, RestClient, bearer, part
from recoverable.model.errors import InputError

ADDRESS = "https://console.neon.tech/api/v2"
HOST_VARIABLE = "NEON_API_HOST"
"""neonctl's own variable for another address."""
LOCKED = 423
PATIENCE = 600.0
"""Seconds to wait while another operation runs on the project (423): nothing is scheduled beside it."""
PAGE = 1000
MOST_PAGES = 1000


class NeonApi:
    """One key, any project that it reaches. ``check`` is called before every try of a call."""

    def __init__(self, key_variable: str, clock: Clock, check: Callable[[], None] = lambda: None, timeout: float = 30.0) -> None:
        self._variable = key_variable
        self._check = check
        self._rest = RestClient(os.environ.get(HOST_VARIABLE) or ADDRESS, self._login, clock, "Neon", _words, timeout)

    def project(self, project: str) -> Json:
        """Region, version, how much history is kept."""
        return self._object(self._call("GET", f"/projects/{part(project)}"), "project")

    def projects(self) -> list[str]:
        """The ids of all projects that the key reaches."""
        return [str(each["id"]) for page in self._pages("/projects", "projects") for each in page["projects"]]

    def branches(self, project: str) -> list[Json]:
        """All branches, each with its annotation under ``annotation`` (None where it has none).

        Raises:
            TransientError: an answer was not whole: without annotations nobody knows whose a branch is.
        """
        found: list[Json] = []
        for page in self._pages(f"/projects/{part(project)}/branches", "branches"):
            notes = page.get("annotations")
            if not isinstance(notes, dict):
                raise TransientError("Neon listed branches without their annotations")
            found += [{**each, "annotation": _value(notes.get(each.get("id", "")))} for each in page["branches"]]
        return found

    def branch(self, project: str, branch: str) -> Json:
        """One branch by its id, with its annotation."""
        answer = self._call("GET", f"/projects/{part(project)}/branches/{part(branch)}")
        return {**self._object(answer, "branch"), "annotation": _value(answer.get("annotation"))}

    def create_branch(self, project: str, branch: Mapping[str, Any], annotation: Mapping[str, str]) -> Json:
        """Begin to make a branch with a read-write endpoint; the answer holds ``branch``, ``endpoints`` and ``operations``."""
        body = {"branch": dict(branch), "endpoints": [{"type": "read_write"}], "annotation_value": dict(annotation)}
        return self._call("POST", f"/projects/{part(project)}/branches", body=body)

    def delete_branch(self, project: str, branch: str) -> None:
        """Begin to delete a branch, by its id."""
        self._call("DELETE", f"/projects/{part(project)}/branches/{part(branch)}")

    def operations(self, project: str, branch: str) -> list[Json]:
        """The newest operations of a branch."""
        answer = self._call("GET", f"/projects/{part(project)}/operations", query={"limit": "100"})
        return [each for each in self._list(answer, "operations") if each.get("branch_id") == branch]

    def operation(self, project: str, operation: str) -> Json:
        """One operation."""
        return self._object(self._call("GET", f"/projects/{part(project)}/operations/{part(operation)}"), "operation")

    def databases(self, project: str, branch: str) -> list[str]:
        """The names of a branch's databases."""
        answer = self._call("GET", f"/projects/{part(project)}/branches/{part(branch)}/databases")
        return [str(each.get("name")) for each in self._list(answer, "databases")]

    def roles(self, project: str, branch: str) -> list[str]:
        """The names of a branch's roles."""
        answer = self._call("GET", f"/projects/{part(project)}/branches/{part(branch)}/roles")
        return [str(each.get("name")) for each in self._list(answer, "roles")]

    def reset_password(self, project: str, branch: str, role: str) -> Json:
        """Give a role of one branch a new password; the answer holds ``role`` and ``operations``."""
        return self._call("POST", f"/projects/{part(project)}/branches/{part(branch)}/roles/{part(role)}/reset_password")

    def connection_uri(self, project: str, branch: str, database: str, role: str) -> str:
        """How to connect, with the password."""
        query = {"branch_id": branch, "database_name": database, "role_name": role, "pooled": "false"}
        uri = self._call("GET", f"/projects/{part(project)}/connection_uri", query=query).get("uri")
        if not isinstance(uri, str):
            raise TransientError("Neon gave no connection URI")
        return uri

    def _call(self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Json | None = None) -> Json:
        return self._rest.call(method, path, query=query, body=body, check=self._check, wait_for=_is_locked, patience=PATIENCE)

    def _pages(self, path: str, name: str) -> Iterator[Json]:
        """Every page of a listing, each with a list under ``name``.

        Raises:
            TransientError: a page holds no list, or the listing has no end.
        """
        query = {"limit": str(PAGE)}
        for _ in range(MOST_PAGES):
            page = self._call("GET", path, query=query)
            listed = self._list(page, name)
            yield page
            pages = page.get("pagination")
            cursor = (pages.get("next") or pages.get("cursor")) if isinstance(pages, dict) else None
            if not cursor or not listed or cursor == query.get("cursor"):
                return
            query = {**query, "cursor": str(cursor)}
        raise TransientError(f"Neon's list of {name} has no end")

    def _login(self) -> Mapping[str, str]:
        key = os.environ.get(self._variable, "")
        if not key:
            raise InputError(f"{self._variable} is not set", "environment", "Export an API key of the Neon project.")
        return bearer(key, self._variable)

    @staticmethod
    def _object(answer: Json, name: str) -> Json:
        found = answer.get(name)
        if not isinstance(found, dict):
            raise TransientError(f"Neon answered without {name}")
        return found

    @staticmethod
    def _list(answer: Json, name: str) -> list[Json]:
        found = answer.get(name)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise TransientError(f"Neon answered without {name}")
        return found


def _is_locked(refused: RefusedError) -> bool:
    return refused.status == LOCKED


def _value(annotation: Any) -> dict[str, str] | None:
    """The keys and values of an annotation."""
    value = annotation.get("value") if isinstance(annotation, dict) else None
    return {str(name): str(each) for name, each in value.items()} if isinstance(value, dict) else None


def _words(status: int, body: Json) -> tuple[str, str]:
    """Code and message of Neon's GeneralError."""
    return str(body.get("code") or ""), str(body.get("message") or "")
