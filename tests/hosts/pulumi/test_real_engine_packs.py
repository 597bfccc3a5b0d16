"""Packs and packages of others in the real engine: a rule that crashes, and components of another package."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.support.policy_runs import CONFIG, POLICIES, messages, standard_of, with_pack
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine

ONE_DATABASE = """
import pulumi_aws as aws

aws.rds.Instance("orders", engine="postgres", instance_class="db.t4g.micro", allocated_storage=20, username="app",
    manage_master_user_password=True, skip_final_snapshot=True, tags={"environment": "prod"})
"""

CRASHING = """
import dataclasses

from recoverable.hosts.pulumi import judging
from recoverable.hosts.pulumi.policy_pack import PolicyPack
from recoverable.rules.registry.load import gate_rules


def crash(*_):
    raise ValueError("hunter2")


judging.gate_rules = lambda: tuple(
    dataclasses.replace(item, check=crash) if item.rule.name == "single-zone" else item for item in gate_rules()
)
PolicyPack(__file__)
"""


def test_a_rule_that_crashes_fails_the_preview(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "one", ONE_DATABASE, name="pack-crash", config=CONFIG)
    standard_of(stack.folder)
    (tmp_path / "PulumiPolicy.yaml").write_text((POLICIES / "PulumiPolicy.yaml").read_text())
    (tmp_path / "__main__.py").write_text(CRASHING)
    (tmp_path / "venv").symlink_to(Path(sys.prefix))
    done, found = with_pack(stack, "preview", config={"all": "advisory"}, pack=tmp_path)

    assert done.returncode == 1
    assert {level for level, _ in messages(found, "single-zone")} == {"mandatory"}
    assert "rule RCV014 crashed: ValueError at __main__.py" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


COMPONENT = """
from typing import Optional
import pulumi
import pulumi_aws as aws
from pulumi.provider.experimental import component_provider_host


class StoreArgs:
    tier: pulumi.Input[str]


class Store(pulumi.ComponentResource):
    def __init__(self, name: str, args: StoreArgs, opts: Optional[pulumi.ResourceOptions] = None):
        super().__init__("house:index:Store", name, {}, opts)
        aws.dynamodb.Table(f"{name}-table", name="pack-remote", billing_mode="PAY_PER_REQUEST", hash_key="id",
            attributes=[{"name": "id", "type": "S"}], deletion_protection_enabled=False, tags={"environment": args["tier"]},
            opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


if __name__ == "__main__":
    component_provider_host(name="house", components=[Store], version="0.1.0")
"""
USING = """
import pulumi


class Store(pulumi.ComponentResource):
    def __init__(self, name, tier):
        super().__init__("house:index:Store", name, {"tier": tier}, remote=True)


Store("orders", "prod")
"""


def test_what_a_component_of_another_package_makes_is_judged(laptop: Laptop, tmp_path: Path) -> None:
    house = tmp_path / "house"
    house.mkdir()
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    (house / "PulumiPlugin.yaml").write_text(json.dumps({"runtime": runtime}))
    (house / "__main__.py").write_text(COMPONENT)
    project = {"name": "pack-remote", "runtime": runtime, "plugins": {"providers": [{"name": "house", "path": str(house)}]}}
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "Pulumi.yaml").write_text(json.dumps(project))
    stack = Stack(laptop, tmp_path / "user", textwrap.dedent(USING), name="pack-remote", config=CONFIG)
    standard_of(stack.folder)

    done, found = with_pack(stack, "preview")

    assert done.returncode == 1, done.stdout + done.stderr
    assert [item["resourceUrn"].rsplit("::", 1)[-1] for item in found if item["policyName"] == "deletion-protection-off"] == [
        "orders-table"
    ]
