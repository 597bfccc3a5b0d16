"""What Cloud SQL's refusals and failed operations mean, and what to do about each."""

from __future__ import annotations

from contextlib import AbstractContextManager

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.managed import refused
from recoverable.drill.rest.client import RefusedError

_BY_REASON = {
    "notAuthorized": "The account needs roles/cloudsql.admin on the project, or the role that `recoverable drill iam-policy` prints.",
    "forbidden": "The account needs roles/cloudsql.admin on the project, or the role that `recoverable drill iam-policy` prints.",
    "accessNotConfigured": "Enable the Cloud SQL Admin API in the project: gcloud services enable sqladmin.googleapis.com.",
    "instanceDoesNotExist": "Mind project and instance in [drill.stores.NAME.source].",
    "instanceAlreadyExists": "An instance of this name is there, or was in the last week: begin a new drill.",
    "errorBackupNotFound": "No successful backup lies before this time: choose a later one, and look at the backups of the instance.",
    "operationInProgress": "Another operation runs on the instance and did not end: wait for it, then drill again.",
    "invalidState": "The instance is in a state that does not allow this (stopped, in maintenance, failed): look at it in the console.",
    "quotaExceeded": "A quota of the project is used up: delete what is not needed, or ask for more.",
    "rateLimitExceeded": "The API's quota per minute is used up: drill again later.",
    "invalidOperation": "The instance does not allow this: mind that point-in-time recovery is on.",
}
_BY_STATUS = {
    400: "Cloud SQL does not take the request: mind the time, and that it lies inside of what can be restored.",
    401: "The credentials are missing or have expired: log in again.",
    403: "The account needs roles/cloudsql.admin on the project, or the role that `recoverable drill iam-policy` prints.",
    404: "Mind project and instance in [drill.stores.NAME.source].",
    409: "The instance is in a state that does not allow this: look at it in the console.",
    412: "The instance changed meanwhile: drill again.",
}
_BY_WORDS = (
    ("backup does not exist", "It has expired or was deleted: look with gcloud sql backups list."),
    ("deletion time", "Mind deleted_at: `gcloud sql backups list` shows when an instance was deleted, and until when its log is kept."),
    ("successful backup", _BY_REASON["errorBackupNotFound"]),
    ("deletion protection", "Somebody protected the copy: switch deletionProtectionEnabled off, and delete it."),
    ("point-in-time recovery", "Switch point-in-time recovery on at the source, and wait for a backup."),
    ("point in time", "Choose a time between the earliest and the latest recovery time."),
    ("quota", "A quota of the project is used up: delete what is not needed, or ask for more."),
    ("kms", "The key of the instance cannot be used: enable it, and let the Cloud SQL service account use it."),
    ("cmek", "The key of the instance cannot be used: enable it, and let the Cloud SQL service account use it."),
    ("ip range", "The private services range has no room: allocate a larger one, or delete instances."),
    ("network", "The private network cannot be used: mind the service networking connection of the project."),
    ("disk", "The new instance is smaller than the backup: give it a larger disk."),
)


def explain(what: str, error: RefusedError) -> RestoreFailedError:
    """A refusal as what it means: ``what`` could not be done, Cloud SQL's own words, and what to do."""
    return RestoreFailedError(f"{what}: Cloud SQL answers {error}", advice(error.status, error.code, error.message))


def explain_operation(what: str, code: str, message: str) -> RestoreFailedError:
    """An operation that is DONE with an error."""
    said = f"{code} {message}".strip() or "no reason given"
    return RestoreFailedError(f"{what} ended with an error: {said[:400]}", advice(0, code, message))


def advice(status: int, code: str, message: str) -> str:
    """What to do about a refusal or a failed operation."""
    if code in _BY_REASON:
        return _BY_REASON[code]
    text = f"{code} {message}".lower().replace("_", " ")
    found = next((advice for word, advice in _BY_WORDS if word in text), "")
    return found or _BY_STATUS.get(status, "Look at the operations of the instance: gcloud sql operations list --instance NAME.")


def explained(what: str) -> AbstractContextManager[None]:
    """Whatever is refused inside is told as ``what`` that could not be done."""
    return refused.explained(explain, what)


def no_clone() -> AbstractContextManager[None]:
    """A clone for the negative control that cannot be had is no crash."""
    return refused.no_clone(explain)
