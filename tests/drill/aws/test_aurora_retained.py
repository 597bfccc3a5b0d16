"""Drills of a cluster that was deleted, from the automated backups that it left behind."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.engine import Outcome
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import DrillVerdict
from recoverable.model.errors import InputError
from tests.drill.aws.rds_world import CLUSTER, MASTER, REGION, SOURCE, World
from tests.fakes.rds.kept_backups import KeptCluster
from tests.fakes.rds.query_protocol import ApiError

SOURCES = {SOURCE, CLUSTER, f"{CLUSTER}-a"}
RESTORE = "RestoreDBClusterToPointInTime"
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def aurora(account: World) -> World:
    account.found_cluster()
    return account


def leave_behind(
    account: World, name: str = "old-orders", resource_id: str = "cluster-OLD", region: str = REGION, **more: Any
) -> KeptCluster:
    """What is left of a cluster that was deleted an hour ago."""
    latest = account.clock.now().replace(microsecond=0) - datetime.timedelta(hours=1)
    words = {"earliest": latest - datetime.timedelta(days=7), "latest": latest, "master": MASTER, "data": "orders", "key": account.key}
    kept = KeptCluster(region, name, resource_id, **{**words, **more})
    account.cloud.clusters.kept.append(kept)
    return kept


def drilled(account: World, state: Path, target: str = "latest", **source: Any) -> Outcome:
    settings = {"from": "retained-backup", "cluster": "old-orders", **source}
    return account.aurora_harness(state, **settings).drill(target=parse_target(target))


def test_a_deleted_cluster_is_restored_by_its_resource_id_to_an_explicit_time(aurora: World, tmp_path: Path) -> None:
    kept = leave_behind(aurora)
    evidence = drilled(aurora, tmp_path).evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.backup_id == "old-orders (cluster-OLD)"
    (body,) = aurora.asked(RESTORE)
    assert (body["SourceDbClusterResourceId"], body["RestoreToTime"]) == ("cluster-OLD", kept.latest - SECOND)
    assert "SourceDBClusterIdentifier" not in body
    assert (body["RestoreType"], body["VpcSecurityGroupIds"]) == ("full-copy", aurora.groups)
    assert aurora.names() == SOURCES


def test_a_cluster_that_has_the_old_identifier_again_is_not_taken_for_the_deleted_one(aurora: World, tmp_path: Path) -> None:
    leave_behind(aurora, CLUSTER, "cluster-OLD")
    evidence = drilled(aurora, tmp_path, cluster=CLUSTER).evidence

    assert evidence.backup_id == f"{CLUSTER} (cluster-OLD)"
    assert [body["SourceDbClusterResourceId"] for body in aurora.asked(RESTORE)] == ["cluster-OLD"]


def test_of_several_the_resource_id_names_one_and_without_it_nothing_is_made(aurora: World, tmp_path: Path) -> None:
    leave_behind(aurora, resource_id="cluster-A")
    leave_behind(aurora, resource_id="cluster-B")
    with pytest.raises(InputError, match="2 automated backups of old-orders are retained") as told:
        drilled(aurora, tmp_path / "1")
    assert "cluster-A, cluster-B" in told.value.fix
    assert aurora.asked(RESTORE) == []

    drilled(aurora, tmp_path / "2", resource_id="cluster-B")
    assert [body["SourceDbClusterResourceId"] for body in aurora.asked(RESTORE)] == ["cluster-B"]


@pytest.mark.parametrize("more", [{}, {"resource_id": "cluster-NOSUCH"}, {"cluster": CLUSTER}], ids=["none", "another id", "one that runs"])
def test_what_left_no_backups_is_an_input_error_that_says_where_to_look(aurora: World, tmp_path: Path, more: dict[str, str]) -> None:
    leave_behind(aurora, "somebody-elses", "cluster-C")
    with pytest.raises(InputError, match="is retained in eu-west-1") as told:
        drilled(aurora, tmp_path, **more)

    assert "describe-db-cluster-automated-backups" in told.value.fix
    assert aurora.asked(RESTORE) == []


def test_another_clusters_resource_id_is_refused(aurora: World, tmp_path: Path) -> None:
    leave_behind(aurora, "somebody-elses", "cluster-C")
    with pytest.raises(InputError, match="no automated backup of old-orders with the resource id cluster-C"):
        drilled(aurora, tmp_path, resource_id="cluster-C")


@pytest.mark.parametrize("minutes", [-1, 60 * 24 * 8], ids=["after", "before"])
def test_a_time_outside_of_what_was_left_is_red_and_makes_nothing(aurora: World, tmp_path: Path, minutes: int) -> None:
    kept = leave_behind(aurora)
    evidence = drilled(aurora, tmp_path, f"time:{(kept.latest - datetime.timedelta(minutes=minutes)).isoformat()}").evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert aurora.asked(RESTORE) == []


def test_backups_that_expire_between_the_look_and_the_call_are_told_with_what_to_do(aurora: World, tmp_path: Path) -> None:
    leave_behind(aurora)

    def expire(action: str, number: int) -> None:
        if action == RESTORE:
            raise ApiError("DBClusterAutomatedBackupNotFoundFault", "Automated backup not found.", 404)

    aurora.cloud.schedule.before = expire
    evidence = drilled(aurora, tmp_path).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "there is no such automated backup of a cluster" in evidence.reason
    assert aurora.names() == SOURCES


def test_backups_of_another_engine_are_refused(aurora: World, tmp_path: Path) -> None:
    leave_behind(aurora, engine="aurora-mysql")
    with pytest.raises(InputError, match="old-orders runs aurora-mysql"):
        drilled(aurora, tmp_path)
