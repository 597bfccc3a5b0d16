"""Login into a copy on RDS by a token: it arrives as the password at a real PostgreSQL, is new for each session, and is nowhere else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from recoverable.drill.aws import iam_login
from recoverable.drill.aws.permissions import policy
from recoverable.drill.connection import Connection
from recoverable.drill.postgres.connect import connect
from recoverable.drill.verdict import DrillVerdict
from recoverable.standard.problems import StandardError
from tests.drill.aws.rds_world import DATABASE, REGION, SOURCE, World
from tests.drill.harness import Harness
from tests.fakes.rds.postgres_copies import OneServer

USER = "drills"
MARKED = "copy.example:5432/?Action=connect&X-Amz-Signature=marked-token"


class Tokens:
    """Signs one token after the other, and lets the server behind the instances take the newest alone."""

    def __init__(self, server: OneServer, *, granted: bool = True) -> None:
        self.server, self.number = server, 0
        copy = server.copies._ready("one")
        self.order = [str(server.copies.programs / "psql"), "-X", "-q", "-h", str(copy.folder), "-p", str(copy.port), "-U", copy.superuser]
        self.sql(f"DROP ROLE IF EXISTS {USER}; DROP ROLE IF EXISTS rds_iam; CREATE ROLE rds_iam NOLOGIN;")
        if granted:
            self.sql(f"CREATE ROLE {USER} LOGIN; GRANT rds_iam, pg_read_all_data TO {USER};")

    def sql(self, text: str) -> None:
        subprocess.run([*self.order, "postgres"], input=text, text=True, check=True, capture_output=True)

    def __call__(self, region: str, host: str, port: int, user: str) -> str:
        self.number += 1
        token = f"{MARKED}-{self.number}"
        self.server.set_password("one", user, token)
        return token


def harness_of(account: World, state: Path, users: list[str]) -> Harness:
    harness = account.harness(state, database=DATABASE, login="iam", user=USER)

    def first_query(connection: Connection) -> None:
        with connect(connection) as opened:
            users.extend(str(name) for (name,) in opened.execute("SELECT session_user::text").fetchall())

    harness.first_query = first_query
    return harness


def test_each_session_gets_a_new_token_as_its_password_and_none_is_told(
    account: World, one_server: OneServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    tokens, users = Tokens(one_server), list[str]()
    monkeypatch.setattr(iam_login, "signed", tokens)
    harness = harness_of(account, tmp_path / "state", users)
    outcome = harness.drill()

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert (users, tokens.number > 1) == ([USER], True)
    (restoring,) = account.asked("RestoreDBInstanceToPointInTime")
    assert restoring["EnableIAMDatabaseAuthentication"] is True
    assert account.names() == {SOURCE}
    output = capfd.readouterr()
    kept = "\n".join(path.read_text(errors="replace") for path in harness.state.rglob("*") if path.is_file())
    said = json.dumps(outcome.record, default=str) + repr(outcome.evidence) + "\n".join(harness.said) + kept + output.out + output.err
    assert "marked-token" not in said + str(account.cloud.requests)


def test_a_user_that_is_not_granted_rds_iam_is_told_and_the_copy_goes(
    account: World, one_server: OneServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens, users = Tokens(one_server, granted=False), list[str]()
    monkeypatch.setattr(iam_login, "signed", tokens)
    evidence = harness_of(account, tmp_path / "state", users).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert f"no user {USER} that may log in by IAM" in evidence.reason
    assert (users, tokens.number, account.names()) == ([], 0, {SOURCE})


def test_a_token_that_the_server_does_not_take_is_a_failure_and_the_copy_goes(
    account: World, one_server: OneServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Tokens(one_server)
    one_server.set_password("one", USER, "another")
    monkeypatch.setattr(iam_login, "signed", lambda *words: MARKED)
    evidence = harness_of(account, tmp_path / "state", []).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "it refuses the password" in evidence.reason
    assert account.names() == {SOURCE}


def test_a_token_is_signed_for_this_host_port_and_user_and_asks_nobody(account: World) -> None:
    found = urlsplit("https://" + iam_login.signed(REGION, "copy.example", 5433, USER))
    query = parse_qs(found.query)

    assert (found.hostname, found.port, query["DBUser"], query["Action"]) == ("copy.example", 5433, [USER], ["connect"])
    assert query["X-Amz-Expires"] == ["900"]
    assert f"/{REGION}/rds-db/aws4_request" in query["X-Amz-Credential"][0]
    assert account.cloud.requests == []


def test_the_policy_lets_log_in_as_this_user_alone_and_only_where_it_is_asked_for(account: World) -> None:
    (login,) = [each for each in policy(account.settings(login="iam", user=USER), "123456789012")["Statement"] if each["Sid"] == "LogIn"]

    assert (login["Action"], login["Resource"]) == (["rds-db:connect"], [f"arn:aws:rds-db:{REGION}:123456789012:dbuser:*/{USER}"])
    assert "rds-db:connect" not in json.dumps(policy(account.settings()))


@pytest.mark.parametrize("more", [{"login": "iam"}, {"user": USER}])
def test_login_and_user_go_together(account: World, more: dict[str, Any]) -> None:
    with pytest.raises(StandardError, match="names login and user not together"):
        account.settings(**more)
