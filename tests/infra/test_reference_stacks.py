"""The reference project, as a reader of the README runs it: the real engine, every stack, and the gate over each preview."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine
ROOT = Path(__file__).resolve().parents[2]
STACKS = ("dev", "staging", "prod", "prod-gcp")


@pytest.fixture(scope="module")
def previews(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `pulumi preview --json` prints for each stack, by its name."""
    folder = tmp_path_factory.mktemp("reference")
    shutil.copytree(ROOT / "infra", folder / "infra")
    for name in ("Pulumi.yaml", "recoverable.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    found = {}
    for name in STACKS:
        found[name] = Stack(laptop, folder, None, stack=name).preview()
        (folder / f"{name}.json").write_text(json.dumps(found[name]))
    found["folder"] = {"path": str(folder)}
    return found


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_passes_the_gate_with_no_finding_and_no_waiver(previews: dict[str, dict[str, Any]], stack: str) -> None:
    folder = Path(previews["folder"]["path"])
    command = [sys.executable, "-m", "recoverable", "check", "--strict", "--fail-on", "advice", "--format", "json", f"{stack}.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert [item for item in report["results"] if item["verdict"] != "pass"] == []
    assert report["summary"]["suppressed"] == 0
    assert report["summary"]["verdicts"]["pass"] > 20


def inputs(preview: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The inputs of every resource of a type."""
    states = [step.get("newState", {}) for step in preview["steps"]]
    return [state["inputs"] for state in states if state.get("type") == kind]


def test_prod_is_kept_longer_than_staging_and_staging_longer_than_dev(previews: dict[str, dict[str, Any]]) -> None:
    def days(stack: str) -> list[int]:
        database = inputs(previews[stack], "aws:rds/instance:Instance")[0]["backupRetentionPeriod"]
        rules = inputs(previews[stack], "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")[0]["rules"]
        versions = [rule["noncurrentVersionExpiration"]["noncurrentDays"] for rule in rules if "noncurrentVersionExpiration" in rule]
        plan = inputs(previews[stack], "aws:backup/plan:Plan")[0]["rules"][0]["lifecycle"]["deleteAfter"]
        return [int(database), int(min(versions)), int(plan)]

    assert [days(stack) for stack in ("prod", "staging", "dev")] == [[30, 30, 30], [21, 21, 21], [14, 14, 14]]


@pytest.mark.parametrize(
    ("stack", "protected", "zones", "copies"), [("dev", False, False, 0), ("staging", True, False, 0), ("prod", True, True, 1)]
)
def test_protection_zones_and_the_second_region_follow_the_environment(
    previews: dict[str, dict[str, Any]], stack: str, protected: bool, zones: bool, copies: int
) -> None:
    preview = previews[stack]
    database = next(step["newState"] for step in preview["steps"] if step["newState"]["type"] == "aws:rds/instance:Instance")

    assert database.get("protect", False) is protected
    assert database["inputs"].get("multiAz", False) is zones
    assert len(inputs(preview, "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication")) == copies
    assert len(inputs(preview, "aws:s3/bucketReplicationConfig:BucketReplicationConfig")) == copies


def test_the_readme_shows_the_ten_line_program_as_it_is() -> None:
    program = (ROOT / "examples/components/ten_lines/__main__.py").read_text(encoding="utf-8").split('"""\n', 1)[1].strip()

    assert program in (ROOT / "README.md").read_text(encoding="utf-8")
