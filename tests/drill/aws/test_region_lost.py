"""The home region is lost: every endpoint there refuses, and the drill in the other region is whole without asking it once."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.aws import clients
from recoverable.drill.baselines import make
from recoverable.drill.damage.control import CONTROL
from recoverable.drill.evidence import Evidence
from recoverable.drill.ladder import all_rungs
from recoverable.drill.order import first_query
from recoverable.drill.reaper import reap
from recoverable.drill.verdict import DrillVerdict
from tests.drill.aws.rds_world import AWAY, CLUSTER, DATABASE, MASTER, REGION, SOURCE, World, furnish
from tests.drill.harness import UNHURRIED, Harness
from tests.fakes.rds.kept_backups import KeptBackup
from tests.fakes.rds.lives import LOG_LAG
from tests.fakes.rds.regions import Regions

LADDER = {"heartbeat", "amcheck", "heap-against-index", "relations-open", "promoted", "isolated", "collation-versions"}


def behind_one_door(account: World, patch: pytest.MonkeyPatch) -> Iterator[Regions]:
    """All of AWS behind one address: no service has a way of its own. The environment's own region is the one that gets lost."""
    door = Regions({"rds": account.endpoint}, account.moto)
    with door as address:
        for name in ("AWS_ENDPOINT_URL_RDS", "AWS_ENDPOINT_URL_KMS"):
            patch.delenv(name)
        patch.setenv("AWS_ENDPOINT_URL", address)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        clients.client.cache_clear()
        yield door
        clients.client.cache_clear()


@pytest.fixture
def door(account: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Regions]:
    yield from behind_one_door(account, monkeypatch)


@pytest.fixture
def full_door(full_account: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Regions]:
    yield from behind_one_door(full_account, monkeypatch)


def replicate(account: World) -> KeptBackup:
    """The home instance's automated backups in the other region, under a key of that region, as far as its log has come."""
    latest = account.clock.now().replace(microsecond=0) - datetime.timedelta(seconds=LOG_LAG)
    key = account.client("kms", AWAY).create_key()["KeyMetadata"]["Arn"]
    kept = KeptBackup(
        AWAY, SOURCE, "db-HOME", f"arn:aws:rds:{AWAY}:123456789012:auto-backup:ab-home", "replicating", REGION,
        latest - datetime.timedelta(days=7), latest, MASTER, "orders", key=key,
    )  # fmt: skip
    account.cloud.kept.append(kept)
    return kept


def whole(harness: Harness) -> Harness:
    """With every rung and the real negative control."""
    found = dataclasses.replace(harness, rungs=all_rungs(), control=CONTROL, baselines=make(harness.state), first_query=first_query)
    found.store = {"expectations": {"heartbeat": "shop", "databases_left_out": ["rdsadmin"]}, "demands": UNHURRIED}
    return found


def is_proven(evidence: Evidence) -> None:
    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert {each.name for each in evidence.rungs if each.verdict.value == "pass"} >= LADDER
    assert (evidence.control.outcome, evidence.control.caught_by) == ("red", "unlogged-tables")
    assert evidence.rpo_seconds is not None


def only_away(door: Regions) -> None:
    """Everything that was asked, of every service: nothing of it in the region that is lost."""
    assert {service for _, service, _ in door.asked} == {"rds", "kms"}
    assert [each for each in door.asked if each[0] != AWAY] == []


def test_rds_is_restored_from_the_replicated_backup_without_its_home_region(
    full_account: World, full_door: Regions, tmp_path: Path
) -> None:
    furnish(full_account, AWAY)
    kept = replicate(full_account)
    full_door.lost.add(REGION)
    evidence = (
        whole(full_account.harness(tmp_path, region=AWAY, database=DATABASE, **{"from": "replicated-backup"}))
        .drill(with_control=True)
        .evidence
    )

    is_proven(evidence)
    only_away(full_door)
    assert {each["SourceDBInstanceAutomatedBackupsArn"] for each in full_account.asked("RestoreDBInstanceToPointInTime")} == {kept.arn}
    assert (full_account.names(AWAY), full_account.names(REGION)) == (set(), {SOURCE})


def test_aurora_is_restored_from_the_copied_snapshot_without_its_home_region(
    full_account: World, full_door: Regions, tmp_path: Path
) -> None:
    full_account.found_cluster()
    furnish(full_account, AWAY)
    full_account.found_cluster_groups(AWAY)
    copy_cluster_snapshot(full_account)
    full_door.lost.add(REGION)
    evidence = whole(full_account.aurora_harness(tmp_path, region=AWAY, **{"from": "snapshot"})).drill(with_control=True).evidence

    is_proven(evidence)
    only_away(full_door)
    assert full_account.names(AWAY) == set()
    assert full_account.names(REGION) == {SOURCE, CLUSTER, f"{CLUSTER}-a"}


def copy_cluster_snapshot(account: World) -> None:
    """A snapshot of the cluster, copied into the other region under a key of that region."""
    key = account.client("kms", AWAY).create_key()["KeyMetadata"]["Arn"]
    made = account.client().create_db_cluster_snapshot(DBClusterIdentifier=CLUSTER, DBClusterSnapshotIdentifier="home")
    account.client(region=AWAY).copy_db_cluster_snapshot(
        SourceDBClusterSnapshotIdentifier=made["DBClusterSnapshot"]["DBClusterSnapshotArn"],
        TargetDBClusterSnapshotIdentifier="away",
        KmsKeyId=key,
    )


def test_a_snapshot_that_was_copied_is_as_old_as_its_data_and_not_as_its_copy(account: World, tmp_path: Path) -> None:
    """An old snapshot that is copied today is not the newest one."""
    furnish(account, AWAY)
    key = account.client("kms", AWAY).create_key()["KeyMetadata"]["Arn"]
    arns = []
    for name in ("older", "newer"):
        made = account.client().create_db_snapshot(DBInstanceIdentifier=SOURCE, DBSnapshotIdentifier=name)
        arns.append(made["DBSnapshot"]["DBSnapshotArn"])
    for name, arn in reversed(list(zip(("copy-of-older", "copy-of-newer"), arns, strict=True))):
        account.client(region=AWAY).copy_db_snapshot(
            SourceDBSnapshotIdentifier=arn, TargetDBSnapshotIdentifier=name, KmsKeyId=key, SourceRegion=REGION
        )
    there = {each["DBSnapshotIdentifier"]: each for each in account.client(region=AWAY).describe_db_snapshots()["DBSnapshots"]}
    assert there["copy-of-older"]["SnapshotCreateTime"] > there["copy-of-newer"]["SnapshotCreateTime"], "this test would see nothing"
    evidence = account.harness(tmp_path, region=AWAY, **{"from": "snapshot"}).drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.backup_id == "copy-of-newer"
    harness = account.harness(tmp_path, region=AWAY, **{"from": "snapshot", "snapshot": "copy-of-older"})
    window = harness.provider.window(harness.order().store.store)
    assert window.latest == there["copy-of-older"]["OriginalSnapshotCreateTime"]


def test_a_drill_that_needs_the_lost_region_could_not_run_and_says_that_nobody_answers(
    account: World, door: Regions, tmp_path: Path
) -> None:
    door.lost.add(REGION)
    evidence = account.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert f"rds in {REGION} does not answer" in evidence.reason
    assert account.names(REGION) == {SOURCE}


def test_a_region_that_is_lost_in_the_midst_of_a_drill_is_told_and_reaped_when_it_is_back(
    account: World, door: Regions, tmp_path: Path
) -> None:
    account.cloud.schedule.after = lambda action, number: door.lost.add(REGION) if action == "ModifyDBInstance" else None
    evidence = account.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN, evidence.reason
    assert [each.resource.name for each in evidence.leftovers] == sorted(account.names() - {SOURCE})
    account.cloud.schedule.after = lambda action, number: None
    door.lost.clear()
    assert reap(tmp_path, lambda name: account.provider(), ["rds"], account.clock, lambda seconds: None).leftovers == []
    assert account.names() == {SOURCE}


@pytest.mark.parametrize("provider", ["rds", "aurora"])
@pytest.mark.parametrize("lost", [REGION, AWAY])
def test_the_reaper_goes_on_in_the_other_regions_and_says_which_one_does_not_answer(
    account: World, door: Regions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, provider: str
) -> None:
    other = AWAY if lost == REGION else REGION
    plant, make = (account.plant, account.provider) if provider == "rds" else (account.plant_cluster, account.aurora)
    name = plant("drill-261201120000-abcdef", region=other, suffix="")
    monkeypatch.setenv("RECOVERABLE_DRILL_REGIONS", AWAY)
    account.clock.sleep(3600 * 24)
    door.lost.add(lost)
    found = reap(tmp_path, lambda _: make(), [provider], account.clock, lambda seconds: None)

    assert [each.name for each in found.removed] == [name]
    assert name not in account.names(other)
    assert [f"rds in {lost} does not answer" in each for each in found.problems] == [True]
