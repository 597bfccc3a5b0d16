"""``recoverable drill`` as a user runs it, over the fake cloud: exit codes, files, signals, and no secret anywhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from recoverable.cli.entry import main
from tests.drill.drive_cli import install
from tests.drill.fake_async_provider import PASSWORD

ROOT = Path(__file__).parents[2]
SECRET_IN_SETTINGS = "marked-setting-/+é"
SECRET_IN_ENVIRONMENT = "marked-environment-%&"
SECRETS = (PASSWORD, SECRET_IN_SETTINGS, SECRET_IN_ENVIRONMENT)
SETTINGS = f"""[drill.stores.orders]
provider = "fake"
environment = "prod"
[drill.stores.orders.source]
password = "{SECRET_IN_SETTINGS}"
url = "postgresql://ann:{quote(SECRET_IN_SETTINGS, safe="")}@db/orders"
"""


class Command:
    """Runs the command in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "recoverable.toml").write_text(SETTINGS)
        self.environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "MARKED_TOKEN": SECRET_IN_ENVIRONMENT}
        self.environment["RECOVERABLE_STATE_DIR"] = str(folder / "state")

    def start(self, *words: str, **more: str) -> subprocess.Popen[str]:
        line = [sys.executable, "-m", "tests.drill.drive_cli", str(self.folder / "cloud.sqlite"), "drill", *words]
        return subprocess.Popen(
            line, cwd=self.folder, env={**self.environment, **more}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def __call__(self, *words: str, **more: str) -> tuple[int, str, str]:
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command in a process of its own."""
    return Command(tmp_path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The same in this process, which is quicker; for what neither signals nor processes matter to."""
    command = Command(tmp_path)
    monkeypatch.chdir(tmp_path)

    def call(*words: str, **more: str) -> tuple[int, str, str]:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"RECOVERABLE_STATE_DIR": command.environment["RECOVERABLE_STATE_DIR"], **more}.items():
                patch.setenv(name, value)
            install(tmp_path / "cloud.sqlite", patch.setattr)
            code = main(["drill", *words])
        return (code, *capfd.readouterr())

    return call


def test_a_verified_drill_exits_0_and_says_what_it_measured(here: Any, tmp_path: Path) -> None:
    code, out, err = here("run", "orders")

    assert (code, out.splitlines()[0]) == (0, "orders: verified (amber)"), err
    assert "RPO       3.0 s (demanded: 15 min)" in out
    assert "provision" in err
    assert "(budget 2 h)" in err


def test_json_is_the_record_of_the_ledger(here: Any, tmp_path: Path) -> None:
    _, out, _ = here("run", "orders", "--json", "--evidence", "evidence.json")
    record = json.loads(out)

    assert record["verdict"] == "verified"
    assert json.loads((tmp_path / "evidence.json").read_text()) == record
    assert json.loads((tmp_path / "state" / "ledger.jsonl").read_text()) == record


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["run", "order"], 2, 'Did you mean orders?'),
        (["run", "orders", "--to", "time:2026-12-01T10:00:00"], 2, "does not say its time zone"),
        (["run", "orders", "--to", "lsn:0/0"], 2, "cannot restore to lsn"),
        (["run", "orders", "--to", "time:2020-01-01T00:00:00Z"], 1, ""),
        (["run", "orders", "--hold", "soon"], 2, "no length of time"),
        (["run", "orders", "--url-file", "x"], 2, "needs --hold"),
        (["run", "orders", "--hold", "1s", "--", "no-such-command"], 2, "there is no command"),
        (["run", "orders", "--budget", "restore"], 2, "is no budget"),
        (["run", "orders", "--ledger", "ftp://x"], 2, "no place for a ledger"),
        (["run", "orders", "--evidence", "."], 2, "cannot be written there"),
        (["run", "orders", "--state-dir", "recoverable.toml/x"], 2, "the state folder cannot be written"),
        (["run"], 2, "name a store, or say --all"),
        (["reap", "--", "ls"], 2, "takes no command"),
        (["nothing"], 2, "invalid choice"),
        (["verify-ledger", "--expect-head", "abc"], 2, "no hash"),
        (["verify-ledger"], 3, ""),
        (["reap"], 0, ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)  # fmt: skip
def test_exit_codes(here: Any, tmp_path: Path, words: list[str], code: int, text: str) -> None:
    found, out, err = here(*words)

    assert found == code, out + err
    assert text in err


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("latest", 0, "asked for: latest: is inside"),
        ("time:2020-01-01T00:00:00Z", 1, "is before what can be restored"),
        ("time:2030-01-01T00:00:00Z", 1, "is after what can be restored"),
        ("lsn:0/1", 2, ""),
        ("time:2020-01-01T00:00:00", 2, ""),
    ],
)
def test_a_plan_says_whether_a_target_lies_in_the_window_and_makes_nothing(
    here: Any, tmp_path: Path, target: str, code: int, said: str
) -> None:
    found, out, err = here("plan", "orders", "--to", target)

    assert (found, said in out) == (code, True), out + err
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(("fault", "code"), [("delete", 6), ("busy", 5)])
def test_leftovers_exit_6_and_nobody_answering_5(here: Any, tmp_path: Path, fault: str, code: int) -> None:
    found, out, _ = here("run", "orders", FAKE_FAULT=fault)

    assert found == code
    assert ("fake delete instance" in out) == (code == 6)


def test_what_was_left_is_reaped_later_and_reaping_again_finds_nothing(here: Any, tmp_path: Path) -> None:
    here("run", "orders", FAKE_FAULT="delete")
    first, second = here("reap", "--json"), here("reap")

    assert first[0] == 0
    assert [each["kind"] for each in json.loads(first[1])["removed"]] == ["network", "instance"]
    assert second[:2] == (0, "nothing to clean up\n")


def test_a_reaper_that_cannot_remove_exits_6_with_the_commands(here: Any, tmp_path: Path) -> None:
    here("run", "orders", FAKE_FAULT="delete")
    code, out, _ = here("reap", FAKE_FAULT="delete")

    assert code == 6
    assert out.count("fake delete") == 2


def test_the_ledger_is_verified_and_an_edit_is_found(here: Any, tmp_path: Path) -> None:
    here("run", "orders")
    here("run", "orders")
    ledger = tmp_path / "state" / "ledger.jsonl"
    head = json.loads(ledger.read_text().splitlines()[0])["hash"]

    assert here("verify-ledger", "--expect-head", head)[0] == 0
    ledger.write_text(ledger.read_text().replace('"verified"', '"failed"', 1))
    code, out, _ = here("verify-ledger")
    assert code == 1
    assert "broken at ledger.jsonl:1" in out


def test_a_held_copy_hands_its_url_to_a_file_for_its_owner_and_ends_by_itself(command: Command) -> None:
    held = command.start("run", "orders", "--hold", "1d", "--url-file", "url")
    path = command.folder / "url"
    wait_until(lambda: path.exists() and path.read_text().endswith("\n"), held)
    mode, text = path.stat().st_mode & 0o777, path.read_text()
    out, err = held.communicate(timeout=60)

    assert (mode, text.startswith("postgresql://drill:")) == (0o600, True)
    assert held.returncode == 0, err
    assert "verified" in out
    assert not path.exists()


def test_a_held_copy_gives_its_url_to_a_command(command: Command) -> None:
    script = "import os; print('got', os.environ['DATABASE_URL'].startswith('postgresql://drill:'))"
    code, out, _ = command("run", "orders", "--hold", "1d", "--", sys.executable, "-c", script)

    assert (code, out.splitlines()[0]) == (0, "got True")


def test_a_held_command_that_does_not_end_is_ended(command: Command) -> None:
    code, _, err = command("run", "orders", "--hold", "1s", "--budget", "verify=1h", "--", "sleep", "0.5")

    assert code == 0
    assert "the command ended with 0" in err


def test_what_a_killed_command_handed_out_is_reaped(command: Command) -> None:
    held = command.start("run", "orders", "--hold", "1d", "--", sys.executable, "-c", "import time; time.sleep(5)")
    wait_until(lambda: holding(command), held)
    held.kill()
    held.communicate(timeout=90)
    code, out, _ = command("reap")

    assert code == 0, out
    assert "removed   instance" in out
    assert list((command.folder / "state" / "runs").iterdir()) == []


def test_a_signal_ends_the_holding_and_not_the_drill(command: Command) -> None:
    held = command.start("run", "orders", "--hold", "1d", "--", "sleep", "30")
    wait_until(lambda: holding(command), held)
    held.send_signal(signal.SIGTERM)
    out, err = held.communicate(timeout=60)

    assert held.returncode == 0, err  # a signal ends the holding; the drill is verified
    assert "verified" in out
    assert list((command.folder / "state" / "runs").iterdir()) == []


@pytest.mark.parametrize("settings", [SETTINGS, SETTINGS + 'trouble = "raise"\n'], ids=["verified", "crashed"])
@pytest.mark.parametrize("traceback", ["", "1"], ids=["", "with tracebacks"])
def test_no_secret_is_in_any_output_file_or_argument_list(command: Command, settings: str, traceback: str) -> None:
    (command.folder / "recoverable.toml").write_text(settings)
    process = command.start("run", "orders", "--evidence", "evidence.json", RECOVERABLE_TRACEBACK=traceback)
    seen = arguments_while_running(process)
    out, err = process.communicate(timeout=60)
    files = [path for path in command.folder.rglob("*") if path.is_file() and path.name not in ("recoverable.toml",)]
    texts: dict[str, str] = {"stdout": out, "stderr": err, "arguments": "\n".join(seen)}
    texts |= {str(path): path.read_text(errors="replace") for path in files}

    assert "[struck out]" in err, "the provider's talk did not come through: this test saw nothing"
    for secret in SECRETS:
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
            assert [place for place, text in texts.items() if form in text] == []


def holding(command: Command) -> bool:
    journals = list((command.folder / "state" / "runs").glob("*/journal.jsonl"))
    return any('"hold"' in path.read_text() for path in journals)


def arguments_while_running(process: subprocess.Popen[str]) -> set[str]:
    """The command lines of the process and of all it starts."""
    seen: set[str] = set()
    while process.poll() is None and len(seen) < 1000:
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    if f"PPid:\t{process.pid}" in (entry / "status").read_text() or int(entry.name) == process.pid:
                        seen.add(line)
                except OSError:
                    continue
        time.sleep(0.02)
    return seen


def wait_until(holds: Any, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)
