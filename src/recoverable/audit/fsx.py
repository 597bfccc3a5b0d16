"""FSx file systems for Windows, Lustre, ONTAP and OpenZFS, and how old their newest backups are."""

from __future__ import annotations

import datetime
from typing import Any

from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes
from recoverable.audit.resources import Found, Json, KeyNames, made, tags
from recoverable.clouds.aws_volumes import LUSTRE, ONTAP, OPENZFS, WINDOWS
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

TYPES = {
    "WINDOWS": (WINDOWS, "WindowsConfiguration"),
    "LUSTRE": (LUSTRE, "LustreConfiguration"),
    "ONTAP": (ONTAP, "OntapConfiguration"),
    "OPENZFS": (OPENZFS, "OpenZFSConfiguration"),
}
WHOLE = "AVAILABLE"
WRITABLE = "RW"
"""Volumes of ONTAP that hold data of their own; DP ones are copies, which FSx does not back up."""
LINKED = frozenset({"AVAILABLE", "CREATING", "UPDATING"})
"""States of a link to a bucket in which it works, or is about to."""


def read_fsx(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every file system, with its newest backup where it has any: its own, those of AWS Backup and those made by hand."""
    backed: list[RawResource] = []
    for item in region.pages("fsx", "DescribeFileSystems", "FileSystems"):
        if item.get("FileSystemType") not in TYPES:
            continue
        raw = _file_system(region, item, keys)
        found.add(raw)
        found.tell(raw.address, age_minutes=minutes(now - item["CreationTime"]) if item.get("CreationTime") else None)
        backed.append(raw)
    if backed:
        _backups(region, found, backed, now)


def _file_system(region: Region, item: Json, keys: KeyNames) -> RawResource:
    kind, part = TYPES[item["FileSystemType"]]
    said: Json = item.get(part) or {}
    arn, name = item["ResourceARN"], item["FileSystemId"]
    days: int | Unknown = said.get("AutomaticBackupRetentionDays", 0)
    own: Json = {}
    if kind == LUSTRE:
        path = (said.get("DataRepositoryConfiguration") or {}).get("ImportPath")
        if not path and not str(said.get("DeploymentType")).startswith("SCRATCH"):
            path = _linked(region, name)
        own = {"deployment_type": said.get("DeploymentType"), "import_path": path if isinstance(path, str) else None}
        if isinstance(path, Unknown) and not days:  # a link to a bucket would explain it
            days = path
    return made(
        region.name,
        kind,
        arn,
        arn=arn,
        id=name,
        kms_key_id=keys.name(item.get("KmsKeyId")),
        automatic_backup_retention_days=days,
        tags=tags(item.get("Tags")),
        **own,
    )


def _linked(region: Region, name: str) -> str | Unknown | None:
    """The bucket that a Lustre file system is linked to: FSx takes no backups of what lies there."""
    operation = "DescribeDataRepositoryAssociations"
    answer = region.one("fsx", operation, name, Filters=[{"Name": "file-system-id", "Values": [name]}])
    if isinstance(answer, Unknown):
        return answer
    links = (answer or {}).get("Associations", ())
    for each in links:
        if each.get("Lifecycle") in LINKED:
            return str(each.get("DataRepositoryPath") or "linked")
    if (answer or {}).get("NextToken") or any(each.get("Lifecycle") == "MISCONFIGURED" for each in links):
        return Unknown(f"fsx:{operation}", "a link that does not work, or more than one page of them")
    return None


def _backups(region: Region, found: Found, backed: list[RawResource], now: datetime.datetime) -> None:
    newest: dict[str, datetime.datetime] = {}

    def take(item: Json) -> None:
        if (
            item.get("Lifecycle") != WHOLE or item.get("SourceBackupId") or not item.get("CreationTime")
        ):  # a copy may be younger than what it holds
            return
        of_volume = item.get("ResourceType") == "VOLUME"
        name = (item.get("Volume") or {}).get("VolumeId") if of_volume else (item.get("FileSystem") or {}).get("FileSystemId")
        if name:
            newest[name] = max(item["CreationTime"], newest.get(name, item["CreationTime"]))

    gap = region.each("fsx", "DescribeBackups", "Backups", take)
    if gap is not None:
        found.doubt(region.arn("fsx", ""), snapshot_minutes=gap)
        return
    for raw in backed:
        name = str(raw.attrs["id"])
        if raw.type == ONTAP and raw.attrs["automatic_backup_retention_days"]:
            found.tell(raw.address, snapshot_minutes=_oldest(region, name, newest, now))
        elif name in newest:
            found.tell(raw.address, snapshot_minutes=minutes(now - newest[name]))


def _oldest(region: Region, name: str, newest: dict[str, datetime.datetime], now: datetime.datetime) -> int | Unknown | None:
    """Of ONTAP each volume is backed up by itself: the one that is the worst off counts. A new volume has been without for its whole age."""
    listed = region.pages("fsx", "DescribeVolumes", "Volumes", name, Filters=[{"Name": "file-system-id", "Values": [name]}])
    if listed.gap is not None:
        return listed.gap
    times: list[Any] = [newest.get(item["VolumeId"]) or item.get("CreationTime") for item in listed if _holds_data(item)]
    return max((minutes(now - time) for time in times if time), default=None)


def _holds_data(item: Json) -> bool:
    said = item.get("OntapConfiguration") or {}
    return said.get("OntapVolumeType", WRITABLE) == WRITABLE and not said.get("StorageVirtualMachineRoot")
