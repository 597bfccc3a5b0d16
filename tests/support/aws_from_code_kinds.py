"""The part of ``aws_from_code.py`` that makes disks, file systems and databases beside RDS, DynamoDB, EFS and S3."""

from __future__ import annotations

from typing import Any

from moto.kms.models import kms_backends
from moto.rds.models import rds_backends

from tests.support.aws_from_code_guards import Json, one, pairs

OF_CODE = ("skip_final_snapshot", "final_snapshot_identifier", "skip_final_backup")
KEPT = "automatic_backup_retention_days"


def _cluster(here: Any, attrs: Json, engine: str) -> Json:
    """Moto knows Neptune and not DocumentDB, which speaks the same API: it is made as the one and called the other."""
    name = attrs.pop("cluster_identifier")
    found = here.clients("rds").create_db_cluster(
        DBClusterIdentifier=name,
        Engine="neptune",
        BackupRetentionPeriod=attrs.pop("backup_retention_period", 1),
        StorageEncrypted=attrs.pop("storage_encrypted", False),
        DeletionProtection=attrs.pop("deletion_protection", False),
        CopyTagsToSnapshot=attrs.pop("copy_tags_to_snapshot", False),
        Tags=pairs(attrs.pop("tags", None)),
    )["DBCluster"]
    account, region = found["DBClusterArn"].split(":")[4], here.region
    rds_backends[account][region].clusters[name].engine = engine
    for of_code in OF_CODE:
        attrs.pop(of_code, None)
    return {"arn": found["DBClusterArn"], "id": name}


def docdb(here: Any, attrs: Json) -> Json:
    return _cluster(here, attrs, "docdb")


def neptune(here: Any, attrs: Json) -> Json:
    return _cluster(here, attrs, "neptune")


def volume(here: Any, attrs: Json) -> Json:
    attrs.pop("availability_zone")
    found = here.clients("ec2").create_volume(
        AvailabilityZone=f"{here.region}a",
        Size=attrs.pop("size"),
        Encrypted=attrs.pop("encrypted", False),
        TagSpecifications=[{"ResourceType": "volume", "Tags": pairs(attrs.pop("tags", None))}],
    )
    owner = here.clients("sts").get_caller_identity()["Account"]
    if found.get("KmsKeyId"):  # moto makes AWS's own key of EBS, and takes it for one of the customer
        name = found["KmsKeyId"].rsplit("/", 1)[-1]
        kms_backends[owner][here.region].keys[name].key_manager = "AWS"
    return {"arn": f"arn:aws:ec2:{here.region}:{owner}:volume/{found['VolumeId']}", "id": found["VolumeId"]}


def snapshot_policy(here: Any, attrs: Json) -> Json:
    said = one(attrs.pop("policy_details"))
    schedules = [
        {
            "Name": each["name"],
            "CreateRule": {"Interval": one(each["create_rule"])["interval"], "IntervalUnit": "HOURS"},
            "RetainRule": {"Interval": one(each["retain_rule"])["interval"], "IntervalUnit": one(each["retain_rule"])["interval_unit"]},
        }
        for each in said["schedule"]
    ]
    found = here.clients("dlm").create_lifecycle_policy(
        ExecutionRoleArn=attrs.pop("execution_role_arn"),
        Description=attrs.pop("description"),
        State=attrs.pop("state", "ENABLED"),
        PolicyDetails={"ResourceTypes": said["resource_types"], "TargetTags": pairs(said["target_tags"]), "Schedules": schedules},
        Tags=attrs.pop("tags", {}),
    )
    owner = here.clients("sts").get_caller_identity()["Account"]
    return {"arn": f"arn:aws:dlm:{here.region}:{owner}:policy/{found['PolicyId']}", "id": found["PolicyId"]}


def _fsx(here: Any, attrs: Json, kind: str, word: str, **more: Any) -> Json:
    words = {"KmsKeyId": attrs.pop("kms_key_id")} if "kms_key_id" in attrs else {}
    settings = {"AutomaticBackupRetentionDays": attrs.pop(KEPT), **more} if KEPT in attrs else more
    found = here.clients("fsx").create_file_system(
        FileSystemType=kind,
        StorageCapacity=attrs.pop("storage_capacity"),
        SubnetIds=attrs.pop("subnet_ids"),
        Tags=pairs(attrs.pop("tags", None)),
        **{word: settings},
        **words,
    )["FileSystem"]
    for of_code in (*OF_CODE, "preferred_subnet_id"):
        attrs.pop(of_code, None)
    return {"arn": found["ResourceARN"], "id": found["FileSystemId"]}


def fsx_windows(here: Any, attrs: Json) -> Json:
    return _fsx(here, attrs, "WINDOWS", "WindowsConfiguration", ThroughputCapacity=attrs.pop("throughput_capacity"))


def fsx_openzfs(here: Any, attrs: Json) -> Json:
    more = {"DeploymentType": attrs.pop("deployment_type"), "ThroughputCapacity": attrs.pop("throughput_capacity")}
    return _fsx(here, attrs, "OPENZFS", "OpenZFSConfiguration", **more)


def fsx_ontap(here: Any, attrs: Json) -> Json:
    more = {"DeploymentType": attrs.pop("deployment_type"), "ThroughputCapacity": attrs.pop("throughput_capacity")}
    return _fsx(here, attrs, "ONTAP", "OntapConfiguration", **more)


def fsx_lustre(here: Any, attrs: Json) -> Json:
    return _fsx(here, attrs, "LUSTRE", "LustreConfiguration", DeploymentType=attrs.pop("deployment_type"))
