"""``recoverable sandbox`` as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.engine


def sandbox(*words: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    command = [sys.executable, "-m", "recoverable.cli.entry", "sandbox", *words]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[str]:
    """A folder for a sandbox, which is stopped after the test."""
    place = tmp_path / "a cloud"
    yield str(place)
    sandbox("down", "--folder", str(place))


def test_up_status_env_and_down(folder: str) -> None:
    started = sandbox("up", "--folder", folder)
    assert started.returncode == 0, started.stderr
    first, *notice, how = started.stdout.splitlines()
    endpoint = first.removeprefix("AWS answers at ").partition(";")[0]
    assert notice == [
        "These are stand-ins: moto answers for AWS, a file of our own for Google Cloud.",
        "No account is reached and no data leaves this machine.",
    ]
    assert how == f"Use it in this shell:  eval \"$(recoverable sandbox env --folder '{folder}')\""
    assert "starting the server" in started.stderr

    shown = sandbox("status", "--folder", folder)
    assert shown.returncode == 0
    assert shown.stdout.startswith(f"the sandbox is up at {endpoint} ({folder})\n")
    assert "CreateRestoreTestingPlan" in shown.stdout

    document = json.loads(sandbox("status", "--folder", folder, "--format", "json").stdout)
    assert document["state"] == "up"
    assert document["endpoint"] == endpoint
    assert document["answers_of_ours"]["backup"]["CreateRestoreTestingPlan"] == "moto has no such call"
    assert "aws:backup/vault:Vault" in document["not_held"]

    stopped = sandbox("down", "--folder", folder)
    assert (stopped.returncode, stopped.stdout) == (0, "stopped and removed\n")
    assert not Path(folder).exists()


def test_a_shell_that_evaluates_env_talks_to_the_sandbox_and_forgets_the_users_account(folder: str) -> None:
    sandbox("up", "--folder", folder)
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    script = (
        f'eval "$({sys.executable} -m recoverable.cli.entry sandbox env --folder "$1")"\n'
        f'echo "profile=$AWS_PROFILE"\npulumi whoami >/dev/null && pulumi stack ls --all --json\n{sys.executable} -c "$2"\n'
    )
    environment = {**os.environ, "AWS_PROFILE": "theirs", "PULUMI_ACCESS_TOKEN": "theirs"}
    done = subprocess.run(["sh", "-eu", "-c", script.replace("$AWS_PROFILE", "${AWS_PROFILE-}"), "sh", folder, program],
                          capture_output=True, text=True, env=environment)  # fmt: skip
    assert done.stdout.split() == ["profile=", "[]", "123456789012"], done.stderr


def test_env_as_json_says_what_to_set_and_what_to_unset(folder: str) -> None:
    sandbox("up", "--folder", folder)
    done = sandbox("env", "--folder", folder, "--format", "json", environment={"AWS_PROFILE": "theirs"})
    told = json.loads(done.stdout)
    assert "AWS_PROFILE" in told["unset"]
    assert told["set"]["RECOVERABLE_SANDBOX"] == folder
    assert "PULUMI_CONFIG_PASSPHRASE" not in told["set"]
    assert "theirs" not in done.stdout


def test_without_a_sandbox_status_and_env_end_with_nothing_and_down_is_done(folder: str) -> None:
    shown, variables, stopped = (sandbox(verb, "--folder", folder) for verb in ("status", "env", "down"))
    assert (shown.returncode, shown.stdout) == (3, f"no sandbox is up ({folder})\n")
    assert (variables.returncode, variables.stdout) == (3, "")
    assert variables.stderr == f"error: no sandbox is up ({folder}). Start it with `recoverable sandbox up`.\n"
    assert (stopped.returncode, stopped.stdout) == (0, f"nothing to stop in {folder}\n")


def test_a_folder_that_is_not_ours_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("mine")
    for verb in ("up", "down"):
        done = sandbox(verb, "--folder", str(tmp_path))
        assert done.returncode == 2
        assert "was not made by `recoverable sandbox up`" in done.stderr
        assert done.stdout == ""


def test_a_port_that_is_taken_is_bad_input(folder: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        done = sandbox("up", "--folder", folder, "--port", str(door.getsockname()[1]))
    assert done.returncode == 2
    assert "name another port, or none to take a free one" in done.stderr


@pytest.mark.parametrize("port", ["-1", "65536", "x", ""])
def test_what_is_no_port_is_bad_input(folder: str, port: str) -> None:
    done = sandbox("up", "--folder", folder, f"--port={port}")
    assert done.returncode == 2
    assert "is no port: use 1 to 65535, or 0 for a free one" in done.stderr


def test_an_engine_that_cannot_be_had_is_told_with_what_to_install(tmp_path: Path, folder: str) -> None:
    """No Pulumi, a Go that fails to build it: exit 5, as the next try may work."""
    (tmp_path / "go").write_text('#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.0; else echo "no route" >&2; exit 1; fi\n')
    (tmp_path / "go").chmod(0o755)
    done = sandbox("up", "--folder", folder, environment={"PATH": str(tmp_path), "RECOVERABLE_CACHE": str(tmp_path / "cache")})
    assert done.returncode == 5
    assert "no route" in done.stderr
    assert "Install the Pulumi CLI 3.200 or later" in done.stderr
    assert not Path(folder).exists()


def test_ctrl_c_while_it_comes_up_leaves_nothing(tmp_path: Path, folder: str) -> None:
    """Pressed while the engine is being built, which is where a user waits longest."""
    (tmp_path / "go").write_text('#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.0; else exec sleep 600; fi\n')
    (tmp_path / "go").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:/bin", "RECOVERABLE_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "recoverable.cli.entry", "sandbox", "up", "--folder", folder]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as up:
        assert up.stderr is not None
        assert "building the engine" in up.stderr.readline()
        os.killpg(up.pid, signal.SIGINT)  # as a terminal does: to the whole group
        _, complaint = up.communicate(timeout=60)
    assert up.returncode == 130
    assert complaint == "interrupted\n"
    assert not Path(folder).exists()
