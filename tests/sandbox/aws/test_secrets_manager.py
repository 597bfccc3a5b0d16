"""Secrets Manager through the stand-in provider, on moto; keys of replicas by our own answers (``fake_``)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.cloud import ACCOUNT, AwsCloud
from tests.support.provider import REGION, Aborted, Calls, urn_of

SECRET = "aws:secretsmanager/secret:Secret"
VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"
THERE = "us-east-1"
VALUE = "postgres://app:xyzzy@db/orders"


@pytest.fixture
def manager(cloud: AwsCloud) -> Any:
    return cloud.client("secretsmanager")


def a_key(cloud: AwsCloud, region: str) -> str:
    return str(cloud.client("kms", region).create_key()["KeyMetadata"]["Arn"])


def a_function(cloud: AwsCloud, name: str) -> str:
    role = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as folder:
        folder.writestr("main.py", "def handler(event, context): ...")
    made = cloud.client("lambda").create_function(
        FunctionName=name, Runtime="python3.11", Role=role, Handler="main.handler", Code={"ZipFile": packed.getvalue()}
    )
    return str(made["FunctionArn"])


def test_a_secret_has_its_key_and_tags_and_waits_when_deleted(aws: Calls, cloud: AwsCloud, manager: Any, name: str) -> None:
    key = a_key(cloud, REGION)
    stated = {"name": name, "description": "d", "kmsKeyId": key, "recoveryWindowInDays": 30}
    made = aws.up(SECRET, "s", **stated, tags={"owner": "x"})
    data = manager.describe_secret(SecretId=name)
    assert (data["KmsKeyId"], data["Description"], made.id) == (key, "d", data["ARN"])
    assert aws.refresh(made) == []
    assert aws.changed(made, **stated, tags={"owner": "x"}) == []
    aws.update(made, **(stated | {"description": "e"}), tags={"team": "y"})
    assert manager.describe_secret(SecretId=name)["Tags"] == [{"Key": "team", "Value": "y"}]
    manager.update_secret(SecretId=name, Description="z")
    assert aws.refresh(made) == ["description"]
    aws.delete(made)
    gone = manager.describe_secret(SecretId=name)
    assert (gone["DeletedDate"] - data["CreatedDate"]).days in (29, 30)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


def test_a_secret_with_window_zero_is_deleted_at_once(aws: Calls, manager: Any, name: str) -> None:
    aws.delete(aws.up(SECRET, "s", name=name, recoveryWindowInDays=0))
    with pytest.raises(manager.exceptions.ResourceNotFoundException):
        manager.describe_secret(SecretId=name)


def test_fake_a_replica_is_encrypted_with_the_key_of_its_region(aws: Calls, cloud: AwsCloud, manager: Any, name: str) -> None:
    """Moto forgets the key, and shows the primary's for the replica."""
    there, other = a_key(cloud, THERE), a_key(cloud, "eu-central-1")
    stated = {"name": name, "kmsKeyId": a_key(cloud, REGION)}
    made = aws.up(SECRET, "s", **stated, replicas=[{"region": THERE, "kmsKeyId": there}])
    assert manager.describe_secret(SecretId=name)["ReplicationStatus"][0]["KmsKeyId"] == there
    copy = cloud.client("secretsmanager", THERE).describe_secret(SecretId=name)
    assert (copy["KmsKeyId"], copy["PrimaryRegion"]) == (there, REGION)
    assert made.outputs["replicas"] == [{"region": THERE, "kmsKeyId": there}]
    assert aws.refresh(made) == []
    aws.update(made, **stated, replicas=[{"region": "eu-central-1", "kmsKeyId": other}])
    status = manager.describe_secret(SecretId=name)["ReplicationStatus"]
    assert [(each["Region"], each["KmsKeyId"]) for each in status] == [("eu-central-1", other)]
    manager.remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=["eu-central-1"])
    assert aws.refresh(made) == ["replicas[0]"]
    aws.delete(made)


def test_fake_a_replica_key_of_the_wrong_region_is_refused_on_the_wire(cloud: AwsCloud, manager: Any, name: str) -> None:
    wrong = {"Region": THERE, "KmsKeyId": a_key(cloud, REGION)}
    with pytest.raises(manager.exceptions.InvalidParameterException, match=f"must be in {THERE}"):
        manager.create_secret(Name=name, AddReplicaRegions=[wrong])
    with pytest.raises(manager.exceptions.InvalidParameterException, match="it is the secret's own"):
        manager.create_secret(Name=name, AddReplicaRegions=[{"Region": REGION}])
    manager.create_secret(Name=name)
    with pytest.raises(manager.exceptions.InvalidParameterException, match=f"must be in {THERE}"):
        manager.replicate_secret_to_regions(SecretId=name, AddReplicaRegions=[wrong])


def test_a_version_holds_the_value_and_a_new_value_is_a_new_version(aws: Calls, manager: Any, name: str) -> None:
    secret = aws.up(SECRET, "s", name=name)
    made = aws.up(VERSION, "v", secretId=secret.id, secretString=VALUE)
    assert manager.get_secret_value(SecretId=name)["SecretString"] == VALUE
    assert made.id == f"{secret.id}|{made.outputs['versionId']}"
    assert made.outputs["versionStages"] == ["AWSCURRENT"]
    assert aws.refresh(made) == []
    assert aws.diff(made, secretId=secret.id, secretString="other").replaces == ["secretString"]
    manager.put_secret_value(SecretId=name, SecretString="changed behind its back")
    manager.put_secret_value(SecretId=name, SecretString="and again")
    assert aws.refresh(made) == ["gone"]


def test_a_write_only_value_is_never_shown(aws: Calls, manager: Any, name: str) -> None:
    secret = aws.up(SECRET, "s", name=name)
    made = aws.up(VERSION, "v", secretId=secret.id, secretStringWo=VALUE, secretStringWoVersion=1)
    assert manager.get_secret_value(SecretId=name)["SecretString"] == VALUE
    assert made.outputs["hasSecretStringWo"] is True
    assert "secretString" not in made.outputs


def test_a_refused_value_is_not_repeated_in_the_message(aws: Calls, name: str) -> None:
    missing = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-none"
    with pytest.raises(Aborted) as refused:
        aws.up(VERSION, "v", secretId=missing, secretString=VALUE)
    assert "ResourceNotFoundException" in refused.value.message
    assert "xyzzy" not in refused.value.message


def test_a_policy_is_kept_and_removed(aws: Calls, manager: Any, name: str) -> None:
    secret = aws.up(SECRET, "s", name=name)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}]})
    made = aws.up(POLICY, "p", secretArn=secret.id, policy=policy, blockPublicPolicy=True)
    assert json.loads(manager.get_resource_policy(SecretId=name)["ResourcePolicy"]) == json.loads(policy)
    assert aws.refresh(made) == []
    assert aws.refresh(secret) == []
    manager.put_resource_policy(SecretId=name, ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": []}))
    assert aws.refresh(made) == ["policy"]
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_fake_a_rotation_names_its_function_and_rhythm(aws: Calls, cloud: AwsCloud, manager: Any, name: str) -> None:
    secret = aws.up(SECRET, "s", name=name)
    aws.up(VERSION, "v", secretId=secret.id, secretString=VALUE)
    stated = {"secretId": secret.id, "rotationLambdaArn": a_function(cloud, name), "rotateImmediately": False}
    made = aws.up(ROTATION, "r", **stated, rotationRules={"automaticallyAfterDays": 30})
    data = manager.describe_secret(SecretId=name)
    assert (data["RotationEnabled"], data["RotationRules"]["AutomaticallyAfterDays"]) == (True, 30)
    assert manager.get_secret_value(SecretId=name)["SecretString"] == VALUE
    assert aws.refresh(made) == []
    manager.cancel_rotate_secret(SecretId=name)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


@pytest.mark.parametrize(
    ("token", "stated", "reason"),
    [
        (SECRET, {"recoveryWindowInDays": 5}, "`recoveryWindowInDays`: 5 is neither 0 (deleted at once) nor in 7 to 30 days"),
        (SECRET, {"recoveryWindowInDays": 31}, "`recoveryWindowInDays`: 31 is neither 0 (deleted at once) nor in 7 to 30 days"),
        (SECRET, {"replicas": [{"region": REGION}]}, f"`replicas[0].region`: the secret itself is in {REGION}"),
        (
            SECRET,
            {"replicas": [{"region": THERE, "kmsKeyId": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"}]},
            f"`replicas[0].kmsKeyId`: the key is in {REGION}: a key of {THERE} is needed",
        ),
        (VERSION, {"secretId": "s"}, "`secretString`: a version needs `secretString`, `secretBinary` or `secretStringWo`"),
        (VERSION, {"secretId": "s", "secretString": "a", "secretBinary": "YQ=="}, "`secretBinary`: conflicts with `secretString`"),
        (
            ROTATION,
            {"secretId": "s", "rotationRules": {"automaticallyAfterDays": 1, "scheduleExpression": "rate(1 day)"}},
            "`rotationRules`: one of `automaticallyAfterDays` and `scheduleExpression` must be stated",
        ),
        (
            ROTATION,
            {"secretId": "s", "rotationRules": {"automaticallyAfterDays": 1001}},
            "`rotationRules.automaticallyAfterDays`: 1001 is not in 1 to 1000 days",
        ),
        (
            POLICY,
            {
                "secretArn": "s",
                "blockPublicPolicy": True,
                "policy": json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}),
            },
            "`policy`: gives access to everybody, and `blockPublicPolicy` is on",
        ),
    ],
)
def test_an_illegal_combination_is_refused_by_name(aws: Calls, token: str, stated: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(token, "x"), stated)[1] == [reason]


def test_fake_a_rotation_by_a_function_that_is_not_there_is_refused(manager: Any, name: str) -> None:
    manager.create_secret(Name=name, SecretString=VALUE)
    with pytest.raises(manager.exceptions.ResourceNotFoundException):
        manager.rotate_secret(
            SecretId=name,
            RotationLambdaARN=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}",
            RotationRules={"AutomaticallyAfterDays": 30},
        )
    assert "RotationEnabled" not in manager.describe_secret(SecretId=name)


def test_moto_itself_refuses_a_window_of_five_days(manager: Any, name: str) -> None:
    manager.create_secret(Name=name)
    with pytest.raises(ClientError, match="between 7 and 30 days"):
        manager.delete_secret(SecretId=name, RecoveryWindowInDays=5)
