"""A Neon project as a Pulumi resource: a dynamic provider, for PyPI has no package of Neon's that is kept up.

Whoever prefers the provider bridged from Terraform adds it with ``pulumi package add terraform-provider kislerdm/neon``, and
gets ``neon.Project`` with the same property names; it downloads a binary.

The resource's type is ``pulumi-python:dynamic/neon:Project``, and its properties have the names of Terraform's ``neon_project``.
State holds settings and names; the API key and the connection string, which has the password, are never in it. The key is
the configuration ``neon:apiKey`` (a secret), else the environment variable NEON_API_KEY.
"""

import os
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import dynamic

from recoverable.components.neon_client import API, NeonClient, NeonError, checked_url

FIXED = ("region_id", "pg_version", "org_id", "database", "role", "branch")
"""What a project is created with. Changing it would replace the project, and lose its data and history."""
OURS = ("api_url", "store_password", "tags")
"""What stands in the state alone: Neon has no tags, but the rules find environment and owner there."""
KEY = "neon:apiKey"
VARIABLE = "NEON_API_KEY"


class NeonProvider(dynamic.ResourceProvider):
    """Creates, reads, changes and deletes a project. A project whose default branch is protected is never deleted."""

    serialize_as_secret_always = False  # what is serialized is the name of this class

    def __init__(self) -> None:
        super().__init__()
        self._key = ""

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Take the key. It stays in this process."""
        self._key = str(req.config.get(KEY) or os.environ.get(VARIABLE) or "")

    def client(self, props: Mapping[str, Any]) -> NeonClient:
        """The API. Raises NeonError without a key."""
        if not self._key:
            raise NeonError(0, "no API key", f"set it with: pulumi config set --secret {KEY} (or in the environment as {VARIABLE})")
        return NeonClient(self._key, str(props.get("api_url") or API))

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Refuse what would replace the project, and an address that the key must not go to."""
        failures = [
            dynamic.CheckFailure(
                name,
                f"{olds.get(name)} cannot become {news.get(name)}: the project would be replaced, and its data and history lost. "
                "Make a second project and restore into it.",
            )
            for name in FIXED
            if olds and olds.get(name) != news.get(name)
        ]
        try:
            checked_url(str(news.get("api_url") or API))
        except ValueError as error:
            failures.append(dynamic.CheckFailure("api_url", str(error)))
        return dynamic.CheckResult(news, failures)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.DiffResult:
        """What is changed in place; nothing replaces."""
        changed = [name for name in ("name", "history_retention_seconds", "default_branch_protected") if olds.get(name) != news.get(name)]
        changed += [name for name in OURS if olds.get(name) != news.get(name)]
        return dynamic.DiffResult(changes=bool(changed), replaces=[])

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Create the project, then protect its branch. Where that fails the project, which holds nothing yet, is deleted again."""
        client = self.client(props)
        wanted = {
            "name": props["name"],
            "region_id": props["region_id"],
            "pg_version": int(props["pg_version"]),
            "history_retention_seconds": int(props["history_retention_seconds"]),
            "branch": {"name": props["branch"], "database_name": props["database"], "role_name": props["role"]},
        }
        if props.get("org_id"):
            wanted["org_id"] = props["org_id"]
        made = client.change("POST", "/projects", {"project": wanted})
        identity = str(made["project"]["id"])
        try:
            if props.get("default_branch_protected"):
                client.change("PATCH", f"/projects/{identity}/branches/{made['branch']['id']}", {"branch": {"protected": True}})
            found = state(client, identity, props)
        except (NeonError, KeyError) as error:
            raise self._taken_back(client, identity, error) from None
        if found is None:
            raise NeonError(404, f"project {identity}", "it is gone right after it was created")
        return dynamic.CreateResult(identity, found)

    def _taken_back(self, client: NeonClient, identity: str, error: Exception) -> NeonError:
        try:
            client.change("DELETE", f"/projects/{identity}")
        except NeonError as left:
            return NeonError(
                0, f"project {identity}", f"{error}; it was created and could not be deleted again ({left}): delete it by hand"
            )
        return NeonError(getattr(error, "status", 0), "create", f"{error}; the new project was deleted again")

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """The project as it is; without an id where it is gone."""
        found = state(self.client(props), id_, props)
        if found is None:
            return dynamic.ReadResult("", {})
        stated = (*FIXED, *OURS, "name", "history_retention_seconds", "default_branch_protected")
        return dynamic.ReadResult(id_, found, {name: found[name] for name in stated})

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        """Change name and history, then the branch's protection."""
        client = self.client(news)
        changed = {name: news[name] for name in ("name", "history_retention_seconds") if olds.get(name) != news.get(name)}
        if "history_retention_seconds" in changed:
            changed["history_retention_seconds"] = int(changed["history_retention_seconds"])
        if changed:
            client.change("PATCH", f"/projects/{id_}", {"project": changed})
        if olds.get("default_branch_protected") != news.get("default_branch_protected"):
            branch = default_branch(client, id_)["id"]
            protect = bool(news.get("default_branch_protected"))
            client.change("PATCH", f"/projects/{id_}/branches/{branch}", {"branch": {"protected": protect}})
        found = state(client, id_, news)
        if found is None:
            raise NeonError(404, f"project {id_}", "it was deleted while it was updated")
        return dynamic.UpdateResult(found)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Delete the project, unless its default branch is protected. One that is gone is no error."""
        client = self.client(props)
        try:
            if default_branch(client, id_).get("protected"):
                raise NeonError(
                    0,
                    f"project {id_}",
                    "its default branch is protected, and with the project all its history would go: "
                    "set default_branch_protected = False and deploy, then delete",
                )
            client.change("DELETE", f"/projects/{id_}")
        except NeonError as error:
            if error.status != 404:
                raise


def default_branch(client: NeonClient, identity: str) -> dict[str, Any]:
    """The default branch. Raises NeonError where there is none."""
    for branch in client.get(f"/projects/{identity}/branches").get("branches", ()):
        if branch.get("default") or branch.get("primary"):
            return dict(branch)
    raise NeonError(0, f"project {identity}", "it has no default branch")


def state(client: NeonClient, identity: str, props: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the state holds of a project: settings and names; None where it is gone."""
    try:
        project = client.get(f"/projects/{identity}")["project"]
        branch = default_branch(client, identity)
        endpoints = client.get(f"/projects/{identity}/endpoints").get("endpoints", [])
    except NeonError as error:
        if error.status == 404:
            return None
        raise
    hosts = [each["host"] for each in endpoints if each.get("branch_id") == branch["id"] and each.get("type") == "read_write"]
    return {
        "name": project["name"],
        "region_id": project["region_id"],
        "pg_version": project["pg_version"],
        "history_retention_seconds": project["history_retention_seconds"],
        "default_branch_protected": bool(branch.get("protected")),
        "org_id": props.get("org_id"),
        "database": props.get("database"),
        "role": props.get("role"),
        "branch": branch["name"],
        "branch_id": branch["id"],
        "host": hosts[0] if hosts else None,
        **{name: props.get(name) for name in OURS},
    }


class ProjectResource(dynamic.Resource, module="neon", name="Project"):
    """The resource: what is stated of a project, and what Neon answers."""

    branch_id: pulumi.Output[str]
    host: pulumi.Output[str | None]

    def __init__(self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(NeonProvider(), name, {**props, "branch_id": None, "host": None}, opts)
