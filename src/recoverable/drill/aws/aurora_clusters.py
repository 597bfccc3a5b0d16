"""The clusters that a drill makes, and the instance in each: looked at, and taken away in their order after their marks were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from recoverable.drill import marks
from recoverable.drill.aws import rds_instances
from recoverable.drill.aws.aurora_source import MISSING
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.contract import Resource, Run, TransientError

CLUSTER, MEMBER = "db-cluster", "db-cluster-instance"
"""A member's mark is of another kind than that of an instance that stands alone, so that the provider rds leaves it alone."""
RETENTION = 1
"""Days; Aurora cannot do without backups. They go with the copy."""
STATES_OF_REFUSAL = ("InvalidDBClusterStateFault", "InvalidDBClusterState", *rds_instances.STATES_OF_REFUSAL)


def resources_of(provider: str, region: str, run: Run, suffix: str = "") -> tuple[Resource, Resource]:
    """The cluster and its instance, by names that are chosen here."""
    name = f"{rds_instances.PREFIX}{run.id}{suffix}"
    where = {rds_instances.REGION: region}
    return (
        Resource(provider, CLUSTER, name, run.id, run.expires, where),
        Resource(provider, MEMBER, f"{name}-a", run.id, run.expires, where),
    )


def described(rds: Service, name: str) -> Json | None:
    """One cluster, None where none of this name is shown.

    Raises:
        TransientError: the answer is not whole, and so is none.
    """
    try:
        found = rds.call("DescribeDBClusters", MISSING, DBClusterIdentifier=name).get("DBClusters")
    except RefusedError:
        return None
    if not found or found[0].get("DBClusterIdentifier") != name or "TagList" not in found[0]:
        raise TransientError(f"{name} was asked for, and the answer was not whole")
    cluster: Json = found[0]
    return cluster


def marked(rds: Service, provider: str, cluster: Mapping[str, Any]) -> Resource | None:
    """The resource that a cluster is by its own tags; None where it carries no mark for its own name."""
    name = cluster["DBClusterIdentifier"]
    if "TagList" not in cluster:
        raise TransientError(f"{name} was described without its tags")
    mark = marks.read(CLUSTER, f"{rds.region}/{name}", {each["Key"]: each["Value"] for each in cluster["TagList"]})
    return Resource(provider, CLUSTER, name, *mark, {rds_instances.REGION: rds.region}) if mark else None


def shown(rds: Service, provider: str, names: set[str], members: set[str]) -> Iterator[Resource]:
    """Every marked cluster and member of a region: those of the lists, and those of these names, each asked for by itself."""
    found: dict[str, Json] = {}
    for each in rds.pages("DescribeDBClusters", "DBClusters"):
        if each.get("DBClusterIdentifier", "").startswith(rds_instances.PREFIX):
            found[each["DBClusterIdentifier"]] = each
    for name in sorted(names):
        cluster = described(rds, name)
        if cluster is not None:
            found[name] = cluster
    for cluster in found.values():
        resource = marked(rds, provider, cluster)
        if resource is not None:
            yield resource
    yield from rds_instances.shown(rds, provider, members, MEMBER)


def delete(rds: Service, resource: Resource) -> tuple[bool, str]:
    """Order the deletion of a member or a cluster, if it is there and if it is the one: whether it is still shown, and what stands in the way."""
    if resource.kind == MEMBER:
        return rds_instances.delete(rds, resource)
    cluster = described(rds, resource.name)
    if cluster is None:
        return False, ""
    found = marked(rds, resource.provider, cluster)
    if found is None or found.run != resource.run:
        return True, "it does not carry the mark of this run"
    if cluster.get("Status") == "deleting":
        return True, ""
    try:
        rds.call(
            "DeleteDBCluster",
            (*MISSING, *STATES_OF_REFUSAL, *rds_instances.PROTECTED),
            DBClusterIdentifier=resource.name,
            SkipFinalSnapshot=True,
            DeleteAutomatedBackups=True,
        )
    except RefusedError as error:
        if error.code in rds_instances.PROTECTED:
            return True, "somebody protected it from deletion"
    return True, ""


def command(resource: Resource, reason: str = "") -> str:
    """How a person removes it."""
    if resource.kind == MEMBER:
        return rds_instances.command(resource, reason)
    where = f"--db-cluster-identifier {resource.name} --region {resource.details.get(rds_instances.REGION, '$AWS_REGION')}"
    unprotect = f"aws rds modify-db-cluster {where} --no-deletion-protection --apply-immediately && " if "protected" in reason else ""
    return f"{unprotect}aws rds delete-db-cluster {where} --skip-final-snapshot --delete-automated-backups"
