"""Subnet groups and parameter groups of databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import MANAGED, name_from, retag
from recoverable.sandbox.aws.tagging import as_list, as_map
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import UNKNOWN

BATCH = 20  # parameters in one call (API_ModifyDBParameterGroup)
CUSTOM = "user"
METHODS = (None, "immediate", "pending-reboot", UNKNOWN)


class SubnetGroup(Handler[AwsCloud]):
    """``aws.rds.SubnetGroup``."""

    token = "aws:rds/subnetGroup:SubnetGroup"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix"})
    defaults: ClassVar[Mapping[str, Any]] = {"description": MANAGED}
    kept = frozenset({"namePrefix"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A group of one subnet: RDS wants two zones."""
        subnets = inputs.get("subnetIds")
        if isinstance(subnets, list) and len(set(subnets)) < 2:
            yield Refusal("subnetIds", "must name subnets in at least two availability zones")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        name = name_from(inputs).lower()
        self._covers(cloud, inputs["subnetIds"])
        cloud.client("rds").create_db_subnet_group(
            DBSubnetGroupName=name,
            DBSubnetGroupDescription=inputs["description"],
            SubnetIds=inputs["subnetIds"],
            Tags=as_list(inputs.get("tags")),
        )
        return name

    def _covers(self, cloud: AwsCloud, subnets: list[str]) -> None:
        found_subnets = cloud.client("ec2").describe_subnets(SubnetIds=subnets)["Subnets"]
        if len({each["AvailabilityZone"] for each in found_subnets}) < 2:
            raise RefusedError("DBSubnetGroupDoesNotCoverEnoughAZs: the subnets must be in at least two availability zones")

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The group as RDS describes it."""
        rds = cloud.client("rds")
        got = found(rds.describe_db_subnet_groups, "DBSubnetGroupNotFoundFault", DBSubnetGroupName=identity)
        if got is None:
            return None
        data = got["DBSubnetGroups"][0]
        return {
            "arn": data["DBSubnetGroupArn"],
            "description": data["DBSubnetGroupDescription"],
            "name": data["DBSubnetGroupName"],
            "subnetIds": [each["SubnetIdentifier"] for each in data["Subnets"]],
            "vpcId": data.get("VpcId"),
            "tags": as_map(rds.list_tags_for_resource(ResourceName=data["DBSubnetGroupArn"])["TagList"]),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Subnets, description and tags."""
        rds = cloud.client("rds")
        if (old.get("subnetIds"), old.get("description")) != (new["subnetIds"], new["description"]):
            self._covers(cloud, new["subnetIds"])
            rds.modify_db_subnet_group(DBSubnetGroupName=identity, DBSubnetGroupDescription=new["description"], SubnetIds=new["subnetIds"])
        retag(rds, cloud.arn("rds", f"subgrp:{identity}"), old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it."""
        found(cloud.client("rds").delete_db_subnet_group, "DBSubnetGroupNotFoundFault", DBSubnetGroupName=identity)


class ParameterGroup(Handler[AwsCloud]):
    """``aws.rds.ParameterGroup``; the cluster's kind differs in the names of its calls."""

    token = "aws:rds/parameterGroup:ParameterGroup"
    autoname = "name"
    replaces = frozenset({"name", "namePrefix", "family", "description"})
    defaults: ClassVar[Mapping[str, Any]] = {"description": MANAGED, "skipDestroy": False, "parameters.applyMethod": "immediate"}
    kept = frozenset({"namePrefix", "skipDestroy"})
    word = "DB"
    resource = "pg"
    gone: ClassVar[tuple[str, ...]] = ("DBParameterGroupNotFound", "DBParameterGroupNotFoundFault", "DBClusterParameterGroupNotFound")

    def call(self, cloud: AwsCloud, verb: str, suffix: str = "parameter_group") -> Any:
        """The API's call for this kind of group."""
        return getattr(cloud.client("rds"), f"{verb}_{'db' if self.word == 'DB' else 'db_cluster'}_{suffix}")

    def named(self, identity: str) -> Values:
        """The argument that names the group."""
        return {f"{self.word}ParameterGroupName": identity}

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A parameter stated twice, or applied in a way that there is not."""
        names = [each.get("name") for each in inputs.get("parameters") or [] if isinstance(each, dict)]
        for name in sorted({each for each in names if isinstance(each, str) and names.count(each) > 1}):
            yield Refusal("parameters", f"states {name} more than once")
        for index, each in enumerate(inputs.get("parameters") or []):
            if isinstance(each, dict) and each.get("applyMethod") not in METHODS:
                yield Refusal(f"parameters[{index}].applyMethod", "is neither immediate nor pending-reboot")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it and set its parameters."""
        name = name_from(inputs).lower()
        self.call(cloud, "create")(
            **self.named(name), DBParameterGroupFamily=inputs["family"], Description=inputs["description"], Tags=as_list(inputs.get("tags"))
        )
        self._set(cloud, name, inputs.get("parameters") or [])
        return name

    def _set(self, cloud: AwsCloud, identity: str, stated: list[Values], verb: str = "modify") -> None:
        for start in range(0, len(stated), BATCH):
            batch = [_as_sent(each, with_value=verb == "modify") for each in stated[start : start + BATCH]]
            more = {} if verb == "modify" else {"ResetAllParameters": False}
            self.call(cloud, verb)(**self.named(identity), Parameters=batch, **more)

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The group with the parameters that were set."""
        rds = cloud.client("rds")
        got = found(self.call(cloud, "describe", "parameter_groups"), *self.gone, **self.named(identity))
        if got is None or not got[f"{self.word}ParameterGroups"]:
            return None
        data = got[f"{self.word}ParameterGroups"][0]
        arn = data[f"{self.word}ParameterGroupArn"]
        listed = self.call(cloud, "describe", "parameters")(**self.named(identity), Source=CUSTOM)["Parameters"]
        order = [each.get("name") for each in held.get("parameters") or []]
        shown = [
            {"name": each["ParameterName"], "value": each.get("ParameterValue"), "applyMethod": each.get("ApplyMethod", "immediate")}
            for each in listed
        ]
        shown.sort(key=lambda each: order.index(each["name"]) if each["name"] in order else len(order))
        return {
            "arn": arn,
            "description": data["Description"],
            "family": data["DBParameterGroupFamily"],
            "name": data[f"{self.word}ParameterGroupName"],
            "parameters": shown,
            "tags": as_map(rds.list_tags_for_resource(ResourceName=arn)["TagList"]),
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set what is stated otherwise, reset what is stated no more."""
        before = {each["name"]: each for each in old.get("parameters") or []}
        after = {each["name"]: each for each in new.get("parameters") or []}
        self._set(cloud, identity, [each for name, each in after.items() if before.get(name) != each])
        self._set(cloud, identity, [each for name, each in before.items() if name not in after], "reset")
        retag(cloud.client("rds"), cloud.arn("rds", f"{self.resource}:{identity}"), old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it, unless the program says `skipDestroy`."""
        if not held.get("skipDestroy"):
            found(self.call(cloud, "delete"), *self.gone, **self.named(identity))


class ClusterParameterGroup(ParameterGroup):
    """``aws.rds.ClusterParameterGroup``."""

    token = "aws:rds/clusterParameterGroup:ClusterParameterGroup"
    defaults: ClassVar[Mapping[str, Any]] = {"description": MANAGED, "parameters.applyMethod": "immediate"}
    kept = frozenset({"namePrefix"})
    word = "DBCluster"
    resource = "cluster-pg"


def _as_sent(stated: Values, with_value: bool) -> Values:
    sent = {"ParameterName": stated["name"], "ApplyMethod": stated.get("applyMethod", "immediate")}
    return {**sent, "ParameterValue": str(stated["value"])} if with_value else sent
