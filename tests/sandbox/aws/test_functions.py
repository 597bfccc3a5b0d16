"""The functions of the stand-in provider for AWS."""

from __future__ import annotations

import json

import pytest

from recoverable.sandbox.aws.cloud import ENDPOINT
from tests.support.provider import Aborted, Calls


def test_who_and_where(aws: Calls) -> None:
    assert aws.invoke("aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "123456789012"
    assert aws.invoke("aws:index/getRegion:getRegion")["region"] == "eu-west-1"
    assert aws.invoke("aws:index/getRegion:getRegion", region="eu-central-1")["name"] == "eu-central-1"
    assert aws.invoke("aws:index/getPartition:getPartition")["partition"] == "aws"


def test_a_region_that_there_is_not_is_refused(aws: Calls) -> None:
    with pytest.raises(Aborted, match="mars-north-1"):
        aws.invoke("aws:index/getRegion:getRegion", name="mars-north-1")


def test_a_policy_document_is_made_of_statements(aws: Calls) -> None:
    statement = {
        "sid": "Tls",
        "effect": "Deny",
        "principals": [{"type": "*", "identifiers": ["*"]}],
        "actions": ["s3:*"],
        "resources": ["b", "a"],
        "conditions": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}],
    }
    answer = aws.invoke("aws:iam/getPolicyDocument:getPolicyDocument", statements=[statement])
    assert json.loads(answer["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Tls",
                "Effect": "Deny",
                "Action": "s3:*",
                "Resource": ["a", "b"],
                "Principal": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
    assert json.loads(answer["minifiedJson"]) == json.loads(answer["json"])


def test_documents_are_merged_and_overridden_by_sid(aws: Calls) -> None:
    def document(sid: str, action: str) -> str:
        stated = {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [stated]})

    answer = aws.invoke(
        "aws:iam/getPolicyDocument:getPolicyDocument",
        sourcePolicyDocuments=[document("A", "s3:Get"), document("B", "s3:Put")],
        overridePolicyDocuments=[document("A", "s3:List")],
    )
    assert {each["Sid"]: each["Action"] for each in json.loads(answer["json"])["Statement"]} == {"A": "s3:List", "B": "s3:Put"}
    with pytest.raises(Aborted, match=r"two statements have one Sid: \['A'\]"):
        aws.invoke("aws:iam/getPolicyDocument:getPolicyDocument", sourcePolicyDocuments=[document("A", "x"), document("A", "y")])


def test_an_unknown_function_is_refused_by_name(aws: Calls) -> None:
    with pytest.raises(Aborted, match="stand-in for aws has no function aws:sqs/getQueues:getQueues"):
        aws.invoke("aws:sqs/getQueues:getQueues")


@pytest.mark.parametrize("endpoint", ["https://s3.amazonaws.com", "http://10.0.0.1:5000", "http://127.0.0.1.example.com"])
def test_nothing_but_this_machine_is_ever_called(aws: Calls, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv(ENDPOINT, endpoint)
    with pytest.raises(Aborted, match="the stand-in for aws talks only to this machine"):
        aws.invoke("aws:index/getCallerIdentity:getCallerIdentity")


def test_without_a_sandbox_the_user_is_told_how_to_start_one(aws: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENDPOINT)
    with pytest.raises(Aborted, match="recoverable sandbox up"):
        aws.invoke("aws:index/getCallerIdentity:getCallerIdentity")
