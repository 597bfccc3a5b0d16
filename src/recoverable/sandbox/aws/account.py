"""Who and where a program is: the functions that nearly every AWS program calls."""

from __future__ import annotations

from recoverable.sandbox.aws.cloud import PARTITION, AwsCloud
from recoverable.sandbox.provider.handler import Function, RefusedError, Values


class CallerIdentity(Function[AwsCloud]):
    """``aws.get_caller_identity``: moto's account."""

    token = "aws:index/getCallerIdentity:getCallerIdentity"

    def call(self, cloud: AwsCloud, arguments: Values) -> Values:
        """What STS says."""
        got = cloud.client("sts").get_caller_identity()
        return {"accountId": got["Account"], "arn": got["Arn"], "userId": got["UserId"], "id": got["Account"]}


class Region(Function[AwsCloud]):
    """``aws.get_region``: the provider's region, or the one that is named."""

    token = "aws:index/getRegion:getRegion"

    def call(self, cloud: AwsCloud, arguments: Values) -> Values:
        """The region, as EC2 lists it; an unknown one is refused."""
        region = str(arguments.get("name") or cloud.region)
        got = cloud.client("ec2").describe_regions(RegionNames=[region])["Regions"]
        if not got:  # moto lists nothing where EC2 refuses
            raise RefusedError(f"InvalidParameterValue: there is no region {region}")
        return {"id": region, "name": region, "region": region, "description": region, "endpoint": got[0]["Endpoint"]}


class Partition(Function[AwsCloud]):
    """``aws.get_partition``: the commercial regions; the laptop cloud has no others."""

    token = "aws:index/getPartition:getPartition"

    def call(self, cloud: AwsCloud, arguments: Values) -> Values:
        """Its names."""
        return {"id": PARTITION, "partition": PARTITION, "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}
