"""Whether a restored instance is what was ordered, by what RDS says of it: asked before anybody gets its address."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from recoverable.drill.aws.clients import Json
from recoverable.drill.contract import RestoreFailedError

UNSETTLED = frozenset({"adding", "removing", "applying"})
"""States of security and parameter groups that pass by themselves."""


def words(settings: Mapping[str, Any], tags: list[Json]) -> Json:
    """What every restoring call says. RDS takes the default network, group and the source's own settings for what is left out."""
    return {
        "DBSubnetGroupName": settings["subnet_group"],
        "VpcSecurityGroupIds": list(settings["security_groups"]),
        "DBParameterGroupName": settings["parameter_group"],
        "DBInstanceClass": settings["instance_class"],
        "PubliclyAccessible": False,
        "MultiAZ": False,
        "DeletionProtection": False,
        "AutoMinorVersionUpgrade": False,
        "CopyTagsToSnapshot": False,
        "EnableIAMDatabaseAuthentication": settings.get("login") == "iam",
        "BackupRetentionPeriod": 0,
        "Tags": tags,
    }


def settling(instance: Json) -> bool:
    """Whether groups or a change of the password are still on their way."""
    states = [each.get("Status") for each in instance.get("VpcSecurityGroups", ())]
    states += [each.get("ParameterApplyStatus") for each in instance.get("DBParameterGroups", ())]
    return bool(UNSETTLED.intersection(states)) or "MasterUserPassword" in instance.get("PendingModifiedValues", {})


def differences(instance: Json, settings: Mapping[str, Any]) -> Iterator[str]:
    """Everything in which the instance is not what was ordered. What RDS does not say counts as different."""
    groups = {each.get("VpcSecurityGroupId"): each.get("Status") for each in instance.get("VpcSecurityGroups", ())}
    parameters = {each.get("DBParameterGroupName"): each.get("ParameterApplyStatus") for each in instance.get("DBParameterGroups", ())}
    found: dict[str, tuple[Any, Any]] = {
        "subnet group": (instance.get("DBSubnetGroup", {}).get("DBSubnetGroupName"), settings["subnet_group"]),
        "security groups": (groups, dict.fromkeys(settings["security_groups"], "active")),
        "parameter group": (parameters, {settings["parameter_group"]: "in-sync"}),
        "instance class": (instance.get("DBInstanceClass"), settings["instance_class"]),
        "public access": (instance.get("PubliclyAccessible"), False),
        "standby in another zone": (instance.get("MultiAZ"), False),
        "deletion protection": (instance.get("DeletionProtection"), False),
        "days of backups": (instance.get("BackupRetentionPeriod"), 0),
    }
    yield from _wrong(found)


def differences_of_cluster(cluster: Json, member: Json, settings: Mapping[str, Any], retention: int) -> Iterator[str]:
    """The same of an Aurora cluster and the instance in it: network, protection and backups are the cluster's."""
    groups = {each.get("VpcSecurityGroupId"): each.get("Status") for each in cluster.get("VpcSecurityGroups", ())}
    parameters = {each.get("DBParameterGroupName"): each.get("ParameterApplyStatus") for each in member.get("DBParameterGroups", ())}
    yield from _wrong(
        {
            "subnet group": (cluster.get("DBSubnetGroup"), settings["subnet_group"]),
            "security groups": (groups, dict.fromkeys(settings["security_groups"], "active")),
            "cluster parameter group": (cluster.get("DBClusterParameterGroup"), settings["cluster_parameter_group"]),
            "parameter group": (parameters, {settings["parameter_group"]: "in-sync"}),
            "instance class": (member.get("DBInstanceClass"), settings["instance_class"]),
            "public access": (member.get("PubliclyAccessible"), False),
            "deletion protection": (cluster.get("DeletionProtection"), False),
            "days of backups": (cluster.get("BackupRetentionPeriod"), retention),
        }
    )


def _wrong(found: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    for name, (is_so, ordered) in found.items():
        if is_so != ordered:
            yield f"{name}: {_say(is_so)}, ordered {_say(ordered)}"


def assert_private(host: str, port: int) -> bool:
    """Whether an address is this very machine's; every address that the name has must be private.

    Raises:
        RestoreFailedError: it is not, or the name is not known here.
    """
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        raise RestoreFailedError(
            f"the address {host} is not known here", "Drill from inside of the VPC, or let its names be resolved."
        ) from None
    addresses = [ipaddress.ip_address(str(each).partition("%")[0]) for each in found]
    public = [str(each) for each in addresses if not (each.is_private or each.is_loopback)]
    if public or not addresses:
        raise RestoreFailedError(f"{host} has the public address {', '.join(public)}", "Use a subnet group of private subnets.")
    return all(each.is_loopback for each in addresses)


def _say(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} ({state})" for name, state in sorted(value.items(), key=str)) or "none"
    return (
        {None: "not said", True: "on", False: "off"}.get(value, str(value))
        if not isinstance(value, int) or isinstance(value, bool)
        else str(value)
    )
