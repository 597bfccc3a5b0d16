"""How AWS is asked: nothing but the table's calls, errors turned into named gaps, a policy that is the table."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.parsers
import botocore.session
import pytest
from botocore.stub import Stubber

from recoverable.audit.accounts import accounts
from recoverable.audit.asking import ForbiddenCallError, Region, guard
from recoverable.audit.calls import CALLS, iam_policy
from recoverable.cli.entry import main
from recoverable.model.errors import InputError
from recoverable.model.values import Unknown
from tests.audit.conftest import LOGIN

READING = ("Describe", "Get", "List")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A guarded session that reaches nobody."""
    for name, value in {**LOGIN, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    made = botocore.session.Session()
    guard(made)
    return made


@pytest.mark.parametrize(
    ("service", "method", "words"),
    [
        ("s3", "delete_bucket", {"Bucket": "orders"}),
        ("s3", "get_object", {"Bucket": "orders", "Key": "a"}),
        ("rds", "delete_db_instance", {"DBInstanceIdentifier": "orders"}),
        ("kms", "schedule_key_deletion", {"KeyId": "k"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "s"}),
        ("iam", "list_users", {}),
    ],
)
def test_a_call_that_is_not_in_the_table_is_stopped_before_it_is_sent(
    service: str, method: str, words: dict[str, str], session: Any
) -> None:
    client = session.create_client(service, region_name="eu-west-1")

    with pytest.raises(ForbiddenCallError):
        getattr(client, method)(**words)


def test_the_table_holds_nothing_but_looking_and_taking_a_role() -> None:
    others = {key for key in CALLS if not key[1].startswith(READING)}

    assert others == {("sts", "AssumeRole")}
    assert not {operation for _, operation in CALLS} & {"GetObject", "GetSecretValue", "GetParameter"}


def test_every_call_of_the_table_is_one_that_the_service_has() -> None:
    made = botocore.session.Session()
    for service, operation in CALLS:
        assert operation in made.get_service_model(service).operation_names


def test_the_policy_allows_the_actions_of_the_table_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    allowed = {action for statement in iam_policy()["Statement"] for action in statement["Action"]}

    assert allowed == {action for call in CALLS.values() for action in call.actions}
    assert not any("*" in action for action in allowed)
    role = "arn:aws:iam::210987654321:role/audit"
    assert iam_policy([role])["Statement"][-1] == {
        "Sid": "TakeTheRoles",
        "Effect": "Allow",
        "Action": ["sts:AssumeRole"],
        "Resource": [role],
    }
    assert main(["audit", "aws", "--iam-policy"]) == 0
    assert '"backup:ListBackupJobs"' in capsys.readouterr().out


def region(session: Any, service: str, error: str, status: int, operation: str) -> Region:
    """A region whose one call ends in an error."""
    client = session.create_client(service, region_name="eu-west-1")
    stub = Stubber(client)
    stub.add_client_error(operation, error, "marked-secret-in-a-message", status)
    stub.activate()
    return Region("123456789012", "eu-west-1", "aws", lambda service, name: client)


@pytest.mark.parametrize(
    ("error", "status", "why"),
    [
        ("AccessDenied", 403, "denied"),
        ("AccessDeniedException", 400, "denied"),
        ("ExplicitlySomethingElse", 403, "denied"),
        ("UnrecognizedClientException", 400, "denied"),
        ("ThrottlingException", 400, "throttled"),
        ("SlowDown", 503, "throttled"),
        ("InternalError", 500, "unreachable"),
        ("InvalidParameterValue", 400, "failed"),
    ],
)
def test_an_error_is_a_gap_with_its_reason_and_without_its_text(error: str, status: int, why: str, session: Any) -> None:
    here = region(session, "rds", error, status, "describe_db_instances")

    listed = here.pages("rds", "DescribeDBInstances", "DBInstances")

    assert listed.items == []
    assert isinstance(listed.gap, Unknown)
    assert listed.gap.expression == "rds:DescribeDBInstances"
    assert [(gap.why, gap.code) for gap in here.gaps] == [(why, error)]
    assert "marked-secret" not in repr((listed, here.gaps))


def test_what_is_not_set_is_no_gap(session: Any) -> None:
    here = region(session, "s3", "NoSuchBucketPolicy", 404, "get_bucket_policy")

    assert here.one("s3", "GetBucketPolicy", Bucket="orders") is None
    assert here.gaps == []


def test_nobody_who_answers_is_a_gap(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    here = Region("123456789012", "eu-west-1", "aws", lambda service, name: session.create_client(service, region_name=name))

    found = here.one("kms", "DescribeKey", KeyId="k")

    assert isinstance(found, Unknown)
    assert [(gap.why, gap.code) for gap in here.gaps] == [("unreachable", "EndpointConnectionError")]


@pytest.mark.parametrize(
    ("service", "operation", "place", "code", "gaps"),
    [
        ("memorydb", "DescribeClusters", "mx-central-1", socket.EAI_NONAME, []),
        ("memorydb", "DescribeClusters", "mx-central-1", socket.EAI_AGAIN, ["EndpointConnectionError"]),
        ("memorydb", "DescribeClusters", "eu-west-1", socket.EAI_NONAME, ["EndpointConnectionError"]),
        ("memorydb", "DescribeClusters", "eu-wesst-1", socket.EAI_NONAME, ["EndpointConnectionError"]),
        ("sts", "GetCallerIdentity", "mx-central-1", socket.EAI_NONAME, ["EndpointConnectionError"]),
        ("sts", "GetCallerIdentity", "eu-wesst-1", socket.EAI_NONAME, ["EndpointConnectionError"]),
        ("rds", "DescribeDBInstances", "eu-wesst-1", socket.EAI_NONAME, ["EndpointConnectionError"]),
    ],
)
def test_a_service_that_a_region_has_not_is_no_gap(
    service: str, operation: str, place: str, code: int, gaps: list[str], session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name leads nowhere there, and the SDK knows the region, and the service elsewhere; who ought to be there did not answer."""

    def nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(code, "marked")

    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    here = Region("123456789012", place, "aws", lambda name, region: session.create_client(name, region_name=region))

    here.one(service, operation)

    assert [gap.code for gap in here.gaps] == gaps


@pytest.mark.parametrize("words", [[], ["--role-arn", "arn:aws:iam::210987654321:role/audit"]])
def test_a_region_that_nobody_knows_is_no_account_without_stores(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "marked")

    for name, value in {**LOGIN, "AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": "/nonexistent"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    facts = tmp_path / "facts.jsonl"
    facts.write_text("as it was\n")

    code = main(["audit", "aws", *words, "--region", "eu-wesst-1", "--allow-empty", "--facts", str(facts)])

    assert code == 5
    assert "sts:" in capsys.readouterr().out
    assert facts.read_text() == "as it was\n"


def test_without_a_login_nothing_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LOGIN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")

    with pytest.raises(InputError, match="no login"):
        list(accounts(None, [], ["eu-west-1"]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--role-arn", "role/audit"], "is no ARN of a role"),
        (["--region", ""], "no region is named"),
        (["--organization"], "go together"),
        (["--member-role", "audit"], "go together"),
        (["--organization", "--member-role", "arn:aws:iam::123456789012:role/audit"], "is no name of a role"),
        (["--organization", "--member-role", "audit", "--role-arn", "arn:aws:iam::123456789012:role/audit"], "those of the organization"),
        (["--region", "nowhere"], "is no region of AWS"),
        (["--rule", "password-in-code"], "is not asked of an account"),
        (["--json-lines", "--format", "json"], "a report of its own"),
        (["--parallel", "0"], "no number from 1 to 64"),
        (["--format", "pdf"], "unknown format"),
        (["--rule", "RCV999"], "RCV999"),
        (["--profile", "there-is-none"], "name of the profile"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    assert main(["audit", "aws", *words]) == 2
    assert said in capsys.readouterr().err


def test_an_answer_that_is_no_xml_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a proxy between says is a gap of this one call, and no crash of its reader."""

    def answer(**_: Any) -> Any:
        raise botocore.parsers.ResponseParserError("<html>marked</html>")

    region = Region(
        "123456789012", "eu-west-1", "aws", lambda service, name: SimpleNamespace(describe_load_balancers=answer, describe_trails=answer)
    )

    found = region.one("cloudtrail", "DescribeTrails")

    assert isinstance(found, Unknown)
    assert (region.gaps[0].why, region.gaps[0].code) == ("unreachable", "ResponseParserError")
    assert "marked" not in repr(region.gaps)
