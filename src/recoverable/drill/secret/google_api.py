"""Google Secret Manager, version 1 (https://cloud.google.com/secret-manager/docs/reference/rest), and the keys of Cloud KMS: calls that only read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

from recoverable.drill.cloudsql.api import words
from recoverable.drill.contract import Clock, RestoreFailedError, TransientError
from recoverable.drill.rest.client import TIMEOUT, Json, RefusedError, RestClient, bearer, part

SECRETS, KEYS = "https://secretmanager.googleapis.com/", "https://cloudkms.googleapis.com/"
SECRETS_OVERRIDE, KEYS_OVERRIDE = "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER", "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS"
"""gcloud's own variables for other endpoints."""
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
"""The one scope that both take."""
MOST_PAGES = 1000
_KEY = re.compile(r"projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+(/cryptoKeyVersions/[0-9]+)?\Z")

_ADVICE = {
    400: "Google does not take the request: mind project and names.",
    401: "The credentials are missing or have expired: log in again.",
    403: "The identity of the drill needs the role that `recoverable drill iam-policy` prints, and the API must be enabled in the project.",
    404: "Mind project and names in [drill.stores.NAME.source].",
}


class GoogleSecretsApi:
    """``token`` gives an access token, anew for each call; ``check`` is called before every try."""

    def __init__(
        self, project: str, token: Callable[[], str], clock: Clock, check: Callable[[], None] = lambda: None, timeout: float = TIMEOUT
    ) -> None:
        self._check = check
        self._project = f"/projects/{part(project)}"
        login = lambda: bearer(token(), "Google's token")  # noqa: E731 - both clients log in alike
        secrets, keys = (os.environ.get(SECRETS_OVERRIDE) or SECRETS), (os.environ.get(KEYS_OVERRIDE) or KEYS)
        self._secrets = RestClient(f"{secrets.rstrip('/')}/v1", login, clock, "Secret Manager", words, timeout)
        self._keys = RestClient(f"{keys.rstrip('/')}/v1", login, clock, "Cloud KMS", words, timeout)

    def names(self) -> list[str]:
        """The ids of all secrets of the project."""
        return [_last(each) for each in self._pages(f"{self._project}/secrets", "secrets")]

    def secret(self, name: str) -> Json:
        """One secret, without its versions."""
        return _named(self._get(f"{self._project}/secrets/{part(name)}"))

    def versions(self, name: str) -> list[Json]:
        """All versions of a secret, destroyed ones, too."""
        return self._pages(f"{self._project}/secrets/{part(name)}/versions", "versions")

    def access(self, name: str, version: str) -> Json:
        """``data`` (base64) and ``dataCrc32c`` of a version.

        Raises:
            TransientError: the answer is not whole, or is of another version.
        """
        found = _named(self._get(f"{self._project}/secrets/{part(name)}/versions/{part(version)}:access"))
        payload = found.get("payload")
        if not isinstance(payload, dict) or _last(found) != version:
            raise TransientError("Secret Manager gave no whole version")
        return payload

    def key(self, name: str) -> Json:
        """A key of Cloud KMS, or a version of one, by its full name.

        Raises:
            TransientError: Google gave something else for a name.
        """
        if not _KEY.match(name):
            raise TransientError("Secret Manager gave no whole name of a key")
        return _named(self._keys.call("GET", "/" + "/".join(part(each) for each in name.split("/")), check=self._check))

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        return self._secrets.call("GET", path, query=query, check=self._check)

    def _pages(self, path: str, what: str) -> list[Json]:
        found: list[Json] = []
        token = ""
        for _ in range(MOST_PAGES):
            page = self._get(path, {"pageToken": token} if token else None)
            items = page.get(what, [])  # Google leaves an empty list out
            if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
                raise TransientError("Secret Manager gave half a list")
            found += [_named(each) for each in items]
            token = str(page.get("nextPageToken") or "")
            if not token:
                return found
        raise TransientError("Secret Manager's list has no end")


def explain(what: str, error: RefusedError) -> RestoreFailedError:
    """A refusal as what it means: ``what`` could not be done, Google's own words, and what to do."""
    return RestoreFailedError(f"{what}: Google answers {error}", _ADVICE.get(error.status, "Look at the project in the console."))


def _last(named: Json) -> str:
    """The id: a name begins with the project's number, whatever it was asked for by."""
    return str(named["name"]).rpartition("/")[2]


def _named(answer: Json) -> Json:
    if not answer.get("name"):
        raise TransientError("Google gave no whole answer")
    return answer
