"""EFS, EBS and FSx: every mapped attribute stated, absent, by default and unknown."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import PlanRule, Volume
from recoverable.model.finding import Confidence, Verdict
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind, absent, stated
from tests.clouds.aws_store_builders import ask, estate_of, res, shown, unk, verdicts

EFS, EBS = "aws_efs_file_system.files", "aws_ebs_volume.data"
FSX = {"lustre": 0, "ontap": 0, "openzfs": 0, "windows": 7}


def one(*resources: RawResource) -> Volume:
    """The first volume of these resources."""
    return estate_of(*resources).volumes[0]


def policy(status: Any, target: Any = None) -> RawResource:
    """The companion that says whether EFS makes backups."""
    where = target if target is not None else unk(f"{EFS}.id", f"{EFS}.id")
    return res("aws_efs_backup_policy.p", file_system_id=where, backup_policy=[{"status": status}])


def fsx(flavour: str, **attrs: Any) -> RawResource:
    """A file system of FSx that keeps data."""
    fixed = {"deployment_type": "PERSISTENT_2"} if flavour == "lustre" else {}
    return res(f"aws_fsx_{flavour}_file_system.files", **{**fixed, **attrs})


@pytest.mark.parametrize("address", [EFS, EBS])
@pytest.mark.parametrize(
    ("attrs", "kind", "data", "verdict"),
    [
        ({}, Kind.DEFAULT, False, Verdict.FAIL),
        ({"encrypted": True}, Kind.STATED, True, Verdict.PASS),
        ({"encrypted": False}, Kind.STATED, False, Verdict.FAIL),
        ({"encrypted": unk()}, Kind.UNKNOWN, None, Verdict.UNKNOWN),
    ],
)
def test_encryption(address: str, attrs: dict[str, Any], kind: Kind, data: Any, verdict: Verdict) -> None:
    volume = one(res(address, **attrs))
    assert shown(volume.encrypted) == (kind, data)
    answer = ask("volume-unencrypted", volume)[0]
    assert answer.verdict is verdict
    unsure = address == EBS and kind is Kind.DEFAULT
    assert answer.confidence is (Confidence.MEDIUM if unsure else Confidence.HIGH)


@pytest.mark.parametrize(
    ("setting", "verdict"),
    [
        (res("aws_ebs_encryption_by_default.on"), Verdict.PASS),
        (res("aws_ebs_encryption_by_default.on", enabled=False), Verdict.FAIL),
        (res("aws_ebs_encryption_by_default.on", enabled=unk()), Verdict.UNKNOWN),
        (res("aws_ebs_encryption_by_default.on", region="us-east-1"), Verdict.FAIL),
    ],
)
def test_the_account_can_encrypt_volumes_by_default(setting: RawResource, verdict: Verdict) -> None:
    assert verdicts("volume-unencrypted", one(res(EBS), setting)) == [verdict]


def test_a_volume_made_from_a_snapshot_takes_its_encryption_over() -> None:
    volume = one(res(EBS, snapshot_id="snap-1"))
    assert volume.role == "clone"
    assert volume.encrypted.unknown
    assert one(res(EBS, snapshot_id="")).role == "primary"


def test_ebs_has_no_backups_of_its_own() -> None:
    volume = one(res(EBS))
    assert volume.own_backups.absent
    assert verdicts("volume-retention-too-short", volume) == []


@pytest.mark.parametrize(
    ("companions", "attrs", "kind", "data", "days"),
    [
        ([policy("ENABLED")], {}, Kind.STATED, True, 35),
        ([policy("DISABLED")], {"availability_zone_name": "eu-west-1a"}, Kind.STATED, False, 0),
        ([policy(unk())], {}, Kind.UNKNOWN, None, None),
        ([policy("ENABLED", unk("var.id"))], {}, Kind.UNKNOWN, None, None),
        ([policy("ENABLED", "fs-1")], {"id": "fs-1"}, Kind.STATED, True, 35),
        ([], {}, Kind.DEFAULT, False, 0),
        ([], {"availability_zone_name": "eu-west-1a"}, Kind.DEFAULT, True, 35),
        ([], {"availability_zone_name": unk()}, Kind.UNKNOWN, None, None),
    ],
)
def test_automatic_backups_of_efs(companions: list[RawResource], attrs: dict[str, Any], kind: Kind, data: Any, days: Any) -> None:
    volume = one(res(EFS, **attrs), *companions)
    assert shown(volume.own_backups) == (kind, data)
    assert shown(volume.retention_days) == (kind, days)


def test_automatic_backups_of_efs_against_the_standard() -> None:
    volume = one(res(EFS), policy("ENABLED"))
    assert verdicts("volume-retention-too-short", volume) == [Verdict.PASS]
    answer = ask("volume-retention-too-short", volume, standard="[environments.prod]\nbackup_retention_days = 36\n")[0]
    assert answer.verdict is Verdict.FAIL
    assert "backup plan that keeps backups 36 days" in answer.fix
    assert verdicts("volume-retention-too-short", one(res(EFS))) == []
    assert verdicts("volume-retention-too-short", one(res(EFS), policy(unk()))) == [Verdict.UNKNOWN]


def test_what_a_file_system_replicates_into_is_no_original() -> None:
    copy = res("aws_efs_file_system.copy", region="eu-central-1")
    destination = [{"file_system_id": unk("aws_efs_file_system.copy.id", "aws_efs_file_system.copy.id")}]
    volumes = estate_of(
        res(EFS), copy, res("aws_efs_replication_configuration.r", source_file_system_id="fs-1", destination=destination)
    ).volumes
    assert {volume.address: volume.role for volume in volumes} == {EFS: "primary", "aws_efs_file_system.copy": "replica-target"}
    literal = estate_of(res(EFS, id="fs-2"), res("aws_efs_replication_configuration.r", destination=[{"file_system_id": "fs-2"}])).volumes
    assert literal[0].role == "replica-target"


@pytest.mark.parametrize(("flavour", "days"), FSX.items())
def test_automatic_backups_of_fsx_by_default(flavour: str, days: int) -> None:
    volume = one(fsx(flavour))
    assert shown(volume.retention_days) == (Kind.DEFAULT, days)
    assert shown(volume.own_backups) == (Kind.DEFAULT, days > 0)
    assert volume.encrypted.is_true
    assert verdicts("volume-unencrypted", volume) == [Verdict.PASS]
    assert verdicts("volume-retention-too-short", volume) == ([Verdict.FAIL] if days else [])


@pytest.mark.parametrize("flavour", FSX)
def test_automatic_backups_of_fsx_stated_and_unknown(flavour: str) -> None:
    enough = one(fsx(flavour, automatic_backup_retention_days=30))
    short = one(fsx(flavour, automatic_backup_retention_days=29))
    off = one(fsx(flavour, automatic_backup_retention_days=0))
    later = one(fsx(flavour, automatic_backup_retention_days=unk()))
    assert shown(enough.retention_days) == (Kind.STATED, 30)
    assert verdicts("volume-retention-too-short", enough) == [Verdict.PASS]
    assert verdicts("volume-retention-too-short", short) == [Verdict.FAIL]
    assert verdicts("volume-retention-too-short", short, "staging") == [Verdict.PASS]
    assert (shown(off.own_backups), verdicts("volume-retention-too-short", off)) == ((Kind.STATED, False), [])
    assert verdicts("volume-retention-too-short", later) == [Verdict.UNKNOWN]
    assert ask("volume-retention-too-short", short)[0].fix == "Set automatic_backup_retention_days = 30."


@pytest.mark.parametrize(
    ("delete", "verdict"),
    [(stated(30), Verdict.PASS), (absent(), Verdict.PASS), (stated(29), Verdict.FAIL)],
    ids=["enough", "for ever", "short"],
)
def test_a_plan_can_keep_the_rest(delete: Any, verdict: Verdict) -> None:
    volume = one(fsx("windows"))
    volume.plans = [PlanRule(address="p", kind="backup-plan-rule", plan="aws_backup_plan.p", delete_days=delete)]
    assert verdicts("volume-retention-too-short", volume) == [verdict]


def test_a_plan_that_may_select_it_may_keep_the_rest() -> None:
    volume = one(fsx("windows"))
    volume.plans_unknown = "aws_backup_selection.s may select it: var.tags"
    assert verdicts("volume-retention-too-short", volume) == [Verdict.UNKNOWN]


@pytest.mark.parametrize(
    ("flavour", "attrs", "kind", "data"),
    [
        ("windows", {}, Kind.DEFAULT, True),
        ("openzfs", {}, Kind.DEFAULT, True),
        ("lustre", {}, Kind.DEFAULT, False),
        ("windows", {"skip_final_backup": True}, Kind.STATED, False),
        ("lustre", {"skip_final_backup": False}, Kind.STATED, True),
        ("windows", {"skip_final_backup": unk()}, Kind.UNKNOWN, None),
        ("ontap", {}, Kind.ABSENT, None),
    ],
)
def test_the_final_backup_of_fsx(flavour: str, attrs: dict[str, Any], kind: Kind, data: Any) -> None:
    volume = one(fsx(flavour, **attrs))
    assert shown(volume.final_snapshot) == (kind, data)
    wanted = {True: [Verdict.PASS], False: [Verdict.FAIL], None: [Verdict.UNKNOWN] if kind is Kind.UNKNOWN else []}
    assert verdicts("final-snapshot-skipped", volume) == wanted[data]


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        ([res("aws_fsx_lustre_file_system.files")], "SCRATCH_1"),
        ([fsx("lustre", deployment_type="SCRATCH_2", automatic_backup_retention_days=1)], "SCRATCH_2"),
        ([fsx("lustre", import_path="s3://bucket")], "linked to an S3 bucket"),
        (
            [
                fsx("lustre"),
                res("aws_fsx_data_repository_association.a", file_system_id=unk("x", "aws_fsx_lustre_file_system.files.id")),
            ],
            "linked to an S3 bucket",
        ),
    ],
)
def test_a_lustre_file_system_that_holds_nothing_of_its_own(resources: list[RawResource], why: str) -> None:
    volume = one(*resources)
    assert volume.role == "cache"
    assert why in volume.role_reason
    assert verdicts("volume-retention-too-short", volume) == []
    assert verdicts("final-snapshot-skipped", volume) == []


def test_a_lustre_file_system_of_an_unknown_type_is_judged() -> None:
    assert one(fsx("lustre", deployment_type=unk())).role == "primary"


def test_a_file_system_made_from_a_backup_is_a_clone() -> None:
    assert one(fsx("windows", backup_id="backup-1")).role == "clone"
