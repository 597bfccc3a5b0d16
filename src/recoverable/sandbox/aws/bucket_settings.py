"""What protects a bucket and stands in resources of its own: versioning, encryption, access, ownership, policy."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import UNKNOWN

LOCKED = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed"


class BucketSetting(Handler[AwsCloud]):
    """One setting of one bucket: it is set whole, and its id is the bucket's name."""

    replaces = frozenset({"bucket", "expectedBucketOwner"})
    kept = frozenset({"expectedBucketOwner"})
    missing: ClassVar[tuple[str, ...]] = ()
    """The codes by which S3 says that the bucket has no such setting."""

    @abstractmethod
    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set it."""

    @abstractmethod
    def get(self, s3: Any, bucket: str) -> Values | None:
        """What is set; None where nothing is."""

    @abstractmethod
    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Take it away, or set it back to what a bucket has from the start."""

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set it for the first time."""
        self.put(cloud.client("s3"), inputs["bucket"], inputs)
        return str(inputs["bucket"])

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The setting as S3 has it."""
        got = found(self.get, "NoSuchBucket", *self.missing, s3=cloud.client("s3"), bucket=identity)
        return None if got is None else {"bucket": identity, **got}

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it again."""
        self.put(cloud.client("s3"), identity, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take it away; with the bucket it is gone anyway."""
        found(self.remove, "NoSuchBucket", *self.missing, s3=cloud.client("s3"), bucket=identity, held=held)


class BucketVersioning(BucketSetting):
    """``aws.s3.BucketVersioning``. Deleting it suspends versioning, as the provider does."""

    token = "aws:s3/bucketVersioning:BucketVersioning"
    kept = frozenset({"expectedBucketOwner", "mfa"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """States that there are not, and MFA delete, which needs a code of the root user's device."""
        stated = inputs["versioningConfiguration"]
        if stated == UNKNOWN:
            return
        if stated["status"] not in ("Enabled", "Suspended", "Disabled", UNKNOWN):
            yield Refusal("versioningConfiguration.status", f"{stated['status']} is none of Enabled, Suspended, Disabled")
        if stated.get("mfaDelete") not in (None, "Enabled", "Disabled", UNKNOWN):
            yield Refusal("versioningConfiguration.mfaDelete", f"{stated['mfaDelete']} is none of Enabled, Disabled")
        if stated.get("mfaDelete") == "Enabled" and not inputs.get("mfa"):
            yield Refusal("versioningConfiguration.mfaDelete", "needs `mfa`: only the root user can switch it, with a code of its device")

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set the state. A bucket with object lock stays versioned; Disabled is what a new bucket is, and cannot be set."""
        stated = inputs["versioningConfiguration"]
        if stated["status"] == "Disabled":
            if s3.get_bucket_versioning(Bucket=bucket).get("Status"):
                raise RefusedError("versioning cannot be Disabled again once it was Enabled: suspend it")
            return
        if stated["status"] == "Suspended" and object_lock(s3, bucket):
            raise RefusedError(f"InvalidBucketState: {LOCKED}")
        if stated.get("mfaDelete") == "Enabled" and found(
            s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration", Bucket=bucket
        ):
            raise RefusedError("InvalidBucketState: MFA delete cannot be enabled on a bucket with a lifecycle configuration")
        wanted = said(Status=stated["status"], MFADelete=stated.get("mfaDelete"))
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=wanted, **said(MFA=inputs.get("mfa")))

    def get(self, s3: Any, bucket: str) -> Values | None:
        """Its state; a bucket that never was versioned is Disabled."""
        got = s3.get_bucket_versioning(Bucket=bucket)
        return {"versioningConfiguration": said(status=got.get("Status", "Disabled"), mfaDelete=got.get("MFADelete"))}

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Suspend it, unless object lock forbids that: then only the resource goes."""
        if s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled" and not object_lock(s3, bucket):
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


class BucketEncryption(BucketSetting):
    """``aws.s3.BucketServerSideEncryptionConfiguration``."""

    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    missing = ("ServerSideEncryptionConfigurationNotFoundError",)

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A key without KMS, and algorithms that there are not."""
        for path, rule in each(inputs, "rules"):
            default = rule.get("applyServerSideEncryptionByDefault") or {}
            if default == UNKNOWN:
                continue
            algorithm = default.get("sseAlgorithm", UNKNOWN)
            if algorithm not in ("AES256", "aws:kms", "aws:kms:dsse", UNKNOWN):
                yield Refusal(
                    f"{path}.applyServerSideEncryptionByDefault.sseAlgorithm", f"{algorithm} is none of AES256, aws:kms, aws:kms:dsse"
                )
            if algorithm == "AES256" and default.get("kmsMasterKeyId"):
                yield Refusal(f"{path}.applyServerSideEncryptionByDefault.kmsMasterKeyId", "a KMS key goes with aws:kms, not with AES256")

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set the default encryption."""
        rules = []
        for rule in inputs["rules"]:
            default, blocked = rule.get("applyServerSideEncryptionByDefault"), rule.get("blockedEncryptionTypes")
            how = said(SSEAlgorithm=default["sseAlgorithm"], KMSMasterKeyID=default.get("kmsMasterKeyId")) if default else None
            types = {"EncryptionType": blocked} if blocked else None
            rules.append(
                said(ApplyServerSideEncryptionByDefault=how, BucketKeyEnabled=rule.get("bucketKeyEnabled"), BlockedEncryptionTypes=types)
            )
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})

    def get(self, s3: Any, bucket: str) -> Values | None:
        """The default encryption."""
        rules = []
        for rule in s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]:
            default = rule.get("ApplyServerSideEncryptionByDefault")
            how = said(sseAlgorithm=default["SSEAlgorithm"], kmsMasterKeyId=default.get("KMSMasterKeyID")) if default else None
            blocked = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType")
            rules.append(
                said(
                    applyServerSideEncryptionByDefault=how,
                    bucketKeyEnabled=rule.get("BucketKeyEnabled") or None,
                    blockedEncryptionTypes=blocked,
                )
            )
        return {"rules": rules}

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Back to the encryption that every bucket has."""
        s3.delete_bucket_encryption(Bucket=bucket)


class BucketPublicAccessBlock(BucketSetting):
    """``aws.s3.BucketPublicAccessBlock``: four switches, off unless stated."""

    token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    kept = frozenset({"skipDestroy"})
    missing = ("NoSuchPublicAccessBlockConfiguration",)
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set all four."""
        wanted = {name[0].upper() + name[1:]: bool(inputs.get(name)) for name in self.switches}
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=wanted)

    def get(self, s3: Any, bucket: str) -> Values | None:
        """All four."""
        got = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        return {name: bool(got.get(name[0].upper() + name[1:])) for name in self.switches}

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Allow what the account allows."""
        if not held.get("skipDestroy"):
            s3.delete_public_access_block(Bucket=bucket)


class BucketOwnershipControls(BucketSetting):
    """``aws.s3.BucketOwnershipControls``."""

    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    missing = ("OwnershipControlsNotFoundError",)
    words = ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter")

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Words that S3 does not know."""
        word = inputs["rule"] if inputs["rule"] == UNKNOWN else inputs["rule"]["objectOwnership"]
        if word not in (*self.words, UNKNOWN):
            yield Refusal("rule.objectOwnership", f"{word} is none of {', '.join(self.words)}")

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Say who owns new objects."""
        s3.put_bucket_ownership_controls(
            Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": inputs["rule"]["objectOwnership"]}]}
        )

    def get(self, s3: Any, bucket: str) -> Values | None:
        """Who owns new objects."""
        rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        return {"rule": {"objectOwnership": rules[0]["ObjectOwnership"]}}

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Back to the default."""
        s3.delete_bucket_ownership_controls(Bucket=bucket)


class BucketPolicy(BucketSetting):
    """``aws.s3.BucketPolicy``."""

    token = "aws:s3/bucketPolicy:BucketPolicy"
    missing = ("NoSuchBucketPolicy",)

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What S3 answers with MalformedPolicy: no JSON, a statement that lacks a part, another bucket's resources."""
        if inputs["policy"] != UNKNOWN and UNKNOWN not in inputs["policy"]:
            yield from (Refusal("policy", f"MalformedPolicy: {reason}") for reason in malformed(inputs["policy"], inputs["bucket"]))

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set the policy."""
        for reason in malformed(inputs["policy"], bucket):
            raise RefusedError(f"MalformedPolicy: {reason}")
        s3.put_bucket_policy(Bucket=bucket, Policy=inputs["policy"])

    def get(self, s3: Any, bucket: str) -> Values | None:
        """The policy."""
        return {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]}

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """No policy."""
        s3.delete_bucket_policy(Bucket=bucket)


def malformed(policy: str, bucket: str) -> list[str]:
    """Why S3 refuses a bucket policy; a bucket of which the name is not known yet matches any resource."""
    try:
        document = json.loads(policy)
    except ValueError:
        return ["Policies must be valid JSON and the first byte must be '{'"]
    if not isinstance(document, dict) or "Statement" not in document:
        return ["Missing required field Statement"]
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    reasons = []
    for statement in statements:
        if not isinstance(statement, dict):
            return ["a statement is no object"]
        if statement.get("Effect", "Deny") not in ("Allow", "Deny"):
            reasons.append(f"Invalid effect: {statement['Effect']}")
        lacking = [one for one in ("Effect", "Principal", "Action", "Resource") if one not in statement and f"Not{one}" not in statement]
        reasons += [f"Missing required field {one}" for one in lacking]
        resources = statement.get("Resource", [])
        listed = resources if isinstance(resources, list) else [resources]
        if not all(isinstance(each_one, str) for each_one in listed):
            return ["Resource must be text, or a list of text"]
        for each_one in listed:
            name = each_one.removeprefix("arn:aws:s3:::").split("/", 1)[0]
            if bucket != UNKNOWN and (not each_one.startswith("arn:aws:s3:::") or name not in (bucket, "*")):
                reasons.append(f"Policy has invalid resource {each_one}")
    return reasons


def object_lock(s3: Any, bucket: str) -> bool:
    """Whether a bucket has object lock."""
    return found(s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError", Bucket=bucket) is not None


def each(inputs: Values, name: str) -> list[tuple[str, Values]]:
    """The blocks of a list that are known, with their paths."""
    blocks = inputs.get(name) or []
    if blocks == UNKNOWN:
        return []
    return [(f"{name}[{index}]", block) for index, block in enumerate(blocks) if block != UNKNOWN]
