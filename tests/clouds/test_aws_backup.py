"""Backup plans, vaults, restore tests and snapshot policies."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Plan, PlanRule, Vault
from recoverable.model.values import Kind
from tests.clouds.aws_backup_builders import CORPUS, PLAN, VAULT, estate_of, plan, res, rule, unk, volume


def one_rule(*resources: Any, **attrs: Any) -> PlanRule:
    """The rule of a plan with one."""
    (found,) = estate_of(plan(rule(**attrs)), *resources).plans
    return found.rules[0]


@pytest.mark.parametrize(
    ("schedule", "kind", "minutes"),
    [
        ("cron(0 5 ? * 1 *)", Kind.STATED, 7 * 1440),
        (None, Kind.DEFAULT, 1440),
        (unk("var.schedule"), Kind.UNKNOWN, None),
        ("cron(nonsense)", Kind.UNKNOWN, None),
    ],
)
def test_how_often_a_rule_runs(schedule: Any, kind: Kind, minutes: int | None) -> None:
    every = one_rule(schedule=schedule).every_minutes

    assert (every.kind, every.data) == (kind, minutes)


def test_a_rule_is_mapped_with_its_origins() -> None:
    found = one_rule(lifecycle=[{"cold_storage_after": 0, "delete_after": 365}], enable_continuous_backup=None)

    assert (found.address, found.display, found.plan) == (f'{PLAN}.rule["daily"]', "daily", PLAN)
    assert found.cold_days.absent
    assert found.delete_days.data == 365
    assert found.continuous.kind is Kind.DEFAULT
    assert one_rule(lifecycle=None).delete_days.absent
    assert one_rule(enable_continuous_backup=True).continuous.is_true


def test_rules_of_a_dynamic_block_are_unknown() -> None:
    (found,) = estate_of(plan(rule=unk("var.rules"))).plans

    assert found.rules[0].every_minutes.unknown
    assert found.rules[0].delete_days.note == "var.rules"


@pytest.mark.parametrize(
    ("target", "copy", "region"),
    [
        ("arn:aws:backup:us-east-1:123456789012:backup-vault:far", "aws_backup_vault.far", "us-east-1"),
        ("arn:aws:backup:eu-north-1:123456789012:backup-vault:x", "arn:aws:backup:eu-north-1:123456789012:backup-vault:x", "eu-north-1"),
        (unk("x", "aws_backup_vault.far.arn"), "aws_backup_vault.far", "us-east-1"),
        (unk("var.vault"), None, None),
        ("far", "far", None),
    ],
)
def test_where_copies_go(target: Any, copy: str | None, region: str | None) -> None:
    far = res("aws_backup_vault.far", region="us-east-1", name="far")
    found = one_rule(far, copy_action=[{"destination_vault_arn": target, "lifecycle": [{"delete_after": 14}]}])

    assert (found.copies[0].data, found.copy_regions[0].data, found.copy_days[0].data) == (copy, region, 14)


def test_copies_of_a_dynamic_block_are_unknown() -> None:
    assert one_rule(copy_action=unk("var.copies")).copy_regions[0].unknown


@pytest.mark.parametrize(
    ("target", "expected"),
    [(unk("x", f"{VAULT}.name"), VAULT), ("acme", VAULT), ("Default", "Default"), (unk("var.vault"), "var.vault")],
)
def test_the_vault_of_a_rule(target: Any, expected: str) -> None:
    twin = res("aws_backup_vault.twin", region="us-east-1", name="acme")
    estate = estate_of(plan(rule(target_vault_name=target)), res(VAULT, name="acme"), twin)

    assert estate.plans[0].rules[0].vault == expected
    assert [len(vault.rules) for vault in estate.vaults] == [int(expected == VAULT), 0]


def vault_with(*companions: Any, **attrs: Any) -> Vault:
    return estate_of(res(VAULT, **({"name": "acme"} | attrs)), *companions).vaults[0]


def test_vault_locks() -> None:
    lock = res(
        "aws_backup_vault_lock_configuration.main",
        backup_vault_name="acme",
        min_retention_days=7,
        max_retention_days=60,
        changeable_for_days=3,
    )
    elsewhere = res("aws_backup_vault_lock_configuration.main", backup_vault_name=unk("var.vault"))
    found = vault_with(lock)

    assert (found.locked.data, found.lock_min_days.data, found.lock_max_days.data, found.compliance_days.data) == (True, 7, 60, 3)
    assert vault_with().locked.kind is Kind.DEFAULT
    assert vault_with().locked.is_false
    assert vault_with(elsewhere).locked.unknown


def test_air_gapped_vaults_are_always_locked() -> None:
    (found,) = estate_of(
        res("aws_backup_logically_air_gapped_vault.main", name="air", min_retention_days=7, max_retention_days=35, encryption_key_arn="k")
    ).vaults

    assert (found.locked.is_true, found.lock_min_days.data, found.kms_key.data) == (True, 7, "k")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["BACKUP_JOB_COMPLETED"], True),
        (["BACKUP_JOB_STARTED", "BACKUP_JOB_COMPLETED", unk()], True),
        (["BACKUP_JOB_FAILED"], False),
        (["RESTORE_JOB_COMPLETED"], False),
        ([unk()], None),
        (unk(), None),
    ],
)
def test_vault_notifications(events: Any, expected: bool | None) -> None:
    tells = vault_with(
        res("aws_backup_vault_notifications.main", backup_vault_name="acme", backup_vault_events=events, sns_topic_arn="t")
    ).notifies_failures

    assert (None if tells.unknown else tells.is_true) is expected


def test_restore_tests_count_their_selections() -> None:
    test = res("aws_backup_restore_testing_plan.monthly", name="monthly", schedule_expression="cron(0 6 1 * ? *)")
    chosen_by = res("aws_backup_restore_testing_selection.db", restore_testing_plan_name="monthly")
    maybe = res("aws_backup_restore_testing_selection.db", restore_testing_plan_name=unk("var.name"))

    assert [(item.selections, item.every_minutes.data) for item in estate_of(test, chosen_by).restore_tests] == [(1, 31 * 1440)]
    assert [bool(item.selections_unknown) for item in estate_of(test, maybe).restore_tests] == [True]


DEFAULT = {"default_policy": "VOLUME", "policy_details": [{"create_interval": 1, "retain_interval": 7}]}
"""A default policy has no schedule and no tags."""


def policy(**attrs: Any) -> Any:
    schedule = {"name": "daily", "create_rule": [{"interval": 12, "interval_unit": "HOURS"}], "retain_rule": [{"count": 14}]}
    details = {
        "resource_types": ["VOLUME"],
        "target_tags": {"backup": "yes"},
        "schedule": [schedule | attrs.pop("schedule", {})],
    } | attrs.pop("details", {})
    return res("aws_dlm_lifecycle_policy.daily", **({"policy_details": [details]} | attrs))


@pytest.mark.parametrize(
    ("attrs", "tags", "expected"),
    [
        ({}, {"backup": "yes"}, True),
        ({}, {"backup": "no"}, False),
        ({"state": "DISABLED"}, {"backup": "yes"}, False),
        ({"state": unk()}, {"backup": "yes"}, None),
        ({"details": {"resource_types": ["INSTANCE"]}}, {"backup": "yes"}, False),
        ({"details": {"target_tags": {"backup": unk()}}}, {"backup": "yes"}, None),
        ({"details": {"target_tags": unk()}}, {}, None),
        ({"default_policy": ""}, {"backup": "no"}, False),
        ({"region": "us-east-1"}, {"backup": "yes"}, False),
        (DEFAULT, {}, True),
        (DEFAULT | {"state": "DISABLED"}, {}, False),
        ({"default_policy": "VOLUME", "policy_details": [{"exclusions": [{"exclude_boot_volumes": False}]}]}, {}, True),
        ({"default_policy": "VOLUME", "policy_details": [{"exclusions": [{"exclude_boot_volumes": True}]}]}, {}, None),
        ({"default_policy": "INSTANCE", "policy_details": [{"create_interval": 1}]}, {}, False),
        (DEFAULT | {"default_policy": unk()}, {}, None),
    ],
)
def test_snapshot_policies_select_volumes_by_tag(attrs: dict[str, Any], tags: dict[str, str], expected: bool | None) -> None:
    disk = volume("aws_ebs_volume.data", tags=tags)
    estate_of(policy(**attrs), volumes=(disk,))

    assert (True if disk.plans else (None if disk.plans_unknown else False)) is expected


@pytest.mark.parametrize(
    ("details", "minutes", "kept"),
    [({}, 1440, 7), ({"create_interval": 2, "retain_interval": 14}, 2 * 1440, 14), ({"create_interval": unk()}, None, 7)],
)
def test_a_default_policy_says_how_often_and_how_long_in_days(details: dict[str, Any], minutes: int | None, kept: int) -> None:
    (found,) = estate_of(policy(default_policy="VOLUME", policy_details=[details])).plans

    assert (found.rules[0].every_minutes.data, found.rules[0].delete_days.data) == (minutes, kept)


@pytest.mark.parametrize(
    ("schedule", "minutes", "kept"),
    [
        ({}, 720, 7),
        ({"create_rule": [{"cron_expression": "cron(0 5 ? * 1 *)"}]}, 7 * 1440, 98),
        ({"retain_rule": [{"interval": 2, "interval_unit": "MONTHS"}]}, 720, 60),
        ({"create_rule": [{"interval": unk()}]}, None, None),
    ],
)
def test_snapshot_policies_say_how_often_and_how_long(schedule: dict[str, Any], minutes: int | None, kept: int | None) -> None:
    found: Plan = estate_of(policy(schedule=schedule)).plans[0]

    assert (found.rules[0].every_minutes.data, found.rules[0].delete_days.data) == (minutes, kept)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus")
def test_a_public_module_read_as_code() -> None:
    hcl_reader = pytest.importorskip("recoverable.readers.hcl.hcl_reader")
    folder = CORPUS / "hcl" / "terraform-aws-backup" / "examples" / "simple_plan_using_lock_configuration"
    (reading,) = hcl_reader.read_hcl(folder, options=hcl_reader.HclOptions(base=folder), wanted=lambda kind: kind.startswith("aws_"))
    estate = estate_of(*reading.resources)

    assert [(item.display, item.every_minutes.data, item.cold_days.data, item.delete_days.data) for item in estate.plans[0].rules] == [
        ("rule-1", 1440, 30, 180),
        ("rule-2", 1440, 30, 360),
    ]
    assert [(vault.locked.data, vault.lock_min_days.data, vault.lock_max_days.data) for vault in estate.vaults] == [(True, 7, 360)]
    assert estate.plans[0].selections == 1
