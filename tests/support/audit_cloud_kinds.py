"""What moto has not of the stores beside RDS, DynamoDB, EFS and S3: snapshots with an age, policies of DLM, volumes and links of FSx.

By account and region, in the words of each API. Times are minutes before now.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

Json = dict[str, Any]
Place = tuple[str, str]


def ago(minutes: int) -> datetime.datetime:
    """So many minutes before now."""
    return datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes)


class KindsOfMoto:
    """Lists that tests fill, and policies that are made by their own API."""

    def __init__(self) -> None:
        self.disk_snapshots: dict[Place, list[Json]] = defaultdict(list)
        self.cluster_snapshots: dict[Place, list[Json]] = defaultdict(list)
        self.fsx_backups: dict[Place, list[Json]] = defaultdict(list)
        self.fsx_volumes: dict[Place, list[Json]] = defaultdict(list)
        self.fsx_links: dict[Place, list[Json]] = defaultdict(list)
        self.policies: dict[Place, dict[str, Json]] = defaultdict(dict)

    def answer(self, service: str, name: str, account: str, region: str, given: Json) -> Json | None:
        """The answer to a call; None where moto is to be asked."""
        place = (account, region)
        if (service, name) == ("ec2", "DescribeSnapshots"):
            return {"Snapshots": self.disk_snapshots[place]}
        if (service, name) == ("rds", "DescribeDBClusterSnapshots") and given.get("SnapshotType") == "automated":
            return {"DBClusterSnapshots": self.cluster_snapshots[place]}
        if service == "dlm":
            return self._policy(name, place, given)
        if service == "fsx" and name in ("DescribeBackups", "DescribeVolumes", "DescribeDataRepositoryAssociations"):
            return self._fsx(name, place, given)
        return None

    def _policy(self, name: str, place: Place, given: Json) -> Json:
        kept = self.policies[place]
        if name == "CreateLifecyclePolicy":
            number = f"policy-{len(kept):017}"
            details = given.get("PolicyDetails") or {}
            kept[number] = {
                "PolicyId": number,
                "Description": given["Description"],
                "State": given["State"],
                "Tags": given.get("Tags", {}),
                "PolicyDetails": details,
            }
            return {"PolicyId": number}
        if name == "GetLifecyclePolicy":
            return {"Policy": kept[given["PolicyId"]]}
        return {"Policies": [{word: value for word, value in policy.items() if word != "PolicyDetails"} for policy in kept.values()]}

    def _fsx(self, name: str, place: Place, given: Json) -> Json:
        if name == "DescribeBackups":
            return {"Backups": self.fsx_backups[place]}
        wanted = {value for each in given.get("Filters", ()) if each["Name"] == "file-system-id" for value in each["Values"]}
        held = self.fsx_volumes[place] if name == "DescribeVolumes" else self.fsx_links[place]
        some = [item for item in held if not wanted or item["FileSystemId"] in wanted]
        return {"Volumes" if name == "DescribeVolumes" else "Associations": some}

    def disk_snapshot(self, volume: str, place: Place, minutes: int) -> None:
        """A finished snapshot of an EBS volume."""
        self.disk_snapshots[place].append(
            {"SnapshotId": f"snap-{minutes:08x}", "VolumeId": volume, "State": "completed", "StartTime": ago(minutes)}
        )

    def cluster_snapshot(self, name: str, place: Place, minutes: int) -> None:
        """A snapshot that a cluster made by itself."""
        entry = {"DBClusterIdentifier": name, "DBClusterSnapshotIdentifier": f"rds:{name}", "Status": "available"}
        self.cluster_snapshots[place].append({**entry, "SnapshotCreateTime": ago(minutes)})

    def fsx_backup(self, file_system: str, place: Place, minutes: int, volume: str = "") -> None:
        """A backup of a file system, or of one of its volumes."""
        of = (
            {"ResourceType": "VOLUME", "Volume": {"VolumeId": volume, "VolumeType": "ONTAP"}} if volume else {"ResourceType": "FILE_SYSTEM"}
        )
        entry = {
            "BackupId": f"backup-{minutes:08x}",
            "Lifecycle": "AVAILABLE",
            "Type": "AUTOMATIC",
            "FileSystem": {"FileSystemId": file_system},
        }
        self.fsx_backups[place].append({**entry, **of, "CreationTime": ago(minutes)})

    def fsx_volume(self, file_system: str, volume: str, place: Place, minutes: int) -> None:
        """A volume of an ONTAP file system, and its root, which holds nothing and is never backed up."""
        for name, root in ((volume, False), (f"{volume}-root", True)):
            said = {"OntapVolumeType": "RW", "StorageVirtualMachineRoot": root}
            self.fsx_volumes[place].append(
                {"VolumeId": name, "FileSystemId": file_system, "CreationTime": ago(minutes), "OntapConfiguration": said}
            )
