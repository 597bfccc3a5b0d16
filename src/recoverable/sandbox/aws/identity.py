"""IAM: roles, their policies, and customer-managed policies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.policy_documents import malformed
from recoverable.sandbox.aws.tagging import as_list, as_map, gone
from recoverable.sandbox.provider.handler import Handler, Refusal, Values
from recoverable.sandbox.provider.wire import UNKNOWN

GONE = ("NoSuchEntity",)
KEPT_VERSIONS = 5  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html


class Named(Handler[AwsCloud]):
    """Something of IAM with a name; what is stated as a prefix is completed here."""

    autoname = "name"
    kept = frozenset({"namePrefix"})
    longest: ClassVar[int] = 128
    document: ClassVar[str] = "policy"
    trust: ClassVar[bool] = False

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Names that are too long, and documents that IAM does not take."""
        name = inputs.get("name", UNKNOWN)
        if name != UNKNOWN and len(name) > self.longest:
            yield Refusal("name", f"{name} has {len(name)} characters, and IAM takes {self.longest}")
        text = inputs[self.document]
        if isinstance(text, str) and UNKNOWN not in text and malformed(text, self.trust):
            yield Refusal(self.document, malformed(text, self.trust))


def name_of(inputs: Values) -> str:
    """The name, made of its prefix where only that is stated."""
    return str(inputs.get("name") or f"{inputs['namePrefix']}{uuid4().hex[:20]}")


class Role(Named):
    """``aws.iam.Role``."""

    token = "aws:iam/role:Role"
    replaces = frozenset({"name", "namePrefix", "path"})
    defaults: ClassVar[Mapping[str, Any]] = {"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"}
    kept = Named.kept | {"forceDetachPolicies"}
    longest = 64
    document = "assumeRolePolicy"
    trust = True

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Sessions that IAM does not allow, and the deprecated inline blocks."""
        yield from super().refuse(inputs)
        seconds = inputs["maxSessionDuration"]
        if seconds != UNKNOWN and not 3600 <= seconds <= 43200:
            yield Refusal("maxSessionDuration", f"{seconds} is not in 3600 to 43200 seconds")
        for block, resource in (
            ("inlinePolicies", "rolePolicy:RolePolicy"),
            ("managedPolicyArns", "rolePolicyAttachment:RolePolicyAttachment"),
        ):
            if block in inputs:
                yield Refusal(block, f"is deprecated as part of the role, and the laptop cloud does not hold it: use aws:iam/{resource}")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make the role."""
        name = name_of(inputs)
        cloud.client("iam").create_role(
            RoleName=name,
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Path=inputs["path"],
            MaxSessionDuration=inputs["maxSessionDuration"],
            Tags=as_list(inputs.get("tags")),
            **said(Description=inputs.get("description"), PermissionsBoundary=inputs.get("permissionsBoundary")),
        )
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The role."""
        got = found(cloud.client("iam").get_role, *GONE, RoleName=identity)
        if got is None:
            return None
        role = got["Role"]
        return {
            "name": identity,
            "arn": role["Arn"],
            "uniqueId": role["RoleId"],
            "createDate": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "path": role["Path"],
            "description": role.get("Description"),
            "maxSessionDuration": role["MaxSessionDuration"],
            "permissionsBoundary": (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn"),
            "assumeRolePolicy": _text(role["AssumeRolePolicyDocument"]),
            "tags": as_map(role.get("Tags")),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Everything but its name and its path."""
        iam = cloud.client("iam")
        iam.update_role(RoleName=identity, Description=new.get("description", ""), MaxSessionDuration=new["maxSessionDuration"])
        iam.update_assume_role_policy(RoleName=identity, PolicyDocument=new["assumeRolePolicy"])
        if new.get("permissionsBoundary"):
            iam.put_role_permissions_boundary(RoleName=identity, PermissionsBoundary=new["permissionsBoundary"])
        elif old.get("permissionsBoundary"):
            iam.delete_role_permissions_boundary(RoleName=identity)
        if gone(old, new):
            iam.untag_role(RoleName=identity, TagKeys=gone(old, new))
        if new.get("tags"):
            iam.tag_role(RoleName=identity, Tags=as_list(new["tags"]))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove the role; IAM refuses while it has policies, unless ``forceDetachPolicies`` takes them away first."""
        iam = cloud.client("iam")
        if held.get("forceDetachPolicies") and found(iam.get_role, *GONE, RoleName=identity):
            for each in iam.list_attached_role_policies(RoleName=identity)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=identity, PolicyArn=each["PolicyArn"])
            for name in iam.list_role_policies(RoleName=identity)["PolicyNames"]:
                iam.delete_role_policy(RoleName=identity, PolicyName=name)
        found(iam.delete_role, *GONE, RoleName=identity)


class RolePolicy(Named):
    """``aws.iam.RolePolicy``: its id is ``ROLE:NAME``."""

    token = "aws:iam/rolePolicy:RolePolicy"
    replaces = frozenset({"name", "namePrefix", "role"})

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Write the policy into the role."""
        name = name_of(inputs)
        cloud.client("iam").put_role_policy(RoleName=inputs["role"], PolicyName=name, PolicyDocument=inputs["policy"])
        return f"{inputs['role']}:{name}"

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The policy."""
        role, _, name = identity.partition(":")
        got = found(cloud.client("iam").get_role_policy, *GONE, RoleName=role, PolicyName=name)
        return None if got is None else {"role": role, "name": name, "policy": _text(got["PolicyDocument"])}

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Write it anew."""
        role, _, name = identity.partition(":")
        cloud.client("iam").put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=new["policy"])

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take it out of the role."""
        role, _, name = identity.partition(":")
        found(cloud.client("iam").delete_role_policy, *GONE, RoleName=role, PolicyName=name)


class RolePolicyAttachment(Handler[AwsCloud]):
    """``aws.iam.RolePolicyAttachment``: its id is ``ROLE/ARN``."""

    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    replaces = frozenset({"role", "policyArn"})

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Attach the policy; IAM refuses one that does not exist."""
        cloud.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
        return f"{inputs['role']}/{inputs['policyArn']}"

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """Whether it is attached."""
        role, _, arn = identity.partition("/")
        got = found(cloud.client("iam").list_attached_role_policies, *GONE, RoleName=role)
        attached = [each["PolicyArn"] for each in got["AttachedPolicies"]] if got else []
        return {"role": role, "policyArn": arn} if arn in attached else None

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Nothing of it changes in place."""

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Detach it."""
        role, _, arn = identity.partition("/")
        found(cloud.client("iam").detach_role_policy, *GONE, RoleName=role, PolicyArn=arn)


class Policy(Named):
    """``aws.iam.Policy``: its id is its ARN."""

    token = "aws:iam/policy:Policy"
    replaces = frozenset({"name", "namePrefix", "path", "description"})
    defaults: ClassVar[Mapping[str, Any]] = {"path": "/"}
    kept = Named.kept | {"delayAfterPolicyCreationInMs"}

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make the policy."""
        answer = cloud.client("iam").create_policy(
            PolicyName=name_of(inputs),
            Path=inputs["path"],
            PolicyDocument=inputs["policy"],
            Tags=as_list(inputs.get("tags")),
            **said(Description=inputs.get("description")),
        )
        return str(answer["Policy"]["Arn"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The policy, with the document that counts."""
        iam = cloud.client("iam")
        got = found(iam.get_policy, *GONE, PolicyArn=identity)
        if got is None:
            return None
        data = got["Policy"]
        version = iam.get_policy_version(PolicyArn=identity, VersionId=data["DefaultVersionId"])["PolicyVersion"]
        return {
            "name": data["PolicyName"],
            "arn": identity,
            "policyId": data["PolicyId"],
            "path": data["Path"],
            "description": data.get("Description") or None,
            "attachmentCount": data["AttachmentCount"],
            "policy": _text(version["Document"]),
            "tags": as_map(data.get("Tags")),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """A new version of the document; the oldest goes where IAM would keep no more."""
        iam = cloud.client("iam")
        versions = iam.list_policy_versions(PolicyArn=identity)["Versions"]
        spare = sorted((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
        if len(versions) >= KEPT_VERSIONS:
            iam.delete_policy_version(PolicyArn=identity, VersionId=spare[0]["VersionId"])
        if new["policy"] != old.get("policy"):
            iam.create_policy_version(PolicyArn=identity, PolicyDocument=new["policy"], SetAsDefault=True)
        if gone(old, new):
            iam.untag_policy(PolicyArn=identity, TagKeys=gone(old, new))
        if new.get("tags"):
            iam.tag_policy(PolicyArn=identity, Tags=as_list(new["tags"]))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it with its versions; IAM refuses while it is attached."""
        iam = cloud.client("iam")
        got = found(iam.list_policy_versions, *GONE, PolicyArn=identity)
        for each in got["Versions"] if got else []:
            if not each["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=identity, VersionId=each["VersionId"])
        found(iam.delete_policy, *GONE, PolicyArn=identity)


def _text(document: Any) -> str:
    """A document as text; boto3 gives it parsed."""
    return document if isinstance(document, str) else json.dumps(document)
