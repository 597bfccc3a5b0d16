"""A copy is handed out only where RDS says of every single thing that it is as ordered."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from recoverable.drill.aws import as_ordered
from recoverable.drill.contract import RestoreFailedError

SETTINGS = {"subnet_group": "drill", "security_groups": ("sg-1", "sg-2"), "parameter_group": "drill-18", "instance_class": "db.t4g.medium"}
INSTANCE: dict[str, Any] = {
    "DBSubnetGroup": {"DBSubnetGroupName": "drill"},
    "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-2", "Status": "active"}, {"VpcSecurityGroupId": "sg-1", "Status": "active"}],
    "DBParameterGroups": [{"DBParameterGroupName": "drill-18", "ParameterApplyStatus": "in-sync"}],
    "DBInstanceClass": "db.t4g.medium",
    "PubliclyAccessible": False,
    "MultiAZ": False,
    "DeletionProtection": False,
    "BackupRetentionPeriod": 0,
}


def test_what_is_as_ordered_has_no_differences() -> None:
    assert list(as_ordered.differences(INSTANCE, SETTINGS)) == []


@pytest.mark.parametrize("key", sorted(INSTANCE))
def test_what_rds_does_not_say_counts_as_different(key: str) -> None:
    assert len(list(as_ordered.differences({name: value for name, value in INSTANCE.items() if name != key}, SETTINGS))) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"PubliclyAccessible": True}, "public access: on, ordered off"),
        ({"MultiAZ": True}, "standby in another zone: on, ordered off"),
        ({"DeletionProtection": True}, "deletion protection: on, ordered off"),
        ({"BackupRetentionPeriod": 7}, "days of backups: 7, ordered 0"),
        ({"DBInstanceClass": "db.x2g.16xlarge"}, "instance class: db.x2g.16xlarge, ordered db.t4g.medium"),
        ({"DBSubnetGroup": {"DBSubnetGroupName": "default"}}, "subnet group: default, ordered drill"),
        (
            {"VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-default", "Status": "active"}]},
            "security groups: sg-default (active), ordered sg-1 (active), sg-2 (active)",
        ),
        (
            {"VpcSecurityGroups": [*INSTANCE["VpcSecurityGroups"], {"VpcSecurityGroupId": "sg-open", "Status": "active"}]},
            "security groups: sg-1 (active), sg-2 (active), sg-open (active), ordered sg-1 (active), sg-2 (active)",
        ),
        (
            {"DBParameterGroups": [{"DBParameterGroupName": "drill-18", "ParameterApplyStatus": "pending-reboot"}]},
            "parameter group: drill-18 (pending-reboot), ordered drill-18 (in-sync)",
        ),
    ],
)
def test_each_difference_is_named_with_what_was_ordered(change: dict[str, Any], words: str) -> None:
    assert list(as_ordered.differences({**INSTANCE, **change}, SETTINGS)) == [words]


@pytest.mark.parametrize(
    "change",
    [
        {"PendingModifiedValues": {"MasterUserPassword": "****"}},
        {"VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "adding"}]},
        {"DBParameterGroups": [{"DBParameterGroupName": "drill-18", "ParameterApplyStatus": "applying"}]},
    ],
)
def test_what_is_still_on_its_way_is_waited_for(change: dict[str, Any]) -> None:
    assert as_ordered.settling({**INSTANCE, **change})
    assert not as_ordered.settling(INSTANCE)


@pytest.mark.parametrize(("address", "same_machine"), [("10.7.0.9", False), ("192.168.3.4", False), ("127.0.0.1", True)])
def test_private_addresses_are_let_through(monkeypatch: pytest.MonkeyPatch, address: str, same_machine: bool) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *words, **more: [(2, 1, 6, "", (address, 5432))])

    assert as_ordered.assert_private("copy.example", 5432) is same_machine


@pytest.mark.parametrize("addresses", [["52.1.2.3"], ["10.7.0.9", "52.1.2.3"]])
def test_a_name_with_any_public_address_is_refused(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *words, **more: [(2, 1, 6, "", (each, 5432)) for each in addresses])

    with pytest.raises(RestoreFailedError, match=r"has the public address 52\.1\.2\.3"):
        as_ordered.assert_private("copy.example", 5432)


def test_a_name_that_is_not_known_here_says_where_to_drill_from(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*words: object, **more: object) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(RestoreFailedError, match="Drill from inside of the VPC"):
        as_ordered.assert_private("copy.example", 5432)


CLUSTER: dict[str, Any] = {
    "DBSubnetGroup": "drill",
    "VpcSecurityGroups": INSTANCE["VpcSecurityGroups"],
    "DBClusterParameterGroup": "drill-aurora",
    "DeletionProtection": False,
    "BackupRetentionPeriod": 1,
}
MEMBER = {key: INSTANCE[key] for key in ("DBParameterGroups", "DBInstanceClass", "PubliclyAccessible")}
CLUSTER_SETTINGS = {**SETTINGS, "cluster_parameter_group": "drill-aurora"}


def test_a_cluster_and_its_instance_that_are_as_ordered_have_no_differences() -> None:
    assert list(as_ordered.differences_of_cluster(CLUSTER, MEMBER, CLUSTER_SETTINGS, 1)) == []


@pytest.mark.parametrize("key", sorted({**CLUSTER, **MEMBER}))
def test_what_is_not_said_of_a_cluster_or_its_instance_counts_as_different(key: str) -> None:
    cluster, member = ({name: value for name, value in each.items() if name != key} for each in (CLUSTER, MEMBER))

    assert len(list(as_ordered.differences_of_cluster(cluster, member, CLUSTER_SETTINGS, 1))) == 1
