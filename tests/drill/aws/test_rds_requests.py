"""What goes over the wire: the bodies of the calls that restore, change and delete, and which source each way names."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from recoverable.drill.target import parse_target
from recoverable.drill.verdict import DrillVerdict
from tests.drill.aws.rds_world import AWAY, MASTER, REGION, SOURCE, World, furnish
from tests.fakes.rds.kept_backups import KeptBackup
from tests.fakes.rds.lives import LOG_LAG

SECOND = datetime.timedelta(seconds=1)


def drilled(account: World, state: Path, target: str = "latest", **source: Any) -> None:
    """One drill that must be verified."""
    outcome = account.harness(state, **source).drill(target=parse_target(target))
    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason


def kept(account: World, status: str, region: str, from_region: str) -> KeptBackup:
    """An automated backup that stands alone."""
    now = account.clock.now().replace(microsecond=0)
    found = KeptBackup(
        region, "old-orders", "db-OLDORDERS", f"arn:aws:rds:{region}:123456789012:auto-backup:ab-{status}", status, from_region,
        now - datetime.timedelta(days=6), now - datetime.timedelta(days=1), MASTER, "orders",
    )  # fmt: skip
    account.cloud.kept.append(found)
    return found


def test_the_restoring_call_says_everything_by_which_a_copy_could_end_up_in_the_open(account: World, tmp_path: Path) -> None:
    drilled(account, tmp_path)
    (body,) = account.asked("RestoreDBInstanceToPointInTime")
    tags = {each["Key"]: each["Value"] for each in body.pop("Tags")}
    name, time = body.pop("TargetDBInstanceIdentifier"), body.pop("RestoreTime")

    assert body == {
        "SourceDBInstanceIdentifier": SOURCE,
        "UseLatestRestorableTime": False,
        "DBSubnetGroupName": "drill",
        "VpcSecurityGroupIds": account.groups,
        "DBParameterGroupName": "drill-18",
        "DBInstanceClass": "db.t4g.medium",
        "PubliclyAccessible": False,
        "MultiAZ": False,
        "DeletionProtection": False,
        "AutoMinorVersionUpgrade": False,
        "CopyTagsToSnapshot": False,
        "EnableIAMDatabaseAuthentication": False,
        "BackupRetentionPeriod": 0,
    }
    assert name == f"rcv-{tags['recoverable-run']}"
    assert set(tags) == {"recoverable-run", "recoverable-expires", "recoverable-mark"}
    assert time.microsecond == 0


def test_the_copy_gets_a_password_of_its_own_and_is_told_again_to_keep_no_backups(account: World, tmp_path: Path) -> None:
    drilled(account, tmp_path)
    (body,) = account.asked("ModifyDBInstance")
    password = body.pop("MasterUserPassword")

    assert body.pop("DBInstanceIdentifier").startswith("rcv-drill-")
    assert body == {"BackupRetentionPeriod": 0, "DeletionProtection": False, "ApplyImmediately": True}
    assert len(password) >= 40


def test_the_deletion_names_the_copy_makes_no_snapshot_and_takes_its_own_backups_along(account: World, tmp_path: Path) -> None:
    drilled(account, tmp_path)
    made = account.asked("RestoreDBInstanceToPointInTime")[0]["TargetDBInstanceIdentifier"]

    assert account.asked("DeleteDBInstance") == [{"DBInstanceIdentifier": made, "SkipFinalSnapshot": True, "DeleteAutomatedBackups": True}]


def test_latest_becomes_an_explicit_second_before_the_latest_restorable_time(account: World, tmp_path: Path) -> None:
    began = account.clock.now()
    drilled(account, tmp_path)
    latest = datetime.datetime.fromtimestamp(int(began.timestamp() - LOG_LAG), datetime.UTC)

    assert account.asked("RestoreDBInstanceToPointInTime")[0]["RestoreTime"] == latest - SECOND


def test_a_time_goes_over_the_wire_in_utc_with_its_fraction_cut_off(account: World, tmp_path: Path) -> None:
    wanted = (account.clock.now() - datetime.timedelta(hours=3)).replace(microsecond=900_000)
    local = wanted.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    drilled(account, tmp_path, f"time:{local.isoformat()}")

    assert account.asked("RestoreDBInstanceToPointInTime")[0]["RestoreTime"] == wanted.replace(microsecond=0)


def test_a_snapshot_is_restored_by_its_name_and_the_newest_one_where_none_is_named(account: World, tmp_path: Path) -> None:
    for name in ("older", "newer"):
        account.client().create_db_snapshot(DBInstanceIdentifier=SOURCE, DBSnapshotIdentifier=name)
    drilled(account, tmp_path / "1", **{"from": "snapshot"})
    drilled(account, tmp_path / "2", **{"from": "snapshot", "snapshot": "older"})

    bodies = account.asked("RestoreDBInstanceFromDBSnapshot")
    assert [each["DBSnapshotIdentifier"] for each in bodies] == ["newer", "older"]
    assert all(each["PubliclyAccessible"] is False and each["VpcSecurityGroupIds"] == account.groups for each in bodies)
    assert account.asked("RestoreDBInstanceToPointInTime") == []


def test_a_snapshot_has_no_other_time_than_its_own(account: World, tmp_path: Path) -> None:
    account.client().create_db_snapshot(DBInstanceIdentifier=SOURCE, DBSnapshotIdentifier="one")
    at = account.client().describe_db_snapshots(DBSnapshotIdentifier="one")["DBSnapshots"][0]["SnapshotCreateTime"]
    outcome = account.harness(tmp_path, **{"from": "snapshot"}).drill(target=parse_target(f"time:{at.isoformat()}"))

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "a snapshot has one time, its own" in outcome.evidence.reason
    assert account.asked("RestoreDBInstanceFromDBSnapshot") == []


def test_a_deleted_instance_is_restored_from_what_it_left_behind(account: World, tmp_path: Path) -> None:
    backup = kept(account, "retained", REGION, REGION)
    drilled(account, tmp_path, **{"from": "retained-backup", "instance": "old-orders"})
    (body,) = account.asked("RestoreDBInstanceToPointInTime")

    assert (body["SourceDbiResourceId"], body["RestoreTime"]) == (backup.resource_id, backup.latest - SECOND)
    assert "SourceDBInstanceIdentifier" not in body


def test_the_other_regions_copy_is_restored_in_its_own_region_by_its_arn(account: World, tmp_path: Path) -> None:
    furnish(account, AWAY)
    backup = kept(account, "replicating", AWAY, REGION)
    drilled(account, tmp_path, **{"from": "replicated-backup", "instance": "old-orders", "region": AWAY})
    (body,) = account.asked("RestoreDBInstanceToPointInTime")

    assert body["SourceDBInstanceAutomatedBackupsArn"] == backup.arn
    assert {region for region, action, _ in account.cloud.requests if action.startswith(("Restore", "Modify", "Delete"))} == {AWAY}
    assert account.names(AWAY) == set()


def test_the_source_is_never_written_to(account: World, tmp_path: Path) -> None:
    drilled(account, tmp_path)
    writing = [params for _, action, params in account.cloud.requests if not action.startswith(("Describe", "Restore"))]

    assert writing
    assert all(each["DBInstanceIdentifier"].startswith("rcv-") for each in writing)
