"""NeonProject with the real engine, against a server of our own that speaks Neon's documented API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.components.neon_api import KEY, Neon, serving
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
from recoverable.components.neon_project import NeonProject, NeonProjectArgs
from recoverable.components.policy import ProtectionPolicy

made = NeonProject("orders", NeonProjectArgs(ProtectionPolicy("dev", region="eu-central-1"), api_url="{url}"{more}))
for name in ("project_id", "host", "restore_command"):
    pulumi.export(name, getattr(made, name))
"""


@pytest.fixture
def neon() -> Iterator[Neon]:
    with serving(Neon()) as served:
        yield served


def program(neon: Neon, more: str = "") -> str:
    return PROGRAM.format(url=neon.url, more=f", {more}" if more else "")


def test_fake_a_project_is_made_changed_found_drifting_and_deleted(laptop: Laptop, neon: Neon, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", program(neon), name="neon", stack="dev")
    stack.run("config", "set", "--secret", "neon:apiKey", KEY)
    stack.up()
    held = stack.outputs()
    project = neon.projects[held["project_id"]]
    assert project["project"]["history_retention_seconds"] == 14 * 86400
    assert project["branch"]["protected"] is True
    assert held["host"] == "ep-1.eu-central-1.aws.neon.tech"
    stack.run("preview", "--expect-no-changes")

    stack.program(program(neon, "retention_days=20"))
    stack.up()
    assert stack.outputs()["project_id"] == held["project_id"]
    assert project["project"]["history_retention_seconds"] == 20 * 86400

    project["project"]["history_retention_seconds"] = 0
    drifted = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drifted.returncode == 7
    assert "history_retention_seconds" in drifted.stdout
    stack.refresh()
    stack.up()
    assert project["project"]["history_retention_seconds"] == 20 * 86400

    refused = stack.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    assert "its default branch is protected" in refused.stdout + refused.stderr
    assert held["project_id"] in neon.projects

    moved = stack.folder / "__main__.py"
    moved.write_text(program(neon, 'retention_days=20, region_id="aws-us-east-1"'))
    replacing = stack.run("preview", check=False)
    assert replacing.returncode != 0
    assert "aws-eu-central-1 cannot become aws-us-east-1" in replacing.stdout + replacing.stderr

    text = json.dumps(stack.export()) + "".join(each.read_text() for each in stack.folder.glob("Pulumi.*.yaml"))
    assert KEY not in text
    assert "s3cret" not in text

    stack.program(program(neon, "retention_days=20, default_branch_protected=False"))
    stack.up()
    stack.destroy()
    assert neon.projects == {}
