"""Login as an IAM user: the access token arrives as the password, at a real PostgreSQL, and is nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from recoverable.drill.cloudsql.permissions import role
from recoverable.drill.cloudsql.settings import FORMS
from recoverable.drill.connection import Connection, ShortLived
from recoverable.drill.engine import Outcome
from recoverable.drill.postgres.connect import connect
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from recoverable.standard.problems import StandardError
from tests.drill.cloudsql_cloud import cloudsql_settings, gone, provider
from tests.drill.harness import Harness, rung, says
from tests.drill.held import hold
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.cloudsql_logins import FLAG
from tests.fakes.fake_cloudsql import SOURCE, FakeCloudSql
from tests.fakes.postgres_history import OneServer

pytestmark = pytest.mark.usefixtures("quick_disk")
USER = "drills@acme-prod.iam"
LOGIN = "ya29.marked-login-token-of-the-tests"


class Iam:
    """Drills that log in as an IAM user."""

    def __init__(self, cloud: FakeCloudSql, clock: VirtualClock, folder: Path, port: int) -> None:
        self.cloud, self.clock, self.folder, self.port = cloud, clock, folder, port
        self.token = LOGIN
        self.asked: list[str] = []
        self.users: list[str] = []

    def give(self) -> str:
        self.asked.append(self.token)
        return self.token

    def harness(self, **settings: Any) -> Harness:
        source = cloudsql_settings(self.port, login="iam", user=USER, **settings)
        passing = (rung("rows", says(RungVerdict.PASS, rpo_seconds=1), catches=(1,)),)
        return Harness(provider(self.clock, login_token=self.give), self.clock, self.folder, source, passing, first_query=self.first_query)

    def first_query(self, connection: Connection) -> None:
        with connect(connection) as opened:
            self.users += [str(name) for (name,) in opened.execute("SELECT session_user::text").fetchall()]


@pytest.fixture
def iam(cloud: FakeCloudSql, clock: VirtualClock, database: OneServer, tmp_path: Path) -> Iam:
    cloud.iam_user, cloud.iam_token = USER, LOGIN
    cloud.instances[SOURCE]["settings"]["databaseFlags"] = [FLAG]
    return Iam(cloud, clock, tmp_path / "state", database.server.port)


def written(outcome: Outcome, harness: Harness) -> str:
    kept = "\n".join(path.read_text(errors="replace") for path in harness.state.rglob("*") if path.is_file())
    return json.dumps(outcome.record, default=str) + repr(outcome.evidence) + "\n".join(harness.said) + kept


@pytest.mark.parametrize("form", FORMS)
def test_the_token_is_the_password_and_no_password_is_made(iam: Iam, form: str) -> None:
    if form.startswith("retained"):
        gone(iam.cloud)
    outcome = iam.harness(restore=form).drill()

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert iam.users == [USER]
    assert not [call for call in iam.cloud.calls if call.path[-1] == "users"]
    assert iam.cloud.truth() == set()


def test_a_token_that_is_not_the_one_is_refused_by_the_server(iam: Iam) -> None:
    iam.token = "ya29.of-somebody-else"
    outcome = iam.harness().drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "the copy takes no connection" in outcome.evidence.reason
    assert iam.cloud.truth() == set()


@pytest.mark.parametrize("good", [True, False], ids=["verified", "refused"])
def test_the_token_is_in_no_log_no_record_no_output_and_no_request(iam: Iam, good: bool, capfd: pytest.CaptureFixture[str]) -> None:
    iam.cloud.iam_token = LOGIN if good else "another"
    harness = iam.harness()
    outcome = harness.drill()
    output = capfd.readouterr()

    assert iam.asked
    assert LOGIN not in written(outcome, harness) + output.out + output.err
    assert not [call.line for call in iam.cloud.calls if LOGIN in json.dumps([call.raw, call.query, dict(call.headers), call.body])]


def test_a_source_that_takes_no_iam_logins_is_red_before_anything_is_made(iam: Iam) -> None:
    iam.cloud.instances[SOURCE]["settings"]["databaseFlags"] = [{**FLAG, "value": "off"}]
    evidence = iam.harness().drill().evidence

    assert {each.name for each in evidence.failed()} == {"iam-login"}
    assert "cloudsql.iam_authentication" in evidence.reason
    assert not [call for call in iam.cloud.calls if call.method != "GET"]


def test_a_copy_that_takes_no_iam_logins_is_told_and_removed(iam: Iam, monkeypatch: pytest.MonkeyPatch) -> None:
    put = iam.cloud.put
    monkeypatch.setattr(iam.cloud, "put", lambda name, settings, **more: put(name, {**settings, "databaseFlags": []}, **more))
    evidence = iam.harness().drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "the copy takes no IAM logins" in evidence.reason
    assert (iam.asked[1:], iam.cloud.truth()) == ([], set())


def test_a_held_copy_is_handed_out_with_a_token_and_says_that_it_expires(iam: Iam, tmp_path: Path) -> None:
    found: list[Any] = []

    def look(url: str) -> None:
        with psycopg.connect(url) as opened:
            found.extend(opened.execute("SELECT session_user::text").fetchall())

    harness = iam.harness()
    held = hold(harness, tmp_path, look, 2.0)

    assert held.outcome.evidence.verdict is DrillVerdict.VERIFIED, held.outcome.evidence.reason
    assert found == [(USER,)]
    assert any("its password is an access token" in line for line in harness.said)
    assert LOGIN in held.url
    assert LOGIN not in written(held.outcome, harness)
    assert not held.file.exists()


def test_a_token_that_was_renewed_is_the_one_that_is_used() -> None:
    tokens = iter(("first", "second", "third"))
    connection = Connection("db", 5432, USER, "shop", ShortLived(lambda: next(tokens)))

    assert connection.keywords()["password"] == "first"
    assert connection.environment()["PGPASSWORD"] == "second"
    assert ":third@" in connection.url().reveal()
    assert "first" not in f"{connection!r} {connection} {connection.password} {connection.password!r}"


@pytest.mark.parametrize("form", FORMS)
def test_the_role_lets_log_in_and_change_no_user(form: str) -> None:
    by_password, by_token = (
        set(role(cloudsql_settings(5432, restore=form, **more))["includedPermissions"]) for more in ({}, {"login": "iam", "user": USER})
    )

    assert by_token - by_password == {"cloudsql.instances.login"}
    assert by_password - by_token == {"cloudsql.users.update"}


@pytest.mark.parametrize(("more", "words"), [
    ({"login": "iam"}, "names no IAM user"),
    ({"login": "iam", "user": "postgres"}, "names no IAM user"),
    ({"login": "iam", "user": "drills@acme-prod.iam.gserviceaccount.com"}, "is a service account's whole address"),
    ({"login": "token"}, "not one of password, iam"),
])  # fmt: skip
def test_a_login_that_cannot_be_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(StandardError, match=words):
        cloudsql_settings(5432, **more)
