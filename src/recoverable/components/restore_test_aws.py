"""Builds a RestoreTest on AWS: restore testing plan and selections, the role, and the drill's schedule.

Bounds: https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingPlanForCreate.html and
…/API_RestoreTestingSelectionForCreate.html.
"""

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_aws import backup, scheduler

from recoverable.components.backup_alerts_queue import EVENTBRIDGE_RETRY, DeadLetters
from recoverable.components.backup_vault_aws import RESTORE_POLICIES, ServiceRole
from recoverable.components.backup_vault_checks import arn_parts, own_name, whole
from recoverable.components.base import Component
from recoverable.components.bucket_checks import member
from recoverable.components.restore_test_args import DrillTargetArgs, RestoredType, RestoreSelectionArgs, WhichPoint
from recoverable.components.restore_test_cadence import AWS, DAYS, Cadence, cadence_of, drill_command
from recoverable.components.unique_names import unique

if TYPE_CHECKING:
    from recoverable.components.restore_test import RestoreTest, RestoreTestArgs

LONGEST_NAME = 50
LONGEST_SHORT = 45
"""A role's name has 64 characters at most, with what is put behind the component's."""
NAME = re.compile(rf"[A-Za-z0-9_]{{1,{LONGEST_NAME}}}")
HOURS, WINDOW, DAY = 168, 365, 24
ECS = re.compile(r"arn:[a-z0-9-]+:ecs:[a-z0-9-]+:\d{12}:cluster/.+")
EXAMPLE_ROLE = "arn:aws:iam::123456789012:role/drill"


@dataclass(frozen=True)
class Selected:
    """One selection, after it was checked."""

    kind: str
    validation_hours: int
    overrides: dict[str, Any]


@dataclass(frozen=True)
class RestorePlan:
    """What is going to be built."""

    name: str
    cadence: Cadence
    which: str
    window_days: int
    start_hours: int
    selected: list[Selected]


@dataclass(frozen=True)
class RestoreParts:
    """What was made. The children are escape hatches."""

    plan: backup.RestoreTestingPlan
    selections: list[backup.RestoreTestingSelection]
    role: ServiceRole | None
    dead_letters: DeadLetters | None
    schedule: scheduler.Schedule | None
    outputs: dict[str, Any]


def plan_of(component: "RestoreTest", given: "RestoreTestArgs") -> RestorePlan:
    """What is asked for; refuses what AWS Backup would refuse, and tests that are too rare."""
    # Roles and schedules take dots, the drill's queue does not.
    pattern, says = (
        (r"[A-Za-z0-9_.-]+", "letters, digits, dots, _ and -") if given.drill is None else (r"[A-Za-z0-9_-]+", "letters, digits, _ and -")
    )
    own_name(component, pattern, LONGEST_SHORT, says)
    cadence = cadence_of(component, given.cadence)
    least = min(DAYS[cadence], WINDOW)
    window = least if given.window_days is None else given.window_days
    whole(component, "window_days", window, 1, WINDOW, "AWS Backup looks back so far.")
    if window < least:
        component.refuse(
            "window_days",
            window,
            f"at least the {least} days between two tests",
            "A recovery point between two tests could be restored by neither.",
        )
    asked = given.selections
    if asked is None:
        asked = [RestoreSelectionArgs(kind) for kind in (RestoredType.RDS, RestoredType.AURORA, RestoredType.S3)]
    if not asked:
        component.refuse("selections", [], "at least one kind of resource", "A plan without a selection restores nothing.")
    selected = [_selected(component, f"selections[{number}]", RestoredType, each) for number, each in enumerate(asked)]
    twice = next((each.kind for number, each in enumerate(selected) if each.kind in [before.kind for before in selected[:number]]), None)
    if twice is not None:
        component.refuse("selections", twice, "each kind once", "A second selection of a kind would restore the same again.")
    if given.vault_arns is not None and not given.vault_arns:
        component.refuse("vault_arns", [], "at least one vault, or leave it out for all", "Nothing would be restored.")
    _check_drill(component, given.drill)
    start = DAY if given.start_window_hours is None else given.start_window_hours
    return RestorePlan(
        name=_name(component, given.plan_name),
        cadence=cadence,
        which=member(component, "which", WhichPoint, given.which or WhichPoint.LATEST).value,
        window_days=window,
        start_hours=whole(component, "start_window_hours", start, 1, HOURS, "AWS Backup takes no other."),
        selected=selected,
    )


def _name(component: Component, given: str | None) -> str:
    """The plan's name; Pulumi cannot make it, for it would put a dash in."""
    name = given if given is not None else unique(component, LONGEST_NAME, "_")
    if not NAME.fullmatch(name):
        component.refuse(
            "plan_name", name, "1 to 50 letters, digits and _", "AWS Backup takes no other, and the name of a plan cannot be changed."
        )
    return name


def _selected(component: Component, where: str, kinds: Any, given: RestoreSelectionArgs) -> Selected:
    kind = member(component, f"{where}.resource_type", kinds, given.resource_type)
    hours = DAY if given.validation_window_hours is None else given.validation_window_hours
    whole(component, f"{where}.validation_window_hours", hours, 1, HOURS, "AWS Backup deletes the restored copy afterwards.")
    return Selected(str(kind.value), hours, dict(given.overrides or {}))


def _check_drill(component: Component, given: DrillTargetArgs | None) -> None:
    if given is None:
        return
    arn_parts(component, "drill.target", given.target, "", "arn:aws:lambda:eu-west-1:123456789012:function:drill")
    parts = arn_parts(component, "drill.caller", given.caller, "iam", EXAMPLE_ROLE)
    if parts is not None and not parts[2].startswith("role/"):
        component.refuse(
            "drill.caller", given.caller, f"the ARN of a role such as {EXAMPLE_ROLE}", "EventBridge Scheduler takes on a role."
        )
    if isinstance(given.target, str) and ECS.fullmatch(given.target) and (given.task_definition is None or not given.subnets):
        component.refuse(
            "drill.task_definition" if given.task_definition is None else "drill.subnets",
            None,
            "needed where the target is an ECS cluster",
            "The schedule could start nothing.",
        )
    if given.task_definition is None and (given.subnets or given.security_groups):
        component.refuse("drill.subnets", "a value", "leave it out without task_definition", "Only an ECS task has subnets.")
    if given.input is not None:
        try:
            json.loads(given.input)
        except ValueError:
            component.refuse("drill.input", given.input, "a JSON document", "EventBridge Scheduler hands it to the target as it is.")


def build(component: "RestoreTest", given: "RestoreTestArgs", plan: RestorePlan) -> RestoreParts:
    """The plan, a selection for each kind, and the drill's schedule where something runs it."""
    region, short = component.policy.primary_region, component.short
    expression = AWS[plan.cadence]
    made = backup.RestoreTestingPlan(
        f"{short}-plan",
        name=plan.name,
        schedule_expression=expression,
        schedule_expression_timezone="Etc/UTC",
        start_window_hours=plan.start_hours,
        recovery_point_selection={
            "algorithm": plan.which,
            "include_vaults": given.vault_arns if given.vault_arns is not None else ["*"],
            "recovery_point_types": ["CONTINUOUS", "SNAPSHOT"],
            "selection_window_days": plan.window_days,
        },
        region=region,
        tags=component.tags(),
        opts=component.helper(ignore_changes=["name"] if given.plan_name is None else None),  # a default that was made once stays
    )
    role = ServiceRole(component, short, RESTORE_POLICIES) if given.role_arn is None else None
    role_arn = role.role.arn if role is not None else given.role_arn
    here = {"key": "aws:ResourceTag/recoverable:environment", "value": component.policy.tier}
    # By tag: the provider does not see that a list of ARNs changed (hashicorp/terraform-provider-aws#48316).
    chosen: dict[str, Any] = (
        {"protected_resource_arns": ["*"]} if given.any_environment else {"protected_resource_conditions": {"string_equals": [here]}}
    )
    selections = [
        backup.RestoreTestingSelection(
            f"{short}-{each.kind.lower()}",
            name=f"{each.kind.lower()}",
            restore_testing_plan_name=made.name,
            protected_resource_type=each.kind,
            iam_role_arn=role_arn,
            validation_window_hours=each.validation_hours,
            restore_metadata_overrides=each.overrides or None,
            region=region,
            **chosen,
            opts=component.helper(depends_on=role.attachments if role is not None else None),
        )
        for each in plan.selected
    ]
    dead_letters, schedule = _drill(component, given.drill, expression)
    outputs = {
        "plan_name": made.name,
        "plan_arn": made.arn,
        "role_arn": role_arn,
        "schedule": expression,
        "cadence_days": DAYS[plan.cadence],
        "drill_schedule": schedule.arn if schedule is not None else None,
        "dead_letter_queue_arn": dead_letters.queue.arn if dead_letters is not None else None,
        "drill_command": drill_command(component),
    }
    return RestoreParts(made, selections, role, dead_letters, schedule, outputs)


def _drill(
    component: "RestoreTest", given: DrillTargetArgs | None, expression: str
) -> tuple[DeadLetters | None, scheduler.Schedule | None]:
    """The schedule of the drill; none where nothing would run it."""
    if given is None:
        return None, None
    dead_letters = DeadLetters(component, component.short, {"AWS": given.caller})
    schedule = scheduler.Schedule(
        f"{component.short}-drill",
        description=f"Proves a restore in {component.policy.tier}: {drill_command(component)}",
        schedule_expression=expression,
        schedule_expression_timezone="Etc/UTC",
        flexible_time_window={"mode": "OFF"},
        state="ENABLED",
        target=_target(given, dead_letters.queue.arn),
        region=component.policy.primary_region,
        opts=component.helper(depends_on=[dead_letters.queue_policy]),
    )
    return dead_letters, schedule


def _target(given: DrillTargetArgs, letters: Any) -> dict[str, Any]:
    target: dict[str, Any] = {
        "arn": given.target,
        "role_arn": given.caller,
        "dead_letter_config": {"arn": letters},
        "retry_policy": EVENTBRIDGE_RETRY,
    }
    if given.input is not None:
        target["input"] = given.input
    if given.task_definition is not None:
        target["ecs_parameters"] = {"task_definition_arn": given.task_definition, "launch_type": "FARGATE", "task_count": 1}
        if given.subnets:
            groups = {"security_groups": given.security_groups} if given.security_groups else {}
            target["ecs_parameters"]["network_configuration"] = {"subnets": given.subnets, "assign_public_ip": False, **groups}
    return target
