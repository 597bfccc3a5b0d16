"""DynamoDB tables: keys, capacity, encryption, point-in-time recovery, deletion protection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.tagging import as_list, as_map, gone
from recoverable.sandbox.provider.handler import Handler, Refusal, Values, made
from recoverable.sandbox.provider.wire import UNKNOWN, has_unknown

GONE = ("ResourceNotFoundException",)
ON_DEMAND = "PAY_PER_REQUEST"
USUAL_DAYS = 35  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
NOT_HELD = (
    "globalSecondaryIndexes",
    "globalTableWitness",
    "importTable",
    "localSecondaryIndexes",
    "onDemandThroughput",
    "replicas",
    "restoreBackupArn",
    "restoreDateTime",
    "restoreSourceName",
    "restoreSourceTableArn",
    "restoreToLatestTime",
    "warmThroughput",
)


class Table(Handler[AwsCloud]):
    """``aws.dynamodb.Table``: what a lock table needs. Indexes, replicas and restores are refused by name."""

    token = "aws:dynamodb/table:Table"
    autoname = "name"
    replaces = frozenset({"name", "hashKey", "rangeKey"})
    defaults: ClassVar[Mapping[str, Any]] = {"billingMode": "PROVISIONED"}

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What DynamoDB or the provider refuses."""
        for name in NOT_HELD:
            if inputs.get(name):
                yield Refusal(name, "the laptop cloud does not hold it for tables")
        yield from _of_keys(inputs)
        yield from _of_capacity(inputs)
        recovery, encryption = inputs.get("pointInTimeRecovery") or {}, inputs.get("serverSideEncryption") or {}
        days = recovery.get("recoveryPeriodInDays") if recovery != UNKNOWN else None
        if isinstance(days, int) and not 1 <= days <= 35:
            yield Refusal("pointInTimeRecovery.recoveryPeriodInDays", f"{days} is not in 1 to 35 days")
        if encryption != UNKNOWN and encryption.get("enabled") is False and encryption.get("kmsKeyArn"):
            yield Refusal("serverSideEncryption.kmsKeyArn", "a key of one's own goes with `enabled`")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make the table, then switch on what DynamoDB takes only of a table that exists."""
        dynamo, name = cloud.client("dynamodb"), str(inputs["name"])
        ranged = [{"AttributeName": inputs["rangeKey"], "KeyType": "RANGE"}] if inputs.get("rangeKey") else []
        dynamo.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": each["name"], "AttributeType": each["type"]} for each in inputs["attributes"]],
            KeySchema=[{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}, *ranged],
            Tags=as_list(inputs.get("tags")),
            BillingMode=inputs["billingMode"],
            DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")),
            **said(
                ProvisionedThroughput=_capacity(inputs),
                SSESpecification=_encryption(inputs.get("serverSideEncryption")),
                TableClass=inputs.get("tableClass"),
                StreamSpecification=_stream(inputs) if inputs.get("streamEnabled") else None,
            ),
        )
        with made(name):
            _switch(dynamo, name, {}, inputs)
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The table."""
        dynamo = cloud.client("dynamodb")
        got = found(dynamo.describe_table, *GONE, TableName=identity)
        if got is None:
            return None
        table = got["Table"]
        keys = {each["KeyType"]: each["AttributeName"] for each in table["KeySchema"]}
        recovery = dynamo.describe_continuous_backups(TableName=identity)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        on = recovery["PointInTimeRecoveryStatus"] == "ENABLED"
        sealed, capacity = table.get("SSEDescription") or {}, table["ProvisionedThroughput"]
        stream, life = table.get("StreamSpecification") or {}, dynamo.describe_time_to_live(TableName=identity)["TimeToLiveDescription"]
        lives = life["TimeToLiveStatus"] == "ENABLED"
        return said(
            name=identity,
            arn=table["TableArn"],
            attributes=[{"name": each["AttributeName"], "type": each["AttributeType"]} for each in table["AttributeDefinitions"]],
            hashKey=keys["HASH"],
            rangeKey=keys.get("RANGE"),
            billingMode=(table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED"),
            readCapacity=capacity["ReadCapacityUnits"],
            writeCapacity=capacity["WriteCapacityUnits"],
            deletionProtectionEnabled=table.get("DeletionProtectionEnabled", False),
            pointInTimeRecovery=said(enabled=on, recoveryPeriodInDays=_days(recovery, held) if on else None),
            serverSideEncryption=said(enabled=sealed.get("Status") == "ENABLED", kmsKeyArn=_own_key(cloud, sealed.get("KMSMasterKeyArn"))),
            tableClass=(table.get("TableClassSummary") or {}).get("TableClass"),
            streamEnabled=stream.get("StreamEnabled", False),
            streamViewType=stream.get("StreamViewType"),
            streamArn=table.get("LatestStreamArn"),
            streamLabel=table.get("LatestStreamLabel"),
            ttl=said(enabled=lives, attributeName=life.get("AttributeName")) if lives else None,
            tags=as_map(dynamo.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]),
        )

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """One change after the other, as DynamoDB wants them."""
        dynamo = cloud.client("dynamodb")
        changes: list[Values] = []
        if any(old.get(name) != new.get(name) for name in ("billingMode", "readCapacity", "writeCapacity")):
            changes.append(said(BillingMode=new["billingMode"], ProvisionedThroughput=_capacity(new)))
        if old.get("serverSideEncryption") != new.get("serverSideEncryption"):
            changes.append({"SSESpecification": _encryption(new.get("serverSideEncryption")) or {"Enabled": False}})
        if old.get("streamEnabled") != new.get("streamEnabled"):
            changes.append({"StreamSpecification": _stream(new) if new.get("streamEnabled") else {"StreamEnabled": False}})
        if new.get("tableClass") and old.get("tableClass") != new["tableClass"]:
            changes.append({"TableClass": new["tableClass"]})
        if bool(old.get("deletionProtectionEnabled")) != bool(new.get("deletionProtectionEnabled")):
            changes.append({"DeletionProtectionEnabled": bool(new.get("deletionProtectionEnabled"))})
        for each in changes:
            dynamo.update_table(TableName=identity, **each)
        _switch(dynamo, identity, old, new)
        arn = cloud.arn("dynamodb", f"table/{identity}")
        if gone(old, new):
            dynamo.untag_resource(ResourceArn=arn, TagKeys=gone(old, new))
        if new.get("tags"):
            dynamo.tag_resource(ResourceArn=arn, Tags=as_list(new["tags"]))

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it; DynamoDB refuses while deletion protection is on."""
        found(cloud.client("dynamodb").delete_table, *GONE, TableName=identity)


def _of_keys(inputs: Values) -> Iterable[Refusal]:
    """Every key is an attribute, and every attribute a key."""
    if not inputs.get("hashKey"):
        yield Refusal("hashKey", "a table needs one")
    if has_unknown([inputs.get("attributes"), inputs.get("hashKey"), inputs.get("rangeKey")]):
        return
    attributes = {each["name"]: each["type"] for each in inputs.get("attributes") or []}
    keys = [inputs[name] for name in ("hashKey", "rangeKey") if inputs.get(name)]
    for name in ("hashKey", "rangeKey"):
        if inputs.get(name) and inputs[name] not in attributes:
            yield Refusal(name, f"{inputs[name]} is none of the attributes")
    unused = sorted(set(attributes) - set(keys))
    if unused:
        yield Refusal("attributes", f"all attributes must be indexed; unused: {', '.join(unused)}")
    for name, kind in attributes.items():
        if kind not in ("S", "N", "B"):
            yield Refusal("attributes", f"the type of {name} is {kind}, and none of S, N, B")


def _of_capacity(inputs: Values) -> Iterable[Refusal]:
    mode, stated = inputs["billingMode"], [name for name in ("readCapacity", "writeCapacity") if inputs.get(name)]
    if mode not in (ON_DEMAND, "PROVISIONED", UNKNOWN):
        yield Refusal("billingMode", f"{mode} is none of PROVISIONED, {ON_DEMAND}")
    if mode == ON_DEMAND and stated:
        yield Refusal(stated[0], f"goes not with billing mode {ON_DEMAND}")
    if mode == "PROVISIONED" and len(stated) < 2:
        yield Refusal("billingMode", "PROVISIONED, the default, needs readCapacity and writeCapacity of at least 1")


def _capacity(inputs: Values) -> dict[str, int] | None:
    if inputs["billingMode"] == ON_DEMAND:
        return None
    return {"ReadCapacityUnits": inputs["readCapacity"], "WriteCapacityUnits": inputs["writeCapacity"]}


def _encryption(stated: Values | None) -> dict[str, Any] | None:
    if not stated:
        return None
    sealed = stated["enabled"]
    return said(Enabled=sealed, SSEType="KMS" if sealed else None, KMSMasterKeyId=stated.get("kmsKeyArn") if sealed else None)


def _days(recovery: dict[str, Any], held: Values) -> int | None:
    """How far back a table can be restored, unless that is the usual, which a program need not state."""
    days: int | None = recovery.get("RecoveryPeriodInDays")
    stated = (held.get("pointInTimeRecovery") or {}).get("recoveryPeriodInDays")
    return days if stated or days != USUAL_DAYS else None


def _own_key(cloud: AwsCloud, arn: str | None) -> str | None:
    """The key, unless it is the one that AWS keeps for DynamoDB: no program states that one."""
    got = found(cloud.client("kms").list_aliases, "NotFoundException", KeyId=arn) if arn else None
    return None if got and any(each["AliasName"].startswith("alias/aws/") for each in got["Aliases"]) else arn


def _stream(inputs: Values) -> dict[str, Any]:
    return {"StreamEnabled": True, "StreamViewType": inputs.get("streamViewType") or "NEW_AND_OLD_IMAGES"}


def _switch(dynamo: Any, name: str, old: Values, new: Values) -> None:
    """Point-in-time recovery and expiry of items."""
    recovery = new.get("pointInTimeRecovery") or {}
    if (old.get("pointInTimeRecovery") or {}) != recovery:
        wanted = {"PointInTimeRecoveryEnabled": bool(recovery.get("enabled"))}
        dynamo.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={**wanted, **said(RecoveryPeriodInDays=recovery.get("recoveryPeriodInDays"))}
        )
    life, before = new.get("ttl") or {}, old.get("ttl") or {}
    if life != before and (life.get("enabled") or before.get("enabled")):
        wanted_life = {"Enabled": bool(life.get("enabled")), "AttributeName": life.get("attributeName") or before.get("attributeName")}
        dynamo.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted_life)
