"""What runs by the clock: Cloud Scheduler jobs and the Cloud Run jobs that they start."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from typing import ClassVar

from recoverable.sandbox.gcp.checks import between, known, lasts, look, matches, one_of, only_one, walk
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler, references
from recoverable.sandbox.gcp.grants import SERVICE_ACCOUNT, GrantHandler
from recoverable.sandbox.gcp.messaging import TOPIC
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values

FIELD = r"(\*|[0-9A-Za-z,\-]+)(/\d+)?"
CRON = rf"({FIELD}\s+){{4}}{FIELD}|every .+|(first|second|third|fourth|[0-9,stndrh]+) .+"
NAME = r"[a-zA-Z\d_-]{1,500}"


def zone(inputs: Values) -> Iterator[Refusal]:
    """A time zone by its name in the tz database."""
    for shown, value in walk(inputs, "timeZone"):
        if value not in zoneinfo.available_timezones():
            yield Refusal(shown, f'"{value}" is no time zone of the tz database')


class SchedulerJob(GoogleHandler):
    """A job of Cloud Scheduler."""

    token = "gcp:cloudscheduler/job:Job"
    autoname = "name"
    has_region = True
    path = "projects/{project}/locations/{region}/jobs/{name}"
    replaces = frozenset({"name", "region", "project"})
    defaults: ClassVar[Values] = {"timeZone": "Etc/UTC", "attemptDeadline": "180s"}
    parents = (("pubsubTarget.topicName", TOPIC, "{it}"),)
    checks = (
        matches("name", NAME, "letters, digits, _ and -, at most 500"),
        only_one("httpTarget", "pubsubTarget", "appEngineHttpTarget", required=True),
        only_one("oauthToken", "oidcToken", under="httpTarget"),
        matches("schedule", CRON, "five fields of cron, or `every …`"),
        zone,
        # for HTTP targets; the SDK's own documentation
        lasts("attemptDeadline", 15, 1800),
        matches("httpTarget.uri", r"https?://.+", "a URL of http or https"),
        one_of("httpTarget.httpMethod", "POST", "GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"),
        between("retryConfig.retryCount", 0, 5),
    )

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """A job has a schedule; the service account that it speaks as exists."""
        if not inputs.get("schedule"):
            raise RefusedError("googleapi: Error 400: Schedule or time zone is invalid., badRequest")
        for kind in ("oidcToken", "oauthToken"):
            for address in references(inputs, f"httpTarget.{kind}.serviceAccountEmail"):
                own = address.endswith(f"@{inputs['project']}.iam.gserviceaccount.com")
                if own and cloud.store.get(SERVICE_ACCOUNT, f"projects/{inputs['project']}/serviceAccounts/{address}") is None:
                    raise RefusedError(f"googleapi: Error 404: Service account {address} does not exist., notFound")

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Whether it runs."""
        return {"state": "PAUSED" if inputs.get("paused") else "ENABLED", "paused": bool(inputs.get("paused"))}


def containers(inputs: Values) -> Iterator[Refusal]:
    """A task has a container."""
    found = look(inputs, "template.template.containers")
    if known(found) and not found:
        yield Refusal("template.template.containers", "at least one container must be given")


class CloudRunJob(GoogleHandler):
    """A job of Cloud Run: containers that run to their end."""

    token = "gcp:cloudrunv2/job:Job"
    autoname = "name"
    path = "projects/{project}/locations/{location}/jobs/{name}"
    labelled = True
    replaces = frozenset({"name", "location", "project"})
    defaults: ClassVar[Values] = {"deletionProtection": True, "template.template.maxRetries": 3}
    kept = frozenset({"deletionProtection", "runExecutionToken", "startExecutionToken"})
    checks = (
        matches("name", r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", "lower-case letters, digits and -, at most 63"),
        containers,
        lasts("template.template.timeout", 1, 604_800),
        between("template.template.maxRetries", 0, 10),
        between("template.taskCount", 1, 10_000),
    )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Generation, times and the identity of the job."""
        now = cloud.now()
        return {
            "uid": before.get("uid", identity.rsplit("/", 1)[-1]),
            "createTime": before.get("createTime", now),
            "updateTime": now,
            "generation": str(int(before.get("generation", 0)) + 1),
            "executionCount": before.get("executionCount", 0),
            "reconciling": False,
            "observedGeneration": str(int(before.get("generation", 0)) + 1),
            "etag": f"{len(cloud.store.events())}",
            "creator": "",
            "lastModifier": "",
            "deleteTime": "",
            "expireTime": "",
            "conditions": [],
            "terminalConditions": [],
            "latestCreatedExecutions": [],
            "launchStage": inputs.get("launchStage", "GA"),
            "effectiveAnnotations": inputs.get("annotations") or {},
        }

    def guard(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """The provider's flag keeps it."""
        if held.get("deletionProtection", True):
            raise RefusedError(f"cannot destroy job without setting deletion_protection=false and running `terraform apply` ({identity})")


class CloudRunJobIamMember(GrantHandler):
    """Who may start a job of Cloud Run."""

    token = "gcp:cloudrunv2/jobIamMember:JobIamMember"
    has_project = True
    path = "projects/{project}/locations/{location}/jobs/{name}/{role}/{member}"
    replaces = frozenset({"name", "location", "project", "role", "member", "condition"})
    parents = (("name", CloudRunJob.token, "projects/{project}/locations/{location}/jobs/{it}"),)
