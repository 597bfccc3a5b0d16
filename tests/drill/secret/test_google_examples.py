"""What Google's pages show of Secret Manager, replayed: against the fake as curl sends it, and into the client.

Read were the pages of the methods below https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets, and what
https://cloud.google.com/secret-manager/docs/create-secret-quickstart and .../add-secret-version show as curl. Placeholders are filled in.
The text of a destroyed version is what users were told: google-github-actions/get-secretmanager-secrets, issue 268.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.cloudsql.api import words
from recoverable.drill.secret.google_api import GoogleSecretsApi
from recoverable.drill.secret.google_manager import GoogleManager
from recoverable.drill.secret.held import Version
from tests.drill.google_secrets import DATABASE, LOGIN, MARKED, GoogleSecretWorld, google_secrets
from tests.fakes.fake_secret_manager import NUMBER, TOKEN, FakeSecretManager, crc32c
from tests.fakes.json_server import Reply

CREATE = {"replication": {"automatic": {}}}
ADD = {"payload": {"data": base64.b64encode(b"my super secret data").decode()}}
TIME = "2014-10-02T15:01:23.045123456Z"
"""The pages' example of a time: nine digits after the point."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[GoogleSecretWorld]:
    with google_secrets(tmp_path) as found:
        yield found


def curl(fake: FakeSecretManager, method: str, path: str, body: Any = None, token: str = TOKEN) -> tuple[int, Any]:
    """Status and body."""
    context = ssl.create_default_context(cafile=str(fake.certificate))
    connection = http.client.HTTPSConnection("127.0.0.1", int(fake.address.rpartition(":")[2]), context=context, timeout=10)
    headers = {"Authorization": f"Bearer {token}", **({"Content-Type": "application/json"} if body is not None else {})}
    connection.request(method, f"/v1/projects/acme-prod{path}", json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    try:
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_secret_is_made_filled_read_and_deleted_as_the_pages_show(world: GoogleSecretWorld) -> None:
    status, made = curl(world.fake, "POST", "/secrets?secretId=my-secret", CREATE)
    assert (status, made["name"], made["replication"]) == (200, f"projects/{NUMBER}/secrets/my-secret", {"automatic": {}})

    status, version = curl(world.fake, "POST", "/secrets/my-secret:addVersion", ADD)
    assert (status, version["name"], version["state"]) == (200, f"{made['name']}/versions/1", "ENABLED")

    for which in ("1", "latest"):
        status, read = curl(world.fake, "GET", f"/secrets/my-secret/versions/{which}:access")
        checksum = str(crc32c(b"my super secret data"))
        assert (status, read) == (200, {"name": version["name"], "payload": {**ADD["payload"], "dataCrc32c": checksum}})

    assert curl(world.fake, "DELETE", "/secrets/my-secret") == (200, {})
    assert curl(world.fake, "GET", "/secrets/my-secret")[0] == 404


def test_an_alias_leads_to_its_version_for_get_and_access(world: GoogleSecretWorld) -> None:
    world.fake.secrets[LOGIN]["versionAliases"] = {"production": "1"}

    assert curl(world.fake, "GET", f"/secrets/{LOGIN}/versions/production")[1]["name"].endswith("/versions/1")
    status, read = curl(world.fake, "GET", f"/secrets/{LOGIN}/versions/production:access")
    assert (status, base64.b64decode(read["payload"]["data"])) == (200, f"{MARKED}-token-1".encode())
    assert curl(world.fake, "GET", f"/secrets/{LOGIN}/versions/staging:access")[0] == 404


@pytest.mark.parametrize(("method", "path", "body", "code", "status"), [
    ("GET", "/secrets/none", None, 404, "NOT_FOUND"),
    ("POST", f"/secrets?secretId={LOGIN}", CREATE, 409, "ALREADY_EXISTS"),
    ("POST", "/secrets?secretId=a.b", CREATE, 400, "INVALID_ARGUMENT"),
    ("POST", "/secrets?secretId=new", {}, 400, "INVALID_ARGUMENT"),
    ("POST", "/secrets?secretId=new", {**CREATE, "unknown": 1}, 400, "INVALID_ARGUMENT"),
    ("POST", "/secrets?secretId=new", {**CREATE, "labels": {"a": "Capital"}}, 400, "INVALID_ARGUMENT"),
    ("POST", f"/secrets/{LOGIN}:addVersion", {"payload": {"data": "no base64"}}, 400, "INVALID_ARGUMENT"),
    ("POST", f"/secrets/{LOGIN}:addVersion", {"payload": {**ADD["payload"], "dataCrc32c": "1"}}, 400, "INVALID_ARGUMENT"),
    ("GET", f"/secrets/{LOGIN}/versions?unknown=1", None, 400, "INVALID_ARGUMENT"),
    ("DELETE", f"/secrets/{LOGIN}?etag=%22other%22", None, 400, "FAILED_PRECONDITION"),
])  # fmt: skip
def test_the_fake_refuses_what_google_refuses(world: GoogleSecretWorld, method: str, path: str, body: Any, code: int, status: str) -> None:
    found, answer = curl(world.fake, method, path, body)

    assert (found, answer["error"]["code"], answer["error"]["status"]) == (code, code, status)
    assert words(code, answer) == (status, answer["error"]["message"])


def test_without_its_token_nothing_is_told(world: GoogleSecretWorld) -> None:
    status, answer = curl(world.fake, "GET", "/secrets", token="other")

    assert (status, answer["error"]["status"]) == (401, "UNAUTHENTICATED")


def test_a_destroyed_version_is_refused_in_googles_words_and_told_as_destroyed(world: GoogleSecretWorld) -> None:
    world.fake.set_state(LOGIN, 2, "DESTROYED")
    status, answer = curl(world.fake, "GET", f"/secrets/{LOGIN}/versions/latest:access")
    words = f"Secret Version [projects/{NUMBER}/secrets/{LOGIN}/versions/2] is in DESTROYED state."
    assert (status, answer) == (400, {"error": {"code": 400, "message": words, "status": "FAILED_PRECONDITION"}})

    api = GoogleSecretsApi("acme-prod", lambda: TOKEN, world.clock)
    version = Version("2", world.clock.now(), current=True, previous=False)
    assert GoogleManager("acme-prod", api).read(LOGIN, version).why == "FAILED_PRECONDITION: it is DESTROYED"


def test_times_of_nine_digits_are_read(world: GoogleSecretWorld) -> None:
    for each in world.fake.versions[DATABASE]:
        each["createTime"] = TIME
    facts = GoogleManager("acme-prod", GoogleSecretsApi("acme-prod", lambda: TOKEN, world.clock)).facts(DATABASE)

    assert facts is not None
    assert {each.created.isoformat() for each in facts.versions} == {"2014-10-02T15:01:23.045123+00:00"}


@pytest.mark.parametrize("payload", [{}, {"data": "c2VjcmV0"}, {"data": "c2VjcmV0", "dataCrc32c": "0"}])
def test_a_payload_whose_checksum_is_missing_or_wrong_is_not_believed(
    world: GoogleSecretWorld, monkeypatch: pytest.MonkeyPatch, payload: dict[str, str]
) -> None:
    named = {"name": f"projects/{NUMBER}/secrets/{LOGIN}/versions/2", "payload": payload}
    monkeypatch.setattr(world.fake, "answer", lambda call: Reply(200, named))
    api = GoogleSecretsApi("acme-prod", lambda: TOKEN, world.clock)
    found = GoogleManager("acme-prod", api).read(LOGIN, Version("2", world.clock.now(), current=True, previous=False))

    assert not found.readable
    assert found.why == "what came is not what its checksum says"
