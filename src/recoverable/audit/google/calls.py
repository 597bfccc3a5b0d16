"""The calls that the audit of a project of Google Cloud makes: the one table behind the guard against any other call and the printed role.

Which permission a call asks for: the pages of the methods, and https://cloud.google.com/iam/docs/permissions-reference.
"""

from __future__ import annotations

from typing import Any

from recoverable.audit.web.calls import Table, WebCall

SERVICES = {
    "sql": ("https://sqladmin.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL"),
    "storage": ("https://storage.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE"),
    "kms": ("https://cloudkms.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS"),
    "secretmanager": ("https://secretmanager.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER"),
    "monitoring": ("https://monitoring.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING"),
    "logging": ("https://logging.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_LOGGING"),
    "storagetransfer": ("https://storagetransfer.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGETRANSFER"),
    "alloydb": ("https://alloydb.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_ALLOYDB"),
    "spanner": ("https://spanner.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_SPANNER"),
    "firestore": ("https://firestore.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_FIRESTORE"),
    "datastore": ("https://datastore.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_DATASTORE"),
    "bigquery": ("https://bigquery.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_BIGQUERY"),
    "resourcemanager": ("https://cloudresourcemanager.googleapis.com", "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER"),
}
"""The address of each API, and gcloud's own variable for another one."""
_KEY = "/v1/projects/{project}/locations/{location}/keyRings/{ring}/cryptoKeys/{key}"
_BACKUPS = "/v1/projects/{project}/instances/{instance}/backupRuns"
_TIMES = "/v1/projects/{project}/instances/{instance}/getLatestRecoveryTime"
_ALLOYDB = "/v1/projects/{project}/locations/{location}/clusters"
_SPANNER = "/v1/projects/{project}/instances"
_BIGQUERY = "/bigquery/v2/projects/{project}/datasets"
_FIRESTORE = "/v1/projects/{project}/databases"
NO_RECOVERY = frozenset({"invalidOperation"})
"""Point-in-time recovery is not on."""
NO_DATASTORE = frozenset({"NOT_FOUND"})
"""Datastore's API is on, and the project has no database (https://cloud.google.com/datastore/docs/concepts/errors)."""

TABLE = Table.of(
    (
        WebCall("sql", "instances", "/v1/projects/{project}/instances", "cloudsql.instances.list", "items", lists=True),
        WebCall("sql", "backupRuns", _BACKUPS, "cloudsql.backupRuns.list", "items"),
        WebCall("sql", "recoveryTimes", _TIMES, "cloudsql.instances.get", nothing=NO_RECOVERY),
        WebCall("storage", "buckets", "/storage/v1/b", "storage.buckets.list", "items"),
        WebCall("storage", "bucket", "/storage/v1/b/{bucket}", "storage.buckets.get", query={"projection": "full"}),
        WebCall(
            "storage",
            "policy",
            "/storage/v1/b/{bucket}/iam",
            "storage.buckets.getIamPolicy",
            query={"optionsRequestedPolicyVersion": "3"},
        ),
        WebCall("kms", "key", _KEY, "cloudkms.cryptoKeys.get"),
        WebCall("kms", "version", f"{_KEY}/cryptoKeyVersions/{{version}}", "cloudkms.cryptoKeyVersions.get"),
        WebCall("secretmanager", "secrets", "/v1/projects/{project}/secrets", "secretmanager.secrets.list", "secrets"),
        WebCall(
            "monitoring",
            "alertPolicies",
            "/v3/projects/{project}/alertPolicies",
            "monitoring.alertPolicies.list",
            "alertPolicies",
            off_is_nothing=True,
        ),
        WebCall("logging", "metrics", "/v2/projects/{project}/metrics", "logging.logMetrics.list", "metrics", off_is_nothing=True),
        WebCall("storagetransfer", "jobs", "/v1/transferJobs", "storagetransfer.jobs.list", "transferJobs", off_is_nothing=True),
        WebCall("alloydb", "clusters", _ALLOYDB, "alloydb.clusters.list", "clusters"),
        WebCall("alloydb", "instances", f"{_ALLOYDB}/{{cluster}}/instances", "alloydb.instances.list", "instances"),
        # All that reads or writes a Spanner or Firestore database goes through its API: where that is off, nothing is in use.
        WebCall("spanner", "instances", _SPANNER, "spanner.instances.list", "instances", off_is_nothing=True),
        WebCall("spanner", "databases", f"{_SPANNER}/{{instance}}/databases", "spanner.databases.list", "databases"),
        WebCall(
            "spanner",
            "backupSchedules",
            f"{_SPANNER}/{{instance}}/databases/{{database}}/backupSchedules",
            "spanner.backupSchedules.list",
            "backupSchedules",
        ),
        WebCall("firestore", "databases", _FIRESTORE, "datastore.databases.list", "databases", off_is_nothing=True),
        WebCall(
            "firestore",
            "backupSchedules",
            f"{_FIRESTORE}/{{database}}/backupSchedules",
            "datastore.backupSchedules.list",
            "backupSchedules",
        ),
        WebCall(
            "datastore",
            "indexes",
            "/v1/projects/{project}/indexes",
            "datastore.indexes.list",
            nothing=NO_DATASTORE,
            lists=True,
            off_is_nothing=True,
        ),
        WebCall("bigquery", "datasets", _BIGQUERY, "bigquery.datasets.get", "datasets"),
        WebCall("bigquery", "dataset", f"{_BIGQUERY}/{{dataset}}", "bigquery.datasets.get", nothing=frozenset({"notFound"})),
        WebCall("resourcemanager", "project", "/v3/projects/{project}", "resourcemanager.projects.get"),
        WebCall("resourcemanager", "projects", "/v3/projects", "resourcemanager.projects.list", "projects", lists=True),
        WebCall("resourcemanager", "folders", "/v3/folders", "resourcemanager.folders.list", "folders", lists=True),
    )
)
ABOVE = frozenset({"resourcemanager.projects.list", "resourcemanager.folders.list"})
"""What is asked of a folder or an organization; a role of a project cannot hold it."""


def role(*, above: bool = False) -> dict[str, Any]:
    """The least that the audit needs in a project, as ``gcloud iam roles create --file`` takes it; ``above``: in a folder or organization."""
    return {
        "title": "recoverable: audit",
        "description": "Look at Cloud SQL, AlloyDB, Spanner, Firestore, BigQuery and their backups, buckets, keys, secrets (never what they hold) and alert policies.",
        "stage": "GA",
        "includedPermissions": sorted({call.action for call in TABLE.calls.values()} - (frozenset() if above else ABOVE)),
    }
