"""Whether the key of Pulumi's secrets works: as Pulumi does, by encrypting and decrypting under it."""

from __future__ import annotations

import secrets

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.gcs_visit import GcsVisit
from recoverable.state_backend.doctor.step import FailedError
from recoverable.state_backend.kms_calls import GET

PURPOSE = "ENCRYPT_DECRYPT"
ENABLED = "ENABLED"
STATES = {
    "DISABLED": "is disabled",
    "DESTROY_SCHEDULED": "is scheduled for destruction",
    "DESTROYED": "is destroyed",
    "PENDING_GENERATION": "is not generated yet",
    "PENDING_IMPORT": "is not imported yet",
}
"""Of a version of a key (https://cloud.google.com/kms/docs/key-states)."""
ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


def secrets_key(visit: GcsVisit) -> str:
    """Its primary version encrypts 32 bytes that nobody needs, and the key gives them back."""
    key = visit.backend.kms_key
    plain = secrets.token_bytes(32)
    try:
        version, sealed = visit.kms.encrypt(key, plain)
        opened = visit.kms.decrypt(key, sealed)
    except CallError as error:
        raise _unusable(visit, key, error) from None
    if opened != plain:
        raise FailedError(f"{key} does not give back what it encrypted", "Do not use it.")
    return f"its primary version {version} encrypts, and decrypts what it encrypted"


def _unusable(visit: GcsVisit, key: str, error: CallError) -> FailedError:
    """What Google's refusal means."""
    _, project, _, location, *_ = key.split("/")
    if error.denied:
        fix = (
            f"Give the identity {ROLE} on the key, which is what Pulumi needs, or the rights that `--for doctor` has. {visit.fix_policy()}"
        )
        return FailedError(f"using {key} is denied without {error.call} (or there is no such key)", fix)
    if error.code == "SERVICE_DISABLED":
        return FailedError("the API of Cloud KMS is not enabled", f"gcloud services enable cloudkms.googleapis.com --project {project}")
    if error.code == "FAILED_PRECONDITION":
        return _asleep(visit, key, error)
    if error.code in ("NOT_FOUND", "INVALID_ARGUMENT"):
        fix = "Mend kms_key in the settings: mind the location, which is that of the key ring, and the project."
        return FailedError(f"there is no key {key.rpartition('/')[2]} of that name in {location} of {project}", fix)
    return visit.refused(error, f"using {key}")


def _asleep(visit: GcsVisit, key: str, error: CallError) -> FailedError:
    """The key is there and cannot be used: Google is asked why."""
    try:
        found = visit.kms.key(key)
    except CallError:
        return FailedError(f"{key} cannot be used; why cannot be seen without {GET}", visit.fix_policy())
    purpose, primary = str(found.get("purpose") or ""), found.get("primary") or {}
    if purpose != PURPOSE:
        return FailedError(f"{key} is for {purpose}, and Pulumi needs one for {PURPOSE}", "Name another key, or make one.")
    if not primary:
        return FailedError(f"{key} has no primary version", "gcloud kms keys set-primary-version, or make one with keys versions create.")
    version, state = str(primary.get("name") or "").rpartition("/")[2], str(primary.get("state") or "")
    if state != ENABLED:
        fix = "What it encrypted cannot be read until it is back: gcloud kms keys versions restore, then gcloud kms keys versions enable."
        return FailedError(f"the primary version {version} of {key} {STATES.get(state, f'is {state}')}", fix)
    return visit.refused(error, f"using {key}")
