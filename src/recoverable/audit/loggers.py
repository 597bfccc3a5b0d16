"""Who writes logs into buckets besides other buckets: trails and load balancers of the account. What is written into by them holds logs, not data."""

from __future__ import annotations

from recoverable.audit.asking import Region
from recoverable.audit.resources import Found, made

ENABLED, BUCKET = "access_logs.s3.enabled", "access_logs.s3.bucket"


def read_trails(region: Region, found: Found) -> None:
    """Every trail that works in the region, wherever its home is: that may be a region that is not looked at."""
    answer = region.one("cloudtrail", "DescribeTrails", includeShadowTrails=True)
    for item in answer.get("trailList", ()) if isinstance(answer, dict) else ():
        arn = item.get("TrailARN") or region.arn("cloudtrail", f"trail/{item['Name']}")
        found.add(
            made(
                region.name,
                "aws_cloudtrail",
                f"{arn}#in-{region.name}",
                arn=arn,
                name=item["Name"],
                s3_bucket_name=item.get("S3BucketName"),
            )
        )


def read_balancers(region: Region, found: Found) -> None:
    """Every application or network load balancer with its access logs. Gateway load balancers keep none."""
    for item in region.pages("elbv2", "DescribeLoadBalancers", "LoadBalancers"):
        arn = item["LoadBalancerArn"]
        if item.get("Type") == "gateway":
            continue
        answer = region.one("elbv2", "DescribeLoadBalancerAttributes", item.get("LoadBalancerName", arn), LoadBalancerArn=arn)
        said = {each["Key"]: each.get("Value") for each in answer.get("Attributes", ())} if isinstance(answer, dict) else {}
        if said.get(ENABLED) == "true" and said.get(BUCKET):
            found.add(made(region.name, "aws_lb", arn, arn=arn, access_logs=[{"bucket": said[BUCKET], "enabled": True}]))
