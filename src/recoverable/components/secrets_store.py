"""Secrets: configuration and environment variables outside the repository, which survive a deletion and the loss of a region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from recoverable.components import secrets_aws, secrets_gcp
from recoverable.components.base import Component
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.secrets_checks import RotationArgs, SecretArgs, plan_of

__all__ = ["RotationArgs", "SecretArgs", "Secrets", "SecretsArgs"]


@dataclass
class SecretsArgs:
    """Which secrets there are, and how they are kept beyond what the standard demands."""

    policy: ProtectionPolicy
    """Whose numbers hold, and where the copies go."""
    secrets: list[SecretArgs]
    """The secrets. Their values are never part of the program."""
    prefix: str | None = None
    """What the secrets' names begin with. Default: the project and the stack; in dev on AWS, where stacks come and go, a random end
    follows the names too, for a deleted secret keeps its name as long as it can be brought back."""
    recovery_window_days: int | None = None
    """Days in which a deleted secret (on Google Cloud a destroyed version) can be brought back: 7 to 30. Default: the standard's
    backup_retention_days, as far as it goes. It may only be longer."""
    kms_key: pulumi.Input[str] | None = None
    """ARN of the key (on Google Cloud its full name). By default the secrets get one of their own."""
    replicate: bool | None = None
    """Whether there are copies in a second region. Default: where the standard demands it or replica_region is given."""
    replica_region: str | None = None
    """Where they go. Default: the policy's."""
    replica_kms_key: pulumi.Input[str] | None = None
    """The key of the copies, in their region. By default they get one of their own."""
    tags: Mapping[str, str] | None = None
    """More tags (labels on Google Cloud) for everything that is made."""


class Secrets(Component):
    """Secrets with a key of their own, a recovery window and copies, which no plain connection and no public policy can reach.

    Raises RefusedError where a value is written in the program, and where an argument is weaker than the standard.
    """

    secret_arns: pulumi.Output[Mapping[str, str]]
    """The secrets by the environment variables that they are for: ARNs, on Google Cloud full names."""
    secret_names: pulumi.Output[Mapping[str, str]]
    """Their names, by the same."""
    environment_variables: pulumi.Output[list[str]]
    """The environment variables that the secrets are for."""
    read_commands: pulumi.Output[Mapping[str, str]]
    """The command that reads each; it holds no value."""
    kms_key_arn: pulumi.Output[str]
    """Their key: an ARN, on Google Cloud the key's full name."""
    replica_kms_key_arn: pulumi.Output[str | None]
    """The key of the copies. None where there are none."""
    evidence: pulumi.Output[Mapping[str, Any]]
    """What protects the secrets, for how long, and how a deleted one is brought back."""

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Secrets", name, args, SecretsArgs, opts)
        build: Any = secrets_aws.build if self.on_aws else secrets_gcp.build
        self.parts = build(self, self.settings, self.plan)
        self.finish(**self.parts.outputs)

    def check(self) -> None:
        """Refuse values in the program, and what would not protect them."""
        self.plan = plan_of(self, self.settings)
