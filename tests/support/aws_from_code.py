"""Makes in an account what a piece of Terraform declares: the few types and attributes that the audit's tests use, by boto3.

So one text is both what ``check`` judges and what ``audit`` finds. An attribute that is not known here is an error, never left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown
from tests.support import aws_from_code_guards as guards
from tests.support import aws_from_code_kinds as kinds
from tests.support import aws_from_code_memory as memory
from tests.support.aws_from_code_guards import Json, one, pairs

Clients = Callable[[str], Any]
S3 = "aws_s3_bucket_"


class Account:
    """Makes resources in one region of one account, in the order of the code. ``made`` holds the ARN of each address."""

    def __init__(self, clients: Clients, region: str) -> None:
        self.clients, self.region = clients, region
        self.made: dict[str, Json] = {}

    def make(self, resources: list[RawResource]) -> None:
        """Everything the code declares; companions after what they belong to."""
        for raw in sorted(resources, key=lambda item: ORDER.index(item.type)):
            attrs = {name: self._plain(value) for name, value in raw.attrs.items() if name not in ("lifecycle_meta", "region")}
            known = MAKERS[raw.type](self, attrs)
            assert not attrs, f"{raw.address}: {sorted(attrs)} are not made here"
            self.made[raw.address] = known or {}

    def arn(self, address: str) -> str:
        """What the account calls a resource of the code."""
        return str(self.made[address]["arn"])

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Unknown):
            (ref,) = value.refs
            return self.made[ref.address][ref.attribute or "id"]
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        return {name: self._plain(item) for name, item in value.items()} if isinstance(value, dict) else value


def db_instance(here: Account, attrs: Json) -> Json:
    name = attrs.pop("identifier")
    found = here.clients("rds").create_db_instance(
        DBInstanceIdentifier=name,
        Engine=attrs.pop("engine"),
        DBInstanceClass=attrs.pop("instance_class"),
        AllocatedStorage=20,
        MasterUsername="postgres",
        MasterUserPassword="marked-secret-of-the-database",
        BackupRetentionPeriod=attrs.pop("backup_retention_period", 0),
        StorageEncrypted=attrs.pop("storage_encrypted", False),
        MultiAZ=attrs.pop("multi_az", False),
        DeletionProtection=attrs.pop("deletion_protection", False),
        CopyTagsToSnapshot=attrs.pop("copy_tags_to_snapshot", False),
        Tags=pairs(attrs.pop("tags", None)),
        **({"KmsKeyId": attrs.pop("kms_key_id")} if "kms_key_id" in attrs else {}),
    )["DBInstance"]
    for of_code in ("skip_final_snapshot", "final_snapshot_identifier", "delete_automated_backups"):
        attrs.pop(of_code, None)
    return {"arn": found["DBInstanceArn"], "identifier": name, "id": name}


def rds_cluster(here: Account, attrs: Json) -> Json:
    name = attrs.pop("cluster_identifier")
    found = here.clients("rds").create_db_cluster(
        DBClusterIdentifier=name,
        Engine=attrs.pop("engine"),
        MasterUsername="postgres",
        MasterUserPassword="marked-secret-of-the-database",
        BackupRetentionPeriod=attrs.pop("backup_retention_period", 1),
        StorageEncrypted=attrs.pop("storage_encrypted", False),
        DeletionProtection=attrs.pop("deletion_protection", False),
        CopyTagsToSnapshot=attrs.pop("copy_tags_to_snapshot", False),
        Tags=pairs(attrs.pop("tags", None)),
    )["DBCluster"]
    for of_code in ("skip_final_snapshot", "final_snapshot_identifier", "delete_automated_backups"):
        attrs.pop(of_code, None)
    return {"arn": found["DBClusterArn"], "id": name}


def subscription(here: Account, attrs: Json) -> Json:
    here.clients("rds").create_event_subscription(
        SubscriptionName=attrs.pop("name"),
        SnsTopicArn=attrs.pop("sns_topic" if "sns_topic" in attrs else "sns_topic_arn"),
        EventCategories=attrs.pop("event_categories"),
        Enabled=True,
        **({"SourceType": attrs.pop("source_type")} if "source_type" in attrs else {}),
    )
    return {}


def table(here: Account, attrs: Json) -> Json:
    name = attrs.pop("name")
    key = attrs.pop("hash_key")
    attrs.pop("attribute")
    client = here.clients("dynamodb")
    found = client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        BillingMode=attrs.pop("billing_mode"),
        DeletionProtectionEnabled=attrs.pop("deletion_protection_enabled", False),
        Tags=pairs(attrs.pop("tags", None)),
    )["TableDescription"]
    if recovery := attrs.pop("point_in_time_recovery", None):
        said = {"PointInTimeRecoveryEnabled": one(recovery)["enabled"]}
        if "recovery_period_in_days" in one(recovery):
            said["RecoveryPeriodInDays"] = one(recovery)["recovery_period_in_days"]
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=said)
    return {"arn": found["TableArn"], "id": name}


def file_system(here: Account, attrs: Json) -> Json:
    found = here.clients("efs").create_file_system(
        CreationToken=attrs.pop("creation_token"), Encrypted=attrs.pop("encrypted", False), Tags=pairs(attrs.pop("tags", None))
    )
    return {"arn": found["FileSystemArn"], "id": found["FileSystemId"]}


def file_system_backups(here: Account, attrs: Json) -> Json:
    name, status = attrs.pop("file_system_id"), one(attrs.pop("backup_policy"))["status"]
    here.clients("efs").put_backup_policy(FileSystemId=name, BackupPolicy={"Status": status})
    return {}


def bucket(here: Account, attrs: Json) -> Json:
    name = attrs.pop("bucket")
    more = {} if here.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": here.region}}
    client = here.clients("s3")
    client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=attrs.pop("object_lock_enabled", False), **more)
    attrs.pop("force_destroy", None)
    if tags := attrs.pop("tags", None):
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(tags)})
    return {"arn": f"arn:aws:s3:::{name}", "id": name, "bucket": name}


def bucket_versioning(here: Account, attrs: Json) -> Json:
    status = one(attrs.pop("versioning_configuration"))["status"]
    here.clients("s3").put_bucket_versioning(Bucket=attrs.pop("bucket"), VersioningConfiguration={"Status": status})
    return {}


def bucket_block(here: Account, attrs: Json) -> Json:
    words = {name: "".join(part.capitalize() for part in name.split("_")) for name in list(attrs) if name != "bucket"}
    flags = {word: attrs.pop(name) for name, word in words.items()}
    here.clients("s3").put_public_access_block(Bucket=attrs.pop("bucket"), PublicAccessBlockConfiguration=flags)
    return {}


def bucket_policy(here: Account, attrs: Json) -> Json:
    here.clients("s3").put_bucket_policy(Bucket=attrs.pop("bucket"), Policy=attrs.pop("policy"))
    return {}


def bucket_lock(here: Account, attrs: Json) -> Json:
    kept = one(one(attrs.pop("rule"))["default_retention"])
    here.clients("s3").put_object_lock_configuration(
        Bucket=attrs.pop("bucket"),
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": kept["mode"], "Days": kept["days"]}},
        },
    )
    return {}


def bucket_lifecycle(here: Account, attrs: Json) -> Json:
    rules = []
    for rule in attrs.pop("rule"):
        made: Json = {"ID": rule["id"], "Status": rule["status"], "Filter": {"Prefix": ""}}
        if gone := rule.get("noncurrent_version_expiration"):
            made["NoncurrentVersionExpiration"] = {"NoncurrentDays": one(gone)["noncurrent_days"]}
        if moved := rule.get("noncurrent_version_transition"):
            made["NoncurrentVersionTransitions"] = [
                {"NoncurrentDays": one(moved)["noncurrent_days"], "StorageClass": one(moved)["storage_class"]}
            ]
        rules.append(made)
    here.clients("s3").put_bucket_lifecycle_configuration(Bucket=attrs.pop("bucket"), LifecycleConfiguration={"Rules": rules})
    return {}


MAKERS: dict[str, Callable[[Account, Json], Json]] = {
    "aws_kms_key": guards.key,
    "aws_db_event_subscription": subscription,
    "aws_docdb_event_subscription": subscription,
    "aws_neptune_event_subscription": subscription,
    "aws_db_instance": db_instance,
    "aws_rds_cluster": rds_cluster,
    "aws_docdb_cluster": kinds.docdb,
    "aws_neptune_cluster": kinds.neptune,
    "aws_redshift_cluster": memory.warehouse,
    "aws_redshift_event_subscription": memory.warehouse_events,
    "aws_elasticache_replication_group": memory.cache_group,
    "aws_elasticache_cluster": memory.cache,
    "aws_elasticache_serverless_cache": memory.serverless_cache,
    "aws_memorydb_cluster": memory.memory,
    "aws_dynamodb_table": table,
    "aws_efs_file_system": file_system,
    "aws_efs_backup_policy": file_system_backups,
    "aws_ebs_volume": kinds.volume,
    "aws_dlm_lifecycle_policy": kinds.snapshot_policy,
    "aws_fsx_windows_file_system": kinds.fsx_windows,
    "aws_fsx_openzfs_file_system": kinds.fsx_openzfs,
    "aws_fsx_ontap_file_system": kinds.fsx_ontap,
    "aws_fsx_lustre_file_system": kinds.fsx_lustre,
    "aws_s3_bucket": bucket,
    f"{S3}versioning": bucket_versioning,
    f"{S3}public_access_block": bucket_block,
    f"{S3}policy": bucket_policy,
    f"{S3}object_lock_configuration": bucket_lock,
    f"{S3}lifecycle_configuration": bucket_lifecycle,
    "aws_cloudtrail": guards.trail,
    "aws_backup_vault": guards.vault,
    "aws_backup_vault_lock_configuration": guards.vault_lock,
    "aws_backup_vault_notifications": guards.vault_notifications,
    "aws_backup_plan": guards.plan,
    "aws_backup_selection": guards.selection,
    "aws_backup_restore_testing_plan": guards.restore_test,
    "aws_backup_restore_testing_selection": guards.restore_test_selection,
    "aws_secretsmanager_secret": guards.secret,
}
ORDER = list(MAKERS)
