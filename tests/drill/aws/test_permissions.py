"""The policy that a drill needs is the calls that it makes, and it lets nothing be deleted but copies."""

from __future__ import annotations

import json
import re
from pathlib import Path

from recoverable.drill.aws.permissions import NOT_CALLED, actions, aurora_policy, policy
from tests.drill.aws.rds_world import CLUSTER, SOURCE, World
from tests.drill.aws.test_aurora_retained import leave_behind

PAGE = Path(__file__).parents[3] / "docs" / "drill-rds.md"
AURORA_PAGE = PAGE.with_name("drill-aurora.md")
AURORA_EXAMPLE = {
    "cluster": "orders", "from": "cluster", "snapshot": "", "resource_id": "", "region": "eu-west-1", "subnet_group": "drill-private",
    "security_groups": ("sg-0d5a11",), "cluster_parameter_group": "drill-aurora-18", "parameter_group": "drill-aurora-18-instance",
    "instance_class": "db.t4g.medium", "database": "shop", "ca_file": "",
}  # fmt: skip
EXAMPLE = {
    "instance": "orders-db", "from": "instance", "snapshot": "", "backup_arn": "", "region": "eu-west-1", "subnet_group": "drill-private",
    "security_groups": ("sg-0d5a11",), "parameter_group": "drill-18", "instance_class": "db.t4g.medium", "database": "shop", "ca_file": "",
}  # fmt: skip


def test_the_policy_is_what_drills_call(account: World, tmp_path: Path) -> None:
    account.client().create_db_snapshot(DBInstanceIdentifier=SOURCE, DBSnapshotIdentifier="one")
    for number, (form, fate) in enumerate((("instance", "available"), ("snapshot", "available"), ("instance", "storage-full"))):
        account.cloud.schedule.born = lambda name, fate=fate: fate
        account.harness(tmp_path / str(number), **{"from": form}).drill()
    called = {f"rds:{action}" for _, action, _ in account.cloud.requests} | {"kms:DescribeKey"}
    allowed = {action for form in ("instance", "snapshot") for action in actions(policy(account.settings(**{"from": form})))}

    assert allowed - set(NOT_CALLED) == called
    assert set(NOT_CALLED) <= allowed


def test_only_instances_with_the_name_and_the_tag_of_a_drill_may_be_changed_or_deleted() -> None:
    for form in ("instance", "snapshot", "retained-backup", "replicated-backup"):
        for statement in policy({**EXAMPLE, "from": form}, "123456789012")["Statement"]:
            if not {"rds:DeleteDBInstance", "rds:ModifyDBInstance"} & set(statement["Action"]):
                continue
            assert statement["Resource"] == ["arn:aws:rds:eu-west-1:123456789012:db:rcv-drill-*"]
            assert statement["Condition"] == {"StringLike": {"aws:ResourceTag/recoverable-run": "drill-*"}}


def test_the_page_shows_this_policy() -> None:
    assert shown_on(PAGE) == policy(EXAMPLE, "123456789012")
    assert shown_on(AURORA_PAGE) == aurora_policy(AURORA_EXAMPLE, "123456789012")


def shown_on(page: Path) -> object:
    """The policy of a page."""
    (shown,) = re.findall(r"```json\n(\{.*?\n\})\n```", page.read_text(encoding="utf-8"), re.DOTALL)
    return json.loads(shown)


def test_the_policy_of_aurora_is_what_its_drills_call(account: World, tmp_path: Path) -> None:
    account.found_cluster()
    account.client().create_db_cluster_snapshot(DBClusterIdentifier=CLUSTER, DBClusterSnapshotIdentifier="one")
    leave_behind(account, CLUSTER)
    drills = (("cluster", "available"), ("snapshot", "available"), ("retained-backup", "available"), ("cluster", "storage-full"))
    for number, (form, fate) in enumerate(drills):
        account.cloud.schedule.born = lambda name, fate=fate: fate if name.endswith("-a") else "available"
        account.aurora_harness(tmp_path / str(number), **{"from": form}).drill()
    called = {f"rds:{action}" for _, action, _ in account.cloud.requests} | {"kms:DescribeKey"}
    forms = ("cluster", "snapshot", "retained-backup")
    allowed = {action for form in forms for action in actions(aurora_policy(account.aurora_settings(**{"from": form})))}

    assert allowed - set(NOT_CALLED) == called
    (changing,) = [each for each in aurora_policy(AURORA_EXAMPLE)["Statement"] if "rds:DeleteDBCluster" in each["Action"]]
    assert all(each.endswith(":rcv-drill-*") for each in changing["Resource"])
    assert changing["Condition"] == {"StringLike": {"aws:ResourceTag/recoverable-run": "drill-*"}}
