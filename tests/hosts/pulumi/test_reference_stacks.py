"""The reference project with the pack, as the README has it: every stack passes the gate in the engine itself."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.support.policy_runs import POLICIES, told, violations
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine
ROOT = Path(__file__).resolve().parents[3]
# A laptop has no key service for the secrets of a stack: its stacks are made with a passphrase, which the pack rightly finds.
STRICT = {"recoverable": {"strict": True, "fail_on": "advice"}, "pulumi-passphrase-only": "disabled"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The reference project in a folder of its own; the pack stays where it is."""
    folder = tmp_path / "reference"
    shutil.copytree(ROOT / "infra", folder / "infra")
    for name in ("Pulumi.yaml", "recoverable.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


@pytest.mark.parametrize("name", ["dev", "staging", "prod", "prod-gcp"])
def test_a_reference_stack_passes_strictly_with_no_violation_at_all(laptop: Laptop, project: Path, name: str) -> None:
    stack = Stack(laptop, project, None, stack=name)
    (project / "strict.json").write_text(json.dumps(STRICT))
    done, found = violations(
        project,
        stack.environment,
        "pulumi",
        "preview",
        "--stack",
        name,
        "--policy-pack",
        str(POLICIES),
        "--policy-pack-config",
        "strict.json",
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert found == []
    assert "recoverable@v" in done.stdout


def test_a_stack_that_is_up_passes_again_and_so_does_its_state(fresh_laptop: Laptop, project: Path) -> None:
    """On a cloud of its own: it stays up, and the tests that preview the same stack would see nothing to make."""
    stack = Stack(fresh_laptop, project, None, name="recoverable", stack="dev")
    (project / "strict.json").write_text(json.dumps(STRICT))
    pack = ("--policy-pack", str(POLICIES), "--policy-pack-config", "strict.json")
    runs = [
        violations(project, stack.environment, "pulumi", "up", "--yes", "--skip-preview", "--stack", "dev", *pack),
        violations(project, stack.environment, "pulumi", "preview", "--expect-no-changes", "--stack", "dev", *pack),
    ]
    analyzed = stack.run("policy", "analyze", "--stack", "dev", *pack, "--json", check=False)

    assert [done.returncode for done, _ in runs] == [0, 0], runs[0][0].stdout + runs[1][0].stdout
    assert [found for _, found in runs] == [[], []]
    assert (analyzed.returncode, told(analyzed.stdout)) == (0, [])
