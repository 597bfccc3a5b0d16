"""State backends for the tests: built under the mocks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.state_backend import StateBackend, StateBackendArgs
from tests.components.harness import Built, build

FAR = {Cloud.AWS: "eu-central-1", Cloud.GCP: "europe-west4"}


def program(environment: str, cloud: Cloud, region: str | None, **more: Any) -> Callable[[], StateBackend]:
    def run() -> StateBackend:
        policy = ProtectionPolicy(
            environment=environment, alert_address="ops@acme.example", replica_region=region, owner="infra-team", cloud=cloud
        )
        return StateBackend("infra", StateBackendArgs(policy=policy, **more))

    return run


def state(
    tmp_path: Path, environment: str = "prod", standard: str = "", *, cloud: Cloud = Cloud.AWS, preview: bool = True, **more: Any
) -> Built:
    """A state backend built in a folder of its own, with that folder's standard."""
    if standard:
        (tmp_path / "recoverable.toml").write_text(f"schema = 1\n{standard}")
    region = more.pop("region", FAR[cloud] if environment == "prod" else None)
    return build(program(environment, cloud, region, **more), folder=tmp_path, preview=preview, stack=environment)


def outputs(built: Built) -> dict[str, Any]:
    """What the component says of itself."""
    return built.outputs["infra"]
