"""Real servers: started, stopped, crashed, and never left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recoverable.drill.postgres.account import server_account
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.server import Server, ServerFailedError, free_port, initialise, make_server_folder
from recoverable.model.errors import InputError
from recoverable.system.processes import started
from tests.drill.server_programs import programs_or_skip


@pytest.fixture(params=[15, 18])
def server(request: pytest.FixtureRequest, place: Path) -> Iterator[Server]:
    account = server_account()
    found = Server(programs_or_skip(request.param), make_server_folder(place / "server", account), account, {"fsync": "off"})
    initialise(found)
    with found:
        yield found


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 30
    while started(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not started(pid)


def test_a_server_is_stopped_and_started_again_and_survives_a_crash(server: Server) -> None:
    with connect(server.connection()) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n")
    for end in (server.stop, lambda: server.stop("immediate"), server.crash):
        pid = server.pid
        end()
        assert gone(pid)
        assert server.running is False
        server.start()
        with connect(server.connection()) as connection:
            assert connection.execute("SELECT n FROM t").fetchone() == (1,)


def test_a_connection_is_not_led_elsewhere_by_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOSTADDR": "192.0.2.1",
        "PGPORT": "1",
        "PGUSER": "x",
        "PGSSLMODE": "require",
        "PGOPTIONS": "-c search_path=x",
    }.items():
        monkeypatch.setenv(name, value)
    for each in (server.connection(), server.socket()):
        with connect(each) as connection:
            assert connection.execute("SHOW search_path").fetchone() == ('"$user", public',)

    monkeypatch.setenv("PGSERVICE", "production")
    with pytest.raises(InputError, match="PGSERVICE"):
        connect(server.connection())


def test_the_servers_files_are_closed_to_others(server: Server) -> None:
    for path in (server.folder, server.data, server.sockets, server.folder / "postgresql.conf", server.folder / "pg_hba.conf", server.log):
        assert path.stat().st_mode & 0o077 == 0
    assert list(server.folder.glob("initial-password*")) == []


def test_the_password_is_in_no_file_and_no_argument(server: Server) -> None:
    secret = server.password.reveal()
    words = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    texts = [path.read_text(errors="replace") for path in server.folder.rglob("*") if path.is_file() and path.stat().st_size < 1_000_000]

    assert secret not in words
    assert not any(secret in text for text in texts)


def test_a_port_that_was_taken_meanwhile_is_left_for_another(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.stop()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = iter([taken.getsockname()[1], free_port()])
        monkeypatch.setattr("recoverable.drill.postgres.server.free_port", lambda: next(ports))
        server.start()
        assert server.port != taken.getsockname()[1]


def test_a_server_that_does_not_start_says_why(server: Server) -> None:
    server.stop()
    server.settings = {**server.settings, "shared_preload_libraries": "nosuch"}

    with pytest.raises(ServerFailedError, match="nosuch"):
        server.start()
    assert server.running is False


def test_waiting_for_a_server_can_be_ended_from_outside(server: Server) -> None:
    server.stop()

    def over() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        server.start(check=over)
    assert server.running is False
    assert not (server.data / "postmaster.pid").exists() or gone(int((server.data / "postmaster.pid").read_text().splitlines()[0]))


STARTER = """
import os, sys
sys.path.insert(0, {source!r})
from pathlib import Path
from recoverable.drill.postgres.programs import find_programs
from recoverable.drill.postgres.server import Server
server = Server(find_programs({major}), Path({folder!r}), settings={{"fsync": "off"}})
server.start()
print(server.pid, server._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("victim", ["starter", "guardian"])
def test_a_server_ends_when_its_starter_or_its_guardian_is_killed(victim: str, server: Server) -> None:
    server.stop()
    source = str(Path(__file__).parents[3] / "src")
    text = STARTER.format(source=source, major=server.programs.major, folder=str(server.folder))
    with subprocess.Popen([sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        pid, guardian = map(int, process.stdout.readline().split())
        os.kill(process.pid if victim == "starter" else guardian, signal.SIGKILL)
        assert gone(pid)
        assert gone(guardian)
        process.kill()
