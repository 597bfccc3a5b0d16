"""Secrets Manager: secrets with their replicas, and versions."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, lacking, name_from
from recoverable.sandbox.aws.tagging import as_list, as_map, gone
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values

GONE = ("ResourceNotFoundException",)
CURRENT = "AWSCURRENT"


def secret(cloud: AwsCloud, identity: str) -> Any:
    """The secret; one that waits for its deletion counts as gone, as for the provider."""
    got = found(cloud.client("secretsmanager").describe_secret, *GONE, SecretId=identity)
    return None if got is None or got.get("DeletedDate") else got


def _replicas(inputs: Values) -> list[Values]:
    return [{"Region": each["region"], **said(KmsKeyId=each.get("kmsKeyId"))} for each in inputs.get("replicas") or []]


class Secret(Handler[AwsCloud]):
    """``aws.secretsmanager.Secret``; its id is its ARN. It has no value: versions have."""

    token = "aws:secretsmanager/secret:Secret"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix"})
    defaults: ClassVar[Mapping[str, Any]] = {"forceOverwriteReplicaSecret": False, "recoveryWindowInDays": 30}
    kept = frozenset({"forceOverwriteReplicaSecret", "namePrefix", "recoveryWindowInDays"})
    lacks: ClassVar[Mapping[str, str]] = {"type": "it has no managed external secrets"}

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A recovery window, replicas and keys that Secrets Manager refuses (API_DeleteSecret)."""
        yield from lacking(inputs, self.lacks)
        days, region = known(inputs, "recoveryWindowInDays"), known(inputs, "region")
        if days is not None and days != 0 and not 7 <= days <= 30:
            yield Refusal("recoveryWindowInDays", f"{days} is neither 0 (deleted at once) nor in 7 to 30 days")
        replicas = inputs.get("replicas")
        for index, each in enumerate(replicas if isinstance(replicas, list) else []):
            there, key = (known(each, "region"), known(each, "kmsKeyId")) if isinstance(each, dict) else (None, None)
            if there and there == region:
                yield Refusal(f"replicas[{index}].region", f"the secret itself is in {region}")
            if there and str(key or "").startswith("arn:") and str(key).split(":")[3] != there:
                yield Refusal(f"replicas[{index}].kmsKeyId", f"the key is in {str(key).split(':')[3]}: a key of {there} is needed")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it, with its replicas."""
        client, replicas = cloud.client("secretsmanager"), _replicas(inputs)
        answer = client.create_secret(
            Name=name_from(inputs),
            Tags=as_list(inputs.get("tags")),
            **said(Description=inputs.get("description"), KmsKeyId=inputs.get("kmsKeyId")),
            **({"AddReplicaRegions": replicas} if replicas else {}),
            **({"ForceOverwriteReplicaSecret": True} if inputs.get("forceOverwriteReplicaSecret") else {}),
        )
        if inputs.get("policy"):
            client.put_resource_policy(SecretId=answer["ARN"], ResourcePolicy=inputs["policy"])
        return str(answer["ARN"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The secret as Secrets Manager describes it, never its value."""
        got = secret(cloud, identity)
        if got is None:
            return None
        order = [each.get("region") for each in held.get("replicas") or []]
        keyed = {each.get("region") for each in held.get("replicas") or [] if each.get("kmsKeyId")}
        replicas = [
            said(region=each["Region"], kmsKeyId=each.get("KmsKeyId") if each["Region"] in keyed or not order else None)
            for each in got.get("ReplicationStatus") or []
        ]
        replicas.sort(key=lambda each: order.index(each["region"]) if each["region"] in order else len(order))
        return {
            "arn": got["ARN"],
            "description": got.get("Description"),
            "kmsKeyId": got.get("KmsKeyId"),
            "name": got["Name"],
            "policy": cloud.client("secretsmanager").get_resource_policy(SecretId=identity).get("ResourcePolicy", ""),
            "replicas": replicas,
            "tags": as_map(got.get("Tags")),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Description, key, policy, replicas and tags."""
        client = cloud.client("secretsmanager")
        if any(new.get(name) != old.get(name) for name in ("description", "kmsKeyId")):
            client.update_secret(SecretId=identity, Description=new.get("description") or "", **said(KmsKeyId=new.get("kmsKeyId")))
        if new.get("policy") and new["policy"] != old.get("policy"):
            client.put_resource_policy(SecretId=identity, ResourcePolicy=new["policy"])
        self._replicate(client, identity, old, new)
        if gone(old, new):
            client.untag_resource(SecretId=identity, TagKeys=gone(old, new))
        if new.get("tags"):
            client.tag_resource(SecretId=identity, Tags=as_list(new["tags"]))

    def _replicate(self, client: Any, identity: str, old: Values, new: Values) -> None:
        before = {each["Region"]: each for each in _replicas(old)}
        after = {each["Region"]: each for each in _replicas(new)}
        away = sorted(region for region, each in before.items() if after.get(region) != each)
        added = [each for region, each in after.items() if before.get(region) != each]
        if away:
            client.remove_regions_from_replication(SecretId=identity, RemoveReplicaRegions=away)
        if added:
            client.replicate_secret_to_regions(SecretId=identity, AddReplicaRegions=added)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take the replicas away, then schedule the deletion; at once where the window is 0."""
        got = secret(cloud, identity)
        if got is None:
            return
        client = cloud.client("secretsmanager")
        regions = [each["Region"] for each in got.get("ReplicationStatus") or []]
        if regions:
            client.remove_regions_from_replication(SecretId=identity, RemoveReplicaRegions=regions)
        days = held.get("recoveryWindowInDays", 30)
        client.delete_secret(SecretId=identity, **({"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}))


class SecretVersion(Handler[AwsCloud]):
    """``aws.secretsmanager.SecretVersion``; its id is ``SECRET|VERSION``."""

    token = "aws:secretsmanager/secretVersion:SecretVersion"
    replaces = frozenset({"secretBinary", "secretId", "secretString"})
    kept = frozenset({"secretStringWo", "secretStringWoVersion"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """One value, of one kind."""
        stated = [name for name in ("secretString", "secretBinary", "secretStringWo") if inputs.get(name) is not None]
        if len(stated) > 1:
            yield Refusal(stated[1], f"conflicts with `{stated[0]}`")
        if not stated:
            yield Refusal("secretString", "a version needs `secretString`, `secretBinary` or `secretStringWo`")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Put the value."""
        binary = inputs.get("secretBinary")
        answer = cloud.client("secretsmanager").put_secret_value(
            SecretId=inputs["secretId"],
            **said(
                SecretString=inputs.get("secretString", inputs.get("secretStringWo")),
                SecretBinary=base64.b64decode(binary) if binary is not None else None,
                VersionStages=inputs.get("versionStages"),
            ),
        )
        return f"{inputs['secretId']}|{answer['VersionId']}"

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The version with its value: this is the one resource that shows it, and the engine keeps it as a secret."""
        where, _, version = identity.rpartition("|")
        if secret(cloud, where) is None:
            return None
        got = found(cloud.client("secretsmanager").get_secret_value, *GONE, SecretId=where, VersionId=version)
        if got is None or not got.get("VersionStages"):
            return None
        written = held.get("secretStringWo") is not None
        return {
            "arn": got["ARN"],
            "hasSecretStringWo": written,
            "secretArn": got["ARN"],
            "secretBinary": base64.b64encode(got["SecretBinary"]).decode() if got.get("SecretBinary") else None,
            "secretId": held.get("secretId") or where,
            "secretString": None if written else got.get("SecretString"),
            "versionId": got["VersionId"],
            "versionStages": got["VersionStages"],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Stages of a version; a write-only value is put anew when its version number changes."""
        where, _, version = identity.rpartition("|")
        client = cloud.client("secretsmanager")
        if new.get("secretStringWoVersion") != old.get("secretStringWoVersion"):
            raise RefusedError("a new write-only value is a new version: replace the resource")
        for stage in sorted(set(new.get("versionStages") or []) - set(old.get("versionStages") or [])):
            holder = next(
                (key for key, stages in client.describe_secret(SecretId=where)["VersionIdsToStages"].items() if stage in stages), None
            )
            client.update_secret_version_stage(
                SecretId=where, VersionStage=stage, MoveToVersionId=version, **said(RemoveFromVersionId=holder)
            )

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Secrets Manager deletes no version: the provider takes its stages away, except the current one."""
        where, _, version = identity.rpartition("|")
        got = secret(cloud, where)
        for stage in ((got or {}).get("VersionIdsToStages") or {}).get(version, []):
            if stage != CURRENT:
                cloud.client("secretsmanager").update_secret_version_stage(SecretId=where, VersionStage=stage, RemoveFromVersionId=version)
