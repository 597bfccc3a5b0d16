"""``recoverable drill iam-policy``: what whoever runs a drill must be allowed to do, on stdout alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli import exits
from recoverable.cli.entry import main
from recoverable.drill.ledger_permissions import ledger_statements
from recoverable.drill.ledger_s3 import S3Ledger
from tests.support.moto_server import MotoServer

SETTINGS = """[drill]
{ledger}
[drill.stores.orders]
provider = "rds"
environment = "prod"
[drill.stores.orders.source]
instance = "orders-db"
region = "eu-west-1"
subnet_group = "drill-private"
security_groups = ["sg-0d5a11"]
parameter_group = "drill-18"
instance_class = "db.t4g.medium"
[drill.stores.ledgers]
provider = "cloudsql"
environment = "prod"
source = {{ project = "acme-prod", instance = "ledgers" }}
[drill.stores.branches]
provider = "neon"
environment = "prod"
source = {{ project = "long-frost-12345678" }}
"""
ACTIONS = {
    "GetObject": "s3:GetObject",
    "GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListObjectsV2": "s3:ListBucket",
    "PutObject": "s3:PutObject",
}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command, with what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, ledger: str = "") -> tuple[int, str, str]:
        Path("recoverable.toml").write_text(SETTINGS.format(ledger=f'ledger = "{ledger}"' if ledger else ""), encoding="utf-8")
        code = main(["drill", "iam-policy", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_a_store_on_aws_gets_a_policy_of_its_own_account(asked: Any) -> None:
    code, out, err = asked("orders", "--account", "123456789012")
    policy = json.loads(out)

    assert (code, err) == (exits.CLEAN, "")
    assert policy["Version"] == "2012-10-17"
    assert {each["Sid"] for each in policy["Statement"]} >= {"Look", "Restore", "ChangeAndDeleteCopies"}
    assert "arn:aws:rds:eu-west-1:123456789012:db:orders-db" in out
    assert "s3:" not in out


def test_a_ledger_in_a_bucket_is_part_of_the_policy(asked: Any) -> None:
    _, out, _ = asked("orders", ledger="s3://evidence/drills/prod")
    by_name = {each["Sid"]: each for each in json.loads(out)["Statement"]}

    assert by_name["WriteEvidence"]["Resource"] == "arn:aws:s3:::evidence/drills/prod/*"
    assert not any("Delete" in action for each in ledger_statements("s3://evidence") for action in each["Action"])


def test_a_store_on_google_cloud_gets_a_custom_role(asked: Any) -> None:
    code, out, err = asked("ledgers")

    assert code == exits.CLEAN
    assert "cloudsql.instances.clone" in json.loads(out)["includedPermissions"]
    assert "gcloud iam roles create" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("branches",), "Neon's smallest right is an API key"),
        (("nowhere",), "is no store of"),
        (("orders", "--account", "12"), "Write its 12 digits"),
    ],
)
def test_what_has_no_policy_is_bad_input(asked: Any, words: tuple[str, ...], said: str) -> None:
    code, out, err = asked(*words)

    assert (code, out) == (exits.BAD_INPUT, "")
    assert said in err


def test_the_ledgers_statements_are_the_calls_of_a_ledger() -> None:
    import boto3

    called: set[str] = set()
    with MotoServer() as endpoint:
        s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        s3.create_bucket(Bucket="evidence", ObjectLockEnabledForBucket=True)
        s3.meta.events.register("provide-client-params.s3", lambda params, model, **_: called.update(actions(model.name, params)))
        ledger = S3Ledger("evidence", "drills", 30, s3)
        for number in range(2):
            ledger.append({"store": "orders", "rpo_seconds": number})
        assert list(ledger.removed()) == []

    assert {action for each in ledger_statements("s3://evidence/drills") for action in each["Action"]} == called


def actions(operation: str, params: dict[str, Any]) -> set[str]:
    """What S3 asks for a call: a retention of its own is a right of its own."""
    return {ACTIONS[operation]} | ({"s3:PutObjectRetention"} if "ObjectLockMode" in params else set())
