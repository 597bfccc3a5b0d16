"""Stacks of vaults, restore tests, alerts and secrets on the laptop cloud, with the real engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.gcp.store import Store
from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import Stack

HOME, FAR = "eu-west-1", "eu-central-1"
CHANGED = 7  # what the engine ends with where nothing was to change
PROGRAM = """
import pulumi
import recoverable
from recoverable.components.{module} import *
from recoverable.components.policy import Cloud, ProtectionPolicy

policy = ProtectionPolicy(
    environment="{environment}", alert_address="ops@acme.example", replica_region={region!r}, owner="shop", cloud=Cloud.{cloud}
)
made = {call}
for name in type(made).__annotations__:
    pulumi.export(name, getattr(made, name, None))
"""


def source(module: str, call: str, environment: str = "dev", region: str | None = None, cloud: str = "AWS") -> str:
    """A program with one component, which exports all of its outputs."""
    return PROGRAM.format(module=module, call=call, environment=environment, region=region, cloud=cloud)


def client(laptop: Laptop, service: str, region: str = HOME) -> Any:
    """A plain boto3 client for the laptop cloud."""
    return AwsCloud(laptop.environment()["AWS_ENDPOINT_URL"], region).client(service)


def store(laptop: Laptop) -> Store:
    """What stands for Google Cloud."""
    return Store(laptop.environment()["RECOVERABLE_SANDBOX_STORE"])


def unchanged(stack: Stack) -> None:
    """The program wants nothing, and the cloud is as the state says."""
    stack.run("preview", "--expect-no-changes")
    stack.run("refresh", "--preview-only", "--expect-no-changes")


def lives(stack: Stack, changed: str, check: Callable[[], None], drift: Callable[[], Any]) -> None:
    """Nothing to do, an update, a drift that is seen and taken back, and a destroy that leaves nothing."""
    unchanged(stack)
    stack.program(changed)
    stack.up()
    check()
    unchanged(stack)
    drift()
    seen = stack.run("refresh", "--preview-only", "--expect-no-changes", check=False)
    assert seen.returncode == CHANGED, seen.stdout
    stack.up("--refresh")
    check()
    unchanged(stack)
    stack.destroy()
    assert stack.resources() == {}


def made(laptop: Laptop, folder: Path, name: str, program: str, stack: str = "dev") -> Stack:
    """A stack that is not up yet; ``name`` is the project's, so that no two tests have the same."""
    return Stack(laptop, folder / name, program, name=name, stack=stack)
