"""EBS volumes, the instances that they hang on, and their newest snapshots."""

from __future__ import annotations

import datetime

from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes
from recoverable.audit.resources import Found, Json, KeyNames, made, tags
from recoverable.clouds.aws_instances import INSTANCE
from recoverable.model.values import Unknown

PAGE = {"PageSize": 500}
"""Without a size EC2 answers with all there is at once."""
GONE = ("deleting", "deleted")
GROUP = "aws:autoscaling:groupName"
"""The tag that an Auto Scaling group gives its instances."""


def read_volumes(region: Region, found: Found, keys: KeyNames, now: datetime.datetime) -> None:
    """Every volume, and the age of the newest snapshot of each.

    What it was made from is not told: every root volume began as the snapshot of an image, and holds data of its own by now.
    """
    listed = [item for item in region.pages("ec2", "DescribeVolumes", "Volumes", PaginationConfig=PAGE) if item.get("State") not in GONE]
    marks = _instances(region, found, listed)
    for item in listed:
        arn = arn_of(region, item)
        mortal = _dies_with(item)
        scaled = marks[mortal] if mortal else None
        found.add(
            made(
                region.name,
                "aws_ebs_volume",
                arn,
                arn=arn,
                id=item["VolumeId"],
                encrypted=bool(item.get("Encrypted")),
                kms_key_id=keys.name(item.get("KmsKeyId")),
                dies_with=mortal,
                scaled_by=scaled.get(GROUP) if isinstance(scaled, dict) else scaled,
                tags=tags(item.get("Tags")),
            )
        )
        found.tell(arn, age_minutes=minutes(now - item["CreateTime"]) if item.get("CreateTime") else None)
    if listed:
        _snapshots(region, found, now)


def arn_of(region: Region, item: Json) -> str:
    """The ARN of a volume, which older answers leave out."""
    return region.arn("ec2", f"volume/{item['VolumeId']}")


def _dies_with(item: Json) -> str | None:
    """The instance that a volume is deleted with; None where it outlives any that it hangs on."""
    on = [each for each in item.get("Attachments", ()) if each.get("InstanceId")]
    return str(on[0]["InstanceId"]) if on and all(each.get("DeleteOnTermination") for each in on) else None


def _instances(region: Region, found: Found, listed: list[Json]) -> dict[str, Json | Unknown]:
    """Instances with volumes, and their tags: a plan or policy that backs one up backs its volumes up."""
    hung: dict[str, list[str]] = {}
    for item in listed:
        for each in item.get("Attachments", ()):
            if each.get("InstanceId"):
                hung.setdefault(each["InstanceId"], []).append(arn_of(region, item))
    if not hung:
        return {}
    groups = region.pages("ec2", "DescribeInstances", "Reservations", PaginationConfig=PAGE)
    told = {item["InstanceId"]: tags(item.get("Tags")) for group in groups for item in group.get("Instances", ())}
    unread = groups.gap or Unknown("ec2:DescribeInstances", "the instance is not in the list")
    marks = {name: told.get(name, unread) for name in hung}
    for name, volumes in hung.items():
        arn = region.arn("ec2", f"instance/{name}")
        found.add(made(region.name, INSTANCE, arn, arn=arn, id=name, volumes=volumes, tags=marks[name]))
    return marks


def _snapshots(region: Region, found: Found, now: datetime.datetime) -> None:
    """The newest finished snapshot of each volume, whoever took it: Data Lifecycle Manager, AWS Backup, a person."""
    newest: dict[str, datetime.datetime] = {}

    def take(item: Json) -> None:
        if item.get("State") == "completed" and item.get("StartTime") and item.get("VolumeId"):
            name = item["VolumeId"]
            newest[name] = max(item["StartTime"], newest.get(name, item["StartTime"]))

    gap = region.each("ec2", "DescribeSnapshots", "Snapshots", take, OwnerIds=["self"], PaginationConfig={"PageSize": 1000})
    if gap is not None:
        found.doubt(region.arn("ec2", "volume/"), snapshot_minutes=gap)
        return
    for name, time in newest.items():
        found.tell(region.arn("ec2", f"volume/{name}"), snapshot_minutes=minutes(now - time))
