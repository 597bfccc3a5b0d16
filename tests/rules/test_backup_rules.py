"""The rules about backup plans, vaults and alarms, where an example would not show the point."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Estate
from recoverable.model.finding import Finding
from recoverable.model.raw import Problem
from recoverable.model.values import stated, unknown
from tests.clouds.aws_backup_builders import DB, PLAN, VAULT, ask, database, estate_of, plan, res, rule, selection, unk, volume

EVERYTHING = selection(resources=["*"])
WEEKLY = "cron(0 5 ? * 1 *)"


def only(name: str, estate: Estate, standard: str = "") -> Finding:
    (finding,) = ask(name, estate, standard)
    return finding


def brief(name: str, estate: Estate, standard: str = "") -> tuple[str, str]:
    finding = only(name, estate, standard)
    return finding.verdict.value, finding.found


def bucket(**attrs: Any) -> Any:
    return res("aws_s3_bucket.uploads", bucket="acme-uploads", tags={"environment": "prod"}, **attrs)


VERSIONED = res("aws_s3_bucket_versioning.uploads", bucket="acme-uploads", versioning_configuration=[{"status": "Enabled"}])


@pytest.mark.parametrize(
    ("schedule", "environment", "verdict", "severity"),
    [("cron(0 5 ? * * *)", "prod", "fail", "medium"), ("cron(0 5 ? * * *)", "dev", "pass", "medium"), (WEEKLY, "dev", "fail", "low")],
)
def test_a_volume_has_only_its_plan(schedule: str, environment: str, verdict: str, severity: str) -> None:
    files = volume(tags={"environment": environment})
    finding = only("RCV100", estate_of(plan(rule(schedule=schedule), tags=None), EVERYTHING, volumes=(files,)))

    assert (finding.verdict.value, finding.severity.value) == (verdict, severity)


def test_all_plans_of_a_store_count() -> None:
    weekly = plan(rule(schedule=WEEKLY), address="aws_backup_plan.weekly", tags=None)
    both = selection("aws_backup_selection.weekly", plan_id=unk("x", "aws_backup_plan.weekly.id"), resources=["*"])
    estate = estate_of(plan(tags=None), weekly, EVERYTHING, both, volumes=(volume(tags={"environment": "dev"}),))

    assert [finding.verdict.value for finding in ask("RCV100", estate)] == ["pass", "pass"]


def test_continuous_backup_counts_only_where_it_exists() -> None:
    rules = rule(enable_continuous_backup=True, schedule=WEEKLY)
    bare = database(backup_retention_period=0)

    assert brief("RCV100", estate_of(bare, plan(rules), EVERYTHING)) == ("pass", "5 minutes")
    assert brief("RCV100", estate_of(bucket(), plan(rules), EVERYTHING)) == ("pass", "15 minutes")
    assert brief("RCV100", estate_of(plan(rules), EVERYTHING, volumes=(volume(tags={"environment": "prod"}),))) == ("fail", "7 days")


def test_a_store_that_may_cover_itself_is_not_failed() -> None:
    estate = estate_of(database(backup_retention_period=unk()), plan(rule(schedule=WEEKLY)), EVERYTHING)

    assert only("RCV100", estate).verdict.value == "unknown"
    assert brief("RCV100", estate_of(bucket(), VERSIONED, plan(rule(schedule=WEEKLY)), EVERYTHING)) == ("pass", "backups of its own")


def test_the_strictest_store_decides_unless_the_plan_is_tagged() -> None:
    stores = [database(), database("aws_db_instance.test", identifier="test", tags={"environment": "dev"})]
    kept = rule(lifecycle=[{"delete_after": 14}])

    finding = only("RCV101", estate_of(*stores, plan(kept, tags=None), EVERYTHING))
    assert (finding.verdict.value, finding.wanted) == ("fail", "at least 30 days")
    assert DB in finding.message
    assert brief("RCV101", estate_of(*stores, plan(kept, tags={"environment": "dev"}), EVERYTHING))[0] == "pass"


def test_rare_backups_do_not_make_retention() -> None:
    yearly = rule(schedule="cron(0 5 1 1 ? *)", lifecycle=[{"delete_after": 3650}])

    assert brief("RCV101", estate_of(plan(yearly))) == ("fail", "no rule that often")


def test_a_copy_of_the_store_itself_is_a_copy() -> None:
    copy = res("aws_db_instance_automated_backups_replication.far", region="us-east-1", source_db_instance_arn=unk("x", f"{DB}.arn"))

    assert brief("RCV103", estate_of(database(), copy, plan(), EVERYTHING)) == ("pass", "its own")
    assert brief("RCV103", estate_of(database(), plan(), EVERYTHING)) == ("fail", "no copy in another region")
    assert only("RCV103", estate_of(plan(rule(copy_action=unk("var.copies"))))).verdict.value == "unknown"


def test_a_volume_without_any_backup() -> None:
    own = volume(own_backups=stated(True, "status"))
    maybe = volume(own_backups=unknown("var.status", "status"))

    assert brief("RCV108", estate_of(volumes=(volume(),))) == ("fail", "in no backup plan")
    assert brief("RCV108", estate_of(volumes=(own,)))[0] == "pass"
    assert brief("RCV108", estate_of(volumes=(maybe,)))[0] == "unknown"
    assert brief("RCV108", estate_of(volumes=(volume(),), partial="unchanged resources are left out"))[0] == "unknown"


def test_a_module_that_was_not_read_may_hold_the_plan() -> None:
    estate = estate_of(volumes=(volume(),))
    estate.missing_modules.append(Problem("missing-module", "cloudposse/backup/aws was not downloaded", address="module.backup"))
    assert "module.backup" in only("RCV108", estate).found

    other = estate_of(volumes=(volume(),))
    other.missing_modules.append(Problem("missing-module", "terraform-aws-modules/vpc/aws was not downloaded", address="module.vpc"))
    assert only("RCV108", other).verdict.value == "fail"


@pytest.mark.parametrize(
    ("resources", "asked"),
    [
        ([database()], False),
        ([database(), plan()], True),
        ([database(backup_retention_period=30), plan()], False),
        ([database(backup_retention_period=unk()), plan()], False),
    ],
)
def test_databases_are_asked_for_a_plan_only_beside_plans(resources: list[Any], asked: bool) -> None:
    assert bool(ask("RCV108", estate_of(*resources))) is asked


def test_what_a_vault_of_this_input_backs_up_is_asked_of_the_vault() -> None:
    bare = database(backup_retention_period=0)

    assert ask("RCV090", estate_of(bare, plan(), EVERYTHING, res(VAULT, name="acme"))) == []
    assert only("RCV090", estate_of(bare, plan(), EVERYTHING)).verdict.value == "fail"
    assert only("RCV109", estate_of(res(VAULT, name="acme"))).verdict.value == "fail"


def test_replication_is_heard_too() -> None:
    far = res("aws_s3_bucket.far", bucket="acme-far", region="us-east-1")
    into = {"id": "all", "status": "Enabled", "destination": [{"bucket": "arn:aws:s3:::acme-far"}]}
    replication = res("aws_s3_bucket_replication_configuration.uploads", bucket="acme-uploads", role="r", rule=[into])
    notice = res("aws_s3_bucket_notification.uploads", bucket="acme-uploads", topic=[{"events": ["s3:Replication:*"], "topic_arn": "t"}])

    finding = only("RCV090", estate_of(bucket(), far, replication))
    assert (finding.verdict.value, finding.severity.value) == ("fail", "low")
    assert only("RCV090", estate_of(bucket(), far, replication, notice)).verdict.value == "pass"


def test_restore_tests_without_selection_or_for_other_services() -> None:
    test = res("aws_backup_restore_testing_plan.monthly", name="monthly", schedule_expression="cron(0 6 1 * ? *)")
    maybe = res("aws_backup_restore_testing_selection.db", restore_testing_plan_name=unk("var.name"))

    finding = only("RCV110", estate_of(plan(), test))
    assert (finding.verdict.value, finding.severity.value, finding.found) == ("fail", "medium", "no selection")
    assert only("RCV110", estate_of(plan(), test, maybe)).verdict.value == "unknown"


@pytest.mark.parametrize(("schedule", "verdict"), [("rate(38 days)", "pass"), ("rate(39 days)", "fail")])
def test_a_restore_test_has_its_grace(schedule: str, verdict: str) -> None:
    test = res("aws_backup_restore_testing_plan.often", name="often", schedule_expression=schedule)
    chosen = res("aws_backup_restore_testing_selection.db", restore_testing_plan_name="often")

    assert only("RCV110", estate_of(plan(), test, chosen)).verdict.value == verdict


def test_a_partial_input_leaves_absences_open() -> None:
    estate = estate_of(plan(), res(VAULT, name="acme"), database(), partial="unchanged resources are left out")

    assert {name: only(name, estate).verdict.value for name in ("RCV090", "RCV105", "RCV107", "RCV109", "RCV110")} == dict.fromkeys(
        ("RCV090", "RCV105", "RCV107", "RCV109", "RCV110"), "unknown"
    )


def test_the_lock_of_the_vault_a_copy_goes_to_counts() -> None:
    far = res("aws_backup_vault.far", region="us-east-1", name="far")
    lock = res(
        "aws_backup_vault_lock_configuration.far",
        backup_vault_name=unk("x", "aws_backup_vault.far.name"),
        min_retention_days=30,
        max_retention_days=60,
    )
    target = "arn:aws:backup:us-east-1:123456789012:backup-vault:far"

    forever = only("RCV106", estate_of(plan(rule(copy_action=[{"destination_vault_arn": target}])), far, lock))
    assert (forever.verdict.value, forever.found) == ("fail", "for ever")
    assert forever.address == f'{PLAN}.rule["daily"]'
    assert ask("RCV106", estate_of(plan(), far, lock)) == []


def test_failures_of_a_vault_are_heard_in_its_region_and_of_one_that_gets_copies_alone_where_they_come_from() -> None:
    here = res("aws_cloudwatch_event_rule.failed", event_pattern='{"source": ["aws.backup"], "detail-type": ["Backup Job State Change"]}')
    told = res(
        "aws_cloudwatch_event_target.failed", rule=unk("x", "aws_cloudwatch_event_rule.failed.name"), arn="arn:aws:sns:eu-west-1:1:t"
    )
    far = res("aws_backup_vault.far", region="us-east-1", name="far")
    target = "arn:aws:backup:us-east-1:123456789012:backup-vault:far"
    copying = plan(rule(copy_action=[{"destination_vault_arn": target}]))

    assert only("RCV109", estate_of(far, here, told)).verdict.value == "fail"
    assert only("RCV109", estate_of(copying, far, here, told)).verdict.value == "pass"
    assert only("RCV109", estate_of(plan(rule(target_vault_name="far")), far, here, told)).verdict.value == "fail"


def test_a_retention_whose_changes_are_ignored_has_one_owner() -> None:
    rules = plan(rule(enable_continuous_backup=True, lifecycle=[{"delete_after": 35}]))

    assert brief("RCV013", estate_of(database(), rules, EVERYTHING))[0] == "fail"
    assert (
        brief("RCV013", estate_of(database(lifecycle_meta={"ignore_changes": ["backup_retention_period"]}), rules, EVERYTHING))[0] == "pass"
    )
    assert brief("RCV013", estate_of(database(), plan(), selection(resources=unk("var.arns"))))[0] == "unknown"
    assert ask("RCV013", estate_of(database(), plan())) == []
