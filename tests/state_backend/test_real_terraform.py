"""The real Terraform, initialised from what `state-backend show` prints: two writers at once, a killed one, and state that moves in."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.state_backend.shown import UNLOCK_TERRAFORM
from tests.state_backend.conftest import Outcome
from tests.state_backend.places import Place
from tests.state_backend.terraform_writers import LOCKED, PATIENCE, TerraformWriter, environment, needs_terraform
from tests.support.pulumi_writers import ROUNDS, wait_for

pytestmark = [pytest.mark.terraform, needs_terraform]
Run = Callable[..., Outcome]
Make = Callable[..., Place]


@pytest.mark.parametrize("part", ["backend", "backend-with-table"])
def test_of_two_applies_at_once_exactly_one_wins_and_nothing_is_lost(make: Make, run: Run, tmp_path: Path, part: str) -> None:
    place = make(table=True)
    place.declare()
    block = run("show", "infra", "--only", part).out
    meeting = tmp_path / "meeting"
    ann, bob = (TerraformWriter(tmp_path, who, block, meeting) for who in ("ann", "bob"))
    for number in range(ROUNDS if part == "backend" else 2):
        for each in meeting.iterdir():
            each.unlink()
        running = {writer.who: writer.start(number) for writer in (ann, bob)}
        # The winner waits for us in its provisioner; the other is refused meanwhile.
        wait_for(lambda running=running: any(each.poll() is not None for each in running.values()) and any(meeting.glob("running-*")))
        assert len(list(meeting.glob("running-*"))) == 1
        (meeting / "go").touch()
        told = {who: each.communicate(timeout=PATIENCE)[0] for who, each in running.items()}
        winners = [who for who, each in running.items() if each.returncode == 0]
        assert len(winners) == 1, told
        (loser,) = set(running) - set(winners)
        assert LOCKED in told[loser], told[loser]
        assert re.search(r"ID:\s+[0-9a-f-]{36}", told[loser]), told[loser]
        assert ann.resources() == bob.resources() == sorted(f'terraform_data.round["{each}"]' for each in range(number + 1))
        assert json.loads(bob.run("output", "-json").stdout)["round"]["value"] == number
        assert place.s3.list_objects_v2(Bucket=place.bucket, Prefix="terraform.tfstate.tflock").get("Contents", []) == []
    head = place.s3.head_object(Bucket=place.bucket, Key="terraform.tfstate")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", place.key)


@pytest.mark.parametrize("part", ["backend", "backend-with-table"])
def test_the_lock_of_a_killed_apply_is_removed_by_the_printed_command(make: Make, run: Run, tmp_path: Path, part: str) -> None:
    place = make(table=True)
    place.declare()
    assert UNLOCK_TERRAFORM in run("show", "infra").out
    meeting = tmp_path / "meeting"
    ann = TerraformWriter(tmp_path, "ann", run("show", "infra", "--only", part).out, meeting)
    killed = ann.start(0)
    wait_for((meeting / "running-ann").exists)
    killed.send_signal(signal.SIGKILL)
    (meeting / "go").touch()  # the provisioner's shell outlives it, and ends with this
    killed.communicate(timeout=PATIENCE)

    refused = subprocess.run(
        ann.apply(0), cwd=ann.folder, env=ann.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert refused.returncode == 1
    assert LOCKED in refused.stderr
    number = re.search(r"ID:\s+([0-9a-f-]{36})", refused.stderr)
    assert number
    ann.run(*UNLOCK_TERRAFORM.replace("LOCK_ID", number[1]).split()[1:])

    ann.run(*ann.apply(0)[1:])
    assert ann.resources() == ['terraform_data.round["0"]']


def test_local_state_moves_in_by_the_printed_commands(make: Make, run: Run, tmp_path: Path) -> None:
    place = make()
    place.declare()
    home, program = tmp_path / "module", 'resource "terraform_data" "one" {\n  input = "kept"\n}\n'
    local = TerraformWriter(home, "ann", 'terraform {\n  backend "local" {}\n}\n', tmp_path / "meeting", program)
    local.run("apply", "-auto-approve", "-input=false")
    before = json.loads(local.run("state", "pull").stdout)
    script = run("migrate", "infra", "--config", str(tmp_path / "recoverable.toml")).out

    done = as_a_user(script, local.folder, tmp_path, environment())

    assert done.returncode == 0, done.stdout + done.stderr
    held = json.loads(place.s3.get_object(Bucket=place.bucket, Key="terraform.tfstate")["Body"].read())
    assert (held["serial"], held["resources"]) == (before["serial"], before["resources"])  # Terraform itself gives it a new lineage
    assert local.resources() == ["terraform_data.one"]
    copy = local.folder / "state-before-migration.json"
    assert json.loads(copy.read_text())["lineage"] == before["lineage"]
    assert copy.stat().st_mode & 0o077 == 0


def as_a_user(script: str, folder: Path, tmp_path: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run printed commands with a shell, with our own command on PATH."""
    tools = tmp_path / "tools"
    tools.mkdir(exist_ok=True)
    command = tools / "recoverable"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m recoverable "$@"\n')
    command.chmod(0o755)
    path = {"PATH": f"{tools}{os.pathsep}{variables['PATH']}"}
    return subprocess.run(
        ["sh"], input=script, cwd=folder, env={**variables, **path}, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
