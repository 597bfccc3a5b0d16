"""KMS: rotation periods, which moto takes and does not return, and replicas, which moto makes share what is theirs alone."""

from __future__ import annotations

from typing import Any

from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Answer, Call
from recoverable.sandbox.provider.handler import Values

YEAR = 365  # days; https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
SHELF = "rotation periods"
WHY = "moto drops RotationPeriodInDays"
SHARED = "moto lets a replica share the aliases and the grants of its primary key"


@fills("kms", "EnableKeyRotation", WHY)
def enable(call: Call) -> Answer:
    """Moto switches it on; the period is kept beside the key."""
    answer = call.forward()
    if answer.well:
        call.shelf(SHELF)[_id(call)] = call.given.get("RotationPeriodInDays", YEAR)
    return answer


@fills("kms", "GetKeyRotationStatus", WHY)
def status(call: Call) -> Any:
    """What moto says, and the period while the key rotates."""
    answer = call.forward()
    if not answer.well:
        return answer
    key = call.backend.keys[_id(call)]
    said: Values = {"KeyId": _id(call), "KeyRotationEnabled": bool(key.key_rotation_status)}
    return said | ({"RotationPeriodInDays": call.shelf(SHELF).get(_id(call), YEAR)} if key.key_rotation_status else {})


@fills("kms", "ReplicateKey", SHARED)
def replicate(call: Call) -> Answer:
    """A replica has aliases and grants of its own; moto copies the key flatly, so both would show in both regions."""
    answer = call.forward()
    if answer.well:
        replica = call.backend_in(str(call.given["ReplicaRegion"])).keys[_id(call)]
        replica.aliases, replica.grants = {}, {}
    return answer


def _id(call: Call) -> str:
    """The id of the key that a call names by its id or ARN."""
    return str(call.given["KeyId"]).rsplit("/", 1)[-1]
