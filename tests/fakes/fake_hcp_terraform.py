"""HCP Terraform's API, version 2, as far as state is read by it. Imports nothing of ``recoverable``.

Written from https://developer.hashicorp.com/terraform/cloud-docs/api-docs: workspaces by name, and by tags in pages; projects by name; the
current state version; the download, which the API redirects to a host of its own that answers signed addresses and must not see a token.
Errors are JSON:API's ``{"errors": [{"status", "title"}]}``. What a token may not see is 404, no token is 401.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.fakes.json_server import Call, Faults, Json, JsonServer, Reply

TOKEN = "marked.atlasv1.token-of-the-tests"
SIGNATURE = "marked-signature-of-an-address"
MOST = 100
"""Entries of a page at most."""


class FakeStore(JsonServer):
    """The host that states are downloaded from. Whoever sends it a token gave the token away."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder)
        self.states: dict[str, Json] = {}
        self.tokens: list[str] = []

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"errors": [{"status": str(status), "title": message}]})

    def answer(self, call: Call) -> Reply:
        if "authorization" in call.headers:
            self.tokens.append(call.headers["authorization"])
        if call.query != {"signature": SIGNATURE}:
            return self.refusal(403, "forbidden")
        return Reply(200, self.states[call.path[-1]])


class FakeHcp(JsonServer):
    """One organization, ``acme``. ``workspaces`` are by name: tags, project and the state (None: none yet)."""

    def __init__(self, folder: Path, store: FakeStore, faults: Faults | None = None) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder, faults)
        self.store = store
        self.workspaces: dict[str, tuple[set[str], str, Json | None]] = {}
        self.secret: set[str] = set()
        """Workspaces that the token sees, and whose state it may not read."""
        self.page = MOST

    def refusal(self, status: int, message: str) -> Reply:
        return Reply(status, {"errors": [{"status": str(status), "title": message}]})

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return self.refusal(401, "unauthorized")
        match call.path:
            case ["api", "v2", "organizations", "acme", "workspaces", name] if name in self.workspaces:
                return Reply(200, {"data": self._workspace(name)})
            case ["api", "v2", "organizations", "acme", "workspaces"]:
                return self._listed(call.query)
            case ["api", "v2", "organizations", "acme", "projects"]:
                names = sorted({project for _, project, _ in self.workspaces.values()})
                found = [
                    {"id": f"prj-{name}", "attributes": {"name": name}} for name in names if call.query.get("filter[names]") in (None, name)
                ]
                return Reply(200, {"data": found})
            case ["api", "v2", "workspaces", identity, "current-state-version"]:
                name = identity.removeprefix("ws-")
                state = self.workspaces.get(name, (set(), "", None))[2]
                return self._version(name, state) if state is not None else self.refusal(404, "not found")
            case ["api", "state-versions", version, "hosted_state"]:
                return Reply(307, {}, {"Location": f"{self.store.address}/v1/object/{version}?signature={SIGNATURE}"})
        return self.refusal(404, "not found")

    def _version(self, name: str, state: Json) -> Reply:
        self.store.states[f"sv-{name}"] = state
        attributes = {
            "serial": state.get("serial"),
            "created-at": "2026-11-30T10:00:00.000Z",
            "hosted-state-download-url": f"{self.address}/api/state-versions/sv-{name}/hosted_state",
        }
        return Reply(200, {"data": {"id": f"sv-{name}", "type": "state-versions", "attributes": attributes}})

    def _listed(self, query: dict[str, str]) -> Reply:
        wanted = {tag for tag in query.get("search[tags]", "").split(",") if tag}
        project = query.get("filter[project][id]", "")
        names = [name for name, (tags, of, _) in sorted(self.workspaces.items()) if wanted <= tags and project in ("", f"prj-{of}")]
        size, number = min(int(query.get("page[size]", "20")), self.page), int(query.get("page[number]", "1"))
        shown = names[(number - 1) * size : number * size]
        following: Any = number + 1 if number * size < len(names) else None
        data = [self._workspace(name) for name in shown]
        return Reply(200, {"data": data, "meta": {"pagination": {"current-page": number, "next-page": following}}})

    def _workspace(self, name: str) -> Json:
        return {"id": f"ws-{name}", "type": "workspaces", "attributes": {
            "name": name, "tag-names": sorted(self.workspaces[name][0]), "permissions": {"can-read-state-versions": name not in self.secret},
        }}  # fmt: skip
