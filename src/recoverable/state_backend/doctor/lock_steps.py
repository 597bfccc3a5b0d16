"""Terraform's lock file, as Terraform takes it: written only if it is not there, and deleted.

On S3 that is PUT with ``If-None-Match: *``, on Cloud Storage an upload with ``ifGenerationMatch=0``, and a deletion of the generation
that was taken: ``internal/backend/remote-state/s3/client.go`` and ``…/gcs/client.go`` of hashicorp/terraform.
"""

from __future__ import annotations

import json

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.racing import winners
from recoverable.state_backend.doctor.step import FailedError
from recoverable.state_backend.doctor.visit import STATE, CommonVisit
from recoverable.state_backend.names import LOCK

REFUSED = ("PreconditionFailed", "412", "ConditionalRequestConflict", "409")
"""What S3 says to whoever comes second: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
WRITERS = 8
ROUNDS = 3
NAME = f"{STATE}{LOCK}"


def take(visit: CommonVisit) -> str:
    """The lock is taken, and holds what was written."""
    visit.bodies["lock"] = _lock(visit, "first")
    try:
        visit.scratch.put(NAME, visit.bodies["lock"], only_if_absent=True)
        found = visit.scratch.get(NAME)
    except CallError as error:
        raise visit.refused(error, "taking the lock") from None
    if found != visit.bodies["lock"]:
        raise FailedError("the lock does not hold what was written", "Do not keep state there.")
    return "it is taken"


def second_writer(visit: CommonVisit) -> str:
    """Whoever comes second is refused, and the lock is still the first's."""
    try:
        visit.scratch.put(NAME, _lock(visit, "second"), only_if_absent=True)
    except CallError as error:
        if error.code not in REFUSED:
            raise visit.refused(error, "a second lock") from None
    else:
        raise FailedError("a second writer took the lock while the first held it", visit.unhonoured)
    if visit.scratch.get(NAME) != visit.bodies["lock"]:
        raise FailedError("the second writer was refused, and the lock is not the first's any more", visit.unhonoured)
    return "it is refused, and the lock is still the first's"


def race(visit: CommonVisit) -> str:
    """Of several at the same moment exactly one wins."""
    for number in range(ROUNDS):
        name = f"race-{number}{LOCK}"

        def compete(who: int, name: str = name) -> bool:
            try:
                visit.scratch.put(name, _lock(visit, str(who)), only_if_absent=True)
            except CallError as error:
                if error.code in REFUSED:
                    return False
                raise visit.refused(error, "a lock that others want, too,") from None
            return True

        won = winners(WRITERS, compete)
        if won != 1:
            raise FailedError(f"of {WRITERS} writers at once {won} took the lock (round {number + 1})", visit.unhonoured)
    return f"of {WRITERS} writers at once one wins, in {ROUNDS} rounds"


def release(visit: CommonVisit) -> str:
    """The lock is released, and can be taken again."""
    stays = f"A lock that stays blocks everyone until somebody removes it: allow {visit.deletion} on what ends in .tflock."
    try:
        visit.scratch.delete(NAME)
    except CallError as error:
        if error.denied:
            raise FailedError(f"the lock cannot be released: {error}", f"{stays} {visit.fix_policy()}") from None
        raise visit.refused(error, "releasing the lock") from None
    try:
        visit.scratch.put(NAME, _lock(visit, "third"), only_if_absent=True)
        visit.scratch.delete(NAME)
    except CallError as error:
        if error.code in REFUSED:
            raise FailedError("the lock was released, and cannot be taken again", visit.unhonoured) from None
        raise visit.refused(error, "taking the lock again") from None
    return "it is released, and taken and released again"


def _lock(visit: CommonVisit, who: str) -> bytes:
    """What Terraform writes into its lock, as far as it matters."""
    return json.dumps({"ID": f"{visit.scratch.run}-{who}", "Operation": "doctor", "Who": "recoverable"}).encode()
