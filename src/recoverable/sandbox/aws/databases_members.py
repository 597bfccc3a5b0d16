"""Instances of Aurora clusters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import changed, known, name_from, parameters, retag, shared_refusals
from recoverable.sandbox.aws.databases_instances import instance, shown
from recoverable.sandbox.aws.tagging import as_list
from recoverable.sandbox.provider.handler import Handler, Refusal, Values


class ClusterInstance(Handler[AwsCloud]):
    """``aws.rds.ClusterInstance``."""

    token = "aws:rds/clusterInstance:ClusterInstance"
    autoname = "identifier"
    replaces = frozenset(
        {"availabilityZone", "clusterIdentifier", "customIamInstanceProfile", "dbSubnetGroupName", "engine", "identifierPrefix"}
        | {"performanceInsightsKmsKeyId"}
    )
    defaults: ClassVar[Mapping[str, Any]] = {
        "autoMinorVersionUpgrade": True,
        "copyTagsToSnapshot": False,
        "forceDestroy": False,
        "monitoringInterval": 0,
        "promotionTier": 0,
    }
    kept = frozenset({"applyImmediately", "forceDestroy", "identifierPrefix"})
    table: ClassVar[Mapping[str, str]] = {
        "autoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
        "caCertIdentifier": "CACertificateIdentifier",
        "copyTagsToSnapshot": "CopyTagsToSnapshot",
        "instanceClass": "DBInstanceClass",
        "monitoringInterval": "MonitoringInterval",
        "monitoringRoleArn": "MonitoringRoleArn",
        "performanceInsightsKmsKeyId": "PerformanceInsightsKMSKeyId",
        "performanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
        "preferredMaintenanceWindow": "PreferredMaintenanceWindow",
        "promotionTier": "PromotionTier",
        "publiclyAccessible": "PubliclyAccessible",
    }
    sent: ClassVar[Mapping[str, str]] = {
        "dbParameterGroupName": "DBParameterGroupName",
        "performanceInsightsEnabled": "EnablePerformanceInsights",
    }
    fixed: ClassVar[Mapping[str, str]] = {
        "availabilityZone": "AvailabilityZone",
        "clusterIdentifier": "DBClusterIdentifier",
        "engine": "Engine",
    }

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What RDS refuses of a cluster's instance."""
        yield from shared_refusals(inputs, 1, 35)
        tier = known(inputs, "promotionTier")
        if tier is not None and not 0 <= tier <= 15:
            yield Refusal("promotionTier", f"{tier} is not in 0 to 15")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it inside of its cluster."""
        name = name_from(inputs, "identifier")
        stated = parameters({**self.table, **self.sent, **self.fixed}, inputs)
        cloud.client("rds").create_db_instance(DBInstanceIdentifier=name, Tags=as_list(inputs.get("tags")), **stated)
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The instance as RDS describes it, and whether it is the writer."""
        got = instance(cloud, identity)
        if got is None:
            return None
        cluster = cloud.client("rds").describe_db_clusters(DBClusterIdentifier=got["DBClusterIdentifier"])["DBClusters"][0]
        writers = [each["DBInstanceIdentifier"] for each in cluster["DBClusterMembers"] if each["IsClusterWriter"]]
        state = shown(got, held)
        state["dbParameterGroupName"] = state.pop("parameterGroupName")
        return {
            **{name: got.get(key) for name, key in {**self.table, **self.fixed}.items()},
            **state,
            "dbiResourceId": got["DbiResourceId"],
            "endpoint": (got.get("Endpoint") or {}).get("Address"),
            "kmsKeyId": got.get("KmsKeyId"),
            "preferredBackupWindow": got.get("PreferredBackupWindow"),
            "storageEncrypted": got["StorageEncrypted"],
            "writer": got["DBInstanceIdentifier"] in writers,
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Change what is stated otherwise."""
        rds, got = cloud.client("rds"), instance(cloud, identity)
        change = changed({**self.table, **self.sent}, old, new)
        if change:
            rds.modify_db_instance(DBInstanceIdentifier=identity, ApplyImmediately=bool(new.get("applyImmediately")), **change)
        retag(rds, got["DBInstanceArn"], old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take it out of its cluster."""
        if instance(cloud, identity) is not None:
            cloud.client("rds").delete_db_instance(DBInstanceIdentifier=identity, SkipFinalSnapshot=True)
