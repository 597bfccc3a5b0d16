"""Pulumi's state in S3 (on the laptop cloud): two writers at once, a killed one, and the way back to an older state."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.support.pulumi_writers import LOCKED, PATIENCE, SLOW, Backend, Writer, deployment_of, race_of_two, state_bucket, wait_for

pytestmark = pytest.mark.engine


@pytest.fixture
def backend(laptop: Laptop, request: pytest.FixtureRequest) -> Backend:
    return state_bucket(laptop, request.node.name)


def test_of_two_ups_at_once_never_both_win_and_nothing_is_lost(laptop: Laptop, backend: Backend, tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    ann, bob = (Writer(laptop, backend, tmp_path, who, meeting) for who in ("ann", "bob"))
    race_of_two(ann, bob, backend)


def test_every_object_of_the_state_is_encrypted_with_the_key_of_the_url(laptop: Laptop, backend: Backend, tmp_path: Path) -> None:
    Writer(laptop, backend, tmp_path, "ann", tmp_path / "meeting").up(0)
    keys = backend.keys(".pulumi/")
    assert {key.split("/")[1] for key in keys} >= {"meta.yaml", "stacks", "history", "backups"}
    for key in keys:
        held = backend.s3.head_object(Bucket=backend.bucket, Key=key)
        assert b"hush-hush" not in backend.s3.get_object(Bucket=backend.bucket, Key=key)["Body"].read(), key
        assert (held["ServerSideEncryption"], held["SSEKMSKeyId"].rpartition("/")[2]) == ("aws:kms", backend.key), key


def test_a_killed_up_leaves_the_lock_and_is_recovered_by_the_documented_steps(laptop: Laptop, backend: Backend, tmp_path: Path) -> None:
    meeting = tmp_path / "meeting"
    ann = Writer(laptop, backend, tmp_path, "ann", meeting, SLOW)
    killed = ann.start(0)
    wait_for((meeting / "creating").exists)
    killed.send_signal(signal.SIGKILL)
    killed.wait(PATIENCE)
    locks = backend.keys(".pulumi/locks/")
    (meeting / "go").touch()

    refused = ann.stack.run("up", "--yes", "--skip-preview", check=False)

    assert len(locks) == 1
    assert refused.returncode != 0
    assert LOCKED in refused.stdout + refused.stderr
    assert locks[0] in refused.stdout + refused.stderr
    assert ann.stack.export()["deployment"]["pending_operations"][0]["type"] == "creating"

    ann.stack.run("cancel", "--yes")
    ann.stack.refresh("--clear-pending-creates")

    assert backend.keys(".pulumi/locks/") == []
    assert not ann.stack.export()["deployment"].get("pending_operations")
    ann.stack.up()
    assert "slow" in ann.stack.resources()
    assert ann.stack.run("preview", "--expect-no-changes").returncode == 0


def test_an_older_state_is_brought_back_from_the_buckets_versions(laptop: Laptop, backend: Backend, tmp_path: Path) -> None:
    ann = Writer(laptop, backend, tmp_path, "ann", tmp_path / "meeting")
    key = ".pulumi/stacks/shop/dev.json"
    ann.up(1)
    then, version = ann.stack.export("--show-secrets"), backend.versions(key)[0]
    ann.up(2)
    assert len(ann.stack.resources()) == 3

    file = tmp_path / "older.json"
    file.write_text(json.dumps(deployment_of(backend, version)))
    ann.stack.run("stack", "import", "--file", str(file))

    assert ann.stack.export("--show-secrets")["deployment"]["resources"] == then["deployment"]["resources"]
    assert set(ann.stack.resources()) == {"round-0", "round-1"}


def test_a_stack_removed_by_accident_comes_back_whole(laptop: Laptop, backend: Backend, tmp_path: Path) -> None:
    ann = Writer(laptop, backend, tmp_path, "ann", tmp_path / "meeting")
    key = ".pulumi/stacks/shop/dev.json"
    ann.up(1)
    ann.stack.run("stack", "rm", "--force", "--yes", "--preserve-config")
    assert key not in backend.keys(key)
    assert ann.stack.run("stack", "select", "dev", check=False).returncode != 0

    file = tmp_path / "last.json"
    file.write_text(json.dumps(deployment_of(backend, backend.versions(key)[0])))
    ann.stack.run("stack", "init", "dev")
    ann.stack.run("stack", "import", "--file", str(file))

    ann.stack.environment["ROUND"] = "1"
    (ann.meeting / "go").touch()
    assert ann.stack.outputs()["token"] == "hush-hush"
    assert ann.stack.run("preview", "--expect-no-changes").returncode == 0
