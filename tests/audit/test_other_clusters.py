"""Clusters of DocumentDB and Neptune, and file systems of FSx: single answers that no seeded account gives."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.audit import databases, fsx
from recoverable.audit.facts import store_facts
from recoverable.audit.resources import Found, KeyNames
from recoverable.clouds.build import build_estate
from recoverable.clouds.live_facts import LIVE
from recoverable.model.estate import Database, Volume
from recoverable.model.raw import Reading
from recoverable.model.values import Unknown
from tests.audit.answered import Answered

NOW = datetime.datetime(2026, 12, 2, 12, 0, tzinfo=datetime.UTC)
ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
FAR = "arn:aws:rds:us-east-1:123456789012:cluster:orders-far"
NEAR = "arn:aws:rds:eu-west-1:123456789012:cluster:orders-near"
GAP = Unknown("fsx:DescribeDataRepositoryAssociations", "denied")


def cluster(found: Found, engine: str = "docdb", gap: Unknown | None = None, members: tuple[str, ...] = (), **more: Any) -> Database:
    item = {"DBClusterIdentifier": "orders", "DBClusterArn": ARN, "Engine": engine, "BackupRetentionPeriod": 30, "TagList": [], **more}
    together = [{"GlobalClusterMembers": [{"DBClusterArn": name} for name in (ARN, *members)]}] if members else []
    here = Answered(
        {
            "DescribeDBClusters": [item],
            "DescribeGlobalClusters": together,
            "ListTagsForResource": {"TagList": [{"Key": "environment", "Value": "prod"}]},
        },
        gap,
    )
    databases.read_clusters(here, found, KeyNames(here), NOW)
    (database,) = build_estate(Reading(LIVE, "aws:123456789012", list(found.resources))).databases
    return database


@pytest.mark.parametrize(
    ("engine", "kind"),
    [("docdb", "docdb-cluster"), ("neptune", "neptune-cluster"), ("aurora-mysql", "aurora-cluster"), ("mysql", "rds-cluster")],
)
def test_each_engine_of_the_one_list_is_the_kind_that_the_gate_knows(engine: str, kind: str) -> None:
    assert cluster(Found(), engine).kind == kind


@pytest.mark.parametrize("engine", ["docdb", "neptune"])
@pytest.mark.parametrize(
    ("more", "members", "copied"),
    [({}, (), False), ({}, (FAR,), True), ({}, (NEAR,), False), ({"ReadReplicaIdentifiers": [FAR]}, (), True)],
)
def test_a_member_in_another_region_is_a_copy(engine: str, more: dict[str, Any], members: tuple[str, ...], copied: bool) -> None:
    assert cluster(Found(), engine, members=members, **more).second_region.is_true is copied


def test_whether_there_is_a_copy_is_unknown_where_global_clusters_may_not_be_listed() -> None:
    assert cluster(Found(), gap=Unknown("rds:DescribeGlobalClusters", "denied")).second_region.unknown


def test_tags_that_the_list_leaves_out_are_asked_for() -> None:
    """RDS lists the tags of its own clusters; nothing says that it lists those of the others."""
    item = {"DBClusterIdentifier": "orders", "DBClusterArn": ARN, "Engine": "docdb"}
    here, found = (
        Answered({"DescribeDBClusters": [item], "ListTagsForResource": {"TagList": [{"Key": "environment", "Value": "prod"}]}}),
        Found(),
    )
    databases.read_clusters(here, found, KeyNames(here), NOW)

    assert found.resources[0].attrs["tags"] == {"environment": "prod"}
    assert cluster(Found()).tags == {}


def files(kind: str, config: dict[str, Any], **answers: Any) -> tuple[Volume, dict[str, Any]]:
    """One file system, mapped, and the facts that are told of it."""
    word = {"ONTAP": "OntapConfiguration", "LUSTRE": "LustreConfiguration"}[kind]
    item = {
        "FileSystemId": "fs-1",
        "ResourceARN": "arn:aws:fsx:eu-west-1:123456789012:file-system/fs-1",
        "FileSystemType": kind,
        word: config,
    }
    here, found = Answered({"DescribeFileSystems": [item], **answers}), Found()
    fsx.read_fsx(here, found, KeyNames(here), NOW)
    (fact,) = store_facts(found, found.resources)
    (volume,) = build_estate(Reading(LIVE, "aws:123456789012", list(found.resources))).volumes
    return volume, fact.attrs


def volume(name: str, hours: int, **more: Any) -> dict[str, Any]:
    said = {"OntapVolumeType": "RW", "StorageVirtualMachineRoot": False, **more}
    return {"VolumeId": name, "FileSystemId": "fs-1", "CreationTime": NOW - datetime.timedelta(hours=hours), "OntapConfiguration": said}


def backup(name: str, hours: int, **more: Any) -> dict[str, Any]:
    of = {"ResourceType": "VOLUME", "Volume": {"VolumeId": name}, "FileSystem": {"FileSystemId": "fs-1"}}
    return {"BackupId": "b", "Lifecycle": "AVAILABLE", **of, "CreationTime": NOW - datetime.timedelta(hours=hours), **more}


@pytest.mark.parametrize(
    ("held", "backups", "hours"),
    [
        ([volume("a", 900), volume("b", 900)], [backup("a", 3), backup("b", 50)], 50),
        ([volume("a", 900), volume("b", 2)], [backup("a", 3)], 3),
        ([volume("a", 900), volume("b", 800)], [backup("a", 3)], 800),
        ([volume("a", 900), volume("b", 800, OntapVolumeType="DP")], [backup("a", 3)], 3),
        ([volume("a", 900), volume("b", 800, StorageVirtualMachineRoot=True)], [backup("a", 3)], 3),
        ([volume("a", 900)], [backup("a", 3), backup("gone", 1)], 3),
        ([volume("a", 900)], [backup("a", 3), backup("a", 1, Lifecycle="FAILED"), backup("a", 1, SourceBackupId="far")], 3),
    ],
)
def test_of_ontap_the_volume_that_is_the_worst_off_counts(held: list[dict[str, Any]], backups: list[dict[str, Any]], hours: int) -> None:
    _, facts = files("ONTAP", {"AutomaticBackupRetentionDays": 30}, DescribeVolumes=held, DescribeBackups=backups)

    assert facts["backup_minutes"] == hours * 60


def test_a_backup_of_a_file_system_is_none_of_its_volumes() -> None:
    _, facts = files("ONTAP", {"AutomaticBackupRetentionDays": 0}, DescribeBackups=[backup("a", 3)])

    assert "backup_minutes" not in facts


@pytest.mark.parametrize(
    ("config", "links", "role"),
    [
        ({"DeploymentType": "SCRATCH_2"}, None, "cache"),
        ({"DeploymentType": "PERSISTENT_2"}, {"Associations": []}, "primary"),
        ({"DeploymentType": "PERSISTENT_2"}, {"Associations": [{"DataRepositoryPath": "s3://data/", "Lifecycle": "AVAILABLE"}]}, "cache"),
        ({"DeploymentType": "PERSISTENT_2"}, {"Associations": [{"DataRepositoryPath": "s3://data/", "Lifecycle": "FAILED"}]}, "primary"),
        ({"DeploymentType": "PERSISTENT_2"}, {"Associations": [{"DataRepositoryPath": "s3://data/", "Lifecycle": "DELETING"}]}, "primary"),
        ({"DeploymentType": "PERSISTENT_1", "DataRepositoryConfiguration": {"ImportPath": "s3://data"}}, None, "cache"),
    ],
)
def test_lustre_that_is_linked_to_a_bucket_or_made_for_scratch_holds_nothing_of_its_own(
    config: dict[str, Any], links: Any, role: str
) -> None:
    found, _ = files("LUSTRE", config, DescribeDataRepositoryAssociations=links)

    assert found.role == role


@pytest.mark.parametrize("links", [GAP, {"Associations": [{"Lifecycle": "MISCONFIGURED"}]}, {"Associations": [], "NextToken": "more"}])
def test_lustre_without_backups_is_unknown_where_its_links_may_not_be_read(links: Any) -> None:
    found, _ = files(
        "LUSTRE", {"DeploymentType": "PERSISTENT_2", "AutomaticBackupRetentionDays": 0}, DescribeDataRepositoryAssociations=links
    )

    assert found.own_backups.unknown
    assert "DescribeDataRepositoryAssociations" in found.own_backups.note
