"""RDS: global clusters and subnet groups, which moto finds, changes and protects wrongly."""

from __future__ import annotations

from typing import Any

from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Answer, Call
from recoverable.sandbox.provider.handler import Values

HOME = "us-east-1"  # where moto keeps what belongs to no region


def _home(call: Call) -> Any:
    return call.backend_in(HOME)


@fills("rds", "ModifyDBSubnetGroup", "moto loses a subnet group when it is changed")
def modify_subnets(call: Call) -> Answer:
    """A subnet group with other subnets."""
    name, groups = call.given["DBSubnetGroupName"].lower(), call.backend.subnet_groups
    if name not in groups:
        call.refuse("DBSubnetGroupNotFoundFault", f"DB subnet group {name} not found.")
    held = groups[name]
    answer = call.forward()
    groups[name] = held
    return answer


@fills("rds", "DescribeGlobalClusters", "moto returns all of them, whichever is asked for")
def describe_global(call: Call) -> Any:
    """One global cluster, or all."""
    name = call.given.get("GlobalClusterIdentifier")
    if name and name not in _home(call).global_clusters:
        call.refuse("GlobalClusterNotFoundFault", f"Global cluster {name} not found.")
    chosen = [each for each in _home(call).describe_global_clusters() if not name or each.global_cluster_identifier == name.lower()]
    return {"GlobalClusters": [_global(each) for each in chosen]}


def _global(held: Any) -> Values:
    return {
        "GlobalClusterIdentifier": held.global_cluster_identifier,
        "GlobalClusterResourceId": held.global_cluster_resource_id,
        "GlobalClusterArn": held.global_cluster_arn,
        "Status": "available",
        "Engine": held.engine,
        "EngineVersion": held.engine_version,
        "StorageEncrypted": held.storage_encrypted,
        "DeletionProtection": held.deletion_protection,
        "GlobalClusterMembers": held.global_cluster_members,
        "Endpoint": held.endpoint,
        "TagList": held.tags,
    }


@fills("rds", "ModifyGlobalCluster")
def modify_global(call: Call) -> Values:
    """Deletion protection and version of a global cluster."""
    held = _global_of(call)
    for member, attribute in (("DeletionProtection", "deletion_protection"), ("EngineVersion", "engine_version")):
        if member in call.given:
            setattr(held, attribute, call.given[member])
    return {"GlobalCluster": _global(held)}


@fills("rds", "DeleteGlobalCluster", "moto deletes a protected one")
def delete_global(call: Call) -> Any:
    """An unprotected global cluster without members."""
    if _global_of(call).deletion_protection:
        call.refuse(
            "InvalidGlobalClusterStateFault", "This global cluster is protected against deletion: turn DeletionProtection off first."
        )
    return call.forward()


def _global_of(call: Call) -> Any:
    name = call.given["GlobalClusterIdentifier"]
    return _home(call).global_clusters.get(name) or call.refuse("GlobalClusterNotFoundFault", f"Global cluster {name} not found.")
