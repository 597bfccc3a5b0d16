"""The echo provider under the real engine, with programs that are written here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox import engine
from recoverable.sandbox.errors import SetupError
from tests.standins.pulumi import workspace

pytestmark = pytest.mark.engine
HEAD = "import json\nimport pulumi\nimport pulumi_aws as aws\n\n\ndef build():\n"


def preview(pulumi: engine.Engine, folder: Path, body: str) -> dict[str, Any]:
    """The inputs of every resource that a program makes, by name."""
    place = workspace.Workspace(pulumi, folder)
    place.load({"program": HEAD + "".join(f"    {line}\n" for line in body.splitlines())})
    steps = place.preview()["steps"]
    return {step["urn"].split("::")[-1]: step["newState"].get("inputs") for step in steps}


def test_an_unknown_type_is_refused_by_name(pulumi: engine.Engine, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="the echo provider for aws has no aws:ec2/customerGateway:CustomerGateway"):
        preview(pulumi, tmp_path, 'aws.ec2.CustomerGateway("x", bgp_asn="65000", type="ipsec.1")')


def test_an_unknown_function_is_refused_by_name(pulumi: engine.Engine, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="the echo provider has no function aws:ec2/getAmi:getAmi"):
        preview(pulumi, tmp_path, 'aws.ec2.get_ami(owners=["self"])')


def test_the_functions_that_programs_use_answer(pulumi: engine.Engine, tmp_path: Path) -> None:
    body = """
account = aws.get_caller_identity().account_id
place = f"{aws.get_region().region}-{aws.get_partition().partition}"
document = aws.iam.get_policy_document(statements=[{"actions": ["s3:*"], "resources": ["*"],
    "principals": [{"type": "AWS", "identifiers": ["*"]}]}])
aws.s3.Bucket("b", tags={"account": account, "place": place, "policy": json.loads(document.json)["Statement"][0]["Effect"]})
"""
    tags = preview(pulumi, tmp_path, body.strip())["b"]["tags"]
    assert tags == {"account": "123456789012", "place": "eu-west-1-aws", "policy": "Allow"}


def test_names_and_defaults_are_filled_in_as_the_bridge_does(pulumi: engine.Engine, tmp_path: Path) -> None:
    body = """
aws.rds.Instance("db", instance_class="db.t3.micro", engine="postgres")
aws.backup.Plan("plan", rules=[{"rule_name": "daily", "target_vault_name": "v"}])
aws.rds.SubnetGroup("net", subnet_ids=["a", "b"])
"""
    found = preview(pulumi, tmp_path, body.strip())
    assert found["db"]["identifier"].startswith("db-")
    assert {"identifier", "deleteAutomatedBackups", "skipFinalSnapshot"} <= set(found["db"]["__defaults"])
    assert "backupRetentionPeriod" not in found["db"]
    assert found["plan"]["rules"][0]["startWindow"] == 60
    assert "startWindow" in found["plan"]["rules"][0]["__defaults"]
    assert found["net"]["description"] == "Managed by Pulumi"


def test_tags_that_nobody_can_know_yet_make_all_tags_unknown(pulumi: engine.Engine, tmp_path: Path) -> None:
    body = """
key = aws.kms.Key("key")
aws.s3.Bucket("b", tags={"key": key.key_id})
"""
    assert preview(pulumi, tmp_path, body.strip())["b"]["tagsAll"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
