"""Under which key Cloud Storage keeps what was written."""

from __future__ import annotations

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.gcs_visit import GcsVisit
from recoverable.state_backend.doctor.object_steps import PLAIN
from recoverable.state_backend.doctor.step import FailedError
from recoverable.state_backend.doctor.visit import STATE

GOOGLES = "Google's own key"


def encryption(visit: GcsVisit) -> str:
    """State, for which the printed block names the key."""
    return _encrypted(visit, STATE, "what clients write")


def default_encryption(visit: GcsVisit) -> str:
    """What is written without a key: Pulumi's state, and what anybody puts there by hand."""
    try:
        visit.scratch.put(PLAIN, b"{}", headers=False)
    except CallError as error:
        raise visit.refused(error, "writing without a key") from None
    return _encrypted(visit, PLAIN, "what is written without a key")


def _encrypted(visit: GcsVisit, name: str, what: str) -> str:
    """Cloud Storage always encrypts (https://cloud.google.com/storage/docs/encryption); the question is under which key."""
    wanted = visit.backend.kms_key
    try:
        used = str(visit.scratch.held(name).get("kmsKeyName") or "").partition("/cryptoKeyVersions/")[0]
    except CallError as error:
        raise visit.refused(error, "reading what is known of it") from None
    if not wanted:
        return f"{what} is encrypted " + (f"under {used}, which the settings do not name" if used else f"under {GOOGLES}")
    if used != wanted:
        fix = f"gcloud storage buckets update gs://{visit.backend.bucket} --default-encryption-key={wanted}"
        raise FailedError(f"{what} is encrypted under {used or GOOGLES}, and not under the declared one", fix)
    return f"{what} is encrypted under the key"
