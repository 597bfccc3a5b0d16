"""The projects to look at, and the login by which they are asked: application default credentials."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping

from recoverable.audit.google.calls import SERVICES, TABLE
from recoverable.audit.web.asking import Place
from recoverable.audit.web.client import Json, ReadingClient, Said
from recoverable.drill.cloudsql.tokens import DefaultToken
from recoverable.drill.rest.client import bearer
from recoverable.model.errors import InputError

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""Secret Manager and Cloud KMS take no smaller one; what the audit may do is what IAM allows it, and what it asks is the table's."""
ACTIVE = "ACTIVE"
PROJECT = re.compile(r"(?:[a-z0-9.-]{1,60}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]\Z")


class Login:
    """The header that proves who asks; many threads may ask for it."""

    def __init__(self) -> None:
        self._token = DefaultToken(SCOPE)
        self._lock = threading.Lock()

    def __call__(self) -> Mapping[str, str]:
        """The header.

        Raises:
            InputError: there are no credentials.
            TransientError: nobody gives a token.
        """
        with self._lock:
            return bearer(self._token(), "Google's token")

    def project(self) -> str:
        """The project that the environment or the credentials name; "" where none does."""
        with self._lock:
            return self._token.project()


class Project(Place):
    """One project, with its own names: its id and its number, by which errors call it."""

    def __init__(self, project: str, clients: Mapping[str, ReadingClient]) -> None:
        super().__init__(project, TABLE, clients, next_page, self.names)
        self._called: frozenset[str] | None = None
        self._lock = threading.Lock()

    def names(self) -> frozenset[str]:
        """``projects/ID`` and ``projects/NUMBER``, as far as they may be known."""
        with self._lock:
            if self._called is None:
                found = self.one("resourcemanager", "project", self.account, project=self.account)
                name = str(found.get("name") or "") if isinstance(found, dict) else ""
                self._called = frozenset({f"projects/{self.account}", name} - {""})
            return self._called


def projects(wanted: list[str], parents: list[str]) -> Iterator[Place]:
    """Every project that is named, and those below ``parents`` (``folders/1``, ``organizations/2``); without any the login's own.

    After the projects of a parent comes the parent itself, which holds what could not be listed of it.

    Raises:
        InputError: there is no login, no project, or a name that is none.
    """
    for name in wanted:
        if not PROJECT.match(name):
            raise InputError(f"{name!r} is no id of a project", "--project", "Write the id that the console shows, such as acme-prod.")
    login = Login()
    names = wanted if wanted or parents else [name for name in [login.project()] if name]
    if not names and not parents:
        raise InputError("no project is named", "--project", "Write --project ID, or set GOOGLE_CLOUD_PROJECT.")
    login()
    clients = {service: ReadingClient(service, _address(service), TABLE, login, words) for service in SERVICES}
    told = set(names)
    for name in dict.fromkeys(names):
        yield Project(name, clients)
    for parent in dict.fromkeys(parents):
        above = Place(parent, TABLE, clients, next_page)
        for name in sorted(set(_below(above)) - told):
            told.add(name)
            yield Project(name, clients)
        yield above


def _below(above: Place) -> Iterator[str]:
    """The projects of a folder or organization and of all folders in it, but those that wait for their deletion."""
    waiting = [above.account]
    while waiting:
        parent = waiting.pop()
        for item in above.pages("resourcemanager", "projects", parent, {"parent": parent}):
            if item.get("state") == ACTIVE and item.get("projectId"):
                yield str(item["projectId"])
        folders = above.pages("resourcemanager", "folders", parent, {"parent": parent})
        waiting += [str(item["name"]) for item in folders if item.get("state") == ACTIVE and item.get("name")]


def _address(service: str) -> str:
    """Gcloud's variable may hold the path of the API, too, which the calls have themselves."""
    address, variable = SERVICES[service]
    return (os.environ.get(variable) or address).rstrip("/").removesuffix("/storage/v1").removesuffix("/bigquery/v2")


def next_page(page: Json) -> dict[str, str]:
    """The token of the next page."""
    token = page.get("nextPageToken")
    return {"pageToken": str(token)} if token else {}


def words(status: int, body: Json) -> Said:
    """Google's code for an error, the most exact one; and the project in which the API is not enabled."""
    error = body.get("error")
    if not isinstance(error, dict):
        return Said("")
    details = [each for each in error.get("details") or () if isinstance(each, dict)]
    info = next((each for each in details if str(each.get("@type", "")).endswith("google.rpc.ErrorInfo")), {})
    listed = error.get("errors")
    legacy = listed[0].get("reason") if isinstance(listed, list) and listed and isinstance(listed[0], dict) else ""
    meta = info.get("metadata")
    off = str(meta.get("consumer") or "") if isinstance(meta, dict) else ""
    return Said(str(info.get("reason") or legacy or error.get("status") or ""), off)
