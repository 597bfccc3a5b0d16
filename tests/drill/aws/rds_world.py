"""An AWS account with one RDS instance: moto's server, the proxy that behaves as RDS, and the settings of a drill."""

from __future__ import annotations

import contextlib
import logging
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from recoverable.drill import marks
from recoverable.drill.aws import aurora_settings, clients
from recoverable.drill.aws.rds_settings import read
from recoverable.drill.providers.aurora import AuroraProvider
from recoverable.drill.providers.rds import RdsProvider
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.drill.harness import Harness, hours
from tests.drill.shared_clock import SharedClock
from tests.fakes.rds.cloud import RdsCloud
from tests.fakes.rds.data import DataPlane
from tests.fakes.rds.proxy import RdsProxy

REGION, AWAY = "eu-west-1", "eu-central-1"
SOURCE, CLUSTER, DATABASE, MASTER = "orders-db", "orders-cluster", "shop", "master"
PASSWORD_OF_SOURCE = "marked-secret-of-the-source"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAFAKEFAKEFAKEFAKE",
    "AWS_SECRET_ACCESS_KEY": "marked-secret-of-aws-key",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class World:
    """Everything a test needs of it."""

    moto: str
    cloud: RdsCloud
    clock: SharedClock
    endpoint: str
    groups: list[str] = field(default_factory=list)
    key: str = ""

    def provider(self) -> RdsProvider:
        return RdsProvider(self.clock)

    def source(self, **more: Any) -> dict[str, Any]:
        """``[drill.stores.orders.source]`` as written."""
        return {
            "instance": SOURCE,
            "subnet_group": "drill",
            "security_groups": self.groups,
            "parameter_group": "drill-18",
            "instance_class": "db.t4g.medium",
            "region": REGION,
            **more,
        }

    def settings(self, **more: Any) -> dict[str, Any]:
        """The same as read."""
        problems = Problems("recoverable.toml", {})
        found = read(Table(self.source(**more), ("drill", "stores", "orders", "source"), problems))
        problems.stop_if_any()
        return found

    def harness(self, state: Path, **more: Any) -> Harness:
        """A drill with everything but the provider in the test's hand."""
        return Harness(self.provider(), self.clock, state, self.settings(**more), first_query=lambda connection: None)

    def aurora(self) -> AuroraProvider:
        return AuroraProvider(self.clock)

    def aurora_settings(self, **more: Any) -> dict[str, Any]:
        """Those of a store of the provider ``aurora``, as read."""
        source = {
            "cluster": CLUSTER, "subnet_group": "drill", "security_groups": self.groups, "cluster_parameter_group": "drill-aurora",
            "parameter_group": "drill-aurora-a", "instance_class": "db.t4g.medium", "region": REGION, **more,
        }  # fmt: skip
        problems = Problems("recoverable.toml", {})
        found = aurora_settings.read(Table(source, ("drill", "stores", "orders", "source"), problems))
        problems.stop_if_any()
        return found

    def aurora_harness(self, state: Path, **more: Any) -> Harness:
        """A drill of the cluster."""
        return Harness(self.aurora(), self.clock, state, self.aurora_settings(**more), first_query=lambda connection: None)

    def found_cluster(self) -> None:
        """A cluster with an instance that no drill made, and the groups for drills of it."""
        rds = self.client()
        self.found_cluster_groups(REGION)
        rds.create_db_cluster(
            DBClusterIdentifier=CLUSTER, Engine="aurora-postgresql", EngineVersion="18.1", MasterUsername=MASTER,
            MasterUserPassword=PASSWORD_OF_SOURCE, DatabaseName=DATABASE, BackupRetentionPeriod=7, DBSubnetGroupName="drill",
            VpcSecurityGroupIds=self.groups, StorageEncrypted=True, KmsKeyId=self.key,
        )  # fmt: skip
        words = {"Engine": "aurora-postgresql", "DBInstanceClass": "db.r6g.large", "DBClusterIdentifier": CLUSTER}
        rds.create_db_instance(DBInstanceIdentifier=f"{CLUSTER}-a", **words)
        self.cloud.clusters.adopt(REGION, CLUSTER, data="orders")

    def found_cluster_groups(self, region: str) -> None:
        """The parameter groups for drills of a cluster."""
        rds, family = self.client(region=region), {"DBParameterGroupFamily": "aurora-postgresql18", "Description": "for drills"}
        rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="drill-aurora", **family)
        rds.create_db_parameter_group(DBParameterGroupName="drill-aurora-a", **family)

    def plant_cluster(self, run: str, *, region: str = REGION, suffix: str = "-2") -> str:
        """A decoy with copied tags."""
        original, name = f"rcv-{run}", f"rcv-{run}{suffix}"
        tags = marks.tags("db-cluster", f"{region}/{original}", run, self.clock.now() + hours(8))
        self.client(region=region).create_db_cluster(
            DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername=MASTER, MasterUserPassword=PASSWORD_OF_SOURCE,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )  # fmt: skip
        return name

    def client(self, service: str = "rds", region: str = REGION) -> Any:
        """A client of moto itself, past the proxy."""
        return moto_client(self.moto, service, region)

    def names(self, region: str = REGION) -> set[str]:
        """What exists."""
        return self.cloud.truth(region)

    def plant(self, run: str, *, region: str = REGION, suffix: str = "-2") -> str:
        """A decoy: a name that begins like the run's, with tags copied from the run's copy."""
        original, name = f"rcv-{run}", f"rcv-{run}{suffix}"
        tags = marks.tags("db-instance", f"{region}/{original}", run, self.clock.now() + hours(8))
        self.create(name, region=region, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
        return name

    def create(self, name: str, *, region: str = REGION, **more: Any) -> None:
        """An instance that no drill made."""
        words = {
            "DBInstanceIdentifier": name, "Engine": "postgres", "EngineVersion": "18.1", "DBInstanceClass": "db.m6g.large",
            "MasterUsername": MASTER, "MasterUserPassword": PASSWORD_OF_SOURCE, "DBName": DATABASE, "AllocatedStorage": 20,
            "BackupRetentionPeriod": 7, "StorageEncrypted": True,
        }  # fmt: skip
        self.client(region=region).create_db_instance(**{**words, **more})

    def asked(self, action: str) -> list[dict[str, Any]]:
        """The parameters of every call of an action, as they came over the wire."""
        return [params for _, name, params in self.cloud.requests if name == action]


@lru_cache(maxsize=16)
def moto_client(moto: str, service: str, region: str) -> Any:
    """Kept: making one takes longer than what it is asked."""
    login = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=moto, region_name=region, **login)


@contextlib.contextmanager
def moto_server() -> Iterator[str]:
    """Plain moto."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextlib.contextmanager
def world(moto: str, data: DataPlane, clock: SharedClock, patch: pytest.MonkeyPatch) -> Iterator[World]:
    """A new account."""
    urllib.request.urlopen(urllib.request.Request(f"{moto}/moto-api/reset", method="POST")).close()
    cloud = RdsCloud(moto, clock.timestamp, data)
    with RdsProxy(cloud) as endpoint:
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL_RDS": endpoint, "AWS_ENDPOINT_URL_KMS": moto}.items():
            patch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)
        clients.client.cache_clear()
        found = World(moto, cloud, clock, endpoint)
        furnish(found, REGION)
        found.key = found.client("kms").create_key()["KeyMetadata"]["Arn"]
        found.create(SOURCE, KmsKeyId=found.key, DBSubnetGroupName="drill", VpcSecurityGroupIds=found.groups)
        cloud.adopt(REGION, SOURCE, data="orders")
        try:
            yield found
        finally:
            clients.client.cache_clear()


def furnish(found: World, region: str) -> None:
    """A network and a parameter group for drills."""
    ec2, rds = found.client("ec2", region), found.client("rds", region)
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.7.{number}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="drill", Description="for drills", VpcId=vpc)["GroupId"]
    found.groups = [group]
    rds.create_db_subnet_group(DBSubnetGroupName="drill", DBSubnetGroupDescription="for drills", SubnetIds=subnets)
    rds.create_db_parameter_group(DBParameterGroupName="drill-18", DBParameterGroupFamily="postgres18", Description="for drills")
