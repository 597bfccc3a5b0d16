"""The policy that a drill of secrets needs is the calls that it makes; all of them read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.providers import secret
from recoverable.drill.secret.permissions import policy
from recoverable.drill.secret.settings import read
from tests.drill.secret.secret_world import AWAY, SecretWorld, value
from tests.drill.state.state_world import typed

PAGE = Path(__file__).parents[3] / "docs" / "drill-secret.md"
EXAMPLE = {
    "service": "secretsmanager", "names": ["orders/database", "orders/token"], "region": "eu-west-1", "replica_region": "eu-central-1",
}  # fmt: skip
NOT_CALLED = {"kms:Decrypt"}
"""Asked by the service in the caller's name."""
SERVICES = {"secretsmanager": "secretsmanager", "AmazonSSM": "ssm", "TrentService": "kms"}


@pytest.mark.parametrize("service", ["secretsmanager", "ssm"])
def test_the_policy_is_what_drills_call(world: SecretWorld, tmp_path: Path, service: str) -> None:
    for region in ("eu-west-1", AWAY):
        key = world.client("kms", region).create_key()["KeyMetadata"]["KeyId"]
        world.client("ssm", region).put_parameter(Name=f"/{world.prefix}/a", Value=value(1), Type="SecureString", KeyId=key)
    more: dict[str, Any] = {"service": service, "names": None, "prefix": f"/{world.prefix}/" if service == "ssm" else f"{world.prefix}/"}
    world.recorder.requests.clear()
    assert not world.harness(tmp_path, **more).drill(with_control=True).evidence.failed()
    targets = [each.partition(" ")[2].split(".") for each in world.recorder.requests]
    allowed = {action for each in policy(typed(read, world.source(**more)))["Statement"] for action in each["Action"]}

    assert allowed - NOT_CALLED == {f"{SERVICES[name]}:{operation}" for name, operation in targets}
    assert all(action.split(":")[1].startswith(("Get", "List", "Describe", "Decrypt")) for action in allowed)


def test_without_a_prefix_nothing_may_be_listed_and_only_the_named_may_be_read() -> None:
    found = policy(typed(read, EXAMPLE), "123456789012")

    assert "secretsmanager:ListSecrets" not in json.dumps(found)
    assert found["Statement"][0]["Resource"] == [
        f"arn:aws:secretsmanager:{region}:123456789012:secret:orders/{name}-??????"
        for region in ("eu-west-1", "eu-central-1")
        for name in ("database", "token")
    ]


def test_the_page_shows_this_policy_and_the_command_prints_it() -> None:
    (shown,) = re.findall(r"```json\n(\{.*?\n\})\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert json.loads(shown) == policy(typed(read, EXAMPLE), "123456789012")
    assert secret.permissions is policy
