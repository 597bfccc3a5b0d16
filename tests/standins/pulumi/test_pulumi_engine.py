"""The real engine and our language host: found or built, and speaking the protocol."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path

import pytest

from tests.standins.pulumi import engine

HERE = Path(__file__).resolve().parent


@pytest.mark.engine
def test_set_up_is_quick_and_silent_when_everything_is_there(pulumi: engine.Engine) -> None:
    said: list[str] = []
    assert engine.ready(said.append) == pulumi
    assert said == []


@pytest.mark.engine
def test_the_engine_tells_its_version(pulumi: engine.Engine) -> None:
    shown = subprocess.run([str(pulumi.pulumi), "version"], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == pulumi.version


@pytest.mark.engine
def test_the_language_host_speaks_the_protocol(pulumi: engine.Engine, tmp_path: Path) -> None:
    if pulumi.origin != "built":
        pytest.skip("this machine has Pulumi's own language host")
    host = pulumi.pulumi.with_name(engine.HOST_SCRIPT)
    command = [str(pulumi.python), str(HERE / "host_client.py"), str(host), str(tmp_path)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert {"pulumi", "pulumi_aws", "pulumi_gcp"} <= set(told.pop("dependencies"))
    assert told.pop("no virtualenv").startswith("virtualenv 'nowhere' of Pulumi.yaml has no interpreter at ")
    assert told == {
        "handshake": 0,
        "packages": 0,
        "about": True,
        "failing": "program exited with non-zero exit code: 1",
        "policy pack": ["UNIMPLEMENTED", "the test language host runs programs only, no analyzer packages"],
        "exit": 0,
        "traceback after stop": False,
    }


def test_a_cache_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECOVERABLE_CACHE", str(tmp_path / "here"))
    assert engine.cache_folder() == tmp_path / "here"


def test_an_old_pulumi_on_the_path_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, text in (("pulumi", "echo v3.199.0"), (engine.HOST_SCRIPT, "true")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert engine.installed() is None
    (tmp_path / "pulumi").write_text("#!/bin/sh\necho v3.200.0\n")
    assert engine.installed() == (tmp_path / "pulumi", "v3.200.0")


def test_two_callers_do_not_work_at_once(tmp_path: Path) -> None:
    said: list[str] = []
    inside = threading.Event()

    def second() -> None:
        with engine.locked(tmp_path, said.append):
            inside.set()

    with engine.locked(tmp_path, said.append):
        other = threading.Thread(target=second)
        other.start()
        assert not inside.wait(0.3)
    other.join(5)
    assert inside.is_set()
    assert said == ["pulumi: another process is setting the engine up; waiting for it"]


def test_the_environment_shares_nothing_with_the_users_pulumi(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "theirs")
    monkeypatch.setenv("AWS_PROFILE", "theirs")
    made = engine.Engine(tmp_path / "pulumi", tmp_path / "venv" / "bin" / "python", "v3.259.0", "built")
    environment = made.environment(tmp_path / "home")
    assert "PULUMI_ACCESS_TOKEN" not in environment
    assert "AWS_PROFILE" not in environment
    assert environment["PULUMI_BACKEND_URL"] == (tmp_path / "home" / "backend").as_uri()
