"""What can be known of an Aurora restore before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from recoverable.drill.aws import aurora_source, rds_preflight
from recoverable.drill.aws.clients import Service
from recoverable.drill.aws.rds_source import Source
from recoverable.drill.contract import Check, RestoreFailedError
from recoverable.drill.target import RecoveryTarget
from recoverable.drill.verdict import RungVerdict

QUOTAS = (("DBClusters", "clusters", rds_preflight.COPIES), ("DBInstances", "instances", rds_preflight.COPIES))


def checks(rds: Service, kms: Service, source: Source, target: RecoveryTarget, settings: Mapping[str, Any]) -> Iterator[Check]:
    """Target, groups, quotas and key, each with its numbers."""
    yield _target(source, target)
    yield rds_preflight.subnet_group(rds, settings["subnet_group"])
    version = str(source.facts.get("EngineVersion", ""))
    yield rds_preflight.parameter_group(rds, settings["parameter_group"], version, aurora_source.ENGINE)
    yield _cluster_parameter_group(rds, settings["cluster_parameter_group"], version)
    yield from rds_preflight.quotas(rds, QUOTAS)
    yield rds_preflight.key_of(kms, source.facts)


def _target(source: Source, target: RecoveryTarget) -> Check:
    try:
        reached, _ = aurora_source.order(source, target)
    except RestoreFailedError as error:
        return Check("recovery-target-window", RungVerdict.FAIL, str(error))
    return Check("recovery-target-window", RungVerdict.PASS, f"{target} is {reached} of {source.window.backup_id}")


def _cluster_parameter_group(rds: Service, name: str, version: str) -> Check:
    codes = ("DBClusterParameterGroupNotFound", "DBParameterGroupNotFound", "DBParameterGroupNotFoundFault")
    found = rds_preflight.one(rds, "DescribeDBClusterParameterGroups", "DBClusterParameterGroups", codes, DBClusterParameterGroupName=name)
    return rds_preflight.judge_group("cluster-parameter-group", name, found, rds.region, version, aurora_source.ENGINE)
