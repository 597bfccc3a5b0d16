"""RestoreTest: that backups are restored on a schedule, and that our own drill proves what came back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components import restore_test_aws, restore_test_gcp
from recoverable.components.base import Component
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.restore_test_args import DrillTargetArgs, RestoredType, RestoreSelectionArgs, WhichPoint
from recoverable.components.restore_test_cadence import Cadence

__all__ = ["Cadence", "DrillTargetArgs", "RestoreSelectionArgs", "RestoreTest", "RestoreTestArgs", "RestoredType", "WhichPoint"]


@dataclass
class RestoreTestArgs:
    """How restores are tested beyond what the standard demands."""

    policy: ProtectionPolicy
    """Whose cadence holds."""
    cadence: Cadence | None = None
    """How often. Default: as seldom as the standard allows, by its restore_test."""
    plan_name: str | None = None
    """Name of the restore testing plan: letters, digits and _, at most 50. Default: the component's name, the
    environment, and a few characters that tell projects and stacks apart. AWS only."""
    selections: list[RestoreSelectionArgs] | None = None
    """Which kinds of resource are restored. Default: RDS, Aurora and S3. AWS only."""
    vault_arns: list[pulumi.Input[str]] | None = None
    """ARNs of the vaults whose recovery points are restored. Default: all of this account and region. AWS only."""
    which: WhichPoint | None = None
    """LATEST_WITHIN_WINDOW (the default) or RANDOM_WITHIN_WINDOW. AWS only."""
    window_days: int | None = None
    """How old a recovery point may be, 1 to 365 days. Default: the days between two tests. AWS only."""
    start_window_hours: int | None = None
    """Within which a test has to start, 1 to 168. Default 24. AWS only."""
    any_environment: bool | None = None
    """Whether resources of other environments are restored too. Default false: ``recoverable:environment`` has to match. AWS only."""
    role_arn: pulumi.Input[str] | None = None
    """ARN of the role that restores. By default one is made. AWS only."""
    drill: DrillTargetArgs | None = None
    """What runs our own drill. Without it there is no schedule for the drill: ``drill_command`` is for a scheduled CI job."""
    tags: Mapping[str, str] | None = None
    """More tags for everything that is made."""


class RestoreTest(Component):
    """A restore testing plan of AWS Backup, and the schedule of our own drill.

    Raises RefusedError where tests would be rarer than the standard demands, or could find nothing to restore.
    """

    plan_name: pulumi.Output[str | None]
    """Name of the restore testing plan. None on Google Cloud, which has none."""
    plan_arn: pulumi.Output[str | None]
    """Its ARN."""
    role_arn: pulumi.Output[str | None]
    """The role that restores. None on Google Cloud."""
    schedule: pulumi.Output[str]
    """When tests begin, in UTC, as the cloud writes it."""
    cadence_days: pulumi.Output[int]
    """Days between two tests at most."""
    drill_schedule: pulumi.Output[str | None]
    """ARN (on Google Cloud the name) of the schedule that starts the drill. None without a target."""
    dead_letter_queue_arn: pulumi.Output[str | None]
    """Queue of the drills that could not be started. None without a target, and on Google Cloud."""
    drill_command: pulumi.Output[str]
    """The command that proves a restore, for a scheduled CI job."""

    def __init__(self, name: str, args: RestoreTestArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("RestoreTest", name, args, RestoreTestArgs, opts)
        build: Any = restore_test_aws.build if self.on_aws else restore_test_gcp.build
        self.parts = build(self, self.settings, self.plan)
        self.finish(**self.parts.outputs)

    def check(self) -> None:
        """Refuse what tests too seldom, or nothing."""
        plan = restore_test_aws.plan_of if self.on_aws else restore_test_gcp.plan_of
        self.plan: Any = plan(self, self.settings)  # each cloud has its own
