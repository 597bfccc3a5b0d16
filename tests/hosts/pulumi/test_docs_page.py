"""The page of the policy pack shows what the real engine prints: its program and configuration are run, and its output compared."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from recoverable.hosts.pulumi.catalogue import OF_ONE_RESOURCE, PACK, SETTINGS
from recoverable.hosts.pulumi.remediations import CHANGES
from recoverable.sandbox.laptop import Laptop
from tests.support.policy_runs import POLICIES, standard_of, violations
from tests.support.stacks import Stack

PAGE = Path(__file__).resolve().parents[3] / "docs" / "hosts" / "pulumi-policy-pack.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [text for found, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if found == kind]


@pytest.mark.engine
def test_the_output_on_the_page_is_the_engines(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "page", blocks("python")[0], name="pack-page", config={"aws:region": "eu-west-1"})
    standard_of(stack.folder)
    (stack.folder / "pack.json").write_text(blocks("json")[0])
    done, _ = violations(
        stack.folder, stack.environment, "pulumi", "preview", "--policy-pack", str(POLICIES), "--policy-pack-config", "pack.json"
    )
    shown = done.stdout[done.stdout.index("Policies:") : done.stdout.index("Diagnostics:")].replace(str(POLICIES), "policies")
    text = "".join(f"{line.rstrip()}\n" for line in shown.strip().splitlines())

    if os.environ.get("UPDATE_GOLDEN"):
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(re.sub(r"```text\n.*?```", lambda _: f"```text\n{text}```", page, count=1, flags=re.DOTALL), encoding="utf-8")
    assert done.returncode == 1
    assert blocks("text")[0] == text


def test_the_page_names_every_setting_every_remediation_and_the_number_of_resource_policies() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert json.loads(blocks("json")[1])[PACK].keys() == SETTINGS.keys()
    assert [name for name in CHANGES if f"`{name}`" not in page] == []
    assert f"({len(OF_ONE_RESOURCE)} of the rules" in page
