"""Drills of Aurora: what goes over the wire, what may go wrong, and the whole ladder on real data."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.aws.faults import STUCK
from recoverable.drill.baselines import make
from recoverable.drill.damage.control import CONTROL
from recoverable.drill.ladder import all_rungs
from recoverable.drill.order import first_query
from recoverable.drill.reaper import reap
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import DrillVerdict
from recoverable.model.errors import InputError
from tests.drill.aws.rds_world import CLUSTER, PASSWORD_OF_SOURCE, SOURCE, World
from tests.drill.harness import UNHURRIED
from tests.fakes.rds.faults import lost, throttled
from tests.fakes.rds.lives import LOG_LAG

SOURCES = {SOURCE, CLUSTER, f"{CLUSTER}-a"}
CREATE, RESTORE = "CreateDBInstance", "RestoreDBClusterToPointInTime"


@pytest.fixture
def aurora(account: World) -> World:
    account.found_cluster()
    return account


def test_both_restoring_calls_say_everything_by_which_a_copy_could_end_up_in_the_open(aurora: World, tmp_path: Path) -> None:
    began = aurora.clock.now()
    evidence = aurora.aurora_harness(tmp_path).drill().evidence
    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    (cluster,), (member,), (modified,) = (aurora.asked(each) for each in (RESTORE, CREATE, "ModifyDBCluster"))
    tags = [{each["Key"]: each["Value"] for each in body.pop("Tags")} for body in (cluster, member)]
    name = cluster.pop("DBClusterIdentifier")
    password = modified.pop("MasterUserPassword")
    latest = datetime.datetime.fromtimestamp(int(began.timestamp() - LOG_LAG), datetime.UTC)

    assert cluster == {
        "SourceDBClusterIdentifier": CLUSTER,
        "RestoreType": "full-copy",
        "RestoreToTime": latest - datetime.timedelta(seconds=1),
        "UseLatestRestorableTime": False,
        "DBSubnetGroupName": "drill",
        "VpcSecurityGroupIds": aurora.groups,
        "DBClusterParameterGroupName": "drill-aurora",
        "DeletionProtection": False,
        "CopyTagsToSnapshot": False,
        "EnableIAMDatabaseAuthentication": False,
        "BackupRetentionPeriod": 1,
    }
    assert member == {
        "DBInstanceIdentifier": f"{name}-a",
        "DBClusterIdentifier": name,
        "Engine": "aurora-postgresql",
        "DBInstanceClass": "db.t4g.medium",
        "DBParameterGroupName": "drill-aurora-a",
        "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": False,
    }
    assert modified == {"DBClusterIdentifier": name, "DeletionProtection": False, "ApplyImmediately": True}
    assert name == f"rcv-{tags[0]['recoverable-run']}"
    assert tags[0]["recoverable-mark"] != tags[1]["recoverable-mark"], "a mark holds for one name and kind"
    assert len(password) >= 40


def test_the_instance_goes_before_the_cluster_and_no_snapshot_is_made(aurora: World, tmp_path: Path) -> None:
    aurora.aurora_harness(tmp_path).drill()
    deleted = [(action, params) for _, action, params in aurora.cloud.requests if action.startswith("Delete")]
    name = aurora.asked(RESTORE)[0]["DBClusterIdentifier"]

    assert deleted[0] == ("DeleteDBInstance", {"DBInstanceIdentifier": f"{name}-a", "SkipFinalSnapshot": True})
    assert deleted[-1] == ("DeleteDBCluster", {"DBClusterIdentifier": name, "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True})
    assert aurora.names() == SOURCES


def test_a_cluster_snapshot_is_restored_by_its_name(aurora: World, tmp_path: Path) -> None:
    aurora.client().create_db_cluster_snapshot(DBClusterIdentifier=CLUSTER, DBClusterSnapshotIdentifier="one")
    evidence = aurora.aurora_harness(tmp_path, **{"from": "snapshot"}).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    (body,) = aurora.asked("RestoreDBClusterFromSnapshot")
    assert (body["SnapshotIdentifier"], body["Engine"], body["VpcSecurityGroupIds"]) == ("one", "aurora-postgresql", aurora.groups)
    assert aurora.names() == SOURCES


@pytest.mark.parametrize(("who", "state"), [("", "incompatible-restore"), ("-a", "storage-full")])
def test_a_cluster_or_an_instance_that_gets_stuck_is_red_and_leaves_nothing(aurora: World, tmp_path: Path, who: str, state: str) -> None:
    aurora.cloud.schedule.born = lambda name: state if name.endswith("-a") == bool(who) else "available"
    evidence = aurora.aurora_harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert f"{who} is {state}: {STUCK[state][0]}" in evidence.reason
    assert (evidence.leftovers, aurora.names()) == ([], SOURCES)


@pytest.mark.parametrize("target", ["2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_a_time_outside_is_refused_before_anything_is_made(aurora: World, tmp_path: Path, target: str) -> None:
    evidence = aurora.aurora_harness(tmp_path).drill(target=parse_target(f"time:{target}")).evidence

    assert (evidence.verdict, aurora.asked(RESTORE)) == (DrillVerdict.FAILED, [])


@pytest.mark.parametrize("action", [RESTORE, CREATE])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_making_call_without_an_answer_is_tried_again_and_known_as_ours(aurora: World, tmp_path: Path, action: str, when: str) -> None:
    left = [1]

    def fail(name: str, number: int) -> None:
        if name == action and left:
            left.pop()
            raise lost() if when == "after" else throttled()

    setattr(aurora.cloud.schedule, when, fail)
    evidence = aurora.aurora_harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert aurora.names() == SOURCES


@pytest.mark.parametrize(
    ("of", "change", "words"),
    [
        ("-a", "PubliclyAccessible=true", "public access: on, ordered off"),
        ("", "VpcSecurityGroups=", "security groups: none"),
        ("", "TagList=", "tags"),
    ],
)
def test_a_copy_that_is_not_what_was_ordered_is_never_handed_out(aurora: World, tmp_path: Path, of: str, change: str, words: str) -> None:
    harness = aurora.aurora_harness(tmp_path)

    def spoil(action: str, number: int) -> None:
        over = any(line.startswith("restore    failed") for line in harness.said)
        for (_, name), life in {**aurora.cloud.lives, **aurora.cloud.clusters.lives}.items():
            if name.startswith("rcv-") and name.endswith("-a") == bool(of) and life.password_at is None:
                spoilt = action == "ModifyDBCluster" or life.changes
                life.changes = [change] if spoilt and not over else []
            elif over:
                life.changes = []

    asked: list[Any] = []
    aurora.cloud.schedule.before = spoil
    harness.first_query = asked.append
    evidence = harness.drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert words in evidence.reason
    assert (asked, aurora.names()) == ([], SOURCES)


def test_the_provider_rds_leaves_what_aurora_made_to_aurora(aurora: World, tmp_path: Path) -> None:
    seen: list[Any] = []

    def look(connection: Any) -> None:
        seen.extend([list(aurora.provider().existing(())), [each.kind for each in aurora.aurora().existing(())]])

    harness = aurora.aurora_harness(tmp_path)
    harness.first_query = look
    harness.drill()

    assert seen == [[], ["db-cluster", "db-cluster-instance"]]


def test_a_protected_cluster_is_left_to_a_person_who_is_told_how(aurora: World, tmp_path: Path) -> None:
    def protect(action: str, number: int) -> None:
        if action == "DeleteDBCluster":
            name = aurora.cloud.requests[-1][2]["DBClusterIdentifier"]
            aurora.client().modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=True)

    aurora.cloud.schedule.before = protect
    (left,) = aurora.aurora_harness(tmp_path).drill().evidence.leftovers
    assert left.resource.kind == "db-cluster"
    assert "aws rds modify-db-cluster" in left.command
    assert "--no-deletion-protection" in left.command

    aurora.cloud.schedule.before = lambda action, number: None
    aurora.client().modify_db_cluster(DBClusterIdentifier=left.resource.name, DeletionProtection=False)
    assert reap(tmp_path, lambda name: aurora.aurora(), ["aurora"], aurora.clock, lambda seconds: None).leftovers == []
    assert aurora.names() == SOURCES


def test_a_cluster_that_is_not_there_is_an_input_error(aurora: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no cluster nosuch in eu-west-1"):
        aurora.aurora_harness(tmp_path, cluster="nosuch").drill()


def test_the_whole_ladder_runs_on_a_restored_cluster_and_a_damaged_clone_goes_red(full_account: World, tmp_path: Path) -> None:
    full_account.found_cluster()
    harness = dataclasses.replace(
        full_account.aurora_harness(tmp_path), rungs=all_rungs(), control=CONTROL, baselines=make(tmp_path), first_query=first_query
    )
    harness.store = {"expectations": {"heartbeat": "shop", "databases_left_out": ["rdsadmin"]}, "demands": UNHURRIED}
    outcome = harness.drill(with_control=True)
    evidence = outcome.evidence
    passwords = [each["MasterUserPassword"] for each in full_account.asked("ModifyDBCluster")]
    texts = ["\n".join(harness.said), json.dumps(outcome.record)]

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert {"heartbeat", "amcheck", "heap-against-index", "promoted"} <= {
        each.name for each in evidence.rungs if each.verdict.value == "pass"
    }
    assert (evidence.control.outcome, evidence.control.caught_by) == ("red", "unlogged-tables")
    assert len(set(passwords)) == 2
    assert [each for each in (*passwords, PASSWORD_OF_SOURCE) for text in texts if each in text] == []
    assert full_account.names() == SOURCES
