"""What a restore test is told: which kinds of resource, which recovery points, and what runs the drill."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi


class RestoredType(str, enum.Enum):
    """What AWS Backup restores in a test."""

    RDS = "RDS"
    AURORA = "Aurora"
    S3 = "S3"
    DYNAMODB = "DynamoDB"
    EBS = "EBS"
    EFS = "EFS"
    DOCUMENTDB = "DocumentDB"
    NEPTUNE = "Neptune"


class WhichPoint(str, enum.Enum):
    """Which recovery point of the window is restored."""

    LATEST = "LATEST_WITHIN_WINDOW"
    RANDOM = "RANDOM_WITHIN_WINDOW"


@dataclass
class RestoreSelectionArgs:
    """One kind of resource whose backups are restored."""

    resource_type: RestoredType
    """Which kind."""
    validation_window_hours: int | None = None
    """How long the restored copy lives, for our drill to look at it: 1 to 168. Default 24."""
    overrides: Mapping[str, pulumi.Input[str]] | None = None
    """Restore metadata, such as ``dbSubnetGroupName``: https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html"""


@dataclass
class DrillTargetArgs:
    """What runs our own drill when its time has come."""

    target: pulumi.Input[str]
    """ARN of an ECS cluster, of a Lambda function, or of an EventBridge Scheduler target such as
    ``arn:aws:scheduler:::aws-sdk:codebuild:startBuild``. On Google Cloud the URL of a Cloud Run job or service."""
    caller: pulumi.Input[str]
    """ARN of the role that may start it, which EventBridge Scheduler takes on. On Google Cloud the service account's address."""
    input: str | None = None
    """What the target is given: JSON. It holds no secret, for everyone who may read the schedule reads it."""
    task_definition: pulumi.Input[str] | None = None
    """ARN of the task, where the target is an ECS cluster. AWS only."""
    subnets: list[pulumi.Input[str]] | None = None
    """Subnets of the task: it runs on Fargate, without a public address. AWS only."""
    security_groups: list[pulumi.Input[str]] | None = None
    """Security groups of the task. AWS only."""
