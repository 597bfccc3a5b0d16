"""State backends in moto as they should be, to be broken one by one; and the settings that declare them."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

REGION = "eu-west-1"
KEPT = 30
EVERY_FLAG = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
RETENTION = {
    "ID": "old-versions",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT},
}
LOCKS = {
    "ID": "locks",
    "Status": "Enabled",
    "Filter": {"Prefix": "terraform.tfstate.tflock"},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
}


@dataclass
class Place:
    """A bucket, its key and its lock table. ``declared`` are further lines of the settings."""

    endpoint: str
    bucket: str
    folder: Path
    client: Callable[..., Any]
    key: str = ""
    table: str = ""
    region: str = REGION
    declared: list[str] = field(default_factory=list)

    @property
    def s3(self) -> Any:
        return self.client("s3", self.region)

    def declare(self) -> None:
        """Write recoverable.toml."""
        lines = [
            "schema = 1",
            "[state_backend.infra]",
            'kind = "s3"',
            f'bucket = "{self.bucket}"',
            f'region = "{REGION}"',
            'environment = "prod"',
            f'endpoint = "{self.endpoint}"',
            *([f'kms_key = "{self.key}"'] if self.key else []),
            *([f'lock_table = "{self.table}"'] if self.table else []),
            *self.declared,
        ]
        (self.folder / "recoverable.toml").write_text("\n".join(lines) + "\n")

    def versions(self) -> list[str]:
        """Every version and delete marker in the bucket, by key."""
        found = self.s3.list_object_versions(Bucket=self.bucket)
        return sorted(each["Key"] for kind in ("Versions", "DeleteMarkers") for each in found.get(kind, ()))

    def rows(self) -> list[str]:
        """Every row of the table."""
        return [each["LockID"]["S"] for each in self.client("dynamodb").scan(TableName=self.table)["Items"]]


def own_name(request: pytest.FixtureRequest) -> str:
    """A part of a bucket's name that no other test has."""
    return hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]


@functools.cache
def clients(endpoint: str) -> Callable[..., Any]:
    """Makes clients of the server, each once."""
    session = boto3.session.Session()

    @functools.cache
    def made(service: str, region: str = REGION) -> Any:
        return session.client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",
            config=Config(s3={"addressing_style": "path"}, inject_host_prefix=False),
        )

    return made


def sound(endpoint: str, bucket: str, folder: Path, *, table: bool = False, region: str = REGION) -> Place:
    """A bucket that is as it should be."""
    place = Place(endpoint, bucket, folder, clients(endpoint), region=region)
    s3 = place.s3
    place.key = place.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    encrypt(place, place.key)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=EVERY_FLAG)
    s3.put_bucket_policy(Bucket=bucket, Policy=tls_only(bucket))
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [RETENTION, LOCKS]})
    if table:
        place.table = f"{bucket}-locks"
        lock_table(place, "LockID")
    return place


def encrypt(place: Place, key: str) -> None:
    """Set the bucket's default encryption."""
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    place.s3.put_bucket_encryption(Bucket=place.bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def tls_only(bucket: str, effect: str = "Deny") -> str:
    """The policy that denies plain HTTP."""
    arn = f"arn:aws:s3:::{bucket}"
    statement = {
        "Sid": "Tls",
        "Effect": effect,
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def lock_table(place: Place, key: str) -> None:
    """Make the table, with this hash key."""
    place.client("dynamodb").create_table(
        TableName=place.table,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
