"""What ``recoverable schedule`` writes, against the published schemas and systemd's own tools."""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from packaging.requirements import Requirement

from recoverable.cli.entry import parser
from recoverable.init.project import Project
from recoverable.model.errors import InputError
from recoverable.schedules.cadence import CADENCES, cadence_for, moment_of
from recoverable.schedules.github_workflows import daily, drills
from recoverable.schedules.gitlab_jobs import jobs, schedules
from recoverable.schedules.systemd_units import timers, units
from recoverable.schedules.tasks import CHECK_HEARTBEAT, DRILL_HEARTBEAT, Tasks, ping
from tests.alerts.conftest import SECRET
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.schedules.made_up import ALL, CLOUDS, DATA, STORES, tasks, workflow


@pytest.mark.parametrize("item", ALL)
def test_workflows_are_valid_and_every_job_is_bounded_guarded_and_has_few_rights(item: Tasks) -> None:
    written = [workflow(daily(item)), *([workflow(drills(item))] if item.drills else [])]

    for each in written:
        assert each["permissions"] == {"contents": "read"}
        assert each["concurrency"]["cancel-in-progress"] is False
        assert set(each["on"]) == {"schedule", "workflow_dispatch"}
        for job in each["jobs"].values():
            assert 0 < job["timeout-minutes"] <= 350
            roles = [step for step in job["steps"] if step.get("uses", "").startswith(("aws-actions", "google-github-actions/auth"))]
            assert job.get("permissions", {"contents": "read"}) == {"contents": "read", **({"id-token": "write"} if roles else {})}
            assert [step for step in job["steps"] if "${{" in step.get("run", "")] == []
            assert [step["with"]["persist-credentials"] for step in job["steps"] if "checkout" in step.get("uses", "")] == [False]


def test_drills_run_as_often_as_the_standard_asks_one_at_a_time_and_end_with_a_heartbeat() -> None:
    written = workflow(drills(tasks()))

    crons = [each["cron"] for each in written["on"]["schedule"]]
    assert [each.split(maxsplit=2)[2] for each in crons] == ["1 * *", "* * 1"]
    assert {name: job["strategy"]["matrix"]["store"] for name, job in written["jobs"].items()} == {
        "monthly": ["orders", "archive"],
        "weekly": ["billing"],
    }
    for cron, job in zip(crons, written["jobs"].values(), strict=True):
        assert f"github.event.schedule == '{cron}'" in job["if"]
        assert job["strategy"]["max-parallel"] == 1
        assert job["steps"][-1]["run"].strip() == ping(DRILL_HEARTBEAT)
    assert "if" not in workflow(drills(tasks(drills=STORES[:1])))["jobs"]["monthly"]


def test_alerts_are_apart_from_drills_and_keep_what_they_told_though_they_fail() -> None:
    written = workflow(daily(tasks(publish="cloudwatch")))
    steps = written["jobs"]["alerts"]["steps"]

    assert list(written["jobs"]) == ["alerts", "check"]
    (alerts,) = [step for step in steps if step.get("name") == "Alerts"]
    assert alerts["env"] == {"RECOVERABLE_STATE_DIR": ".recoverable-state", "CHAT_URL": "${{ secrets.CHAT_URL }}"}
    save = steps[-1]
    assert (save["uses"].partition("@")[0], save["if"]) == ("actions/cache/save", "always()")
    restore = next(step for step in steps if step.get("uses", "").startswith("actions/cache/restore"))
    assert save["with"]["key"].startswith(restore["with"]["restore-keys"])


@pytest.mark.parametrize("item", ALL)
def test_jobs_of_gitlab_are_valid_and_run_in_their_own_schedule_alone(item: Tasks) -> None:
    written = yaml.safe_load(jobs(item))
    Draft7Validator(json.loads((DATA / "gitlab-ci.schema.json").read_text())).validate(written)

    made = {re.search(r"RECOVERABLE_SCHEDULE:(\S+)", line)[1] for line in schedules(item)}  # type: ignore[index]  # each line has one
    asked = set()
    for job in written.values():
        (rule,) = job["rules"]
        asked.add(re.fullmatch(r'\$CI_PIPELINE_SOURCE == "schedule" && \$RECOVERABLE_SCHEDULE == "([\w-]+)"', rule["if"])[1])  # type: ignore[index]
        assert re.fullmatch(r"\d+ minutes", job["timeout"])
        assert job["resource_group"]
    assert made == asked


@pytest.mark.parametrize("item", ALL)
def test_what_is_installed_is_a_requirement_with_its_extras(item: Tasks) -> None:
    found = Requirement(item.requirement)

    assert found.extras == ({"drill", "gcp"} if item.publish == "gcp" or item.drills == CLOUDS else {"drill"})
    assert found.url == "git+https://github.com/acme/recoverable@v0.1.0"


@pytest.mark.parametrize("index", range(len(ALL)))
def test_every_command_that_is_written_is_one_that_this_version_takes(index: int) -> None:
    item = ALL[index]
    texts = [
        daily(item),
        jobs(item),
        *([drills(item)] if item.drills else []),
        *(text for _, text in units(item, "/opt/bin/recoverable", "root")),
    ]
    found = set(
        re.findall(
            r"recoverable ((?:drill (?:run|reap|status)|alerts|check|audit \w+)\b[^\n|\"#]*(?:\"\$STORE\"[^\n|#]*)?)", "\n".join(texts)
        )
    )
    commands = [shlex.split(each.partition(" || ")[0]) for each in found if not each.startswith(("check.", "alerts.", "alerts-", "check-"))]

    wanted = (
        {"check"} | ({"drill"} if item.drills else set()) | ({"alerts"} if item.alerts else set()) | ({"audit"} if item.audits else set())
    )
    assert {words[0] for words in commands} == wanted
    for words in commands:
        assert parser(words[0]).parse_args(words, argparse.Namespace(command=[])).run


@pytest.mark.parametrize(("days", "name"), [(1, "daily"), (6, "daily"), (7, "weekly"), (14, "weekly"), (30, "weekly"), (31, "monthly"), (91, "monthly"),
                                            (92, "quarterly"), (184, "half-yearly"), (366, "yearly"), (3650, "yearly")])  # fmt: skip
def test_a_cadence_never_leaves_a_longer_gap_than_the_standard_allows(days: int, name: str) -> None:
    found = cadence_for(days)

    assert found.name == name
    assert found.days <= max(days, 1)


def test_moments_are_the_same_every_time_spread_and_apart_from_full_hours() -> None:
    found = [moment_of("acme", str(number)) for number in range(500)]

    assert found == [moment_of("acme", str(number)) for number in range(500)]
    assert {each.hour for each in found} == {1, 2, 3, 4, 5}
    assert {each.minute for each in found} == set(range(3, 57))


def unpacked(folder: Path, item: Tasks) -> dict[str, Path]:
    """The units as files."""
    made = {}
    for name, text in units(item, "/bin/true", "root"):
        made[Path(name).name] = folder / Path(name).name
        made[Path(name).name].write_text(text)
    return made


@pytest.mark.parametrize("index", range(len(ALL)))
def test_systemd_accepts_the_units(tmp_path: Path, index: int) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    item = ALL[index]
    made = unpacked(
        tmp_path, Tasks(**{**{key: getattr(item, key) for key in item.__slots__}, "project": Project(tmp_path, item.project.path, True)})
    )

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *made.values()],
        capture_output=True,
        text=True,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )

    ours = [line for line in done.stderr.splitlines() if "recoverable" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
    assert {name for name in made if name.endswith(".timer")} == set(timers(item))


def test_systemd_would_notice_a_unit_that_is_wrong(tmp_path: Path) -> None:
    """So that the test before it can fail."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    made = unpacked(tmp_path, tasks(tmp_path, drills=()))
    path = made["recoverable-check.service"]
    path.write_text(path.read_text().replace("/bin/true", "/bin/no-such-program").replace("UMask=0077", "UMask=nonsense"))

    done = subprocess.run(["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True)

    assert "no-such-program" in done.stderr
    assert "nonsense" in done.stderr


@pytest.mark.parametrize("cadence", CADENCES, ids=lambda each: each.name)
def test_calendars_of_systemd_leave_no_longer_gap_than_they_say(cadence: Any) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    calendar = moment_of("x").calendar(cadence)
    command = ["systemd-analyze", "calendar", "--base-time=2027-01-01", "--iterations=14", calendar]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC", "LC_ALL": "C"}).stdout

    days = [line.split()[-3] for line in shown.splitlines() if re.search(r"(Next elapse|Iter\. #\d+|Iteration #\d+):", line)]
    gaps = [(_date(later) - _date(earlier)).days for earlier, later in itertools.pairwise(days)]
    assert len(gaps) == 13
    assert max(gaps) == cadence.days


def _date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def test_units_are_bounded_guarded_delayed_and_give_a_drill_time_to_clean_up(tmp_path: Path) -> None:
    made = {name: path.read_text() for name, path in unpacked(tmp_path, tasks(tmp_path)).items()}

    assert "TimeoutStartSec=810min\nTimeoutStopSec=65min" in made["recoverable-drill-orders.service"]
    for name, text in made.items():
        if name.endswith(".timer"):
            assert "RandomizedDelaySec=30min" in text
            assert "Persistent=yes" in text
        else:
            assert "Type=oneshot" in text
            assert "NoNewPrivileges=yes" in text
            assert "\nUser=root\n" in text
    assert (
        "ExecStartPre=-/usr/bin/timeout -k 60 15m /bin/true drill reap\nExecStart=/bin/true alerts\n" in made["recoverable-alerts.service"]
    )


def test_systemd_finds_little_that_a_unit_may_do(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    path = tmp_path / "recoverable-check.service"
    path.write_text(dict(units(tasks(tmp_path), "/bin/true", "nobody"))["systemd/recoverable-check.service"])

    done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--threshold=40", path], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def test_the_heartbeat_of_a_unit_is_the_command_of_the_shell_once_systemd_has_read_it(tmp_path: Path) -> None:
    """Double quotes with escapes as in C, %% for % and $$ for $ (systemd.service(5), systemd.syntax(7))."""
    text = unpacked(tmp_path, tasks(tmp_path))["recoverable-check.service"].read_text()
    quoted = re.search(r'^ExecStartPost=/bin/sh -c "(.*)"$', text, re.MULTILINE)
    assert quoted
    read = re.sub(r"\\(.)", r"\1", quoted[1]).replace("%%", "%").replace("$$", "$")

    assert read == ping(CHECK_HEARTBEAT)
    assert "$R" not in quoted[1].replace("$$R", "")


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_heartbeat_asks_its_address_and_fails_where_it_is_refused(shell: str, tmp_path: Path) -> None:
    """By the real curl. An address that is not set is no failure, and none stands in the arguments of a program."""
    if not shutil.which("curl") or not shutil.which(shell):
        pytest.skip(f"this machine has no curl, or no {shell}")
    with WebhookReceiver(SECRET) as receiver:
        environment = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1"}
        asked = {**environment, DRILL_HEARTBEAT: f"{receiver.address}/marked-secret?a=b&c=d"}

        def call(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
            return subprocess.run([shell, "-c", ping(DRILL_HEARTBEAT)], env=variables, capture_output=True, text=True, cwd=tmp_path)

        assert (call(environment).returncode, receiver.pings) == (0, 0)
        assert (call(asked).returncode, receiver.pings) == (0, 1)
        assert receiver.paths == ["/marked-secret?a=b&c=d"]
        receiver.answers = [404]
        refused = call(asked)
        assert refused.returncode != 0
        assert "marked-secret" not in refused.stdout + refused.stderr
    assert "$" + DRILL_HEARTBEAT not in ping(DRILL_HEARTBEAT).partition("| curl")[2]


@pytest.mark.parametrize("name", ["${{ secrets.X }}", "a$(x)", "a`x`", 'a"b', "a%n", "a\nb"])
def test_a_folder_whose_name_would_be_carried_out_is_refused(name: str) -> None:
    for write in (daily, jobs, lambda item: list(units(item, "/bin/true", "root"))):
        with pytest.raises(InputError):
            write(tasks(path=name))


@pytest.mark.parametrize(
    ("program", "user"), [("/opt/my programs/recoverable", "x"), ("/bin/true", "a b"), ("/bin/true", ""), ("/bin/%n", "x")]
)
def test_what_cannot_stand_in_a_unit_is_refused(program: str, user: str) -> None:
    with pytest.raises(InputError):
        list(units(tasks(), program, user))
