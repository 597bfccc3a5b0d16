"""Builds a RestoreTest on Google Cloud: the schedule that runs our own drill. Google tests no restores by itself."""

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pulumi
from pulumi_gcp import cloudscheduler

from recoverable.components.backup_vault_checks import leave_out, own_name
from recoverable.components.restore_test_cadence import DAYS, UNIX, Cadence, cadence_of, drill_command

if TYPE_CHECKING:
    from recoverable.components.restore_test import RestoreTest, RestoreTestArgs

NO_TESTS = "Google Cloud tests no restores by itself; our drill does."
AWS_ONLY = dict.fromkeys(
    ("plan_name", "selections", "vault_arns", "which", "window_days", "start_window_hours", "any_environment", "role_arn"), NO_TESTS
)
TASK_ONLY = ("task_definition", "subnets", "security_groups")
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
RETRY = {"retry_count": 5, "min_backoff_duration": "60s", "max_backoff_duration": "3600s", "max_doublings": 5}
"""Five attempts are the most that Cloud Scheduler makes."""


@dataclass(frozen=True)
class DrillParts:
    """What was made; nothing without a target."""

    job: cloudscheduler.Job | None
    outputs: dict[str, Any]


def plan_of(component: "RestoreTest", given: "RestoreTestArgs") -> Cadence:
    """The cadence; refuses what Google Cloud does not have."""
    own_name(component, r"[A-Za-z0-9_-]+", 45, "letters, digits, _ and -")
    leave_out(component, "Google Cloud", AWS_ONLY)
    if given.drill is not None:
        for field in TASK_ONLY:
            if getattr(given.drill, field) is not None:
                component.refuse(f"drill.{field}", "a value", "leave it out on Google Cloud", "The target's URL says what runs.")
        url = given.drill.target
        if isinstance(url, str) and urlsplit(url).scheme != "https":
            component.refuse("drill.target", url, "an https:// URL", "The call carries a token.")
    return cadence_of(component, given.cadence)


def build(component: "RestoreTest", given: "RestoreTestArgs", cadence: Cadence) -> DrillParts:
    """The schedule of the drill; none where nothing would run it."""
    job = None
    if given.drill is not None:
        job = cloudscheduler.Job(
            f"{component.short}-drill",
            description=f"Proves a restore in {component.policy.tier}: {drill_command(component)}",
            schedule=UNIX[cadence],
            time_zone="Etc/UTC",
            region=component.policy.primary_region,
            project=component.policy.project,
            retry_config=RETRY,
            http_target=pulumi.Output.all(given.drill.target, given.drill.caller, given.drill.input).apply(lambda known: _target(*known)),
            opts=component.helper(),
        )
    outputs = {
        "plan_name": None,
        "plan_arn": None,
        "role_arn": None,
        "schedule": UNIX[cadence],
        "cadence_days": DAYS[cadence],
        "drill_schedule": job.name if job is not None else None,
        "dead_letter_queue_arn": None,
        "drill_command": drill_command(component),
    }
    return DrillParts(job, outputs)


def _target(url: str, caller: str, body: str | None) -> dict[str, Any]:
    """Google's own interfaces (a Cloud Run job's ``:run``) take an OAuth token, a service of one's own an OIDC token."""
    host = urlsplit(url).hostname or ""
    own = host == "googleapis.com" or host.endswith(".googleapis.com")
    token = (
        {"oauth_token": {"service_account_email": caller, "scope": SCOPE}}
        if own
        else {"oidc_token": {"service_account_email": caller, "audience": url}}
    )
    encoded = {"body": base64.b64encode(body.encode()).decode(), "headers": {"Content-Type": "application/json"}} if body else {}
    return {"uri": url, "http_method": "POST", **token, **encoded}
