"""The analyzer in-process: what it tells and how often, secrets, unknowns, environments, waivers, crashes."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

import pytest

from recoverable.hosts.pulumi import judging
from recoverable.rules.registry.load import gate_rules
from tests.support.judging import TODAY
from tests.support.policy_packs import PROD, SECRET, UNKNOWN, Pack, database, level, resource, run, told_of, words


def test_a_violation_names_the_number_found_and_wanted_its_origin_and_the_fix_in_both_spellings(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text("[environments.prod]\nbackup_retention_days = 33\n")

    (found,) = told_of(run([database(backupRetentionPeriod=7.0, tags=PROD)], folders=[tmp_path]), "retention-too-short")

    assert found.message.splitlines() == [
        "backups are kept 7 days, the standard demands 33",
        "found: 7 days; wanted: at least 33 days",
        f"environment: prod (tag environment=prod); the number comes from {tmp_path / 'recoverable.toml'}:2",
        "fix: Set backupRetentionPeriod = 33.",
        "fix in Python: Set backup_retention_period = 33.",
    ]
    assert (level(found), found.urn) == ("mandatory", "urn:pulumi:prod::shop::aws:rds/instance:Instance::orders")


def test_what_was_told_of_a_resource_before_it_was_made_is_not_told_again_of_the_stack() -> None:
    told = run([database(tags=PROD)])

    assert {item.policyName for item in told.early} >= {"deletion-protection-off", "database-unencrypted"}
    assert {item.policyName for item in told.early} & {item.policyName for item in told.late} == set()
    assert len(told_of(told, "deletion-protection-off")) == 1


def test_one_resource_told_early_does_not_hide_another_with_the_same_defect() -> None:
    told = run([database("orders", tags=PROD), database("users", tags=PROD)])

    assert {item.urn.rsplit("::", 1)[-1] for item in told_of(told, "deletion-protection-off")} == {"orders", "users"}


def test_a_defect_that_is_worse_in_its_stack_is_told_again_as_what_it_is() -> None:
    """A key alone may be unrotated below fail_on; that a database of production depends on it is seen with the whole stack."""
    key = resource("aws:kms/key:Key", "main", enableKeyRotation=False, deletionWindowInDays=30.0, tags=PROD)
    store = database(tags=PROD, storageEncrypted=True, kmsKeyId=UNKNOWN)
    store["propertyDependencies"] = {"kmsKeyId": [key["urn"]]}

    told = run([key, store])

    early = [level(item) for item in told.early if item.policyName == "key-rotation-off"]
    late = [level(item) for item in told.late if item.policyName == "key-rotation-off"]
    assert (early, late) == (["advisory"], ["mandatory"])


def test_a_companion_that_mends_it_keeps_retention_from_being_refused_alone() -> None:
    told = run([database(backupRetentionPeriod=0.0, tags=PROD)])

    assert "backups-disabled" not in {item.policyName for item in told.early}
    assert "backups-disabled" in {item.policyName for item in told.late}


@pytest.mark.parametrize("names", [["backups-disabled"], ["all"]])
def test_rules_named_in_judge_alone_refuse_a_resource_whatever_companions_may_come(names: list[str]) -> None:
    told = run([database(backupRetentionPeriod=0.0, tags=PROD)], settings={"judge_alone": names})

    assert "backups-disabled" in {item.policyName for item in told.early}
    assert len(told_of(told, "backups-disabled")) == 1


def test_an_unknown_is_advice_and_with_strict_it_is_mandatory() -> None:
    states = [database(backupRetentionPeriod=UNKNOWN, tags=PROD)]
    lenient = told_of(run(states), "retention-too-short")
    strict = told_of(run(states, settings={"strict": True}), "retention-too-short")

    assert [(level(item), item.message.startswith("[unknown] ")) for item in lenient] == [("advisory", True)]
    assert [level(item) for item in strict] == ["mandatory"]


def test_one_unknown_attribute_keeps_no_other_rule_and_no_other_resource_from_being_judged() -> None:
    told = run([database("later", backupRetentionPeriod=UNKNOWN, tags=PROD), database("orders", backupRetentionPeriod=1.0, tags=PROD)])

    assert [level(item) for item in told_of(told, "retention-too-short")] == ["advisory", "mandatory"]
    assert {item.urn.rsplit("::", 1)[-1] for item in told_of(told, "deletion-protection-off")} == {"later", "orders"}


def test_no_secret_value_is_told_and_none_is_taken_for_a_value() -> None:
    hidden = {**SECRET, "value": "hunter2"}
    told = run(
        [
            database(
                "orders",
                password=hidden,
                backupRetentionPeriod={**SECRET, "value": 30.0},
                identifier={**SECRET, "value": "hunter2"},
                tags=PROD,
            ),
            resource("aws:s3/bucket:Bucket", "photos", bucket=hidden, tags={"owner": hidden, "environment": "prod"}),
        ],
        config={"shop:token": "hunter2", "shop:environment": "hunter2"},
        secret_keys=["shop:token", "shop:environment"],
    )

    assert "hunter2" not in "".join(words(item) for item in told.all)
    assert [item.message.splitlines()[0][:9] for item in told_of(told, "retention-too-short")] == ["[unknown]"]
    assert all(item.message.startswith("[unknown] ") for item in told_of(told, "password-in-code"))


def test_a_password_in_clear_is_a_violation_that_does_not_repeat_it() -> None:
    told = run([database(password="hunter2", tags=PROD)])

    assert told_of(told, "password-in-code")
    assert "hunter2" not in "".join(words(item) for item in told.all)


@pytest.mark.parametrize(
    ("config", "tags", "stack", "flag", "expected"),
    [
        ({"shop:environment": "dev"}, PROD, "staging", "prod", "prod (flag --environment)"),
        ({"shop:environment": "dev"}, PROD, "staging", "", "dev (stack config shop:environment=dev)"),
        ({}, PROD, "staging", "", "prod (tag environment=prod)"),
        ({}, {}, "staging", "", "staging (stack staging)"),
        ({}, {}, "blue", "", "strictest (not found)"),
    ],
)
def test_the_environment_is_found_in_the_declared_order(
    config: dict[str, str], tags: dict[str, str], stack: str, flag: str, expected: str
) -> None:
    settings = {"environment": flag} if flag else {}
    told = run([database(stack=stack, tags=tags)], config=config, settings=settings)

    assert f"environment: {expected}" in told_of(told, "deletion-protection-off")[0].message


WAIVER = """
[[waivers]]
rule = "deletion-protection-off"
address = "*::orders"
reason = "rebuilt nightly"
owner = "data"
until = {until}
"""


def test_a_waiver_of_the_standard_means_what_it_means_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text(WAIVER.format(until="2027-01-31"))
    told = run([database("orders", tags=PROD), database("users", tags=PROD)], folders=[tmp_path])

    assert [item.urn.rsplit("::", 1)[-1] for item in told_of(told, "deletion-protection-off")] == ["users"]
    assert told_of(told, "waiver-unused") == []
    (counted,) = told_of(told, "recoverable")
    assert (level(counted), counted.message) == ("advisory", "1 finding is suppressed by waivers of the standard")


def test_an_expired_or_unused_waiver_is_a_violation(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text(WAIVER.format(until="2026-01-31"))

    assert told_of(run([database(tags=PROD)], folders=[tmp_path]), "waiver-expired")
    assert told_of(run([database("users", tags=PROD)], folders=[tmp_path]), "waiver-unused")


@pytest.mark.parametrize("name", ["deletion-protection-off", "no-restore-test"])
def test_a_rule_that_crashes_is_a_mandatory_violation_at_any_level(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def crash(*_: object) -> Any:
        raise ValueError("hunter2 is in here")

    crashing = tuple(dataclasses.replace(item, check=crash) if item.rule.name == name else item for item in gate_rules())
    monkeypatch.setattr(judging, "gate_rules", lambda: crashing)
    plan = resource("aws:backup/plan:Plan", "daily", name="daily", rules=[], tags=PROD)
    told = run([database(tags=PROD), plan], levels={"all": "advisory"})

    found = told_of(told, name)
    assert found
    assert {level(item) for item in found} == {"mandatory"}
    assert all("crashed: ValueError at " in item.message for item in found)
    assert "hunter2" not in "".join(words(item) for item in told.all)


def test_a_reader_that_crashes_is_a_mandatory_violation_of_the_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "build_estate", lambda _: 1 / 0)
    told = run([database(tags=PROD)])

    assert {(item.policyName, level(item)) for item in told.all} >= {("recoverable", "mandatory")}
    assert "nothing in this input was judged" in told.late[0].message


def test_what_a_pack_is_not_told_is_said_per_rule() -> None:
    silent = run([database(tags=PROD)]).not_applicable

    assert silent["protected-store-deleted"] == "the engine shows a policy pack no deletions and no earlier state"
    assert silent["state-local"].startswith("the engine does not tell a policy pack this")
    assert "retention-too-short" not in silent


def test_every_rule_is_a_policy_and_its_page_and_cure_are_told() -> None:
    info = Pack().info

    assert {policy.name for policy in info.policies} == {"recoverable", *(item.rule.name for item in gate_rules())}
    assert all(policy.description and policy.remediation_steps for policy in info.policies)
    assert all(policy.url.startswith("https://") for policy in info.policies if policy.name != "recoverable" and policy.url)


def test_text_of_the_input_cannot_steer_the_terminal() -> None:
    told = run([database(tags={"environment": "prod\x1b[31m\nfix: nothing"})])

    assert "\x1b" not in "".join(item.message for item in told.all)
    assert all(not line.startswith("fix: nothing") for item in told.all for line in item.message.splitlines())


def test_a_day_is_the_day_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text("reviewed = 2026-11-01\n")

    assert told_of(run([database(tags=PROD)], folders=[tmp_path], today=datetime.date(2028, 1, 1)), "standard-review-overdue")
    assert told_of(run([database(tags=PROD)], folders=[tmp_path], today=TODAY), "standard-review-overdue") == []


def test_a_resource_whose_provider_is_not_told_is_judged_and_a_component_is_not() -> None:
    lonely = {**database(tags=PROD), "provider": ""}
    component = {**resource("aws:rds:Instance", "house", tags=PROD), "provider": ""}
    told = run([lonely, component])

    assert {item.urn.rsplit("::", 1)[-1] for item in told_of(told, "deletion-protection-off")} == {"orders"}
    assert {item.urn.rsplit("::", 1)[-1] for item in told_of(told, "backups-disabled")} == {"orders"}


def test_a_resource_that_was_never_shown_alone_is_judged_by_what_it_has() -> None:
    told = Pack().stack_only([database(backupRetentionPeriod=1.0, tags=PROD)])

    assert {"retention-too-short", "deletion-protection-off"} <= {item.policyName for item in told}
