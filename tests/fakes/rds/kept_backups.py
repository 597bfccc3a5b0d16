"""Automated backups that outlive their instance or cluster, or lie in another region: moto has none, so they are kept here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

VERSION_OF_ENGINE = "18.1"
GIBIBYTES = 20


@dataclass(frozen=True)
class KeptBackup:
    """Automated backups of an instance that was deleted (``retained``), or of one in another region (``replicating``)."""

    region: str
    instance: str
    resource_id: str
    arn: str
    status: str
    from_region: str
    earliest: datetime.datetime
    latest: datetime.datetime
    master: str
    data: str = ""
    engine: str = "postgres"
    key: str = ""

    def described(self) -> dict[str, Any]:
        """As DescribeDBInstanceAutomatedBackups shows it."""
        return {
            "DBInstanceArn": f"arn:aws:rds:{self.from_region}:123456789012:db:{self.instance}",
            "DbiResourceId": self.resource_id,
            "Region": self.from_region,
            "DBInstanceIdentifier": self.instance,
            "RestoreWindow": {"EarliestTime": self.earliest, "LatestTime": self.latest},
            "AllocatedStorage": GIBIBYTES,
            "Status": self.status,
            "MasterUsername": self.master,
            "Engine": self.engine,
            "EngineVersion": VERSION_OF_ENGINE,
            "Encrypted": bool(self.key),
            **({"KmsKeyId": self.key} if self.key else {}),
            "DBInstanceAutomatedBackupsArn": self.arn,
        }

    def as_creation(self, params: dict[str, Any]) -> dict[str, str]:
        """The copy as a new instance, for moto's register: it knows no source of these kinds."""
        words = {
            "DBInstanceIdentifier": params["TargetDBInstanceIdentifier"],
            "Engine": self.engine,
            "EngineVersion": VERSION_OF_ENGINE,
            "MasterUsername": self.master,
            "MasterUserPassword": "of-the-source",
            "AllocatedStorage": str(GIBIBYTES),
            "DBInstanceClass": params.get("DBInstanceClass", "db.t3.micro"),
            **{key: params[key] for key in ("DBSubnetGroupName", "DBParameterGroupName") if key in params},
        }
        return words | _lists(params)


@dataclass(frozen=True)
class KeptCluster:
    """Automated backups of a cluster that was deleted. AWS replicates none of clusters into another region."""

    region: str
    cluster: str
    resource_id: str
    earliest: datetime.datetime
    latest: datetime.datetime
    master: str
    data: str = ""
    engine: str = "aurora-postgresql"
    key: str = ""

    def described(self) -> dict[str, Any]:
        """As DescribeDBClusterAutomatedBackups shows it."""
        arn = f"arn:aws:rds:{self.region}:123456789012"
        return {
            "Engine": self.engine,
            "DBClusterAutomatedBackupsArn": f"{arn}:cluster-auto-backup:cab-{self.resource_id.lower()}",
            "DBClusterIdentifier": self.cluster,
            "RestoreWindow": {"EarliestTime": self.earliest, "LatestTime": self.latest},
            "MasterUsername": self.master,
            "DbClusterResourceId": self.resource_id,
            "Region": self.region,
            "Status": "retained",
            "StorageEncrypted": bool(self.key),
            "AllocatedStorage": 1,
            "EngineVersion": VERSION_OF_ENGINE,
            "DBClusterArn": f"{arn}:cluster:{self.cluster}",
            "BackupRetentionPeriod": 7,
            "EngineMode": "provisioned",
            **({"KmsKeyId": self.key} if self.key else {}),
        }

    def as_creation(self, params: dict[str, Any]) -> dict[str, str]:
        """The copy as a new cluster, for moto's register."""
        words = {
            "DBClusterIdentifier": params["DBClusterIdentifier"],
            "Engine": self.engine,
            "EngineVersion": VERSION_OF_ENGINE,
            "MasterUsername": self.master,
            "MasterUserPassword": "of-the-source",
            **{key: params[key] for key in ("DBSubnetGroupName", "DBClusterParameterGroupName") if key in params},
        }
        return words | _lists(params)


def _lists(params: dict[str, Any]) -> dict[str, str]:
    """Security groups and tags of a restoring call, as another call writes them."""
    words = {f"VpcSecurityGroupIds.VpcSecurityGroupId.{n}": each for n, each in enumerate(params.get("VpcSecurityGroupIds", ()), 1)}
    for number, tag in enumerate(params.get("Tags", ()), 1):
        words |= {f"Tags.Tag.{number}.Key": tag["Key"], f"Tags.Tag.{number}.Value": tag.get("Value", "")}
    return words
