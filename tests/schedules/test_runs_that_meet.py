"""Runs that meet or last: what begins together is not dropped, a login lasts as long as its job, audits end before alerts read them."""

from __future__ import annotations

from pathlib import Path

import yaml

from recoverable.schedules.cadence import Moment
from recoverable.schedules.github_workflows import daily, drills
from recoverable.schedules.systemd_units import AUDIT_MINUTES, LATE_MINUTES
from tests.schedules.made_up import CLOUDS, STORES, tasks, workflow
from tests.schedules.test_written_schedules import unpacked


def test_drills_of_two_cadences_on_one_day_are_not_dropped_for_each_other() -> None:
    """GitHub lets one run of a group wait, and no more."""
    assert workflow(drills(tasks()))["concurrency"]["group"] == "recoverable-drills-${{ github.event.schedule }}"
    assert workflow(drills(tasks(drills=STORES[:1])))["concurrency"]["group"] == "recoverable-drills"


def test_a_login_lasts_as_long_as_the_job_that_needs_it() -> None:
    written = workflow(drills(tasks(aws=True)))["jobs"] | workflow(daily(tasks(aws=True, audits=("aws",))))["jobs"]
    lasts = {
        name: step["with"].get("role-duration-seconds", 3600)
        for name, job in written.items()
        for step in job["steps"]
        if "aws-actions" in step.get("uses", "")
    }

    assert lasts["audit-aws"] == 180 * 60
    assert all(seconds >= written[name]["timeout-minutes"] * 60 for name, seconds in lasts.items())
    assert "role-duration-seconds" not in drills(tasks(drills=CLOUDS, aws=True))


def test_a_standard_whose_name_is_a_comment_or_a_key_of_yaml_stays_in_its_command() -> None:
    for name in ("ops #1/recoverable.toml", "x: y/recoverable.toml"):
        written = tasks(aws=True, publish="gcp", audits=("aws",), config=name)
        commands = [
            step["run"]
            for text in (drills(written), daily(written))
            for job in yaml.safe_load(text)["jobs"].values()
            for step in job["steps"]
            if step.get("run", "").startswith("recoverable ")
        ]
        assert len(commands) == 6
        assert all(f"--config '{name}'" in each for each in commands)


def test_audits_end_before_alerts_read_what_they_found(tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / f"project-{number}"
        folder.mkdir()
        made = {name: path.read_text() for name, path in unpacked(folder, tasks(folder, audits=("aws", "neon"))).items()}
        alerts = minute(made["recoverable-alerts.timer"])
        for cloud in ("aws", "neon"):
            lead = (alerts - minute(made[f"recoverable-audit-{cloud}.timer"])) % (24 * 60)
            assert AUDIT_MINUTES + LATE_MINUTES < lead < 5 * 60
        assert (
            "After=network-online.target recoverable-audit-aws.service recoverable-audit-neon.service\n"
            in made["recoverable-alerts.service"]
        )


def minute(timer: str) -> int:
    """Of the day, at which a timer fires."""
    hour, minutes = timer.partition("OnCalendar=*-*-* ")[2].split(":")[:2]
    return int(hour) * 60 + int(minutes)


def test_a_moment_before_midnight_is_one_of_the_day_before() -> None:
    assert Moment(1, 30).before(100) == Moment(23, 50)
