"""EventBridge rules and their targets: how a failed backup is heard."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known, lacking, name_from, parameters
from recoverable.sandbox.aws.tagging import as_list, as_map, gone
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values

GONE = ("ResourceNotFoundException",)
DEFAULT = "default"
STATES = ("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


def _state(inputs: Values) -> str | None:
    if inputs.get("state"):
        return str(inputs["state"])
    return None if inputs.get("isEnabled") is None else "ENABLED" if inputs["isEnabled"] else "DISABLED"


def _bus(identity: str) -> tuple[str, str]:
    bus, _, name = identity.rpartition("/")
    return bus or DEFAULT, name


class EventRule(Handler[AwsCloud]):
    """``aws.cloudwatch.EventRule``; its id is its name, or ``BUS/NAME`` on another bus than the default one."""

    token = "aws:cloudwatch/eventRule:EventRule"
    autoname = "name"
    replaces = frozenset({"eventBusName", "name", "namePrefix"})
    defaults: ClassVar[Mapping[str, Any]] = {"eventBusName": DEFAULT, "forceDestroy": False}
    kept = frozenset({"forceDestroy", "isEnabled", "namePrefix"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A rule that listens to nothing, or in words that are no pattern."""
        pattern, state = known(inputs, "eventPattern"), known(inputs, "state")
        if inputs.get("eventPattern") is None and inputs.get("scheduleExpression") is None:
            yield Refusal("eventPattern", "`eventPattern` or `scheduleExpression` must be stated")
        if pattern is not None and not _is_object(pattern):
            yield Refusal("eventPattern", "is not a JSON object")
        if state is not None and state not in STATES:
            yield Refusal("state", f"{state} is not one of {', '.join(STATES)}")
        if inputs.get("state") is not None and inputs.get("isEnabled") is not None:
            yield Refusal("isEnabled", "conflicts with `state`")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        name = name_from(inputs)
        self._put(cloud, name, inputs)
        tags, bus = as_list(inputs.get("tags")), inputs["eventBusName"]
        if tags:
            cloud.client("events").tag_resource(ResourceARN=self._arn(cloud, bus, name), Tags=tags)
        return name if bus == DEFAULT else f"{bus}/{name}"

    def _put(self, cloud: AwsCloud, name: str, inputs: Values) -> None:
        table = {
            "description": "Description",
            "eventPattern": "EventPattern",
            "roleArn": "RoleArn",
            "scheduleExpression": "ScheduleExpression",
        }
        cloud.client("events").put_rule(
            Name=name, EventBusName=inputs["eventBusName"], **parameters(table, inputs), **said(State=_state(inputs))
        )

    def _arn(self, cloud: AwsCloud, bus: str, name: str) -> str:
        return cloud.arn("events", f"rule/{name}" if bus == DEFAULT else f"rule/{bus}/{name}")

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The rule as EventBridge describes it."""
        events, (bus, name) = cloud.client("events"), _bus(identity)
        data = found(events.describe_rule, *GONE, Name=name, EventBusName=bus)
        if data is None:
            return None
        return {
            "arn": data["Arn"],
            "description": data.get("Description"),
            "eventBusName": data.get("EventBusName", DEFAULT),
            "eventPattern": data.get("EventPattern"),
            "isEnabled": data["State"] != "DISABLED" if held.get("isEnabled") is not None else None,
            "name": data["Name"],
            "roleArn": data.get("RoleArn"),
            "scheduleExpression": data.get("ScheduleExpression"),
            "state": data["State"] if held.get("state") or (data["State"] != "ENABLED" and held.get("isEnabled") is None) else None,
            "tags": as_map(events.list_tags_for_resource(ResourceARN=data["Arn"])["Tags"]),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew."""
        events, (bus, name) = cloud.client("events"), _bus(identity)
        self._put(cloud, name, new)
        arn = self._arn(cloud, bus, name)
        if gone(old, new):
            events.untag_resource(ResourceARN=arn, TagKeys=gone(old, new))
        if new.get("tags"):
            events.tag_resource(ResourceARN=arn, Tags=as_list(new["tags"]))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it; EventBridge refuses while it has targets."""
        bus, name = _bus(identity)
        found(cloud.client("events").delete_rule, *GONE, Name=name, EventBusName=bus)


class EventTarget(Handler[AwsCloud]):
    """``aws.cloudwatch.EventTarget``; its id is ``RULE-TARGET``; imported as ``BUS/RULE/TARGET``."""

    token = "aws:cloudwatch/eventTarget:EventTarget"
    autoname = "targetId"
    replaces = frozenset({"eventBusName", "rule", "targetId"})
    defaults: ClassVar[Mapping[str, Any]] = {"eventBusName": DEFAULT, "forceDestroy": False}
    kept = frozenset({"forceDestroy"})
    lacks: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("appsyncTarget", "httpTarget", "kinesisTarget", "redshiftTarget", "runCommandTargets", "sagemakerPipelineTarget", "batchTarget"),
        "it delivers to queues, topics, functions and tasks only",
    )
    table: ClassVar[Mapping[str, str]] = {"arn": "Arn", "input": "Input", "inputPath": "InputPath", "roleArn": "RoleArn"}
    retries: ClassVar[Mapping[str, str]] = {
        "maximumEventAgeInSeconds": "MaximumEventAgeInSeconds",
        "maximumRetryAttempts": "MaximumRetryAttempts",
    }

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Retries that EventBridge has not, and two inputs at once (API_Target, API_RetryPolicy)."""
        yield from lacking(inputs, self.lacks)
        retry = known(inputs, "retryPolicy") or {}
        for name, lowest, highest in (("maximumEventAgeInSeconds", 60, 86400), ("maximumRetryAttempts", 0, 185)):
            value = retry.get(name)
            if value is not None and not lowest <= value <= highest:
                yield Refusal(f"retryPolicy.{name}", f"{value} is not in {lowest} to {highest}")
        said_inputs = [name for name in ("input", "inputPath", "inputTransformer") if inputs.get(name) is not None]
        if len(said_inputs) > 1:
            yield Refusal(said_inputs[1], f"conflicts with `{said_inputs[0]}`")

    def _sent(self, inputs: Values) -> Values:
        sent = {"Id": inputs["targetId"], **parameters(self.table, inputs)}
        if inputs.get("deadLetterConfig"):
            sent["DeadLetterConfig"] = said(Arn=inputs["deadLetterConfig"].get("arn"))
        if inputs.get("retryPolicy"):
            sent["RetryPolicy"] = parameters(self.retries, inputs["retryPolicy"])
        if inputs.get("inputTransformer"):
            block = inputs["inputTransformer"]
            sent["InputTransformer"] = {"InputTemplate": block["inputTemplate"], **said(InputPathsMap=block.get("inputPaths"))}
        if inputs.get("sqsTarget"):
            sent["SqsParameters"] = said(MessageGroupId=inputs["sqsTarget"].get("messageGroupId"))
        if inputs.get("ecsTarget"):
            task = inputs["ecsTarget"]
            sent["EcsParameters"] = {
                "TaskDefinitionArn": task["taskDefinitionArn"],
                **said(TaskCount=task.get("taskCount"), LaunchType=task.get("launchType"), PlatformVersion=task.get("platformVersion")),
            }
        return sent

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Add it to its rule."""
        answer = cloud.client("events").put_targets(Rule=inputs["rule"], EventBusName=inputs["eventBusName"], Targets=[self._sent(inputs)])
        if answer["FailedEntryCount"]:
            raise RefusedError(f"{answer['FailedEntries'][0]['ErrorCode']}: {answer['FailedEntries'][0]['ErrorMessage']}")
        return f"{inputs['rule']}-{inputs['targetId']}"

    def _place(self, identity: str, held: Values) -> tuple[str, str, str]:
        if "rule" in held:
            return str(held.get("eventBusName") or DEFAULT), str(held["rule"]), str(held["targetId"])
        bus, _, rest = identity.partition("/")
        rule, _, target = rest.partition("/")
        return bus, rule, target

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The target as EventBridge lists it."""
        bus, rule, target = self._place(identity, held)
        got = found(cloud.client("events").list_targets_by_rule, *GONE, Rule=rule, EventBusName=bus)
        data = next((each for each in got["Targets"] if each["Id"] == target), None) if got else None
        if data is None:
            return None
        transformer, task = data.get("InputTransformer"), data.get("EcsParameters")
        return {
            **{name: data.get(key) for name, key in self.table.items()},
            "deadLetterConfig": said(arn=data["DeadLetterConfig"].get("Arn")) if data.get("DeadLetterConfig") else None,
            "ecsTarget": said(
                taskDefinitionArn=task["TaskDefinitionArn"],
                taskCount=task.get("TaskCount"),
                launchType=task.get("LaunchType"),
                platformVersion=task.get("PlatformVersion"),
            )
            if task
            else None,
            "eventBusName": bus,
            "inputTransformer": said(inputTemplate=transformer["InputTemplate"], inputPaths=transformer.get("InputPathsMap"))
            if transformer
            else None,
            "retryPolicy": {name: data["RetryPolicy"].get(key) for name, key in self.retries.items()} if data.get("RetryPolicy") else None,
            "rule": rule,
            "sqsTarget": said(messageGroupId=data["SqsParameters"].get("MessageGroupId")) if data.get("SqsParameters") else None,
            "targetId": target,
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew."""
        self.create(cloud, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take it from its rule."""
        bus, rule, target = self._place(identity, held)
        found(cloud.client("events").remove_targets, *GONE, Rule=rule, EventBusName=bus, Ids=[target])


def _is_object(text: Any) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
