"""DynamoDB tables and EFS file systems."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes, whole_minutes
from recoverable.audit.resources import Found, Json, KeyNames, block, made, tags
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown


def read_tables(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every table, with its continuous backups and replicas."""
    for name in region.pages("dynamodb", "ListTables", "TableNames"):
        answer = region.one("dynamodb", "DescribeTable", name, TableName=name)
        if isinstance(answer, dict):
            _table(region, found, answer["Table"], keys, now)


def _table(region: Region, found: Found, item: Json, keys: KeyNames, now: datetime.datetime) -> None:
    name, arn = item["TableName"], item["TableArn"]
    kept = region.one("dynamodb", "DescribeContinuousBackups", name, TableName=name)
    listed = region.pages("dynamodb", "ListTagsOfResource", "Tags", name, ResourceArn=arn)
    recovery = kept if isinstance(kept, Unknown) else _recovery((kept or {}).get("ContinuousBackupsDescription") or {})
    hashed = next((each["AttributeName"] for each in item.get("KeySchema", ()) if each["KeyType"] == "HASH"), None)
    replicas = [{"region_name": each["RegionName"]} for each in item.get("Replicas", ()) if each.get("RegionName") != region.name]
    found.add(
        made(
            region.name,
            "aws_dynamodb_table",
            arn,
            arn=arn,
            name=name,
            hash_key=hashed,
            deletion_protection_enabled=bool(item.get("DeletionProtectionEnabled")),
            point_in_time_recovery=recovery,
            server_side_encryption=_encryption(item.get("SSEDescription") or {}, keys),
            replica=replicas,
            tags=listed.gap or tags(listed.items),
        )
    )
    states = [
        {"target": each["RegionName"], "status": each["ReplicaStatus"], "fine": each["ReplicaStatus"] in ("ACTIVE", "CREATING", "UPDATING")}
        for each in item.get("Replicas", ())
        if each.get("ReplicaStatus") and each.get("RegionName") != region.name
    ]
    found.tell(
        arn, age_minutes=minutes(now - item["CreationDateTime"]) if item.get("CreationDateTime") else None, replication=states or None
    )
    if isinstance(kept, dict):
        point = (kept.get("ContinuousBackupsDescription") or {}).get("PointInTimeRecoveryDescription") or {}
        if point.get("PointInTimeRecoveryStatus") == "ENABLED":
            late, early = point.get("LatestRestorableDateTime"), point.get("EarliestRestorableDateTime")
            found.tell(arn, lag_minutes=minutes(now - late) if late else None, window_minutes=whole_minutes(now - early) if early else None)
    elif isinstance(kept, Unknown):
        found.tell(arn, lag_minutes=kept, window_minutes=kept)


def _recovery(said: Json) -> list[Json]:
    point = said.get("PointInTimeRecoveryDescription") or {}
    return [block(enabled=point.get("PointInTimeRecoveryStatus") == "ENABLED", recovery_period_in_days=point.get("RecoveryPeriodInDays"))]


def _encryption(said: Json, keys: KeyNames) -> list[Json] | None:
    """None for a table under DynamoDB's own key, which the API leaves out."""
    if said.get("Status") not in ("ENABLED", "UPDATING"):
        return None
    return [block(enabled=True, kms_key_arn=keys.name(said.get("KMSMasterKeyArn")))]


def read_file_systems(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every EFS file system, with its automatic backups and its replication."""
    listed = region.pages("efs", "DescribeFileSystems", "FileSystems")
    for item in listed:
        found.add(*_file_system(region, item, keys))
        age = minutes(now - item["CreationTime"]) if item.get("CreationTime") else None
        found.tell(item["FileSystemArn"], age_minutes=age)
    if listed.items:
        for item in region.pages("efs", "DescribeReplicationConfigurations", "Replications"):
            _replication(region, found, item)


def _file_system(region: Region, item: Json, keys: KeyNames) -> Iterator[RawResource]:
    arn, name = item["FileSystemArn"], item["FileSystemId"]
    yield made(
        region.name,
        "aws_efs_file_system",
        arn,
        arn=arn,
        id=name,
        creation_token=item.get("CreationToken"),
        encrypted=bool(item.get("Encrypted")),
        kms_key_id=keys.name(item.get("KmsKeyId")),
        availability_zone_name=item.get("AvailabilityZoneName"),
        tags=tags(item.get("Tags")),
    )
    policy = region.one("efs", "DescribeBackupPolicy", name, FileSystemId=name)
    status = policy if isinstance(policy, Unknown) else [{"status": ((policy or {}).get("BackupPolicy") or {}).get("Status", "DISABLED")}]
    yield made(region.name, "aws_efs_backup_policy", f"{arn}#backups", file_system_id=name, backup_policy=status)


def _replication(region: Region, found: Found, item: Json) -> None:
    targets = item.get("Destinations", ())
    found.add(
        *(
            made(
                region.name,
                "aws_efs_replication_configuration",
                f"{item['SourceFileSystemArn']}#replication",
                source_file_system_id=item["SourceFileSystemId"],
                destination=[{"file_system_id": each.get("FileSystemId"), "region": each.get("Region")}],
            )
            for each in targets
        )
    )
    states = [
        {"target": each.get("FileSystemId", ""), "status": each.get("Status", ""), "fine": each.get("Status") in ("ENABLED", "ENABLING")}
        for each in targets
    ]
    found.tell(item["SourceFileSystemArn"], replication=states or None)
