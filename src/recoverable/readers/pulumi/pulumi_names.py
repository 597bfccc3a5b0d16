"""Pulumi's names for what Terraform names: resource types and attributes.

The AWS, Google and Neon providers of Pulumi are bridged from Terraform, so nearly every type is
``<cloud>:<service>/<camelName>:<Name>`` for ``<cloud>_<service>_<snake_name>``; the table holds the others.
"""

from __future__ import annotations

import re
from functools import lru_cache

EXCEPTIONS = {
    "aws:rds/instance": "aws_db_instance",
    "aws:rds/cluster": "aws_rds_cluster",
    "aws:rds/instanceAutomatedBackupsReplication": "aws_db_instance_automated_backups_replication",
    "aws:rds/eventSubscription": "aws_db_event_subscription",
    "aws:rds/snapshot": "aws_db_snapshot",
    "aws:rds/snapshotCopy": "aws_db_snapshot_copy",
    "aws:rds/clusterSnapshot": "aws_db_cluster_snapshot",
    "aws:rds/subnetGroup": "aws_db_subnet_group",
    "aws:rds/parameterGroup": "aws_db_parameter_group",
    "aws:s3/bucketReplicationConfig": "aws_s3_bucket_replication_configuration",
    "aws:s3/accountPublicAccessBlock": "aws_s3_account_public_access_block",
    "aws:ebs/volume": "aws_ebs_volume",
    "aws:lb/loadBalancer": "aws_lb",
    "aws:alb/loadBalancer": "aws_lb",
    "aws:cloudtrail/trail": "aws_cloudtrail",
    "aws:fsx/openZfsFileSystem": "aws_fsx_openzfs_file_system",
    "aws:fsx/lustreFileSystem": "aws_fsx_lustre_file_system",
    "gcp:sql/databaseInstance": "google_sql_database_instance",
    "gcp:storage/bucket": "google_storage_bucket",
    "gcp:storage/transferJob": "google_storage_transfer_job",
    "gcp:kms/cryptoKey": "google_kms_crypto_key",
    "gcp:organizations/project": "google_project",
}
SERVICES = {"secretmanager": "secret_manager", "backupdisasterrecovery": "backup_dr", "bigqueryreservation": "bigquery_reservation"}
CLOUDS = {"aws": "aws", "gcp": "google", "neon": "neon"}
# The values of these attributes are maps whose keys are the user's own words.
MAPS = frozenset(
    {
        "tags",
        "tagsAll",
        "labels",
        "userLabels",
        "resourceLabels",
        "recoveryPointTags",
        "effectiveLabels",
        "pulumiLabels",
        "annotations",
        "variables",
        "content",
    }
)
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


NEON_DYNAMIC = "pulumi-python:dynamic/neon:Project"
"""Our own NeonProject: a dynamic resource whose properties are named as the Terraform provider names them."""


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """``kmsKeyId`` as ``kms_key_id``."""
    return _WORD.sub("_", name).lower()


@lru_cache(maxsize=4096)
def terraform_type(token: str) -> str:
    """The Terraform type of a Pulumi type token; "" where it is of no bridged cloud."""
    parts = token.split(":")
    if token == NEON_DYNAMIC:
        return "neon_project"
    if len(parts) != 3 or parts[0] not in CLOUDS:
        return ""
    path = parts[1].split("/")
    service, name = path[0], (path[1] if len(path) > 1 else parts[2][:1].lower() + parts[2][1:])
    name = re.sub(r"V2$", "", name)
    key = f"{parts[0]}:{service}/{name}"
    if key in EXCEPTIONS:
        return EXCEPTIONS[key]
    cloud = CLOUDS[parts[0]]
    if service in ("index", ""):
        return f"{cloud}_{snake(name)}"
    return f"{cloud}_{SERVICES.get(service, snake(service))}_{snake(name)}"
