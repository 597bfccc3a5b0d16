"""The past of the stores beside RDS, DynamoDB, EFS and S3: good backups, unless the twin is for something else."""

from __future__ import annotations

import datetime

from moto.rds.models import rds_backends

from tests.audit.twin import Twin
from tests.support.audit_cloud import AuditCloud, before

DAILY, STALE, SHORT_DAYS = 600, 3000, 3


def age_kind(cloud: AuditCloud, twin: Twin, arn: str, place: tuple[str, str], old: int) -> None:
    """Give one store a past that is ``old`` minutes long."""
    kind, name = twin.address.split(".")[0], arn.rsplit("/", 1)[-1]
    last = STALE if twin.name.endswith("-stale") else DAILY
    if kind in ("aws_docdb_cluster", "aws_neptune_cluster"):
        stored = rds_backends[place[0]][place[1]].clusters[twin.name]
        stored.cluster_create_time = before(old).replace(tzinfo=None)
        days = SHORT_DAYS if twin.name.endswith("-window") else stored.backup_retention_period
        stored.earliest_restorable_time = (before(0) - datetime.timedelta(days=days)).replace(tzinfo=None)
        cloud.kinds.cluster_snapshot(twin.name, place, last)
        cloud.lags[arn] = 45 if twin.name.endswith("-lag") else 4
    elif kind == "aws_ebs_volume":
        cloud.kinds.disk_snapshot(name, place, last)
    elif kind == "aws_fsx_ontap_file_system":
        cloud.kinds.fsx_volume(name, f"fsvol-{twin.name}", place, old)
        cloud.kinds.fsx_backup(name, place, last, f"fsvol-{twin.name}")
    elif kind.startswith(("aws_redshift_", "aws_elasticache_", "aws_memorydb_")):
        cloud.memory.snapshot(kind, twin.name, place, last)
    elif kind.startswith("aws_fsx_"):
        cloud.kinds.fsx_backup(name, place, last)
