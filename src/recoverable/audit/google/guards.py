"""Secrets (never what they hold), and who hears of failed backups."""

from __future__ import annotations

from typing import Any

from recoverable.audit.google.keys import Keys
from recoverable.audit.google.projects import Project
from recoverable.audit.resources import Found
from recoverable.audit.web.client import Json
from recoverable.audit.web.resources import raw, snake, table

SECRET = "google_secret_manager_secret"  # noqa: S105 - a type of resource
ALERT, METRIC = "google_monitoring_alert_policy", "google_logging_metric"


def read_secrets(project: Project, found: Found, keys: Keys) -> None:
    """Every secret's labels, places, rotation and how long a destroyed version waits."""
    for item in project.pages("secretmanager", "secrets", project=project.account):
        # Answers call the project by its number.
        name = f"projects/{project.account}/secrets/{str(item['name']).rsplit('/', 1)[-1]}"
        replication = table(item.get("replication"))
        for each in _encryptions(replication):
            keys.use(table(each).get("kmsKeyName"))
        found.add(
            raw(
                SECRET,
                f"//secretmanager.googleapis.com/{name}",
                id=f"//secretmanager.googleapis.com/{name}",
                name=name,
                secret_id=name.rsplit("/", 1)[-1],
                labels=table(item.get("labels")),
                replication=[_replication(replication)],
                rotation=[snake(item["rotation"])] if item.get("rotation") else None,
                version_destroy_ttl=item.get("versionDestroyTtl"),
                expire_time=item.get("expireTime"),
            )
        )


def _encryptions(replication: Json) -> list[Any]:
    replicas = table(replication.get("userManaged")).get("replicas") or []
    return [table(each).get("customerManagedEncryption") for each in (table(replication.get("automatic")), *replicas)]


def _replication(replication: Json) -> Json:
    """Terraform calls automatic replication ``auto``."""
    if "userManaged" in replication:
        return {"user_managed": [snake(replication["userManaged"])]}
    return {"auto": [snake(table(replication.get("automatic")))]}


def read_listeners(project: Project, found: Found) -> None:
    """Alert policies and the log metrics that they speak of; where they may not be listed, one may hear it."""
    policies = project.pages("monitoring", "alertPolicies", project=project.account)
    metrics = project.pages("logging", "metrics", project=project.account)
    for item in policies:
        found.add(
            raw(
                ALERT,
                f"//monitoring.googleapis.com/{item.get('name')}",
                display_name=item.get("displayName"),
                enabled=item.get("enabled", True) is not False,
                user_labels=table(item.get("userLabels")),
                notification_channels=item.get("notificationChannels") or [],
                conditions=[snake(each) for each in item.get("conditions") or ()],
            )
        )
    for item in metrics:
        address = f"//logging.googleapis.com/projects/{project.account}/metrics/{item.get('name')}"
        found.add(raw(METRIC, address, name=item.get("name"), filter=item.get("filter")))
    gap = policies.gap or metrics.gap
    if gap is not None:
        address = f"//monitoring.googleapis.com/projects/{project.account}/alertPolicies/?"
        found.add(raw(ALERT, address, conditions=gap, notification_channels=["?"]))
