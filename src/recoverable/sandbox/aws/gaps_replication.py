"""RDS automated backups: what is kept in the region, what outlives its instance, and what is copied to another region."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Call
from recoverable.sandbox.provider.handler import Values

BAD = "InvalidParameterValue"
STATE = "InvalidDBInstanceState"
DAYS = (1, 35)  # API_StartDBInstanceAutomatedBackupsReplication
BACKUP_ARN = "recoverable_backup_arn"


def _arn(call: Call) -> str:
    tail = "".join(random.choices(string.ascii_lowercase + string.digits, k=26))  # noqa: S311 - a name, no secret
    return call.arn(f"auto-backup:ab-{tail}")


def _of_instance(call: Call, held: Any, status: str) -> Values:
    """The automated backups of an instance, as RDS describes them."""
    if not hasattr(held, BACKUP_ARN):
        setattr(held, BACKUP_ARN, _arn(call))
    days = int(held.backup_retention_period)
    now = datetime.now(UTC)
    made = held.instance_create_time.replace(tzinfo=held.instance_create_time.tzinfo or UTC)
    return {
        "DBInstanceArn": held.db_instance_arn,
        "DbiResourceId": held.dbi_resource_id,
        "Region": held.region,
        "DBInstanceIdentifier": held.db_instance_identifier,
        "RestoreWindow": {"EarliestTime": max(made, now - timedelta(days=days)), "LatestTime": now},
        "AllocatedStorage": held.allocated_storage,
        "Status": status,
        "Port": held.port,
        "MasterUsername": held.master_username,
        "Engine": held.engine,
        "EngineVersion": held.engine_version,
        "Encrypted": held.storage_encrypted,
        "KmsKeyId": held.kms_key_id,
        "StorageType": held.storage_type,
        "BackupRetentionPeriod": days,
        "DBInstanceAutomatedBackupsArn": getattr(held, BACKUP_ARN),
        "InstanceCreateTime": made,
    }


def remember(call: Call, held: Any) -> None:
    """After a deletion: its backups stay when asked for, and so do their copies in other regions."""
    kept = not call.given.get("DeleteAutomatedBackups", True) and int(held.backup_retention_period) > 0
    if kept and held.db_cluster_identifier is None:
        call.shelf("retained")[held.db_instance_arn] = _of_instance(call, held, "retained")


def _source(call: Call) -> Any:
    arn = call.given["SourceDBInstanceArn"]
    parts = arn.split(":")
    if len(parts) != 7 or parts[:3] != ["arn", "aws", "rds"] or parts[5] != "db":
        call.refuse(BAD, "SourceDBInstanceArn must be the ARN of a DB instance")
    if parts[3] == call.region:
        call.refuse(
            BAD, f"The source DB instance is in {call.region}: automated backups are replicated into another region, so call that one"
        )
    held = call.backend_in(parts[3]).databases.get(parts[6])
    if held is None:
        call.refuse("DBInstanceNotFound", f"DBInstance {parts[6]} not found.")
    if held.db_cluster_identifier is not None:
        call.refuse(STATE, "Automated backups replication is not supported for instances of a DB cluster.")
    if int(held.backup_retention_period) == 0:
        call.refuse(STATE, "Automated backups are not enabled for the source DB instance.")
    return held


def _key(call: Call, held: Any) -> str | None:
    """The key of the copies: an encrypted instance needs one of the destination region."""
    key: str | None = call.given.get("KmsKeyId")
    if not held.storage_encrypted:
        return None
    if not key:
        call.refuse("InvalidParameterCombination", "KmsKeyId of the destination region is required: the source DB instance is encrypted.")
    if key.startswith("arn:") and key.split(":")[3] != call.region:
        call.refuse("KMSKeyNotAccessibleFault", f"The KMS key must be in {call.region}.")
    keys = call.backend_in(call.region, "kms")
    found = keys.keys.get(keys.get_key_id(key)) if key.startswith("arn:") or "alias/" not in key else keys.any_id_to_key_id(key)
    if not found:
        call.refuse("KMSKeyNotAccessibleFault", f"The KMS key is not there or not accessible in {call.region}.")
    return key


@fills("rds", "StartDBInstanceAutomatedBackupsReplication")
def start(call: Call) -> Values:
    """Copy the backups of an instance of another region into this one."""
    arn, held = call.given["SourceDBInstanceArn"], _source(call)
    days = call.given.get("BackupRetentionPeriod", 7)
    if not DAYS[0] <= days <= DAYS[1]:
        call.refuse(BAD, f"Invalid backup retention period: {days}. Must be between {DAYS[0]} and {DAYS[1]}.")
    if arn in call.shelf("replications"):
        call.refuse(
            "InvalidDBInstanceAutomatedBackupState", "The automated backups of this DB instance are already replicated into this region."
        )
    call.shelf("replications")[arn] = {
        **_of_instance(call, held, "replicating"),
        "KmsKeyId": _key(call, held),
        "BackupRetentionPeriod": days,
        "DBInstanceAutomatedBackupsArn": _arn(call),
    }
    return {"DBInstanceAutomatedBackup": call.shelf("replications")[arn]}


@fills("rds", "StopDBInstanceAutomatedBackupsReplication")
def stop(call: Call) -> Values:
    """Copy no more; what was copied is gone in this stand-in, where RDS keeps it until it expires."""
    held = call.shelf("replications").pop(call.given["SourceDBInstanceArn"], None)
    if held is None:
        call.refuse("InvalidDBInstanceState", "The automated backups of this DB instance are not replicated into this region.")
    return {"DBInstanceAutomatedBackup": {**held, "Status": "pending"}}


def _all(call: Call) -> Iterator[Values]:
    for held in call.backend.databases.values():
        if held.db_cluster_identifier is None and int(held.backup_retention_period) > 0:
            yield {**_of_instance(call, held, "active"), "DBInstanceAutomatedBackupsReplications": _copies(call, held.db_instance_arn)}
    yield from call.shelf("retained").values()
    yield from call.shelf("replications").values()


def _copies(call: Call, arn: str) -> list[Values]:
    from moto.backends import get_backend

    regions = get_backend("rds")[call.account]
    shelves = [call.shelf("replications", region) for region in list(regions) if region in regions]
    return [{"DBInstanceAutomatedBackupsArn": shelf[arn]["DBInstanceAutomatedBackupsArn"]} for shelf in shelves if arn in shelf]


@fills("rds", "DescribeDBInstanceAutomatedBackups", "moto gives an id and a status only, and no copies of other regions")
def describe(call: Call) -> Values:
    """Backups of this region's instances, retained ones, and copies from other regions."""
    found = list(_all(call))
    wanted: dict[str, list[Any]] = {
        name: [call.given[name]]
        for name in ("DBInstanceAutomatedBackupsArn", "DBInstanceIdentifier", "DbiResourceId")
        if name in call.given
    }
    names = {"status": "Status", "db-instance-id": "DBInstanceIdentifier", "dbi-resource-id": "DbiResourceId"}
    for each in call.given.get("Filters", []):
        if each["Name"] not in names:
            call.refuse(BAD, f"Unrecognized filter name: {each['Name']}")
        wanted[names[each["Name"]]] = [value.split(":")[-1] if each["Name"] == "db-instance-id" else value for value in each["Values"]]
    return {
        "DBInstanceAutomatedBackups": [backup for backup in found if all(backup.get(name) in values for name, values in wanted.items())]
    }
