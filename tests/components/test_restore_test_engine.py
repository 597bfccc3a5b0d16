"""RestoreTest with the real engine, read back with boto3. Restore testing is held by our stand-in on the wire: those tests are named fake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.components.backup_stacks import client, lives, made, source, store

pytestmark = pytest.mark.engine

ACCOUNT = 'import pulumi_gcp\naccount = pulumi_gcp.serviceaccount.Account("drill", account_id="drill-caller")\nmade = '
LAMBDA = 'DrillTargetArgs("arn:aws:lambda:eu-west-1:123456789012:function:drill", "arn:aws:iam::123456789012:role/drill", input="{}")'


def proof(more: str = "", environment: str = "dev", cloud: str = "AWS") -> str:
    return source("restore_test", f'RestoreTest("proof", RestoreTestArgs(policy=policy{more}))', environment, cloud=cloud)


def test_fake_plan_and_selections_live(laptop: Laptop, tmp_path: Path) -> None:
    stack = made(laptop, tmp_path, "prooflife", proof(', plan_name="prooflife"'))
    stack.up()
    backup = client(laptop, "backup")
    plan = backup.get_restore_testing_plan(RestoreTestingPlanName="prooflife")["RestoreTestingPlan"]
    assert (plan["ScheduleExpression"], plan["StartWindowHours"]) == ("cron(0 6 1 * ? *)", 24)
    chosen = plan["RecoveryPointSelection"]
    assert (chosen["Algorithm"], chosen["IncludeVaults"], chosen["SelectionWindowDays"]) == ("LATEST_WITHIN_WINDOW", ["*"], 31)
    listed = backup.list_restore_testing_selections(RestoreTestingPlanName="prooflife")["RestoreTestingSelections"]
    assert sorted(each["ProtectedResourceType"] for each in listed) == ["Aurora", "RDS", "S3"]

    def check() -> None:
        found = backup.get_restore_testing_plan(RestoreTestingPlanName="prooflife")["RestoreTestingPlan"]
        assert found["ScheduleExpression"] == "cron(0 6 ? * MON *)"

    changed = {"RecoveryPointSelection": chosen, "ScheduleExpression": "cron(0 6 1 1 ? *)"}
    lives(
        stack,
        proof(', plan_name="prooflife", cadence=Cadence.WEEKLY'),
        check,
        lambda: backup.update_restore_testing_plan(RestoreTestingPlanName="prooflife", RestoreTestingPlan=changed),
    )


def test_fake_two_projects_with_the_same_component_do_not_take_each_others_plan(laptop: Laptop, tmp_path: Path) -> None:
    first, second = (made(laptop, tmp_path, name, proof()) for name in ("proofone", "prooftwo"))
    first.up()
    second.up()
    plans = {stack.outputs()["plan_name"] for stack in (first, second)}
    assert len(plans) == 2
    held = client(laptop, "backup").list_restore_testing_plans()["RestoreTestingPlans"]
    assert plans <= {each["RestoreTestingPlanName"] for each in held}


def test_fake_a_plan_that_an_earlier_version_named_keeps_its_name(laptop: Laptop, tmp_path: Path) -> None:
    """Under its old default name, without the random-looking end: nothing is replaced."""
    stack = made(laptop, tmp_path, "proofold", proof(', plan_name="proof_dev"'))
    stack.up()
    stack.program(proof())
    stack.run("preview", "--expect-no-changes")
    stack.program(proof(", window_days=90"))
    stack.up()
    assert stack.outputs()["plan_name"] == "proof_dev"


def test_the_drill_has_a_schedule_with_a_queue_for_what_fails(laptop: Laptop, tmp_path: Path) -> None:
    """The schedule and the queue are moto's own."""
    stack = made(laptop, tmp_path, "drills", proof(f', plan_name="drills", drill={LAMBDA}'))
    stack.up()
    outputs = stack.outputs()
    found = client(laptop, "scheduler").get_schedule(Name=outputs["drill_schedule"].rpartition("/")[2])
    assert (found["State"], found["ScheduleExpression"]) == ("ENABLED", "cron(0 6 1 * ? *)")
    assert found["Target"]["DeadLetterConfig"]["Arn"] == outputs["dead_letter_queue_arn"]
    sqs = client(laptop, "sqs")
    url = sqs.get_queue_url(QueueName=outputs["dead_letter_queue_arn"].rpartition(":")[2])["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["SqsManagedSseEnabled"] == "true"
    assert {each["Sid"] for each in json.loads(attributes["Policy"])["Statement"]} == {"Undelivered", "DenyPlainHttp"}
    stack.run("preview", "--expect-no-changes")
    stack.destroy()


def test_fake_google_job_calls_the_drill(laptop: Laptop, tmp_path: Path) -> None:
    target = 'DrillTargetArgs("https://drill.example.com/", account.email)'
    stack = made(laptop, tmp_path, "gcpdrill", proof(f", drill={target}", cloud="GCP").replace("made = ", ACCOUNT))
    stack.up()
    (job,) = [
        body for name, body in store(laptop).list("gcp:cloudscheduler/job:Job").items() if name.endswith(stack.outputs()["drill_schedule"])
    ]
    assert (job["schedule"], job["httpTarget"]["oidcToken"]["audience"]) == ("0 6 1 * *", "https://drill.example.com/")
    stack.run("preview", "--expect-no-changes")
    stack.destroy()
