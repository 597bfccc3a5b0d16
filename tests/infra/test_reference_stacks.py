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


def reference(folder: Path) -> Path:
    """The reference project, copied into ``folder``."""
    shutil.copytree(ROOT / "infra", folder / "infra")
    for name in ("Pulumi.yaml", "recoverable.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


@pytest.fixture(scope="module")
def previews(laptop: Laptop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `pulumi preview --json` prints for each stack, by its name; and a folder with all of them beside the project as it is committed.

    Not beside the copy that was previewed: a laptop has no key service, its stacks are made with a passphrase, which the gate rightly finds.
    """
    folder, committed = (reference(tmp_path_factory.mktemp(name)) for name in ("reference", "committed"))
    found = {}
    for name in STACKS:
        found[name] = Stack(laptop, folder, None, stack=name).preview()
        (committed / f"{name}.json").write_text(json.dumps(found[name]))
    found["folder"] = {"path": str(committed)}
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
    states = [step["newState"] for step in preview["steps"]]
    databases = [state for state in states if state["type"] == "aws:rds/instance:Instance"]
    assert len(databases) == 1, sorted(state["urn"] for state in states)
    database = databases[0]

    assert database.get("protect", False) is protected
    assert database["inputs"].get("multiAz", False) is zones
    assert len(inputs(preview, "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication")) == copies
    assert len(inputs(preview, "aws:s3/bucketReplicationConfig:BucketReplicationConfig")) == copies


TYPOS = [
    ("dev", "recoverable:cloud", "azure", 'ProtectionPolicy: cloud = "azure" is refused: it is one of aws, gcp. There is no other.'),
    ("dev", "recoverable:cloud", "", 'ProtectionPolicy: cloud = "" is refused: it is one of aws, gcp. There is no other.'),
    ("dev", "recoverable:cloud", None, "Missing required configuration variable 'recoverable:cloud'"),
    (
        "dev",
        "recoverable:environment",
        "prdo",
        'ProtectionPolicy: environment = "prdo" is refused: the standard knows prod, staging, dev. ',
    ),
    ("dev", "recoverable:alertAddress", "ops", 'ProtectionPolicy: alert_address = "ops" is refused: an e-mail address. Nobody would hear.'),
    (
        "dev",
        "recoverable:databaseRetentionDays",
        "soon",
        "Configuration 'recoverable:databaseRetentionDays' value 'soon' is not a valid 'int'",
    ),
    ("dev", "recoverable:databaseDeletionProtection", "maybe", "value 'maybe' is not a valid 'bool'"),
    ("dev", "recoverable:databaseSize", "huge", 'Postgres "orders": size = "huge" is refused: an instance class such as db.t4g.medium. '),
    ("dev", "aws:region", "eu-west1", 'ProtectionPolicy: region = "eu-west1" is refused: a region such as eu-central-1. '),
    ("prod", "recoverable:replicaRegion", None, "ProtectionPolicy: replica_region = None is refused: prod demands a second region "),
    ("prod", "recoverable:replicaRegion", "eu-central", 'ProtectionPolicy: replica_region = "eu-central" is refused: a region such as '),
    ("prod", "recoverable:owner", None, "Missing required configuration variable 'recoverable:owner'"),
    ("prod-gcp", "recoverable:databaseSize", "db.r7g.large", 'size = "db.r7g.large" is refused: a machine type such as db-custom-2-8192. '),
]


@pytest.mark.parametrize(("stack", "key", "value", "message"), TYPOS)
def test_a_wrong_setting_is_one_clear_error_and_no_traceback(
    laptop: Laptop, tmp_path: Path, stack: str, key: str, value: str | None, message: str
) -> None:
    made = Stack(laptop, reference(tmp_path), None, stack=stack)
    made.run("config", "rm", key) if value is None else made.run("config", "set", key, value)

    done = made.run("preview", check=False)
    told = [line for line in done.stdout.split("Diagnostics:")[-1].splitlines() if "error:" in line]

    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    assert message in told[0]
    assert len([line for line in told if "program exited with non-zero" not in line]) == 1  # the engine's own last word aside


def test_the_readme_shows_the_ten_line_program_as_it_is() -> None:
    program = (ROOT / "examples/components/ten_lines/__main__.py").read_text(encoding="utf-8").split('"""\n', 1)[1].strip()

    assert program in (ROOT / "README.md").read_text(encoding="utf-8")
