"""The DynamoDB table that clients before Terraform 1.10 lock by: a row that must not be there yet."""

from __future__ import annotations

from typing import Any

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.lock_steps import ROUNDS, WRITERS
from recoverable.state_backend.doctor.racing import winners
from recoverable.state_backend.doctor.scratch import MARK
from recoverable.state_backend.doctor.step import FailedError
from recoverable.state_backend.doctor.visit import STATE, Visit

HASH = "LockID"
REFUSED = "ConditionalCheckFailedException"


def table(visit: Visit) -> str:
    """It is there, active, and keyed as Terraform needs it."""
    name = visit.backend.lock_table
    try:
        found = visit.aws.call("dynamodb", "describe_table", TableName=name)["Table"]
    except CallError as error:
        if error.code == "ResourceNotFoundException":
            fix = "Make it with the hash key LockID of type S, or take lock_table out of the settings."
            raise FailedError(f"there is no table {name} in {visit.backend.region}", fix) from None
        raise visit.refused(error, "looking at the table") from None
    keys = {each["AttributeName"]: each["KeyType"] for each in found.get("KeySchema", ())}
    types = {each["AttributeName"]: each["AttributeType"] for each in found.get("AttributeDefinitions", ())}
    if keys != {HASH: "HASH"} or types.get(HASH) != "S":
        said = ", ".join(f"{key} ({types.get(key, '?')}, {kind.lower()})" for key, kind in keys.items()) or "none"
        raise FailedError(f"its key is {said}", "Terraform needs the hash key LockID of type S and no other: make the table anew.")
    if found.get("TableStatus") not in ("ACTIVE", "UPDATING"):
        raise FailedError(f"it is {found.get('TableStatus')}", "Wait until it is ACTIVE.")
    return f"it is there, with the hash key {HASH}"


def take(visit: Visit) -> str:
    """The row is put, and read back."""
    try:
        _put(visit, STATE, "first")
        held = visit.aws.call("dynamodb", "get_item", ConsistentRead=True, **_row(visit, STATE))
    except CallError as error:
        raise visit.refused(error, "taking the lock") from None
    if held.get("Item", {}).get("Info", {}).get("S") != "first":
        raise FailedError("the row is not what was put", "Do not lock there.")
    return "it is taken"


def second_writer(visit: Visit) -> str:
    """Whoever comes second is refused, and the row is still the first's."""
    try:
        _put(visit, STATE, "second")
    except CallError as error:
        if error.code != REFUSED:
            raise visit.refused(error, "a second lock") from None
    else:
        raise FailedError("a second writer took the lock while the first held it", "Do not lock there.")
    held = visit.aws.call("dynamodb", "get_item", ConsistentRead=True, **_row(visit, STATE))
    if held.get("Item", {}).get("Info", {}).get("S") != "first":
        raise FailedError("the second writer was refused, and the row is not the first's any more", "Do not lock there.")
    return "it is refused, and the lock is still the first's"


def race(visit: Visit) -> str:
    """Of several at the same moment exactly one wins."""
    for number in range(ROUNDS):

        def compete(who: int, number: int = number) -> bool:
            try:
                _put(visit, f"race-{number}", str(who))
            except CallError as error:
                if error.code == REFUSED:
                    return False
                raise visit.refused(error, "a lock that others want, too,") from None
            return True

        won = winners(WRITERS, compete)
        if won != 1:
            raise FailedError(f"of {WRITERS} writers at once {won} took the lock (round {number + 1})", "Do not lock there.")
    return f"of {WRITERS} writers at once one wins, in {ROUNDS} rounds"


def release(visit: Visit) -> str:
    """The row is deleted, and can be put again."""
    try:
        visit.aws.call("dynamodb", "delete_item", **_row(visit, STATE))
        _put(visit, STATE, "third")
        visit.aws.call("dynamodb", "delete_item", **_row(visit, STATE))
    except CallError as error:
        if error.denied:
            fix = f"A lock that stays blocks everyone: allow dynamodb:DeleteItem. {visit.fix_policy()}"
            raise FailedError(f"the lock cannot be released: {error}", fix) from None
        raise visit.refused(error, "releasing the lock") from None
    return "it is released, and taken and released again"


def _put(visit: Visit, name: str, info: str) -> None:
    item = {HASH: {"S": visit.scratch.row(name)}, "Info": {"S": info}, MARK: {"S": visit.scratch.run}}
    visit.aws.call(
        "dynamodb",
        "put_item",
        once=True,
        TableName=visit.backend.lock_table,
        Item=item,
        ConditionExpression=f"attribute_not_exists({HASH})",
    )


def _row(visit: Visit, name: str) -> dict[str, Any]:
    return {"TableName": visit.backend.lock_table, "Key": {HASH: {"S": visit.scratch.row(name)}}}
