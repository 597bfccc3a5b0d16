"""What the laptop cloud holds, asked with boto3: nothing here comes from Pulumi."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import boto3

Fact = tuple[str, bool]
HOME, AWAY = "eu-west-1", "eu-central-1"
DAYS = {"prod": 30, "staging": 21, "dev": 14}


def client(environment: Mapping[str, str], service: str, region: str = HOME) -> Any:
    """A client for the laptop cloud."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def wait_for_lock(environment: Mapping[str, str], bucket: str, seconds: float) -> bool:
    """Whether the state bucket gets a lock within so many seconds."""
    s3, until = client(environment, "s3"), time.monotonic() + seconds
    while time.monotonic() < until:
        if s3.list_objects_v2(Bucket=bucket, Prefix=".pulumi/locks/").get("KeyCount"):
            return True
        time.sleep(0.05)
    return False


def state_facts(environment: Mapping[str, str], bucket: str, stack: str) -> Iterator[Fact]:
    """How the state of a stack lies in the bucket."""
    s3 = client(environment, "s3")
    key = f".pulumi/stacks/recoverable/{stack}.json"
    head = s3.head_object(Bucket=bucket, Key=key)
    yield f"s3://{bucket}/{key} is encrypted with {head.get('ServerSideEncryption')}", head.get("ServerSideEncryption") == "aws:kms"
    versions = s3.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", [])
    yield f"  and has {len(versions)} versions", len(versions) > 1
    left = s3.list_objects_v2(Bucket=bucket, Prefix=".pulumi/locks/").get("KeyCount", 0)
    yield "  and no lock is left", left == 0


def mine(tags: list[dict[str, str]], stack: str) -> bool:
    """Whether tags say that something is of this environment."""
    return {"Key": "recoverable:environment", "Value": stack} in [{"Key": each["Key"], "Value": each["Value"]} for each in tags]


def store_facts(environment: Mapping[str, str], stack: str) -> Iterator[Fact]:
    """What protects the stores of an environment."""
    yield from database_facts(environment, stack)
    yield from bucket_facts(environment, stack)
    yield from vault_facts(environment, stack)


def database_facts(environment: Mapping[str, str], stack: str) -> Iterator[Fact]:
    """The databases, as RDS describes them."""
    rds = client(environment, "rds")
    found = [each for each in rds.describe_db_instances()["DBInstances"] if mine(each.get("TagList", []), stack)]
    yield f"{len(found)} RDS instance of {stack}", len(found) == 1
    for each in found:
        kept = each["BackupRetentionPeriod"]
        yield f"{each['DBInstanceIdentifier']}: backups and PITR for {kept} days, at least {DAYS[stack]}", kept >= DAYS[stack]
        yield f"  encrypted with {each.get('KmsKeyId', 'nothing')[-36:]}", bool(each["StorageEncrypted"] and each.get("KmsKeyId"))
        yield f"  deletion protection {each['DeletionProtection']}, copies tags {each['CopyTagsToSnapshot']}", each["CopyTagsToSnapshot"]
        yield f"  several zones: {each['MultiAZ']}", bool(each["MultiAZ"]) or stack != "prod"
    copies = client(environment, "rds", AWAY).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    there = [each for each in copies if any(each["DBInstanceArn"] == one["DBInstanceArn"] for one in found)]
    if stack == "prod":
        yield f"  automated backups replicated to {AWAY}: {len(there)}", len(there) == 1


def bucket_facts(environment: Mapping[str, str], stack: str) -> Iterator[Fact]:
    """The buckets, as S3 describes them."""
    s3 = client(environment, "s3")
    for name in sorted(each["Name"] for each in s3.list_buckets()["Buckets"]):
        tags = bucket_tags(s3, name)
        if not mine(tags, stack) or {"Key": "recoverable:component", "Value": "uploads"} not in tags:
            continue
        versioning = s3.get_bucket_versioning(Bucket=name).get("Status")
        rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
        algorithm = rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
        yield f"bucket {name}: versioning {versioning}, {algorithm}", (versioning, algorithm) == ("Enabled", "aws:kms")
        block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
        denied = "aws:SecureTransport" in s3.get_bucket_policy(Bucket=name)["Policy"]
        yield f"  public access blocked {all(block.values())}, plain HTTP denied {denied}", all(block.values()) and denied
        kept = [
            each["NoncurrentVersionExpiration"]["NoncurrentDays"] for each in lifecycle(s3, name) if "NoncurrentVersionExpiration" in each
        ]
        yield f"  old versions kept {kept} days, at least {DAYS[stack]}", bool(kept) and min(kept) >= DAYS[stack]
        if stack == "prod" and "replica" not in name:
            for each in s3.get_bucket_replication(Bucket=name)["ReplicationConfiguration"]["Rules"]:
                limit = each["Destination"].get("ReplicationTime", {}).get("Time", {}).get("Minutes")
                yield f"  replicated to {each['Destination']['Bucket']} within {limit} minutes", limit == 15


def bucket_tags(s3: Any, name: str) -> list[dict[str, str]]:
    """A bucket's tags; none where it has none."""
    try:
        found: list[dict[str, str]] = s3.get_bucket_tagging(Bucket=name)["TagSet"]
    except s3.exceptions.ClientError:
        return []
    return found


def lifecycle(s3: Any, name: str) -> list[dict[str, Any]]:
    """A bucket's lifecycle rules that are on."""
    rules: list[dict[str, Any]] = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    return [each for each in rules if each["Status"] == "Enabled"]


def vault_facts(environment: Mapping[str, str], stack: str) -> Iterator[Fact]:
    """The vaults and plans, as AWS Backup describes them."""
    backup = client(environment, "backup")
    for each in backup.list_backup_plans()["BackupPlansList"]:
        if backup.list_tags(ResourceArn=each["BackupPlanArn"])["Tags"].get("recoverable:environment") != stack:
            continue
        for rule in backup.get_backup_plan(BackupPlanId=each["BackupPlanId"])["BackupPlan"]["Rules"]:
            kept = rule.get("Lifecycle", {}).get("DeleteAfterDays", 0)
            copies = len(rule.get("CopyActions", []))
            enough = kept >= DAYS[stack] and (copies > 0 or stack != "prod")
            yield f"backup plan {each['BackupPlanName']}: {rule['ScheduleExpression']}, kept {kept} days, {copies} copies", enough


def survivors(environment: Mapping[str, str]) -> Iterator[Fact]:
    """What production still has after everything unprotected was destroyed."""
    databases = [each for each in client(environment, "rds").describe_db_instances()["DBInstances"] if mine(each["TagList"], "prod")]
    yield f"the production database is still there: {databases[0]['DBInstanceIdentifier'] if databases else 'no'}", bool(databases)
    s3 = client(environment, "s3")
    names = [each["Name"] for each in s3.list_buckets()["Buckets"] if mine(bucket_tags(s3, each["Name"]), "prod")]
    yield f"and {len(names)} buckets, the state's and its copy among them", len(names) >= 4
