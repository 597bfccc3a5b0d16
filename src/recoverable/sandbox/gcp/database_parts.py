"""What lies inside of a Cloud SQL instance: databases and users."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from recoverable.sandbox.gcp.checks import known, matches, one_of
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.databases import INSTANCE, INSTANCE_PATH
from recoverable.sandbox.gcp.google import GoogleHandler
from recoverable.sandbox.provider.handler import Refusal, Values


class Database(GoogleHandler):
    """One database of an instance."""

    token = "gcp:sql/database:Database"
    autoname = "name"
    path = "projects/{project}/instances/{instance}/databases/{name}"
    replaces = frozenset({"name", "instance", "project"})
    defaults: ClassVar[Values] = {"deletionPolicy": "DELETE"}
    kept = frozenset({"deletionPolicy"})
    parents = (("instance", INSTANCE, INSTANCE_PATH),)
    checks = (one_of("deletionPolicy", "DELETE", "ABANDON"), matches("name", r"\S{1,64}", "1 to 64 characters without blanks"))

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Character set and collation of PostgreSQL unless stated."""
        link = f"https://sqladmin.googleapis.com/sql/v1beta4/{identity}"
        return {"charset": inputs.get("charset", "UTF8"), "collation": inputs.get("collation", "en_US.UTF8"), "selfLink": link}

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Unless it is to be left where it is."""
        if held.get("deletionPolicy") != "ABANDON":
            super().remove(cloud, identity, body, held)


def authenticates(inputs: Values) -> Iterator[Refusal]:
    """A user of IAM has no password."""
    kind = inputs.get("type")
    if known(kind) and str(kind or "").startswith("CLOUD_IAM") and inputs.get("password"):
        yield Refusal("password", f"a user of type {kind} signs in by IAM and has none")


class User(GoogleHandler):
    """One user of an instance. Its password is never returned, and kept as a digest only."""

    token = "gcp:sql/user:User"
    autoname = "name"
    path = "{name}//{instance}"
    replaces = frozenset({"name", "instance", "host", "project", "type"})
    kept = frozenset({"password", "passwordWo", "deletionPolicy"})
    secret = frozenset({"password", "passwordWo"})
    parents = (("instance", INSTANCE, INSTANCE_PATH),)
    checks = (
        one_of(
            "type",
            "BUILT_IN",
            "CLOUD_IAM_USER",
            "CLOUD_IAM_SERVICE_ACCOUNT",
            "CLOUD_IAM_GROUP",
            "CLOUD_IAM_GROUP_USER",
            "CLOUD_IAM_GROUP_SERVICE_ACCOUNT",
        ),
        one_of("deletionPolicy", "ABANDON"),
        authenticates,
    )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """What only users of MySQL, IAM and SQL Server have is empty."""
        return {"host": inputs.get("host", ""), "iamEmail": "", "sqlServerUserDetails": []}

    def read(self, cloud: GoogleCloud, identity: str, held: Values) -> Values | None:
        """As the API answers: without any password."""
        found = super().read(cloud, identity, held)
        return None if found is None else {name: value for name, value in found.items() if name not in self.secret}

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Unless it is to be left where it is."""
        if held.get("deletionPolicy") != "ABANDON":
            super().remove(cloud, identity, body, held)
