"""Who may log in to an instance of the fake Cloud SQL: a part of ``fake_cloudsql``. Imports nothing of ``recoverable``.

By a password that was set over the API, or as an IAM user with an access token (https://cloud.google.com/sql/docs/postgres/iam-logins):
the real PostgreSQL behind the fake then takes that token for the user's password, and nothing else.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from tests.fakes.google_errors import RefusedError
from tests.fakes.json_server import Json
from tests.fakes.postgres_history import Customer, Databases

FLAG = {"name": "cloudsql.iam_authentication", "value": "on"}


class Logins:
    """Passwords and tokens."""

    instances: dict[str, Json]
    origins: dict[str, tuple[str, datetime.datetime | str | None]]
    served: dict[str, Any]
    databases: Databases
    customer: Customer
    iam_user = ""
    """The one IAM user of every instance, and its token."""
    iam_token = ""
    _free: Callable[..., None]
    _begin: Callable[..., Json]

    def set_password(self, name: str, query: Json, body: Json) -> Json:
        """Of the owner alone."""
        self._free(name)
        if query.get("name") != self.customer.owner or not body.get("password"):
            raise RefusedError(400, "invalid", "Invalid request: user and password are needed.")
        self._serve(name).execute(f"ALTER ROLE {self.customer.owner} PASSWORD '{body['password']}'")
        return self._begin(name, "UPDATE_USER")

    def let_iam_in(self, name: str) -> None:
        """The token is good on a copy that runs and takes IAM logins."""
        instance = self.instances[name]
        if not self.iam_user or name not in self.origins or name in self.served or instance["state"] != "RUNNABLE":
            return
        if FLAG not in instance["settings"].get("databaseFlags", []):
            return
        server = self._serve(name)
        if not server.execute(f"SELECT 1 FROM pg_roles WHERE rolname = '{self.iam_user}'"):
            server.execute(f'CREATE ROLE "{self.iam_user}" LOGIN CREATEROLE CREATEDB IN ROLE cloudsqlsuperuser')
        server.execute(f"ALTER ROLE \"{self.iam_user}\" PASSWORD '{self.iam_token}'")

    def _serve(self, name: str) -> Any:
        parent, at = self.origins.get(name, ("", None))
        self.served[name] = self.databases.serve(name, parent, at)
        return self.served[name]
