"""What a copy has to hold to be one, and of which backend it is: declared workspaces, new stacks, and who is handed the key."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tests.state_backend.conftest import Outcome
from tests.state_backend.places import Place
from tests.support.pulumi_writers import wait_for

Run = Callable[..., Outcome]
Make = Callable[..., Place]
HIDDEN = "marked-secret-inside-of-a-state"
TOOL = """#!/bin/sh
env >"$STANDIN_FOLDER/environment"
touch "$STANDIN_FOLDER/started"
{more}
echo '{{"values": {{}}}}'
"""


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    made = Fernet.generate_key().decode()
    monkeypatch.setenv("RECOVERABLE_STATE_KEY", made)
    return made


def state(place: Place, name: str) -> None:
    """Put an empty state of Terraform."""
    body = {"version": 4, "serial": 1, "lineage": "one", "outputs": {"x": {"value": HIDDEN, "type": "string"}}, "resources": []}
    place.s3.put_object(Bucket=place.bucket, Key=name, Body=json.dumps(body).encode())


@pytest.fixture
def kept(make: Make) -> Place:
    """A backend for Terraform with one state."""
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    state(place, "terraform.tfstate")
    return place


def tool(folder: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    """A program in Terraform's place that writes down its environment: what it is handed is all that is looked at."""
    (folder / "bin").mkdir()
    script = folder / "bin" / "terraform"
    script.write_text(TOOL.format(more=more))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("STANDIN_FOLDER", str(folder))


def copied(run: Run, folder: Path) -> dict[str, Any]:
    told = run("backup", "infra", "--to", str(folder / "copies"), "--json")
    assert told.code == 0, told.err
    return told.data


def test_a_declared_workspace_without_a_state_is_no_copy(kept: Place, run: Run, key: str, tmp_path: Path) -> None:
    kept.declared = ['clients = ["terraform"]', 'workspaces = ["blue", "green"]']
    kept.declare()
    state(kept, "env:/blue/terraform.tfstate")

    told = run("backup", "infra", "--to", str(tmp_path / "copies"))

    assert told.code == 2
    assert "there is no state of the workspace green" in told.err
    assert list(tmp_path.rglob("manifest.json")) == []


def test_a_default_state_that_is_not_there_beside_workspaces_is_told(kept: Place, run: Run, key: str, tmp_path: Path) -> None:
    kept.s3.delete_object(Bucket=kept.bucket, Key="terraform.tfstate")
    state(kept, "env:/blue/terraform.tfstate")

    assert copied(run, tmp_path)["empty"] == ["terraform.tfstate"]


def test_no_keys_at_all_for_terraform_are_refused(kept: Place, run: Run, key: str, tmp_path: Path) -> None:
    kept.declared = ["keys = []"]
    kept.declare()
    told = run("backup", "infra", "--to", str(tmp_path / "copies"))
    assert (told.code, "keys" in told.err) == (2, True)


def test_a_stack_that_was_only_initialised_is_copied_with_the_others(kept: Place, run: Run, key: str, tmp_path: Path) -> None:
    """As pulumi stack init writes it: without "latest"."""
    kept.declared = ['clients = ["pulumi"]']
    kept.declare()
    for name, more in (("new", {}), ("old", {"latest": {"manifest": {}, "resources": [{"urn": "urn:one", "type": "t"}]}})):
        body = {"version": 3, "checkpoint": {"stack": f"organization/shop/{name}", **more}}
        kept.s3.put_object(Bucket=kept.bucket, Key=f".pulumi/stacks/shop/{name}.json", Body=json.dumps(body).encode())

    items = copied(run, tmp_path)["items"]

    assert {each["key"].rpartition("/")[2]: each["resources"] for each in items} == {"new.json": 0, "old.json": 1}


def test_the_tool_that_proves_a_copy_is_not_handed_the_key(
    kept: Place, run: Run, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(tmp_path, monkeypatch)
    told = run("restore", "infra", "--from", copied(run, tmp_path)["copy"])
    assert told.code == 0, told.out + told.err
    handed = (tmp_path / "environment").read_text()
    assert "STANDIN_FOLDER" in handed
    assert key not in handed


def test_a_copy_of_another_backend_proves_nothing_of_this_one_unless_asked_to(
    kept: Place, make: Make, run: Run, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(tmp_path, monkeypatch)
    where, was = copied(run, tmp_path)["copy"], kept.bucket
    kept.bucket = "state-elsewhere"
    kept.declare()

    told = run("restore", "infra", "--from", where)
    assert told.code == 2
    assert f"that is a copy of infra (s3://{was}), and infra is s3://state-elsewhere" in told.err
    allowed = run("restore", "infra", "--from", where, "--any-source", "--json")
    assert (allowed.code, allowed.data["source"]) == (0, f"s3://{was}")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_restore_that_is_ended_leaves_no_state_in_clear(
    kept: Place, run: Run, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    tool(tmp_path, monkeypatch, "exec sleep 60")
    where = copied(run, tmp_path)["copy"]
    (tmp_path / "scratch").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    words = [sys.executable, "-m", "recoverable", "state-backend", "restore", "infra", "--from", where]
    started = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: (tmp_path / "started").exists())
    assert any(HIDDEN in path.read_text() for path in (tmp_path / "scratch").rglob("*.tfstate"))

    started.send_signal(how)
    out, err = started.communicate(timeout=60)

    assert started.returncode == 130, out + err
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_copy_that_does_not_open_is_not_called_one(
    kept: Place, run: Run, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recoverable.state_backend.copies import taking
    from recoverable.state_backend.copies.sealing import SealError

    def unopened(*_: object) -> bytes:
        raise SealError("0001.sealed is not what was written")

    monkeypatch.setattr(taking, "opened", unopened)
    assert run("backup", "infra", "--to", str(tmp_path / "copies")).code == 1
    assert list(tmp_path.rglob("manifest.json")) == []
