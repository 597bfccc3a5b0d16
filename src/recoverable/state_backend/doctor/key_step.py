"""Whether the keys of the backend work: state under a key that is lost is lost."""

from __future__ import annotations

import secrets

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.step import FailedError
from recoverable.state_backend.doctor.visit import Visit

WORDS = {"Disabled": "is disabled", "PendingDeletion": "is to be deleted", "PendingReplicaDeletion": "is to be deleted"}


def keys(visit: Visit) -> str:
    """Each key is enabled, encrypts, and decrypts what it encrypted."""
    wanted = [visit.backend.kms_key]
    wanted += [visit.backend.secrets_key] if "pulumi" in visit.backend.clients else []
    named = list(dict.fromkeys(key for key in wanted if key))
    for key in named:
        _works(visit, key)
    return "it is enabled, encrypts and decrypts" if len(named) == 1 else f"all {len(named)} are enabled, encrypt and decrypt"


def _works(visit: Visit, key: str) -> None:
    try:
        state = str(visit.aws.call("kms", "describe_key", KeyId=key)["KeyMetadata"].get("KeyState", ""))
        if state != "Enabled":
            fix = "Whatever it encrypted cannot be read until it is back: aws kms cancel-key-deletion, then aws kms enable-key."
            raise FailedError(f"{key} {WORDS.get(state, f'is {state}')}", fix)
        plain = secrets.token_bytes(32)
        sealed = visit.aws.call("kms", "encrypt", KeyId=key, Plaintext=plain)["CiphertextBlob"]
        if visit.aws.call("kms", "decrypt", KeyId=key, CiphertextBlob=sealed)["Plaintext"] != plain:
            raise FailedError(f"{key} does not give back what it encrypted", "Do not use it.")
    except CallError as error:
        if error.code == "NotFoundException":
            raise FailedError(f"there is no key {key} in {visit.backend.region}", "Mend kms_key or secrets_key.") from None
        raise visit.refused(error, f"using {key}") from None
