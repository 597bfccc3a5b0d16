"""KMS keys, their aliases, and replicas of multi-region keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.tagging import as_list, as_map, gone
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values, made
from recoverable.sandbox.provider.wire import UNKNOWN

GONE = ("NotFoundException", "404")
NAMES = ("TagKey", "TagValue")


class KeyHandler(Handler[AwsCloud]):
    """What a key and the replica of a key have in common."""

    autoname = ""
    defaults: ClassVar[Mapping[str, Any]] = {"description": "Managed by Pulumi", "bypassPolicyLockoutSafetyCheck": False}
    kept = frozenset({"deletionWindowInDays", "bypassPolicyLockoutSafetyCheck"})
    switch = "isEnabled"

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A waiting time or a rotation period that KMS refuses."""
        for name, lowest, highest in (("deletionWindowInDays", 7, 30), ("rotationPeriodInDays", 90, 2560)):
            days = inputs.get(name, UNKNOWN)
            if days != UNKNOWN and not lowest <= days <= highest:
                yield Refusal(name, f"{days} is not in {lowest} to {highest} days")

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The key; one that waits for its deletion counts as gone, as for the provider."""
        kms = cloud.client("kms")
        got = found(kms.describe_key, *GONE, KeyId=identity)
        if got is None or got["KeyMetadata"]["KeyState"] in ("PendingDeletion", "PendingReplicaDeletion"):
            return None
        data = got["KeyMetadata"]
        rotation = kms.get_key_rotation_status(KeyId=identity)
        return {
            "arn": data["Arn"],
            "keyId": identity,
            "description": data["Description"],
            self.switch: data["Enabled"],
            "keyUsage": data.get("KeyUsage"),
            "multiRegion": data.get("MultiRegion", False),
            "enableKeyRotation": rotation["KeyRotationEnabled"],
            "rotationPeriodInDays": rotation.get("RotationPeriodInDays") if rotation["KeyRotationEnabled"] else None,
            "policy": kms.get_key_policy(KeyId=identity, PolicyName="default")["Policy"],
            "tags": as_map(kms.list_resource_tags(KeyId=identity)["Tags"], *NAMES),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Description, policy, tags, rotation, and whether it can be used."""
        kms = cloud.client("kms")
        kms.update_key_description(KeyId=identity, Description=new.get("description", ""))
        if new.get("policy") and new["policy"] != old.get("policy"):
            kms.put_key_policy(KeyId=identity, PolicyName="default", Policy=new["policy"])
        if gone(old, new):
            kms.untag_resource(KeyId=identity, TagKeys=gone(old, new))
        if new.get("tags"):
            kms.tag_resource(KeyId=identity, Tags=as_list(new["tags"], *NAMES))
        self.rotate(kms, identity, new)
        (kms.disable_key if new.get(self.switch) is False else kms.enable_key)(KeyId=identity)

    def rotate(self, kms: Any, identity: str, inputs: Values) -> None:
        """Yearly, or after the stated number of days."""
        if inputs.get("enableKeyRotation"):
            kms.enable_key_rotation(KeyId=identity, **said(RotationPeriodInDays=inputs.get("rotationPeriodInDays")))
        elif kms.get_key_rotation_status(KeyId=identity)["KeyRotationEnabled"]:
            kms.disable_key_rotation(KeyId=identity)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Schedule the deletion; the key can be brought back until the waiting time is over."""
        if self.read(cloud, identity, held) is not None:
            cloud.client("kms").schedule_key_deletion(KeyId=identity, PendingWindowInDays=held.get("deletionWindowInDays") or 30)


class Key(KeyHandler):
    """``aws.kms.Key``."""

    token = "aws:kms/key:Key"
    replaces = frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"})
    defaults: ClassVar[Mapping[str, Any]] = {
        **KeyHandler.defaults,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "enableKeyRotation": False,
        "isEnabled": True,
        "keyUsage": "ENCRYPT_DECRYPT",
    }

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Rotation of a key that cannot rotate."""
        yield from super().refuse(inputs)
        turns = inputs.get("enableKeyRotation") is True
        if turns and inputs["customerMasterKeySpec"] not in ("SYMMETRIC_DEFAULT", UNKNOWN):
            yield Refusal("enableKeyRotation", f"{inputs['customerMasterKeySpec']} keys do not rotate by themselves")
        if inputs.get("rotationPeriodInDays") and not inputs.get("enableKeyRotation"):
            yield Refusal("rotationPeriodInDays", "says nothing without `enableKeyRotation`")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make the key."""
        kms = cloud.client("kms")
        answer = kms.create_key(
            Description=inputs["description"],
            KeySpec=inputs["customerMasterKeySpec"],
            KeyUsage=inputs["keyUsage"],
            Tags=as_list(inputs.get("tags"), *NAMES),
            **said(Policy=inputs.get("policy"), MultiRegion=inputs.get("multiRegion")),
        )
        identity = str(answer["KeyMetadata"]["KeyId"])
        with made(identity):
            self.rotate(kms, identity, inputs)
            if inputs.get("isEnabled") is False:
                kms.disable_key(KeyId=identity)
        return identity

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The key, with its kind."""
        got = super().read(cloud, identity, held)
        if got is not None:
            data = cloud.client("kms").describe_key(KeyId=identity)["KeyMetadata"]
            got["customerMasterKeySpec"] = data.get("KeySpec")
        return got


class ReplicaKey(KeyHandler):
    """``aws.kms.ReplicaKey``: the copy of a multi-region key in the region that the resource states."""

    token = "aws:kms/replicaKey:ReplicaKey"
    replaces = frozenset({"primaryKeyArn"})
    defaults: ClassVar[Mapping[str, Any]] = {**KeyHandler.defaults, "enabled": True}
    kept = KeyHandler.kept | {"primaryKeyArn"}
    switch = "enabled"

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Replicate the primary key into this region."""
        arn = inputs["primaryKeyArn"]
        home, identity = str(arn).split(":")[3], _key_id(str(arn))
        if home == cloud.region:
            raise RefusedError(f"InvalidRequest: the replica of {arn} must be in another region than its primary key, which is in {home}")
        if not identity.startswith("mrk-"):
            raise RefusedError(f"UnsupportedOperationException: {arn} is not a multi-Region key")
        wanted = {"KeyId": identity, "ReplicaRegion": cloud.region, "Description": inputs["description"]}
        cloud.client("kms", home).replicate_key(**wanted, **said(Policy=inputs.get("policy")))
        with made(identity):
            self.update(cloud, identity, {}, inputs)  # moto copies the primary key's words instead of taking these
        return identity

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The replica; whether it rotates is the primary key's to say."""
        got = super().read(cloud, identity, held)
        if got is None:
            return None
        data = cloud.client("kms").describe_key(KeyId=identity)["KeyMetadata"]
        got["keyRotationEnabled"] = got.pop("enableKeyRotation")
        got["keySpec"] = data.get("KeySpec")
        got["primaryKeyArn"] = data["MultiRegionConfiguration"]["PrimaryKey"]["Arn"]
        return {name: value for name, value in got.items() if name not in ("multiRegion", "rotationPeriodInDays")}

    def rotate(self, kms: Any, identity: str, inputs: Values) -> None:
        """Replicas rotate with their primary key."""


class Alias(Handler[AwsCloud]):
    """``aws.kms.Alias``."""

    token = "aws:kms/alias:Alias"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix"})
    kept = frozenset({"namePrefix"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Names without the prefix, and those that AWS keeps for itself."""
        stated = "name" if inputs.get("name") else "namePrefix"
        name = inputs.get(stated, UNKNOWN)
        if name != UNKNOWN and (not name.startswith("alias/") or name.startswith("alias/aws/")):
            yield Refusal(stated, f"{name} must begin with alias/, and not with alias/aws/")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Name the key; what is stated as a prefix is completed here."""
        name = str(inputs.get("name") or f"{inputs['namePrefix']}{uuid4().hex[:20]}")
        cloud.client("kms").create_alias(AliasName=name, TargetKeyId=_key_id(inputs["targetKeyId"]))
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """What the name stands for."""
        pages = cloud.client("kms").get_paginator("list_aliases").paginate()
        got = next((each for page in pages for each in page["Aliases"] if each["AliasName"] == identity), None)
        if got is None or "TargetKeyId" not in got:
            return None
        stated, key = held.get("targetKeyId", ""), got["TargetKeyId"]
        arn = cloud.arn("kms", f"key/{key}")
        return {
            "name": identity,
            "arn": got["AliasArn"],
            "targetKeyId": stated if _key_id(stated) == key else key,
            "targetKeyArn": arn,
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Point it at another key."""
        cloud.client("kms").update_alias(AliasName=identity, TargetKeyId=_key_id(new["targetKeyId"]))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove the name; the key stays."""
        found(cloud.client("kms").delete_alias, *GONE, AliasName=identity)


def _key_id(key: str) -> str:
    """The id in an ARN, or what is one already."""
    return key.rsplit("/", 1)[-1]
