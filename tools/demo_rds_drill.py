"""The cloud part of the drill demo: what `pulumi up` made is restored, proven and destroyed, and the evidence names it.

The laptop cloud's moto keeps the register of RDS instances but no data and no restore windows; the tests' proxy stands in front of it
(tests/fakes/rds), with a real PostgreSQL behind every copy. Its states last a fiftieth of what the tests let them last.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import demo_readback as readback
from demo_drill import server_programs
from demo_steps import Demo

from recoverable.drill.postgres.embedded import MAJOR
from tests.drill.aws import rds_source
from tests.drill.source_server import DATABASE, Source, open_folder
from tests.fakes.rds.cloud import RdsCloud
from tests.fakes.rds.lives import Pace
from tests.fakes.rds.postgres_copies import PostgresCopies, embedded_programs
from tests.fakes.rds.proxy import RdsProxy

PACE = Pace(states=0.02, log_lag=20.0)
STORE = "orders"
SETTINGS = """
[drill]
ledger = "drills.jsonl"

[drill.stores.{store}]
provider = "rds"
environment = "prod"
address = "{urn}"
expect = {{ heartbeat = "{database}", databases_left_out = ["rdsadmin"], rows = {{ {database} = {{ "public.accounts" = 200 }} }} }}

[drill.stores.{store}.source]
instance = "{instance}"
region = "{region}"
subnet_group = "drill"
security_groups = ["{group}"]
parameter_group = "drill-{major}"
instance_class = "db.t4g.medium"
database = "{database}"

[[drill.stores.{store}.smoke.queries]]
name = "newest-orders"
sql = "SELECT id, note FROM orders ORDER BY id DESC LIMIT 20"
rows_at_least = 20
"""


@dataclass(frozen=True)
class Data:
    """The real database behind the instance that moto only has a name of; it runs, as production does."""

    folder: Path
    programs: Path
    source: Source


@contextmanager
def data() -> Iterator[Data]:
    """A PostgreSQL with load, heartbeats, an archive and a base backup, whose master user is no superuser, as on RDS."""
    server_programs()
    with open_folder("rcv-demo-rds-") as folder:
        (folder / "source").mkdir()
        with rds_source.running(folder / "source") as source:
            yield Data(folder, embedded_programs(folder), source)


def drill(demo: Demo, project: Path, found: Data) -> None:
    """One drill of production's database, and what it left."""
    demo.title("A restore drill of the database that pulumi up made")
    urn, instance = _made_by_pulumi(demo, project)
    print(f"  {urn}\n  is the RDS instance {instance}")
    copies = PostgresCopies(found.folder, found.programs, {STORE: rds_source.shipped(found.source).backup})
    cloud = RdsCloud(demo.environment["AWS_ENDPOINT_URL"], time.time, copies, pace=PACE)
    try:
        with RdsProxy(cloud) as endpoint:
            _run(demo, project, cloud, endpoint, urn, instance)
    finally:
        copies.close()


def _run(demo: Demo, project: Path, cloud: RdsCloud, endpoint: str, urn: str, instance: str) -> None:
    group = _network(demo)
    before = cloud.truth(readback.HOME)
    cloud.adopt(readback.HOME, instance, retention=readback.DAYS["prod"], data=STORE)
    settings = project / "recoverable.toml"
    text = settings.read_text(encoding="utf-8")
    words = {
        "store": STORE,
        "urn": urn,
        "database": DATABASE,
        "instance": instance,
        "region": readback.HOME,
        "group": group,
        "major": MAJOR,
    }
    settings.write_text(text + SETTINGS.format(**words), encoding="utf-8")
    usual = dict(demo.environment)
    demo.environment |= {
        "AWS_ENDPOINT_URL_RDS": endpoint,
        "RECOVERABLE_DRILL_POLL_SECONDS": "1",
        "RECOVERABLE_STATE_DIR": str(project / "drills"),
    }
    try:
        evidence = project / "evidence.json"
        demo.run(project, "recoverable", "drill", "run", STORE, "--evidence", evidence.name, show="all")
        record = json.loads(evidence.read_text(encoding="utf-8"))
        demo.claim(f"the evidence names the Pulumi resource: {record['address'].rpartition('::')[2]}", record["address"] == urn)
        demo.claim(f"the negative control went {record['negative_control']['outcome']}", record["negative_control"]["outcome"] == "red")
        demo.claim("of the copies nothing is left, and nothing else is gone", cloud.truth(readback.HOME) == before)
        demo.run(project, "recoverable", "drill", "verify-ledger", show="all")
    finally:
        demo.environment = usual
        settings.write_text(text, encoding="utf-8")


def _made_by_pulumi(demo: Demo, project: Path) -> tuple[str, str]:
    """URN and identifier of the stack's RDS instance."""
    deployed: dict[str, Any] = demo.json(project, "pulumi", "stack", "export")
    ((urn, instance),) = [
        (each["urn"], each["outputs"]["identifier"])
        for each in deployed["deployment"]["resources"]
        if each["type"] == "aws:rds/instance:Instance" and not each["inputs"].get("replicateSourceDb")
    ]
    return urn, instance


def _network(demo: Demo) -> str:
    """Where copies stand: private subnets, and a parameter group that lets nothing out; a security group's id."""
    ec2, rds = (readback.client(demo.environment, name) for name in ("ec2", "rds"))
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.7.{number}.0/24", AvailabilityZone=f"{readback.HOME}{zone}")["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    rds.create_db_subnet_group(DBSubnetGroupName="drill", DBSubnetGroupDescription="for drills", SubnetIds=subnets)
    family = {"DBParameterGroupFamily": f"postgres{MAJOR}", "Description": "for drills"}
    rds.create_db_parameter_group(DBParameterGroupName=f"drill-{MAJOR}", **family)
    return str(ec2.create_security_group(GroupName="drill", Description="for drills", VpcId=vpc)["GroupId"])
