"""What Cloud Storage's refusals mean, and what to do about each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.rest.client import RefusedError

ROLE = "The account needs what `recoverable drill iam-policy` prints: see docs/drill-bucket.md."
_BY_REASON = {
    "objectUnderActiveHold": "A hold protects an object: whoever set it must release it (gcloud storage objects update --no-temporary-hold).",
    "retentionPolicyNotMet": "A retention policy protects an object until its time is over: drill again then.",
    "conditionNotMet": "Somebody changed the bucket meanwhile: drill again.",
    "accessNotConfigured": "Enable the API in the project: gcloud services enable storage.googleapis.com.",
    "rateLimitExceeded": "Cloud Storage is busy, or a quota is used up: drill again later.",
    "quotaExceeded": "A quota of the project is used up: ask for more.",
    "userProjectMissing": "The requester pays for this bucket, which drills do not support.",
}
_BY_STATUS = {
    400: "Cloud Storage does not take the request: mind bucket and prefix.",
    401: "The credentials are missing or have expired: log in again.",
    403: ROLE,
    404: "Mind the bucket's name in [drill.stores.NAME.source].",
    409: "The name is taken, or the bucket is not empty.",
}


def explain(what: str, error: RefusedError) -> RestoreFailedError:
    """A refusal as what it means: ``what`` could not be done, Cloud Storage's own words, and what to do."""
    advice = _BY_REASON.get(error.code) or _BY_STATUS.get(error.status, "Look at the bucket in the console.")
    if "kms" in f"{error.code} {error.message}".lower():
        advice = "The bucket's key cannot be used: enable it, and let the project's Cloud Storage service account use it."
    return RestoreFailedError(f"{what}: Cloud Storage answers {error}", advice)


@contextlib.contextmanager
def explained(what: str) -> Iterator[None]:
    """Whatever is refused inside is told as ``what`` that could not be done."""
    try:
        yield
    except RefusedError as error:
        raise explain(what, error) from None


def code_of(error: RefusedError) -> str:
    """The word for a refusal that speaks against one object, and not against the drill.

    Raises:
        RestoreFailedError: nobody would be let in.
    """
    if error.status == 401:
        raise explain("an object cannot be read", error)
    return error.code or str(error.status)
