"""Roles and policies through the stand-in provider, on moto."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.provider import Aborted, Calls, urn_of

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICY = "aws:iam/policy:Policy"
BACKUP = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"


def trust(service: str = "backup") -> str:
    stated = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [stated]})


def allow(action: str = "s3:GetObject", **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*", **more}]})


@pytest.fixture
def iam(cloud: AwsCloud) -> Any:
    return cloud.client("iam")


def test_a_role_is_made_changed_and_read_back(aws: Calls, iam: Any, name: str) -> None:
    role = aws.up(ROLE, "r", name=name, assumeRolePolicy=trust(), description="a", tags={"k": "v"})
    held = iam.get_role(RoleName=name)["Role"]
    assert held["AssumeRolePolicyDocument"] == json.loads(trust())
    assert held["Tags"] == [{"Key": "k", "Value": "v"}]
    assert role.outputs["arn"] == held["Arn"]
    assert aws.refresh(role) == []
    news = {"name": name, "assumeRolePolicy": trust("s3"), "description": "b", "maxSessionDuration": 7200}
    assert list(aws.diff(role, **news).replaces) == []
    aws.update(role, **news)
    held = iam.get_role(RoleName=name)["Role"]
    assert (held["Description"], held["MaxSessionDuration"], held.get("Tags", [])) == ("b", 7200, [])
    assert aws.refresh(role) == []
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust("evil"))
    assert aws.refresh(role) == ["assumeRolePolicy"]


def test_a_role_with_a_policy_is_deleted_only_when_forced(aws: Calls, iam: Any, name: str) -> None:
    role = aws.up(ROLE, "r", name=name, assumeRolePolicy=trust())
    iam.put_role_policy(RoleName=name, PolicyName="by-hand", PolicyDocument=allow())
    with pytest.raises(Aborted, match="DeleteConflict"):
        aws.delete(role)
    aws.update(role, name=name, assumeRolePolicy=trust(), forceDetachPolicies=True)
    aws.delete(role)
    assert aws.refresh(role) == ["gone"]


def test_a_policy_inside_of_a_role(aws: Calls, iam: Any, name: str) -> None:
    aws.up(ROLE, "r", name=name, assumeRolePolicy=trust())
    policy = aws.up(ROLE_POLICY, "p", role=name, name="read", policy=allow())
    assert policy.id == f"{name}:read"
    assert aws.refresh(policy) == []
    aws.update(policy, role=name, name="read", policy=allow("s3:PutObject"))
    assert iam.get_role_policy(RoleName=name, PolicyName="read")["PolicyDocument"] == json.loads(allow("s3:PutObject"))
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=allow("*"))
    assert aws.refresh(policy) == ["policy"]
    aws.delete(policy)
    assert aws.refresh(policy) == ["gone"]


def test_a_policy_of_aws_is_attached_and_a_detachment_shows(aws: Calls, iam: Any, name: str) -> None:
    aws.up(ROLE, "r", name=name, assumeRolePolicy=trust())
    made = aws.up(ATTACHMENT, "a", role=name, policyArn=BACKUP)
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"][0]["PolicyArn"] == BACKUP
    assert aws.refresh(made) == []
    iam.detach_role_policy(RoleName=name, PolicyArn=BACKUP)
    assert aws.refresh(made) == ["gone"]
    aws.delete(made)


def test_a_policy_that_does_not_exist_cannot_be_attached(aws: Calls, name: str) -> None:
    aws.up(ROLE, "r", name=name, assumeRolePolicy=trust())
    with pytest.raises(Aborted, match="NoSuchEntity"):
        aws.up(ATTACHMENT, "a", role=name, policyArn=f"{BACKUP}ForNobody")


def test_a_policy_gets_a_new_version_with_each_change_and_never_too_many(aws: Calls, iam: Any, name: str) -> None:
    policy = aws.up(POLICY, "p", name=name, policy=allow("s3:Get0"), description="d", tags={"k": "v"})
    assert aws.refresh(policy) == []
    for number in range(1, 8):
        aws.update(policy, name=name, policy=allow(f"s3:Get{number}"), description="d")
    versions = iam.list_policy_versions(PolicyArn=policy.id)["Versions"]
    assert len(versions) == 5
    assert policy.outputs["policy"] == allow("s3:Get7")
    assert aws.refresh(policy) == []
    aws.delete(policy)
    assert aws.refresh(policy) == ["gone"]


@pytest.mark.parametrize(
    ("token", "inputs", "reasons"),
    [
        (ROLE, {"assumeRolePolicy": "nope"}, ["`assumeRolePolicy`: MalformedPolicyDocument: the policy is no JSON"]),
        (ROLE, {"assumeRolePolicy": allow()}, ["`assumeRolePolicy`: MalformedPolicyDocument: a statement lacks Principal"]),
        (ROLE_POLICY, {"role": "r", "policy": trust()}, ["`policy`: MalformedPolicyDocument: a statement lacks Resource"]),
        (POLICY, {"policy": allow(Effect="Maybe")}, ["`policy`: MalformedPolicyDocument: Effect is 'Maybe', and must be Allow or Deny"]),
        (POLICY, {"policy": allow(Principal="*")}, ["`policy`: MalformedPolicyDocument: Has prohibited field Principal"]),
        (POLICY, {"policy": "{}"}, ["`policy`: MalformedPolicyDocument: the policy has no Statement"]),
        (ROLE, {"assumeRolePolicy": trust(), "maxSessionDuration": 60}, ["`maxSessionDuration`: 60 is not in 3600 to 43200 seconds"]),
        (ROLE, {"assumeRolePolicy": trust(), "name": "n" * 65}, [f"`name`: {'n' * 65} has 65 characters, and IAM takes 64"]),
        (
            ROLE,
            {"assumeRolePolicy": trust(), "managedPolicyArns": [BACKUP]},
            [
                "`managedPolicyArns`: is deprecated as part of the role, and the laptop cloud does not hold it: "
                "use aws:iam/rolePolicyAttachment:RolePolicyAttachment"
            ],
        ),
    ],
)
def test_what_iam_refuses_is_refused_before(aws: Calls, token: str, inputs: dict[str, Any], reasons: list[str]) -> None:
    assert aws.check(urn_of(token, "x"), inputs)[1] == reasons
