"""Bringing the laptop cloud up and down: one server, stopped and removed only where it is ours."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from recoverable.sandbox import laptop
from recoverable.sandbox.errors import MisuseError, SetupError
from recoverable.sandbox.laptop import Laptop
from recoverable.system import processes

pytestmark = pytest.mark.engine


def silent(_: str) -> None:
    """Progress that no test looks at."""


def alive(pid: int) -> bool:
    return bool(processes.started(pid))


def test_it_comes_up_answers_and_is_removed_without_a_trace(cloud: Laptop) -> None:
    running = cloud.up(silent)

    assert cloud.status() == laptop.Status("up", cloud.folder.path, running)
    assert running.endpoint == f"http://127.0.0.1:{running.port}"
    assert cloud.down(silent)
    assert not alive(running.pid)
    assert not cloud.folder.path.exists()
    assert cloud.status().state == "down"


def test_the_environment_serves_plain_clients_and_holds_nothing_of_the_users(cloud: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "PULUMI_ACCESS_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS", "NEON_API_KEY"):
        monkeypatch.setenv(name, "theirs")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "intern.example")
    cloud.up(silent)

    environment = cloud.environment()
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)

    assert said.stdout.strip() == "123456789012", said.stderr
    assert "theirs" not in environment.values()
    assert environment["NO_PROXY"] == "intern.example,127.0.0.1,localhost"
    assert environment["PATH"].split(os.pathsep).count(environment["PATH"].split(os.pathsep)[0]) == 1


def test_a_second_up_finds_the_first(cloud: Laptop) -> None:
    said: list[str] = []
    first = cloud.up(silent)

    assert Laptop(cloud.folder.path).up(said.append) == first
    assert said == [f"sandbox: is up already at {first.endpoint}"]


def test_an_up_on_another_port_than_it_runs_on_is_refused(cloud: Laptop) -> None:
    running = cloud.up(silent)
    with pytest.raises(MisuseError, match=f"the sandbox runs on port {running.port}, not 1: stop it first"):
        cloud.up(silent, port=1)


def test_two_ups_at_once_make_one_server(cloud: Laptop) -> None:
    found = []
    callers = [threading.Thread(target=lambda: found.append(Laptop(cloud.folder.path).up(silent))) for _ in range(4)]
    for each in callers:
        each.start()
    for each in callers:
        each.join(120)

    assert len(found) == 4
    assert len(set(found_pids := [each.pid for each in found])) == 1, found_pids


def test_a_crashed_server_is_seen_and_replaced(cloud: Laptop) -> None:
    first = cloud.up(silent)
    os.kill(first.pid, signal.SIGKILL)
    while alive(first.pid):
        pass
    said: list[str] = []

    assert cloud.status().state == "gone"
    with pytest.raises(MisuseError, match="no sandbox is up in"):
        cloud.environment()
    second = cloud.up(said.append)

    assert second.pid != first.pid
    assert said[0] == "sandbox: the last server is gone, and what its AWS held with it; `pulumi refresh` tells your stacks"
    assert cloud.status().state == "up"


def test_a_server_that_does_not_answer_is_stopped_and_replaced(cloud: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cloud.up(silent)
    os.kill(first.pid, signal.SIGSTOP)
    with monkeypatch.context() as patience:
        patience.setattr(laptop, "ANSWER", 0.2)
        patience.setattr(processes, "PATIENCE", 1.0)
        assert cloud.status().state == "deaf"
        patience.setattr(laptop, "answers", lambda port: port != first.port)
        second = cloud.up(silent)

    assert second.pid != first.pid
    assert not alive(first.pid)


@pytest.mark.parametrize("difference", ["start", "command line"])
def test_a_process_that_only_has_the_same_number_is_never_stopped(cloud: Laptop, difference: str) -> None:
    running = cloud.up(silent)
    os.kill(running.pid, signal.SIGKILL)
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as other:
        start = "another start" if difference == "start" else processes.started(other.pid)
        cloud.folder.write(replace(running, pid=other.pid, start=start))

        assert cloud.status().state == "gone"
        assert cloud.down(silent)

        assert alive(other.pid)
        other.kill()


def test_a_record_that_cannot_be_read_is_no_server(cloud: Laptop) -> None:
    running = cloud.up(silent)
    processes.stop(running.pid, running.start)
    for text in ("", "{", "[]", '{"pid": 1}'):
        cloud.folder.record.write_text(text)
        assert cloud.status().state == "down"


def test_a_port_that_is_taken_is_said_and_leaves_nothing(cloud: Laptop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        with pytest.raises(MisuseError) as told:
            cloud.up(silent, port=port)
    assert str(told.value) == f"port {port} cannot be used: Address already in use; name another port, or none to take a free one"
    assert not cloud.folder.path.exists()


def test_a_server_that_breaks_is_said_with_its_complaint_and_leaves_nothing(cloud: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laptop, "_SERVE", "raise SystemExit('it is broken')")
    with pytest.raises(SetupError) as told:
        cloud.up(silent)
    assert str(told.value) == "the server of the sandbox did not come up:\nit is broken"
    assert not cloud.folder.path.exists()


def test_a_server_that_says_nothing_is_not_waited_for_without_end(cloud: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laptop, "_SERVE", "import time; time.sleep(600)")
    monkeypatch.setattr(laptop, "PATIENCE", 0.2)
    with pytest.raises(SetupError, match="did not come up:\nno answer in 0 s"):
        cloud.up(silent)
    assert not cloud.folder.path.exists()


def test_an_interrupt_leaves_no_server_and_no_folder(cloud: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    monkeypatch.setattr(laptop, "versions", lambda: started.append(0) or interrupt())
    seen = processes.started
    monkeypatch.setattr(processes, "started", lambda pid: started.append(pid) or seen(pid))

    with pytest.raises(KeyboardInterrupt):
        cloud.up(silent)

    assert started[-1] == 0
    assert not seen(started[-2])
    assert not cloud.folder.path.exists()


def interrupt() -> dict[str, str]:
    raise KeyboardInterrupt


def test_a_server_ends_by_itself_when_its_starter_was_killed_before_it_was_up(cloud: Laptop) -> None:
    program = f"""
import os, signal
from pathlib import Path
from recoverable.sandbox import laptop
from recoverable.system import processes
def die(self, engine, process, port):
    print(process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
laptop.Laptop._running = die
laptop.Laptop(Path({str(cloud.folder.path)!r})).up(lambda line: None)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    for _ in range(2000):
        if not alive(pid):
            break
        threading.Event().wait(0.01)
    assert not alive(pid)
    assert cloud.status().state == "down"
    assert cloud.up(silent).pid != pid


def test_an_up_that_finds_a_server_brings_its_engine_and_plugins_up_to_date(cloud: Laptop) -> None:
    first = cloud.up(silent)
    cloud.folder.write(replace(first, pulumi="gone", engine="v3.200.0", versions={}))
    (plugin,) = (cloud.folder.home / "plugins").glob("resource-aws-v*/pulumi-resource-aws")
    plugin.unlink()

    assert cloud.up(silent) == first
    assert cloud.folder.read() == first
    assert os.access(plugin, os.X_OK)


def test_the_usual_folder_is_the_one_this_shell_was_pointed_at_else_in_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECOVERABLE_CACHE", str(tmp_path))
    monkeypatch.delenv("RECOVERABLE_SANDBOX", raising=False)
    assert Laptop().folder.path == tmp_path / "sandbox"
    monkeypatch.setenv("RECOVERABLE_SANDBOX", str(tmp_path / "other"))
    assert Laptop().folder.path == tmp_path / "other"


def test_nothing_is_started_or_made_before_up(tmp_path: Path) -> None:
    made = Laptop(tmp_path / "cloud")
    assert made.status().state == "down"
    assert not made.down(silent)
    assert list(tmp_path.iterdir()) == []
