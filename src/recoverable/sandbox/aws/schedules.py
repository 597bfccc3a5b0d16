"""EventBridge Scheduler: what starts a drill."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, lacking, name_from, parameters
from recoverable.sandbox.aws.tagging import as_list, as_map, gone
from recoverable.sandbox.provider.handler import Handler, Refusal, Values

GONE = ("ResourceNotFoundException",)
DEFAULT = "default"
EXPRESSION = re.compile(r"cron\((\S+\s+){5}\S+\)|rate\([1-9]\d* (minute|hour|day)s?\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)")
SETTINGS = {
    "actionAfterCompletion": "ActionAfterCompletion",
    "description": "Description",
    "endDate": "EndDate",
    "kmsKeyArn": "KmsKeyArn",
    "scheduleExpression": "ScheduleExpression",
    "scheduleExpressionTimezone": "ScheduleExpressionTimezone",
    "startDate": "StartDate",
    "state": "State",
}
WINDOW = {"maximumWindowInMinutes": "MaximumWindowInMinutes", "mode": "Mode"}
RETRIES = {"maximumEventAgeInSeconds": "MaximumEventAgeInSeconds", "maximumRetryAttempts": "MaximumRetryAttempts"}
RETRYING = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}  # what the Scheduler does unless told otherwise
TARGET = {"arn": "Arn", "input": "Input", "roleArn": "RoleArn"}
TASK = {
    "enableEcsManagedTags": "EnableECSManagedTags",
    "enableExecuteCommand": "EnableExecuteCommand",
    "group": "Group",
    "launchType": "LaunchType",
    "platformVersion": "PlatformVersion",
    "propagateTags": "PropagateTags",
    "taskCount": "TaskCount",
    "taskDefinitionArn": "TaskDefinitionArn",
}
NETWORK = {"assignPublicIp": "AssignPublicIp", "securityGroups": "SecurityGroups", "subnets": "Subnets"}
EVENT = {"detailType": "DetailType", "source": "Source"}
LACKS = dict.fromkeys(("kinesisParameters", "sagemakerPipelineParameters"), "it starts no such target")


def _back(table: Mapping[str, str], got: Mapping[str, Any]) -> Values:
    return {name: got[key] for name, key in table.items() if got.get(key) not in (None, "")}


def target_sent(target: Values) -> Values:
    """A target as the API wants it."""
    sent = parameters(TARGET, target)
    if target.get("deadLetterConfig"):
        sent["DeadLetterConfig"] = {"Arn": target["deadLetterConfig"]["arn"]}
    if target.get("retryPolicy"):
        sent["RetryPolicy"] = parameters(RETRIES, target["retryPolicy"])
    if target.get("sqsParameters"):
        sent["SqsParameters"] = said(MessageGroupId=target["sqsParameters"].get("messageGroupId"))
    if target.get("eventbridgeParameters"):
        sent["EventBridgeParameters"] = parameters(EVENT, target["eventbridgeParameters"])
    task = target.get("ecsParameters")
    if task:
        sent["EcsParameters"] = parameters(TASK, task)
        if task.get("networkConfiguration"):
            network = task["networkConfiguration"]
            public = "ENABLED" if network.get("assignPublicIp") else "DISABLED"
            vpc = parameters(NETWORK, {**network, "assignPublicIp": public})
            sent["EcsParameters"]["NetworkConfiguration"] = {"awsvpcConfiguration": vpc}
    return sent


def target_shown(got: Mapping[str, Any], held: Values) -> Values:
    """A target as the provider shows it; the Scheduler's own retries are shown only where some are stated."""
    shown = _back(TARGET, got)
    if got.get("DeadLetterConfig"):
        shown["deadLetterConfig"] = {"arn": got["DeadLetterConfig"]["Arn"]}
    if got.get("RetryPolicy") and (held.get("retryPolicy") or got["RetryPolicy"] != RETRYING):
        shown["retryPolicy"] = {name: got["RetryPolicy"].get(key) for name, key in RETRIES.items()}
    if got.get("SqsParameters"):
        shown["sqsParameters"] = said(messageGroupId=got["SqsParameters"].get("MessageGroupId"))
    if got.get("EventBridgeParameters"):
        shown["eventbridgeParameters"] = _back(EVENT, got["EventBridgeParameters"])
    task = got.get("EcsParameters")
    if task:
        shown["ecsParameters"] = _back(TASK, task)
        vpc = (task.get("NetworkConfiguration") or {}).get("awsvpcConfiguration")
        if vpc:
            shown["ecsParameters"]["networkConfiguration"] = {
                **_back(NETWORK, vpc),
                "assignPublicIp": vpc.get("AssignPublicIp") == "ENABLED",
            }
    return shown


class Schedule(Handler[AwsCloud]):
    """``aws.scheduler.Schedule``; its id is ``GROUP/NAME``."""

    token = "aws:scheduler/schedule:Schedule"
    autoname = "name"
    replaces = frozenset({"groupName", "name", "namePrefix"})
    defaults: ClassVar[Mapping[str, Any]] = {"scheduleExpressionTimezone": "UTC", "state": "ENABLED"}
    kept = frozenset({"namePrefix"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Expressions, windows and retries that the Scheduler refuses (API_CreateSchedule)."""
        expression, state = known(inputs, "scheduleExpression"), known(inputs, "state")
        if expression is not None and not EXPRESSION.fullmatch(str(expression)):
            yield Refusal("scheduleExpression", "is neither cron(six fields), rate(number unit) nor at(yyyy-mm-ddThh:mm:ss)")
        if state is not None and state not in ("ENABLED", "DISABLED"):
            yield Refusal("state", f"{state} is neither ENABLED nor DISABLED")
        window = known(inputs, "flexibleTimeWindow") or {}
        minutes = window.get("maximumWindowInMinutes")
        if window.get("mode") not in (None, "OFF", "FLEXIBLE"):
            yield Refusal("flexibleTimeWindow.mode", "is neither OFF nor FLEXIBLE")
        if (window.get("mode") == "FLEXIBLE") != (minutes is not None) and window:
            yield Refusal("flexibleTimeWindow.maximumWindowInMinutes", "must be stated when and only when the mode is FLEXIBLE")
        if minutes is not None and not 1 <= minutes <= 1440:
            yield Refusal("flexibleTimeWindow.maximumWindowInMinutes", f"{minutes} is not in 1 to 1440 minutes")
        target = inputs.get("target")
        yield from self._target_refusals(target if isinstance(target, dict) else {})

    def _target_refusals(self, target: Values) -> Iterable[Refusal]:
        for each in lacking(target, LACKS):
            yield Refusal(f"target.{each.property}", each.reason)
        retry = known(target, "retryPolicy") or {}
        for name, lowest, highest in (("maximumEventAgeInSeconds", 60, 86400), ("maximumRetryAttempts", 0, 185)):
            value = retry.get(name)
            if value is not None and not lowest <= value <= highest:
                yield Refusal(f"target.retryPolicy.{name}", f"{value} is not in {lowest} to {highest}")

    def _sent(self, name: str, inputs: Values) -> Values:
        return {
            "Name": name,
            "GroupName": inputs.get("groupName") or DEFAULT,
            "FlexibleTimeWindow": parameters(WINDOW, inputs["flexibleTimeWindow"]),
            "Target": target_sent(inputs["target"]),
            **parameters(SETTINGS, inputs),
        }

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        name = name_from(inputs)
        cloud.client("scheduler").create_schedule(**self._sent(name, inputs))
        return f"{inputs.get('groupName') or DEFAULT}/{name}"

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The schedule as the Scheduler describes it."""
        group, _, name = identity.rpartition("/")
        data = found(cloud.client("scheduler").get_schedule, *GONE, GroupName=group or DEFAULT, Name=name)
        if data is None:
            return None
        dates = {key: data[key].strftime("%Y-%m-%dT%H:%M:%SZ") for key in ("StartDate", "EndDate") if data.get(key)}
        return {
            **_back(SETTINGS, {**data, **dates}),
            "arn": data["Arn"],
            "flexibleTimeWindow": _back(WINDOW, data["FlexibleTimeWindow"]),
            "groupName": data["GroupName"],
            "name": data["Name"],
            "target": target_shown(data["Target"], held.get("target") or {}),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew, whole: the Scheduler forgets what is not stated."""
        cloud.client("scheduler").update_schedule(**self._sent(identity.rpartition("/")[2], new))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it."""
        group, _, name = identity.rpartition("/")
        found(cloud.client("scheduler").delete_schedule, *GONE, GroupName=group or DEFAULT, Name=name)


class ScheduleGroup(Handler[AwsCloud]):
    """``aws.scheduler.ScheduleGroup``."""

    token = "aws:scheduler/scheduleGroup:ScheduleGroup"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix"})
    kept = frozenset({"namePrefix"})

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        name = name_from(inputs)
        cloud.client("scheduler").create_schedule_group(Name=name, Tags=as_list(inputs.get("tags")))
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The group as the Scheduler describes it."""
        scheduler = cloud.client("scheduler")
        data = found(scheduler.get_schedule_group, *GONE, Name=identity)
        if data is None or data["State"] == "DELETING":
            return None
        return {
            "arn": data["Arn"],
            "creationDate": data["CreationDate"].isoformat(),
            "lastModificationDate": data["LastModificationDate"].isoformat(),
            "name": data["Name"],
            "state": data["State"],
            "tags": as_map(scheduler.list_tags_for_resource(ResourceArn=data["Arn"])["Tags"]),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Tags."""
        scheduler, arn = cloud.client("scheduler"), cloud.arn("scheduler", f"schedule-group/{identity}")
        if gone(old, new):
            scheduler.untag_resource(ResourceArn=arn, TagKeys=gone(old, new))
        if new.get("tags"):
            scheduler.tag_resource(ResourceArn=arn, Tags=as_list(new["tags"]))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it with its schedules."""
        found(cloud.client("scheduler").delete_schedule_group, *GONE, Name=identity)
