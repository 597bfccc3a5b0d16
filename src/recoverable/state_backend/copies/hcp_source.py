"""The states of workspaces in HCP Terraform or Terraform Enterprise, read by its API.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs/state-versions and .../workspaces. The token is Terraform's own variable
``TF_TOKEN_host``, or ``TFE_TOKEN``; it goes into a header, to the host of the settings alone.
"""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import CallError, UnreachableError
from recoverable.state_backend.copies.source import HCP_HOST, State, label_of
from recoverable.state_backend.settings import HcpBackend

TRIES = 4
FIRST_PAUSE = 1.0
"""Seconds, doubled each time; the API allows 30 calls in a second."""
TIMEOUT = 60
PAGE = 100
REDIRECTS = (301, 302, 303, 307, 308)
MOST_BYTES = 512 * 1024 * 1024
"""A larger state is none that anybody runs."""


class HcpSource:
    """The workspaces that a declaration names."""

    def __init__(self, backend: HcpBackend) -> None:
        self.backend = backend
        self.host = backend.hostname or HCP_HOST
        self.name = backend.name
        self.label = label_of(backend)
        self.empty: list[str] = []
        self._token = _token(self.host)

    def states(self) -> Iterator[State]:
        """What is current of every workspace; those without a state are in ``empty``.

        Raises:
            InputError: there is no such organization, project or workspace, or the one workspace holds no state.
            CallError: the API refuses.
            UnreachableError: nobody answered.
        """
        for identity, name, readable in self._workspaces():
            found = self._json(f"/api/v2/workspaces/{identity}/current-state-version", may_miss=True)
            if found is None and not readable:  # the API says "not found" of what may not be read, too
                raise CallError(f"reading the state of {name}", "404: this token may not read it")
            if found is None:
                if self.backend.workspace:
                    raise InputError(f"the workspace {name} holds no state", self.backend.name, "Take a copy once it does.")
                self.empty.append(name)
                continue
            facts = found["data"]["attributes"]
            if not facts.get("hosted-state-download-url"):
                raise InputError(f"the newest state of {name} is not whole yet", self.backend.name, "Somebody writes it: run it again.")
            body = self._fetch(facts["hosted-state-download-url"], "state")
            yield State("terraform", name, str(found["data"]["id"]), str(facts.get("created-at", "")), body)

    def _workspaces(self) -> Iterator[tuple[str, str, bool]]:
        """Id, name, and whether its state may surely be read."""
        start = f"/api/v2/organizations/{quote(self.backend.organization, safe='')}/workspaces"
        if self.backend.workspace:
            found = self._json(f"{start}/{quote(self.backend.workspace, safe='')}")
            yield str(found["data"]["id"]), self.backend.workspace, _is_readable(found["data"])
            return
        query = {"search[tags]": ",".join(self.backend.tags), "page[size]": str(PAGE), **self._project()}
        number: int | None = 1
        any_found = False
        while number:
            page = self._json(f"{start}?{urlencode({**query, 'page[number]': str(number)})}")
            for each in page["data"]:
                any_found = True
                yield str(each["id"]), str(each["attributes"]["name"]), _is_readable(each)
            number = page.get("meta", {}).get("pagination", {}).get("next-page")
        if not any_found:
            raise InputError(
                f"no workspace has the tags {', '.join(self.backend.tags)}", self.backend.name, "Or this token may not see it."
            )

    def _project(self) -> dict[str, str]:
        if not self.backend.project:
            return {}
        query = urlencode({"filter[names]": self.backend.project})
        found = self._json(f"/api/v2/organizations/{quote(self.backend.organization, safe='')}/projects?{query}")
        for each in found["data"]:
            if each["attributes"]["name"] == self.backend.project:
                return {"filter[project][id]": str(each["id"])}
        raise InputError(f"there is no project {self.backend.project}", self.backend.name, "Or this token may not see it.")

    def _json(self, path: str, *, may_miss: bool = False) -> Any:
        """Raises what :meth:`_fetch` raises, InputError for what is not there; None for that where it ``may_miss``."""
        try:
            body = self._fetch(f"https://{self.host}{path}", path.partition("?")[0])
        except CallError as error:
            if error.code != "404":
                raise
            if may_miss:
                return None
            what = path.partition("?")[0].removeprefix("/api/v2/")
            raise InputError(f"there is no {what}, or this token may not see it", self.backend.name, "Check names and token.") from None
        try:
            return json.loads(body)
        except ValueError:
            raise UnreachableError(f"{self.host} answers with something else than JSON") from None

    def _fetch(self, address: str, what: str) -> bytes:
        """GET, with patience. Redirects are followed, and another host never sees the token."""
        for attempt in range(TRIES):
            try:
                return self._follow(address, what)
            except UnreachableError:
                if attempt + 1 == TRIES:
                    raise
                time.sleep(FIRST_PAUSE * 2**attempt)
        raise AssertionError("every try returns or raises")

    def _follow(self, address: str, what: str) -> bytes:
        for _ in range(3):
            status, headers, body = self._once(address)
            if status in REDIRECTS:
                address = urljoin(address, headers.get("location", ""))
                continue
            if status == 200:
                return body
            if status == 429 or status >= 500:
                raise UnreachableError(f"{self.host} answers {status} after all tries")
            if status == 401:
                raise InputError(
                    f"{self.host} does not take the token", self.backend.name, "Make a new one, of a team that may read state."
                )
            raise CallError(f"reading {what}", str(status))
        raise CallError(f"reading {what}", "too many redirects")

    def _once(self, address: str) -> tuple[int, Mapping[str, str], bytes]:
        if urlsplit(address).scheme != "https":
            raise CallError("following a redirect", "no https")
        headers = {"Content-Type": "application/vnd.api+json"}
        if urlsplit(address).netloc == self.host:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - https, as was looked at above
        try:
            with urllib.request.build_opener(_StayHere).open(request, timeout=TIMEOUT) as answer:
                body = answer.read(MOST_BYTES)
                length = answer.headers.get("Content-Length")
                if length is not None and int(length) != len(body):
                    raise UnreachableError(f"{self.host} was cut off")
                return int(answer.status), _lower(answer.headers), body
        except urllib.error.HTTPError as error:
            return error.code, _lower(error.headers), b""
        except (OSError, http.client.HTTPException) as error:  # its text could hold the address of a state
            raise UnreachableError(f"{self.host} was not reached ({type(error).__name__})") from None


def _lower(headers: Any) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Redirects are followed by us, without the token."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """None: the answer itself is handed back as an error of its status."""


def _token(host: str) -> str:
    """Raises InputError where there is none."""
    variable = "TF_TOKEN_" + host.partition(":")[0].replace("-", "__").replace(".", "_")
    found = os.environ.get(variable, "").strip() or os.environ.get("TFE_TOKEN", "").strip()
    if not found or not found.isascii() or not found.isprintable():
        raise InputError(f"there is no token for {host}", "", f"Put it into {variable} or TFE_TOKEN.")
    return found


def _is_readable(workspace: dict[str, Any]) -> bool:
    return workspace["attributes"].get("permissions", {}).get("can-read-state-versions") is True
